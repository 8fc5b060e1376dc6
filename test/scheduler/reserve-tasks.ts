/** Tasks that block their thread, for the threads beyond the cores. */
import { threadId } from "node:worker_threads";
import { type Receiver, type Semaphore, type SharedArray, task } from "../../src/index.ts";

/** Blocks its thread until cell 0 is set, as a call of the system would; says which thread that was. */
export const block = task(import.meta, async function block(cells: SharedArray<"i32">) {
  cells.array[1] = 1;
  Atomics.wait(cells.array, 0, 0);
  return threadId;
});

/** Computes until cell 0 is set, without an await. */
export const compute = task(import.meta, async function compute(cells: SharedArray<"i32">) {
  cells.array[1] = 1;
  while (Atomics.load(cells.array, 0) === 0);
  return threadId;
});

export const where = task(import.meta, async function where() {
  return threadId;
});

export const waitFor = task(import.meta, async function waitFor(gate: Receiver<number>) {
  await gate.recv();
  return threadId;
});

/** How many permits are left once this task has one. */
export const takePermit = task(import.meta, async function takePermit(permits: Semaphore) {
  using _permit = await permits.acquire();
  return permits.available;
});
