/**
 * Real NATS servers for tests: each with a configuration of its own, a port that is free
 * and a temporary store. Where there is no `nats-server` the tests are skipped, and their
 * titles say so.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../runtime/until.ts";

/** Why there can be no server here; `undefined` if there can. */
export const noServer: string | undefined = has("nats-server", "--version") ? undefined : "nats-server is not installed";

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
  readonly process: ChildProcess;
  /** What it has printed so far. */
  log(): string;
}

export interface ServerSettings {
  /** More of its configuration file. */
  readonly config?: string;
  /** `false`: without JetStream. */
  readonly jetstream?: boolean;
}

export async function startServer({ config = "", jetstream = true }: ServerSettings = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), "warren-nats-"));
  const file = join(folder, "server.conf");
  writeFileSync(file, `listen: "127.0.0.1:-1"\nports_file_dir: ${JSON.stringify(folder)}\n${jetstream ? `jetstream { store_dir: ${JSON.stringify(join(folder, "store"))} }\n` : ""}${config}\n`);
  const child = spawn("nats-server", ["-c", file], { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed += text));
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => resolve());
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let host: string | undefined;
  try {
    await until(() => {
      if (child.exitCode !== null) throw new Error(`nats-server has ended:\n${printed}`);
      const ports = readdirSync(folder).find((name) => name.endsWith(".ports"));
      const { nats = [], tls = [] } = ports === undefined ? {} : (JSON.parse(readFileSync(join(folder, ports), "utf8") || "{}") as { nats?: string[]; tls?: string[] });
      host = [...nats, ...tls].map((url) => url.replace(/^\w+:\/\//, ""))[0];
      return host !== undefined && printed.includes("Server is ready");
    }, "nats-server is ready");
  } catch (error) {
    await stop();
    throw error;
  }
  return { host: host as string, url: `nats://${host}`, process: child, log: () => printed, [Symbol.asyncDispose]: stop };
}
