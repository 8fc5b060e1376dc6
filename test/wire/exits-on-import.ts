/** A module that ends each thread that imports it: its tasks are lost with arguments that no thread has read. */
import { isMainThread } from "node:worker_threads";
import { type Chan, task } from "../../src/index.ts";

if (!isMainThread) process.exit(0);

export const unread = task(import.meta, async function unread(_tools: { reply: Chan<number>; more: Chan<number>[] }) {
  return true;
});
