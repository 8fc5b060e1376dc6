/**
 * Comlink: a call of an empty function on another thread over a MessagePort.
 */
import { once } from "node:events";
import { MessageChannel, Worker } from "node:worker_threads";
import { wrap } from "comlink";
import { dependencyVersion, moduleBeside } from "../module-beside.ts";
import type { RivalOptions, RivalOutcome } from "../outcome.ts";
import { timeOperations } from "../trial.ts";

const RIVAL = "comlink";

/** Measures `ping-pong`: one call and its empty answer is one round trip. */
export async function* measureComlink(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  if (!options.wanted(RIVAL, "ping-pong")) return;
  const version = await dependencyVersion("comlink", import.meta.url);
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(moduleBeside(import.meta.url, "./comlink-worker"), {
    workerData: { port: port2 },
    transferList: [port2],
  });
  const row = { rival: RIVAL, version, scenario: "ping-pong", threads: 2, note: "a remote call and its answer" } as const;
  try {
    await once(worker, "online");
    const empty = wrap<() => void>(port);
    yield await timeOperations(row, options, async (count) => {
      for (let call = 0; call < count; call++) await empty();
    });
  } finally {
    port.close();
    await worker.terminate();
  }
}
