/** Tasks about time and turns. */
import { readFile } from "node:fs";
import { sleep, spawn, task, yieldNow } from "../../src/index.ts";

/** Sleeps all delays at once, several times, and measures each. */
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
