/** A module whose import never ends on a thread: what has taken a task of it waits. */
import { isMainThread } from "node:worker_threads";
import { type Guard, task } from "../../../src/index.ts";

if (!isMainThread) await new Promise(() => undefined);

export const neverStarts = task(import.meta, async function neverStarts(_guard: Guard) {
  return "never runs";
});
