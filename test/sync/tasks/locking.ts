/** Tasks of the tests of locks and semaphores. */
import { type Chan, type Mutex, type RwLock, type Semaphore, type SharedArray, task, yieldNow } from "../../../src/index.ts";

/** Adds to a plain word under the lock: two that overlap lose one. Counts intrusions. */
export const hammer = task(import.meta, async function hammer(mutex: Mutex, counter: SharedArray<"i32">, rounds: number) {
  let intrusions = 0;
  const { array } = counter;
  for (let k = 0; k < rounds; k++) {
    const locking = mutex.lock();
    using _guard = locking instanceof Promise ? await locking : locking;
    const before = array[0];
    if (array[1]++ !== 0) intrusions++;
    if (k % 16 === 0) await yieldNow();
    array[0] = before + 1;
    if (--array[1] !== 0) intrusions++;
  }
  return intrusions;
});

/** As `hammer` with attempts that a signal ends at random; returns how many it ended. */
export const hammerImpatiently = task(import.meta, async function hammerImpatiently(mutex: Mutex, counter: SharedArray<"i32">, rounds: number) {
  let ended = 0;
  for (let k = 0; k < rounds; k++) {
    const controller = new AbortController();
    const locking = Promise.try(() => mutex.lock({ signal: controller.signal }));
    if (k % 2 === 0) void yieldNow().then(() => controller.abort());
    else queueMicrotask(() => controller.abort());
    try {
      using _guard = await locking;
      counter.array[0]++;
    } catch (error) {
      if ((error as Error).name !== "AbortError") throw error;
      ended++;
    }
  }
  return ended;
});

/** Reads and writes; a reader must never see a write half done. */
export const readAndWrite = task(import.meta, async function readAndWrite(lock: RwLock, pair: SharedArray<"i32">, rounds: number, writeEvery: number) {
  let torn = 0;
  for (let k = 0; k < rounds; k++) {
    if (k % writeEvery === 0) {
      using _guard = await lock.writeLock();
      pair.array[0]++;
      if (k % 64 === 0) await yieldNow();
      pair.array[1]++;
    } else {
      using _guard = await lock.readLock();
      if (pair.array[0] !== pair.array[1]) torn++;
      if (k % 64 === 1) await yieldNow();
      if (pair.array[0] !== pair.array[1]) torn++;
    }
  }
  return torn;
});

/** Takes one to three permits at a time; counts moments in which more than `most` are out. */
export const takePermits = task(import.meta, async function takePermits(semaphore: Semaphore, out: SharedArray<"i32">, rounds: number, most: number) {
  let excess = 0;
  for (let k = 0; k < rounds; k++) {
    const n = 1 + (k % 3);
    using _guard = await semaphore.acquire(n);
    if (Atomics.add(out.array, 0, n) + n > most) excess++;
    if (k % 8 === 0) await yieldNow();
    Atomics.sub(out.array, 0, n);
  }
  return excess;
});

/** As `takePermits` with attempts that time out; returns how many did. */
export const takeImpatiently = task(import.meta, async function takeImpatiently(semaphore: Semaphore, rounds: number) {
  let ended = 0;
  for (let k = 0; k < rounds; k++) {
    const controller = new AbortController();
    const acquiring = Promise.try(() => semaphore.acquire(1 + (k % 3), { signal: controller.signal }));
    void yieldNow().then(() => controller.abort());
    try {
      using _guard = await acquiring;
      if (k % 3 === 0) await yieldNow();
    } catch {
      ended++;
    }
  }
  return ended;
});

/** Holds the lock until it receives the end. */
export const holdUntil = task(import.meta, async function holdUntil(mutex: Mutex, held: Chan<number>, release: Chan<number>) {
  using _guard = await mutex.lock();
  await held.send(1);
  await release.recv();
});

/** Locks once and says so; the order of what comes out is the order of the locks. */
export const lockAndSay = task(import.meta, async function lockAndSay(mutex: Mutex, who: number, out: Chan<number>) {
  using guard = await mutex.lock();
  await out.send(who);
  return guard.ownerDied;
});

/** How a call on a freed object fails on another thread. */
export const codeOfLock = task(import.meta, async function codeOfLock(mutex: Mutex) {
  try {
    (await mutex.lock()).unlock();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return "locked";
});

export const freeIt = task(import.meta, async function freeIt(object: Mutex) {
  object.free();
});
