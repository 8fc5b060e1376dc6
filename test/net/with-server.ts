/**
 * Real NATS servers for tests, each with a configuration of its own. Where there is no
 * `nats-server` the tests are skipped, and their titles say so.
 */
import { execFileSync } from "node:child_process";
import type { Net, NodeReport } from "../../src/net/index.ts";
import { Broker, type BrokerOptions, missingServer } from "../../verify/net/broker.ts";
import { until } from "../runtime/until.ts";

/** Why there can be no server here; `undefined` if there can. */
export const noServer: string | undefined = missingServer();

export function has(program: string, ...args: string[]): boolean {
  try {
    execFileSync(program, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** The title of a group of tests: if they are skipped, with the reason. */
export function titled(title: string, missing = noServer): string {
  return missing === undefined ? title : `${title} (skipped: ${missing})`;
}

export interface TestServer extends AsyncDisposable {
  /** Such as `127.0.0.1:41000`. */
  readonly host: string;
  /** `nats://` and the host. */
  readonly url: string;
}

export type ServerSettings = Pick<BrokerOptions, "config" | "jetstream">;

export function startServer(settings: ServerSettings = {}): Promise<TestServer> {
  return Broker.start(settings);
}

/** Waits until these nodes, in the order of their names, are those that answer, and returns their reports: one that stands still for a while is left out. */
export async function untilNodes(net: Net, ...names: string[]): Promise<readonly NodeReport[]> {
  let reports: readonly NodeReport[] = [];
  await until(async () => (reports = await net.nodes()).map(({ node }) => node).join() === names.join(), `the nodes are ${names.join()}`);
  return reports;
}
