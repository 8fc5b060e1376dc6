/** A module that the main thread can import and no other. */
import { isMainThread } from "node:worker_threads";
import { task } from "../../../src/index.ts";

if (!isMainThread) throw new RangeError("this module does not load here");

export const unreachable = task(import.meta, async function unreachable() {
  return "never runs";
});
