/** Tasks that plan calls. */
import { type Chan, type Sender, type TimedCall, afterFunc, chan, f64, go, i32, sleep, spawn, task } from "../../../src/index.ts";

/** Plans calls on its thread: what they saw, and what stop and reset said. */
export const planHere = task(import.meta, async function planHere() {
  const times: number[] = [];
  const beginMs = performance.now();
  const done = chan(i32);
  const dropped = afterFunc(1, () => times.push(-1));
  const first = dropped.stop();
  const call: TimedCall = afterFunc(2, async () => {
    times.push(performance.now() - beginMs);
    if (times.length === 2) return done.close();
    return call.reset(3);
  });
  await done.recv();
  return { times, stopped: [first, dropped.stop(), call.stop()] };
});

/** A task to be planned: it runs on any thread. */
export const noteRun = task(import.meta, async function noteRun() {
  await sleep(0);
});

/** Plans a call that is far away. */
export const planFar = task(import.meta, async function planFar() {
  afterFunc(1e6, () => undefined);
});

/** Waits on a channel that only a planned call knows. */
const waitsForCall = task(import.meta, async function waitsForCall(delayMs: number) {
  const ch = chan(f64);
  go(sends, ch, delayMs);
  return ch.recv();
});

const sends = task(import.meta, async function sends(ch: Sender<number>, delayMs: number) {
  afterFunc(delayMs, () => ch.send(7));
});

/** As `waitsForCall`, but the call is dropped. */
export const waitsForDropped = task(import.meta, async function waitsForDropped(report: Chan<number>) {
  const ch = chan(f64);
  go(drops, ch, report);
  return ch.recv();
});

const drops = task(import.meta, async function drops(ch: Sender<number>, report: Chan<number>) {
  const call = afterFunc(1e6, () => ch.send(7));
  await report.recv();
  call.stop();
});

/** For `run`: fails in a planned call. */
export const failsLater = task(import.meta, async function failsLater(delayMs: number) {
  afterFunc(delayMs, async () => {
    throw new RangeError("later");
  });
  await sleep(1e6);
});

/** For `run`: the planned call is all that can wake the task. */
export const wokenByCall = task(import.meta, async function wokenByCall(delayMs: number) {
  return (await spawn(waitsForCall, delayMs)) as number;
});
