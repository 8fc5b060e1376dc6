/**
 * Tasks that work while threads are killed. Each value is written down before it
 * is sent, after it is sent, and when it has been received, in shared memory,
 * which outlives whoever wrote it.
 */
import { type Chan, type Mutex, type Receiver, type SharedArray, WarrenError, select, spawn, task, yieldNow } from "../../src/index.ts";

/** What `sent` says of a value. */
export const SENT = { begun: 1, done: 2 } as const;
/** Words of `cells`. */
export const CELL = { stop: 0, underLock: 1, locked: 2, ownerDied: 3, spawned: 4 } as const;

/** Sends the values from `from` on, until it is told to stop. */
export const produce = task(import.meta, async function produce(c: Chan<number>, sent: SharedArray<"u8">, cells: SharedArray<"i32">, from: number, count: number) {
  for (let value = from; value < from + count && Atomics.load(cells.array, CELL.stop) === 0; value++) {
    sent.array[value] = SENT.begun;
    const waits = c.send(value);
    if (waits !== undefined) await waits;
    sent.array[value] = SENT.done;
  }
});

export const consume = task(import.meta, async function consume(c: Receiver<number>, received: SharedArray<"u8">) {
  for (;;) {
    const waits = c.recv();
    const value = waits instanceof Promise ? await waits : waits;
    if (value === undefined) return;
    Atomics.add(received.array, value, 1);
  }
});

/** Receives from all; a channel that is closed and drained is left out from then on. */
export const consumeAny = task(import.meta, async function consumeAny(a: Receiver<number>, b: Receiver<number>, c: Receiver<number>, received: SharedArray<"u8">) {
  const cases: { a: Receiver<number> | undefined; b: Receiver<number> | undefined; c: Receiver<number> | undefined } = { a, b, c };
  while (cases.a !== undefined || cases.b !== undefined || cases.c !== undefined) {
    const chosen = await select(cases);
    if (chosen.value === undefined) cases[chosen.case] = undefined;
    else Atomics.add(received.array, chosen.value, 1);
  }
});

/** Counts under a lock with a plain increment, and again with an atomic one. */
export const countUnderLock = task(import.meta, async function countUnderLock(mutex: Mutex, cells: SharedArray<"i32">) {
  while (Atomics.load(cells.array, CELL.stop) === 0) {
    using guard = await mutex.lock();
    if (guard.ownerDied) Atomics.add(cells.array, CELL.ownerDied, 1);
    cells.array[CELL.underLock]++;
    Atomics.add(cells.array, CELL.locked, 1);
    guard.unlock();
    await yieldNow();
  }
});

export const answer = task(import.meta, async function answer(value: number) {
  return value + 1;
});

/** Starts tasks anywhere; those that die with their thread are reported, with its code. */
export const spawnOthers = task(import.meta, async function spawnOthers(cells: SharedArray<"i32">) {
  while (Atomics.load(cells.array, CELL.stop) === 0) {
    try {
      if ((await spawn(answer, 41)) !== 42) throw new Error("a task returned what it should not");
      Atomics.add(cells.array, CELL.spawned, 1);
    } catch (error) {
      if (!(error instanceof WarrenError) || error.code !== "ERR_THREAD_DIED") throw error;
    }
  }
});
