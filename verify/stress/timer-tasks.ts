/** Tasks of the timer loads. */
import { after, chan, i32, select, sleep, spawn, task } from "../../src/index.ts";
import { Jitter } from "./jitter.ts";

/** Selects between a ready channel and two timers far off; how many timers won. */
export const passTimers = task(import.meta, async function passTimers(times: number) {
  const c = chan(i32, 1);
  let fired = 0;
  for (let k = 0; k < times; k++) {
    const waiting = select({ c, late: after(1e9), later: after(Number.POSITIVE_INFINITY) });
    c.trySend(k);
    if ((await waiting).case !== "c") fired++;
  }
  c.close();
  return fired;
});

/** How sleeps went: those that ended, those that ended early, the cancelled ones that ended all the same, the latest in milliseconds. */
export interface Slept {
  ended: number;
  early: number;
  undead: number;
  latestMs: number;
}

/** Sleeps `count` times up to 20 ms, all at once; every eighth is cancelled. */
export const sleepMany = task(import.meta, async function sleepMany(count: number, seed: number, stream: number) {
  const jitter = new Jitter(seed, stream);
  const slept: Slept = { ended: 0, early: 0, undead: 0, latestMs: 0 };
  const one = async (delayMs: number): Promise<void> => {
    const began = performance.now();
    await sleep(delayMs);
    const lateMs = performance.now() - began - delayMs;
    slept.ended++;
    if (lateMs < 0) slept.early++;
    slept.latestMs = Math.max(slept.latestMs, lateMs);
  };
  const cancelled = async (delayMs: number): Promise<void> => {
    const controller = new AbortController();
    const sleeping = sleep(delayMs, { signal: controller.signal });
    controller.abort();
    await sleeping.then(() => slept.undead++, () => slept.ended++);
  };
  await Promise.all(Array.from({ length: count }, (_, k) => spawn(() => (k % 8 === 7 ? cancelled : one)(jitter.below(2000) / 100))));
  return slept;
});

/** Waits for timers of 0 ms, one after the other; how many gave nothing. */
export const zeroTimers = task(import.meta, async function zeroTimers(count: number) {
  let missed = 0;
  for (let k = 0; k < count; k++) {
    const due = after(0);
    if ((await due.recv()) === undefined || (await due.recv()) !== undefined) missed++;
  }
  return missed;
});
