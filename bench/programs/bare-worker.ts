/** A bare Worker: says that it is ready, and does the share of a program that it is sent. */
import { parentPort } from "node:worker_threads";
import parts from "./piscina-worker.ts";

parentPort?.once("message", async (share: Parameters<typeof parts>[0]) => {
  parentPort?.postMessage(await parts(share));
});
parentPort?.postMessage("ready");
