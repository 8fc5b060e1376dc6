/** What the predictions need of the machine, and whether that was so. */
import type { Condition } from "../../finding.ts";
import { printProcessors } from "../../../machine/environment.ts";

/** Steps longer than asked by more than this share: timers come later than the gophers can make up for. */
const MOST_EXCESS = 0.03;
/** Share of its running time that a thread may wait for a processor. */
const MOST_WAITED = 0.05;

/** In the wait world: timers come in time. `excess`: how much longer one gopher's load took than asked, as a share. */
export function quiet(excess: number): Condition {
  return { text: `the machine is quiet: here one gopher alone took ${(100 * excess).toFixed(1)} % longer than asked`, met: excess <= MOST_EXCESS };
}

/** In the cpu world: a processor for each of `threads`. `waited`: the share of their time in which they waited for one. */
export function processorsFor(threads: number, usable: number, waited: number): Condition {
  const rest = usable >= threads && waited > MOST_WAITED ? `, for which they waited ${(100 * waited).toFixed(0)} % of the time` : "";
  return { text: `${threads === 1 ? "the thread" : `each of the ${threads} threads`} has a core of its own: here ${printProcessors(usable)}${rest}`, met: usable >= threads && waited <= MOST_WAITED };
}
