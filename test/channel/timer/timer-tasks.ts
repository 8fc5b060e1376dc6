/** Tasks with timers: some get one from elsewhere, some make one and send it away. */
import { type Receiver, type Sender, type Timer, afterFunc, chan, f64, select, sleep, spawn, task, timer, yieldNow } from "../../../src/index.ts";

/** The value of a timer of another thread. */
export const recvFrom = task(import.meta, async function recvFrom(from: Receiver<number>) {
  return from.recv();
});

/** How many values came until the timer was disposed. */
export const countValues = task(import.meta, async function countValues(from: Receiver<number>, ready: Sender<number>) {
  let count = 0;
  await ready.send(1);
  for await (const _at of from) count++;
  return count;
});

/** Makes a timer here, from which another task receives, on any thread; sends on what it got. */
export const serveTimer = task(import.meta, async function serveTimer(to: Sender<number>) {
  const mine = timer(1);
  const got = await spawn(recvFrom, mine);
  await to.send(got as number);
  mine[Symbol.dispose]();
});

/** What a random series of `stop`, `reset`, waits and receives has seen: each start ends in one value or in one `true`. */
export interface Series {
  starts: number;
  received: number;
  cancelled: number;
}

/** A small generator of random numbers, so that a failed series can be repeated. */
function lottery(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % below;
  };
}

/** `takes` says whether values are also received here. At the end the timer is stopped. */
export async function playSeries(mine: Timer, steps: number, seed: number, takes: boolean): Promise<Series> {
  const series: Series = { starts: 1, received: 0, cancelled: 0 };
  const draw = lottery(seed);
  for (let step = 0; step < steps; step++) {
    const what = draw(5);
    if (what === 0) series.cancelled += Number(mine.stop());
    else if (what === 1) {
      series.cancelled += Number(mine.reset(draw(4) / 2));
      series.starts++;
    } else if (what === 2) {
      const endMs = performance.now() + draw(20) / 10;
      while (performance.now() < endMs);
    } else if (what === 3 && takes) {
      const { case: which } = await select({ mine, quit: timer(draw(3)) });
      if (which === "mine") series.received++;
    } else if (draw(2) === 0) await yieldNow();
    else await sleep(1);
  }
  series.cancelled += Number(mine.stop());
  return series;
}

export const playHere = task(import.meta, async function playHere(steps: number, seed: number) {
  using mine = timer(1);
  return await playSeries(mine, steps, seed, true);
});

/** For `run`: waits for a timer that has fired and is not set again. */
export const waitsForFired = task(import.meta, async function waitsForFired() {
  const mine = timer(1);
  await mine.recv();
  await mine.recv();
});

/** For `run`: a task on another thread, if there is one, waits for a timer that was stopped. */
export const waitsForStopped = task(import.meta, async function waitsForStopped() {
  const mine = timer(1e6);
  const waiting = spawn(recvFrom, mine);
  await sleep(1);
  mine.stop();
  await waiting;
});

/** For `run`: nothing but a timer wakes the task, on its own thread and on another. */
export const waitsForArmed = task(import.meta, async function waitsForArmed(delayMs: number) {
  const mine = timer(1e9);
  const there = spawn(recvFrom, mine);
  mine.reset(delayMs);
  await there;
  mine.reset(delayMs);
  await mine.recv();
  const called = chan(f64, 1);
  afterFunc(delayMs, () => void called.trySend(1));
  return called.recv();
});
