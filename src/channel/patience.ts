/** Watching the other side of a channel for a moment, before an operation queues up. */
import { pause } from "../memory/atomics.ts";
import type { Scheduler } from "../wait/wait.ts";

/** Pauses, of about 30 ns each, after the other side was seen to move: the batch grows a little. */
const BATCH_PAUSES = 8;

/** Asks for a moment whether something has moved; true if it has. False without asking where watching cannot help. */
export function watchFor(scheduler: Scheduler, hasMoved: () => boolean): boolean {
  const spins = scheduler.spins();
  if (spins === 0) return false;
  for (let k = 0; k < spins; k++) {
    pause();
    if (!hasMoved()) continue;
    scheduler.spun(true);
    for (let more = 0; more < BATCH_PAUSES; more++) pause();
    return true;
  }
  scheduler.spun(false);
  return false;
}
