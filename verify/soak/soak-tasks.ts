/** Tasks of the soak. */
import { type Chan, type Context, type Receiver, type Sender, type SharedArray, after, select, sleep, task } from "../../src/index.ts";
import { Jitter } from "../stress/jitter.ts";
import { type Ledger, ROW, ROW_WORDS } from "./ledger.ts";

/** Values that a lane sends between two pauses, and the longest pause. */
const BURST = 50;
const PAUSE_MS = 30;

/** Sends on from where the last sender of this lane was, in bursts, until `stop`; closes the channel then. */
export const sendLane = task(import.meta, async function sendLane(c: Chan<number>, lane: number, ledger: Ledger, stop: SharedArray<"i32">, seed: number) {
  const { array } = ledger;
  const row = lane * ROW_WORDS;
  const jitter = new Jitter(seed, lane);
  while (stop.array[0] === 0) {
    for (let left = 1 + jitter.below(BURST); left > 0; left--) {
      const value = array[row + ROW.tried] + 1;
      array[row + ROW.tried] = value;
      await c.send(value);
      array[row + ROW.sent] = value;
    }
    await sleep(jitter.below(PAUSE_MS));
  }
  c.close();
});

/** Receives until the channel is closed, and notes what is missing or wrong. */
export const recvLane = task(import.meta, async function recvLane(c: Receiver<number>, lane: number, ledger: Ledger) {
  const { array } = ledger;
  const row = lane * ROW_WORDS;
  for await (const value of c) {
    const expected = array[row + ROW.got] + 1;
    if (value < expected) array[row + ROW.wrong]++;
    else {
      array[row + ROW.missing] += value - expected;
      array[row + ROW.got] = value;
    }
  }
});

/** Selects between a lane of its own that is idle and timers, until `stop`; how many timers it saw. */
export const selectTimers = task(import.meta, async function selectTimers(idle: Receiver<number>, stop: SharedArray<"i32">, seed: number, stream: number) {
  const jitter = new Jitter(seed, -stream - 1);
  let fired = 0;
  while (stop.array[0] === 0) {
    const { case: first } = await select({ idle, soon: after(jitter.below(20)), late: after(1e6) });
    if (first !== "soon") break;
    fired++;
  }
  return fired;
});

export const double = task(import.meta, async function double(value: number) {
  return 2 * value;
});

export const fail = task(import.meta, async function fail(value: number) {
  throw new RangeError(`soak ${value}`);
});

/** Waits to be cancelled. */
export const waitCancelled = task(import.meta, async function waitCancelled(context: Context) {
  await context.done.recv();
  return context.cancelled;
});

export const generate = task(import.meta, async function generate(out: Chan<number>, count: number) {
  for (let k = 1; k <= count; k++) await out.send(k);
  out.close();
});

/** A stage: one more than what came in. */
export const increment = task(import.meta, async function increment(from: Receiver<number>, to: Sender<number> & { close(): void }) {
  for await (const value of from) await to.send(value + 1);
  to.close();
});

export const addUp = task(import.meta, async function addUp(from: Receiver<number>) {
  let sum = 0;
  for await (const value of from) sum += value;
  return sum;
});

/** Frees an array that the main thread made. */
export const freeThere = task(import.meta, function freeThere(array: SharedArray<"u8">) {
  array.free();
});
