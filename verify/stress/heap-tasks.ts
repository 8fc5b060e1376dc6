/** What lives on a thread's heap. */
import { task } from "../../src/index.ts";
import { collect } from "../../test/channel/tasks/dropping.ts";

/** Bytes in use on this thread's heap after garbage collections, finalizers included. */
export const heapInUse = task(import.meta, async function heapInUse() {
  for (let k = 0; k < 3; k++) await collect();
  return process.memoryUsage().heapUsed;
});
