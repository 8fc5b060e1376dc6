/**
 * Where a task that has not started runs: warren's own rules (src/scheduler/load.ts and
 * task-queue.ts), over simulated processors. A test holds both against each other.
 *
 * A processor's load is the tasks in its queue and those that it holds: started and not
 * ended. A new task goes to a processor with about the least load; an idle processor
 * takes half of the difference. A task that has started never moves.
 */
import { at } from "./graph.ts";

/** The figures of load.ts and task-queue.ts. */
const MANY = 32;
const ENOUGH_LOOKS = 8;
const SOME = 2;
const MOST_STEAL = 32;

/** The loads of the simulated processors. */
export interface Loads {
  /** By processor: tasks that it holds. */
  readonly held: Int32Array;
  /** By processor: tasks in its queue, which others can take, and closures, which they cannot. */
  readonly queued: Int32Array;
}

function loadOf({ held, queued }: Loads, processor: number): number {
  return at(held, processor) + at(queued, processor);
}

/** The processor for the next task of a starter that gave its last one to `last`, and has placed `placed` tasks. */
export function placeFor(loads: Loads, last: number, placed: number): number {
  const count = loads.held.length;
  const stay = last % count;
  const load = loadOf(loads, stay);
  let best = stay;
  let least = load;
  const others = count - 1;
  const skipped = others > ENOUGH_LOOKS ? (placed * ENOUGH_LOOKS) % others : 0;
  for (let k = 0; k < others && least > 0; k++) {
    if (k >= ENOUGH_LOOKS && least >= SOME) break;
    const index = (stay + 1 + ((skipped + k) % others)) % count;
    const its = loadOf(loads, index);
    if (its < least || (its === least && best === stay)) {
      best = index;
      least = its;
    }
  }
  return least >= MANY && load <= least + (least >> 3) ? stay : best;
}

/** How many of the `stealable` tasks of `victim` an idle processor takes. `isHeldUp`: the victim has not come to them for long. */
export function stolenFrom(loads: Loads, thief: number, victim: number, stealable: number, isHeldUp: boolean): number {
  if (stealable <= 0) return 0;
  const surplus = (loadOf(loads, victim) - loadOf(loads, thief)) >> 1;
  return Math.max(0, Math.min(stealable, MOST_STEAL, isHeldUp ? (stealable + 1) >> 1 : surplus));
}
