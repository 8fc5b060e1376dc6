/** Tasks that look at and change an AsyncLocalStorage of their thread. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Chan, sleep, task } from "../../../src/index.ts";

export const user = new AsyncLocalStorage<string>();

/** What this task sees at its start, and after a wait. */
export const sees = task(import.meta, async function sees(): Promise<(string | null)[]> {
  const first = user.getStore() ?? null;
  await sleep(1);
  return [first, user.getStore() ?? null];
});

/** Stays in a store of its own for the rest of the task, however it is entered. */
export const enters = task(import.meta, async function enters(name: string, go: Chan<number>): Promise<string | undefined> {
  user.enterWith(name);
  await go.recv();
  await sleep(1);
  return user.getStore();
});

export const entersAtOnce = task(import.meta, async function entersAtOnce(name: string) {
  user.enterWith(name);
});
