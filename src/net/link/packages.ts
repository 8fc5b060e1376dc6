/**
 * The NATS clients are optional packages: a program that does not use warren/net installs
 * none of them. They are loaded when `join` is called.
 */
import type * as JetStreamPackage from "@nats-io/jetstream";
import type * as TransportPackage from "@nats-io/transport-node";
import { WarrenError } from "../../errors.ts";

export type Transport = typeof TransportPackage;
export type JetStream = typeof JetStreamPackage;

/** Both packages. @throws ERR_NET_MISSING */
export async function loadPackages(): Promise<{ readonly transport: Transport; readonly jetstream: JetStream }> {
  const [transport, jetstream] = await Promise.all([unlessMissing(import("@nats-io/transport-node")), unlessMissing(import("@nats-io/jetstream"))]);
  return { transport, jetstream };
}

async function unlessMissing<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    if (!String((error as NodeJS.ErrnoException).code).endsWith("MODULE_NOT_FOUND")) throw error;
    const packages = ["@nats-io/transport-node", "@nats-io/jetstream"];
    throw new WarrenError("ERR_NET_MISSING", `warren/net needs the NATS clients: npm install ${packages.join(" ")}`, { packages }, { cause: error });
  }
}
