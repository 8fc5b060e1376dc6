/**
 * When the last book is burnt: the model for a run of so many loads.
 *
 * The interval of `model.ts` holds in the long run; a run of forty loads
 * also fills the pipeline and does not wait for the last cart to come home. For
 * constant times and a processor for every gopher the moment is exact
 * (`events.ts`).
 *
 * On p threads a thread's gophers work one at a time: the run lasts at least as
 * long as it takes until a thread has its first work, does all of it, and what
 * must still follow is done (the head-body-tail bound of job-shop scheduling).
 * The prediction is the larger of the two. Held against a simulation of the
 * same procedures (test/lab/talk/gophers/simulator.ts): exact in the wait world and
 * with a thread for every gopher; within 3 % in the cpu world; in the mixed
 * world, where gophers of one thread get in each other's way, a lower bound that
 * is up to a third too low ({@link isBound}).
 */
import { burnTimes } from "./events.ts";
import { COMPUTING, loadsOf, placementOf, workOf, type ModelDesign, type ModelRun, type ModelSteps } from "./model.ts";

/** A run of `loads` cart-loads. `dumpCapacity` in loads, default 4. */
export interface FiniteRun extends ModelRun {
  readonly loads: number;
  readonly dumpCapacity?: number;
}

/** Units from the opening of the gate to the last book burnt, on the run's threads. */
export function finish(run: FiniteRun): number {
  const { design, steps, loads, dumpCapacity = 4 } = run;
  return Math.max(structureFinish(design, steps, loads, dumpCapacity), threadFinish(run));
}

/** Whether {@link finish} is only a lower bound: gophers that compute and wait share a thread. */
export function isBound(run: ModelRun): boolean {
  const placement = placementOf(run);
  return run.world === "mixed" && new Set(placement).size < placement.length;
}

/** {@link finish} in nanoseconds, for a unit of `unitMs`. */
export function predictNs(run: FiniteRun, unitMs: number): number {
  return finish(run) * unitMs * 1e6;
}

/** {@link finish} with a processor for every gopher: exact for constant times. */
export function structureFinish(design: ModelDesign, steps: ModelSteps, loads: number, dumpCapacity: number): number {
  // the fullest lane decides
  return burnTimes(design, steps, Math.ceil(loads / design.lanes), dumpCapacity).at(-1) ?? 0;
}

/** The busiest thread: until its first work, all its work, and what must follow. */
function threadFinish(run: FiniteRun): number {
  const { design, steps, world, threads, loads } = run;
  if (COMPUTING[world] === 0) return 0;
  const placement = placementOf(run);
  const crew = workOf(design, steps);
  let latest = 0;
  for (let thread = 0; thread < threads; thread++) {
    const here = crew.filter((_, gopher) => placement[gopher] === thread);
    if (here.length === 0) continue;
    const body = here.reduce((total, { lane, perLoad, afterLast }) => total + Math.max(0, loadsOf(lane, design.lanes, loads) * perLoad - afterLast), 0);
    const head = Math.min(...here.map((gopher) => gopher.head));
    const tail = Math.min(...here.map((gopher) => gopher.tail));
    latest = Math.max(latest, head + body * COMPUTING[world] + tail);
  }
  return latest;
}
