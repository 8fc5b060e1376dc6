/** Collecting the garbage of a whole runtime, so that finalizers run. */
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import type { Runtime } from "../../../src/index.ts";
import { collect } from "./dropping.ts";
import { quiet, until, used } from "./quiet.ts";

export async function collectGarbage(rt: Runtime): Promise<void> {
  await Promise.all([collect(), ...Array.from({ length: rt.threads }, (_, place) => rt.spawn.on(place)(collect))]);
}

/** Bytes in use when all threads have run a task before and nothing is under way. */
export async function usedWhenWarm(rt: OpenRuntime): Promise<number> {
  await collectGarbage(rt);
  await quiet(rt);
  return used(rt);
}

/** Collects garbage here and on all threads until the arena is back at `bytes`. */
export async function untilUsed(rt: OpenRuntime, bytes: number): Promise<void> {
  await until(async () => {
    await collectGarbage(rt);
    return used(rt) <= bytes;
  });
}
