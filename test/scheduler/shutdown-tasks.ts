/** Tasks that go on submitting while the runtime stops. */
import { type SharedArray, spawn, task } from "../../src/index.ts";

export const mark = task(import.meta, async function mark(cells: SharedArray<"i32">, index: number) {
  Atomics.add(cells.array, index, 1);
});

export const spawnUntilStopped = task(import.meta, async function spawnUntilStopped(cells: SharedArray<"i32">) {
  for (let k = 0; ; k++) await Promise.all([spawn(mark, cells, k % 1000), spawn(mark, cells, k % 1000)]);
});
