/** Watching the other side of a channel for a moment, before an operation queues up. */
import { pause } from "../memory/atomics.ts";
import type { Scheduler } from "../wait/wait.ts";

/** Pauses, of about 30 ns each, after the other side was seen to move: the batch grows a little. */
const FEW_PAUSES = 8;
const MANY_PAUSES = 64;

/**
 * As `FEW_PAUSES`, for a sender that has found a ring full. The receivers have a full ring
 * meanwhile, and each look at their position would take its cache line from them, so the
 * sender comes back when they could have taken half of the ring.
 */
export function pausesFor(capacity: number): number {
  return Math.max(FEW_PAUSES, Math.min(MANY_PAUSES, capacity >> 1));
}

/** Asks for a moment whether something has moved; true if it has, after `pauses` more. False without asking where watching cannot help. */
export function watchFor(scheduler: Scheduler, hasMoved: () => boolean, pauses = FEW_PAUSES): boolean {
  const spins = scheduler.spins();
  if (spins === 0) return false;
  for (let k = 0; k < spins; k++) {
    pause();
    if (!hasMoved()) continue;
    scheduler.spun(true);
    for (let more = 0; more < pauses; more++) pause();
    return true;
  }
  scheduler.spun(false);
  return false;
}
