/**
 * Node's own MessagePort between two threads: what a program without shared
 * memory uses.
 */
import { once } from "node:events";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { moduleBeside } from "../module-beside.ts";
import type { RivalOptions, RivalOutcome } from "../outcome.ts";
import { timeOperations } from "../trial.ts";

const RIVAL = "message-port";

/** Measures `ping-pong` and `stream`; the port has no capacity, so the sender never waits. */
export async function* measureMessagePort(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const pingPong = options.wanted(RIVAL, "ping-pong");
  const stream = options.wanted(RIVAL, "stream");
  if (!pingPong && !stream) return;
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(moduleBeside(import.meta.url, "./message-port-worker"), {
    workerData: { port: port2 },
    transferList: [port2],
  });
  const row = { rival: RIVAL, version: process.versions.node, threads: 2 };
  try {
    await once(worker, "online");
    if (pingPong) yield await timeOperations({ ...row, scenario: "ping-pong" }, options, (count) => roundTrips(port, count));
    if (stream) {
      const note = "unbounded: the sender never waits";
      yield await timeOperations({ ...row, scenario: "stream", note }, options, (count) => streamValues(port, count));
    }
  } finally {
    port.close();
    await worker.terminate();
  }
}

function roundTrips(port: MessagePort, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = (value: number): void => {
      left--;
      if (left > 0) {
        port.postMessage(value);
        return;
      }
      port.off("message", next);
      resolve();
    };
    port.on("message", next);
    port.postMessage(1);
  });
}

async function streamValues(port: MessagePort, count: number): Promise<void> {
  const summed = once(port, "message") as Promise<[number]>;
  port.postMessage(-count);
  for (let value = 0; value < count; value++) port.postMessage(value);
  const [sum] = await summed;
  if (sum !== (count * (count - 1)) / 2) throw new Error(`${count} values were sent, but their sum arrived as ${sum}`);
}
