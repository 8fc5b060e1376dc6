/** Waits for a fact by looking again and again: tests wait for nothing else. The deadline only ends what hangs. */
import { setTimeout as wait } from "node:timers/promises";

const DEADLINE_MS = 20_000;

export async function until(fact: () => unknown, what = String(fact)): Promise<void> {
  const endMs = performance.now() + DEADLINE_MS;
  while (!(await fact())) {
    if (performance.now() > endMs) throw new Error(`never came true: ${what}`);
    await wait(2);
  }
}

/** What a call throws or a promise rejects with. */
export async function thrown(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("nothing was thrown");
}
