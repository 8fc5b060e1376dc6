/** Waits until what is about to end has ended: a result may arrive a moment before its task counts as ended. */
import type { Runtime } from "../../index.ts";

/** How long something that is about to end is waited for, and how often it is looked at. */
const PATIENCE_MS = 5000;
const LOOK_MS = 20;

/** Looks until `isOver` or out of patience; what was seen last. */
export async function settled<T>(runtime: Runtime, look: () => Promise<T>, isOver: (seen: T) => boolean): Promise<T> {
  for (const untilMs = performance.now() + PATIENCE_MS; ;) {
    const seen = await look();
    if (isOver(seen) || performance.now() > untilMs) return seen;
    await runtime.sleep(LOOK_MS);
  }
}

/** Tasks that have not ended: none, if a program leaves nothing behind. */
export async function tasksLeft(runtime: Runtime): Promise<number> {
  return settled(runtime, async () => (await runtime.stats()).tasks, (tasks) => tasks === 0);
}
