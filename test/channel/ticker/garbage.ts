/** Collecting the garbage of a whole runtime with two threads, so that finalizers run. */
import type { Runtime } from "../../../src/index.ts";
import { collect } from "../tasks/dropping.ts";

export async function collectGarbage(rt: Runtime): Promise<void> {
  await Promise.all([collect(), rt.spawn.on(0)(collect), rt.spawn.on(1)(collect)]);
}
