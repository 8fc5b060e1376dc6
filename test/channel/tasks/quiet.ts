/** What a runtime holds, and waiting until it holds nothing: for tests and for programs without vitest. */
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";

/** Waits for a fact. Give the test a time limit: this has none. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await fact()); tries++) await new Promise((resolve) => setTimeout(resolve, tries < 20 ? 0 : 2));
}

/** Until no task lives and nothing waits, on any thread. */
export async function quiet(rt: OpenRuntime): Promise<void> {
  await until(async () => (await rt.dump()).threads.every(({ tasks, unlisted, parked }) => tasks.length + unlisted.length + parked.length === 0));
}

/** Bytes of the arena in use. */
export function used(rt: OpenRuntime): number {
  return rt.arena.use().used;
}
