/** A thread that is reached through a `MessagePort`. */
import { once } from "node:events";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { moduleBeside } from "../program.ts";

/** Starts a thread that runs the module `worker` of this folder, and measures through a port to it. */
export async function overPort(worker: string, measure: (port: MessagePort) => Promise<number>): Promise<number> {
  const { port1: port, port2 } = new MessageChannel();
  const thread = new Worker(moduleBeside(import.meta.url, worker), { workerData: { port: port2 }, transferList: [port2] });
  try {
    await once(thread, "online");
    return await measure(port);
  } finally {
    port.close();
    await thread.terminate();
  }
}
