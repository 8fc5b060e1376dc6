/** Tasks about time and turns. */
import { readFile } from "node:fs";
import { after, chan, i32, sleep, spawn, task, yieldNow } from "../../../src/index.ts";

/** Sleeps all delays at the same time, several times, and measures each. */
export const sleepMany = task(import.meta, async function sleepMany(delays: number[]) {
  return Promise.all(
    Array.from({ length: 10 }, () => delays)
      .flat()
      .map(async (asked) => {
        const before = performance.now();
        await sleep(asked);
        return { asked, slept: performance.now() - before };
      }),
  );
});

/** Two closures write their letter and yield. */
export const alternate = task(import.meta, async function alternate(times: number) {
  let order = "";
  const write = async (letter: string): Promise<void> => {
    for (let k = 0; k < times; k++) {
      order += letter;
      await yieldNow();
    }
  };
  await Promise.all([spawn(write, "a"), spawn(write, "b")]);
  return order;
});

/** Yields until everything else of this thread has had a turn. */
export const yieldFairly = task(import.meta, async function yieldFairly() {
  const seen = { immediate: false, timer: false, file: false };
  setImmediate(() => {
    seen.immediate = true;
  });
  setTimeout(() => {
    seen.timer = true;
  }, 1);
  readFile(new URL(import.meta.url), () => {
    seen.file = true;
  });
  while (!(seen.immediate && seen.timer && seen.file)) await yieldNow();
  return seen;
});

/** Sleeps 0 ms so often, a thousand at a time; returns how many ended. */
export const sleepOften = task(import.meta, async function sleepOften(times: number) {
  let ended = 0;
  while (ended < times) ended += (await Promise.all(Array.from({ length: 1000 }, () => sleep(0)))).length;
  return ended;
});

/** Two tasks of this thread exchange values until a timer has fired; how many values. */
export const ticksAmidChat = task(import.meta, async function ticksAmidChat(ms: number) {
  const [there, back] = [chan(i32), chan(i32)];
  let exchanged = 0;
  const echo = spawn(async () => {
    for await (const value of there) await back.send(value);
  });
  for (const timer = after(ms); timer.length === 0; exchanged++) {
    await there.send(exchanged);
    await back.recv();
  }
  const ready = after(ms);
  const fired = spawn(async () => ready.recv());
  let isOver = false;
  void fired.then(() => (isOver = true));
  for (; !isOver; exchanged++) {
    await there.send(exchanged);
    await back.recv();
  }
  there.close();
  back.close();
  await echo;
  return exchanged;
});
