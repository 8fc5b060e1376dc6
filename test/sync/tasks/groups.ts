/** Tasks of the tests of wait groups, Once, barriers and counters. */
import { type Barrier, type Chan, type Counter, type Once, type SharedArray, type WaitGroup, task, yieldNow } from "../../../src/index.ts";

/** One party of a barrier made of two wait groups; counts those that pass before all have arrived. */
export const twoPhase = task(import.meta, async function twoPhase(first: WaitGroup, second: WaitGroup, there: SharedArray<"i32">, parties: number) {
  Atomics.add(there.array, 0, 1);
  first.done();
  await first.wait();
  const early = Atomics.load(there.array, 0) !== parties ? 1 : 0;
  second.done();
  await second.wait();
  return early;
});

export const workThenDone = task(import.meta, async function workThenDone(group: WaitGroup, sum: SharedArray<"i32">, yields: number) {
  for (let k = 0; k < yields; k++) await yieldNow();
  Atomics.add(sum.array, 0, 1);
  group.done();
});

/** Adds and is done, over and over, while others wait. */
export const addAndDone = task(import.meta, async function addAndDone(group: WaitGroup, rounds: number) {
  for (let k = 0; k < rounds; k++) {
    group.add(2);
    if (k % 64 === 0) await yieldNow();
    group.done();
    group.done();
  }
});

/** Waits over and over. */
export const waitOften = task(import.meta, async function waitOften(group: WaitGroup, rounds: number) {
  for (let k = 0; k < rounds; k++) {
    const waiting = group.wait();
    if (waiting instanceof Promise) await waiting;
  }
});

export const waitOnce = task(import.meta, async function waitOnce(group: WaitGroup) {
  await group.wait();
});

/** Calls `do` and counts, in shared memory, runs under way (must not overlap), runs, and readers that see no effect. */
export const callOnce = task(import.meta, async function callOnce(once: Once, seen: SharedArray<"i32">, failures: number) {
  const { array } = seen;
  for (;;) {
    try {
      await once.do(async () => {
        if (Atomics.add(array, 0, 1) !== 0) Atomics.add(array, 3, 1);
        await yieldNow();
        Atomics.sub(array, 0, 1);
        if (Atomics.add(array, 1, 1) < failures) throw new RangeError("not this time");
        array[2] = 42;
      });
      return array[2] === 42;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
});

/** Meets the others again and again; reports the sum of its places, and rounds in which somebody was ahead or behind. */
export const meet = task(import.meta, async function meet(barrier: Barrier, me: number, rounds: SharedArray<"i32">, count: number) {
  let [places, apart] = [0, 0];
  for (let k = 0; k < count; k++) {
    rounds.array[me] = k + 1;
    places += await barrier.wait();
    // All have begun this round, and none can be two ahead.
    for (let other = 0; other < barrier.parties; other++) if (rounds.array[other] < k + 1 || rounds.array[other] > k + 2) apart++;
  }
  return [places, apart];
});

export const arrive = task(import.meta, async function arrive(barrier: Barrier) {
  return barrier.wait();
});

export const addTo = task(import.meta, async function addTo(counter: Counter, n: number, times: number) {
  let value = 0;
  for (let k = 0; k < times; k++) {
    value = counter.add(n);
    if (k % 256 === 0) await yieldNow();
  }
  return value;
});

/** Waits for each of `targets` in turn; the values seen right after each. */
export const waitFor = task(import.meta, async function waitFor(counter: Counter, targets: number[]) {
  const seen: number[] = [];
  for (const target of targets) {
    await counter.until(target);
    seen.push(counter.value);
  }
  return seen;
});

/** Waits for `target`, then sends its number. */
export const sayWhen = task(import.meta, async function sayWhen(counter: Counter, target: number, who: number, out: Chan<number>) {
  await counter.until(target);
  await out.send(who);
});
