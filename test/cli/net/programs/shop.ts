/** What a user serves: three tasks, and something else. */
import { existsSync } from "node:fs";
import { sleep, task } from "../../../../src/index.ts";

export const count = task(import.meta, async function count(words: readonly string[]): Promise<number> {
  return words.length;
});

export const wait = task(import.meta, async function wait(ms: number): Promise<number> {
  await sleep(ms);
  return ms;
});

/** Returns when there is a file. */
export const held = task(import.meta, async function held(path: string): Promise<string> {
  while (!existsSync(path)) await sleep(5);
  return path;
});

export const price = 3;
