/** Tasks for threads that are recycled. */
import { type SharedArray, task } from "../../../src/index.ts";

/** Reports that it runs, and computes forever. */
export const computeForEver = task(import.meta, async function computeForEver(running: SharedArray<"i32">) {
  for (Atomics.store(running.array, 0, 1); ; );
});

export const square = task(import.meta, async function square(value: number) {
  return value * value;
});
