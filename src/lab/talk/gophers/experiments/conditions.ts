/** The conditions of the predictions, and whether they were met. */
import type { Condition } from "../../finding.ts";
import { printProcessors } from "../../../machine/environment.ts";

/** If steps take longer than planned by more than this share, timers are too late for the gophers to make up. */
const MOST_EXCESS = 0.03;
/** Share of its running time that a thread can wait for a core. */
const MOST_WAITED = 0.05;

/** In the wait world: timers are on time. `excess`: how much longer the load of one gopher took than planned, as a share. */
export function quiet(excess: number): Condition {
  return { text: `the machine is idle: one gopher alone took ${(100 * excess).toFixed(1)} % longer than planned`, met: excess <= MOST_EXCESS };
}

/** In the cpu world: a core for each of `threads`. `waited`: the share of their time in which they waited for one. */
export function processorsFor(threads: number, usable: number, waited: number): Condition {
  const rest = usable >= threads && waited > MOST_WAITED ? `, for which they waited ${(100 * waited).toFixed(0)} % of the time` : "";
  return { text: `${threads === 1 ? "the thread" : `each of the ${threads} threads`} has a core of its own: here ${printProcessors(usable)}${rest}`, met: usable >= threads && waited <= MOST_WAITED };
}
