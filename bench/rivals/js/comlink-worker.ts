/** The empty function that the Comlink rival calls from another thread. */
import { workerData, type MessagePort } from "node:worker_threads";
import { expose } from "comlink";

const { port } = workerData as { port: MessagePort };
expose(() => {}, port);
