/** What a user serves: two tasks, and something else. */
import { sleep, task } from "../../../../src/index.ts";

export const count = task(import.meta, async function count(words: readonly string[]): Promise<number> {
  return words.length;
});

export const wait = task(import.meta, async function wait(ms: number): Promise<number> {
  await sleep(ms);
  return ms;
});

export const price = 3;
