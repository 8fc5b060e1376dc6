/**
 * When the last book is burnt: the model for a run of so many loads.
 *
 * The interval of `gopher-model.ts` holds in the long run; a run of forty loads
 * also fills the pipeline and does not wait for the last cart to come home. For
 * constant times and a processor for every gopher the moment is exact: each
 * event is the latest of those it waits for, plus its own time (the evolution
 * equations of the event graph), computed load by load.
 *
 * On p threads a thread's gophers work one at a time: the run lasts at least as
 * long as it takes until a thread has its first work, does all of it, and what
 * must still follow is done (the head-body-tail bound of job-shop scheduling).
 * The prediction is the larger of the two. Held against a simulation of the
 * same procedures (test/lab/gopher-simulator.ts): exact in the wait world and
 * with a thread for every gopher; within 3 % in the cpu world; in the mixed
 * world, where gophers of one thread get in each other's way, a lower bound that
 * is up to a third too low ({@link isBound}).
 */
import { COMPUTING, legsOf, placementOf, restingCarts, workOf, type Leg, type ModelDesign, type ModelRun, type ModelSteps } from "./gopher-model.ts";

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

/** Whether {@link finish} is only a lower bound: gophers who compute and wait share a thread. */
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
  const [first, second] = legsOf(design, steps).map((leg) => buildLeg(design, leg));
  const laneLoads = Math.ceil(loads / design.lanes); // the fullest lane decides
  const taken: number[] = []; // when each load left the dump
  let end = 0;
  for (let load = 0; load < laneLoads; load++) {
    if (!second) {
      end = first(load, 0, 0).unloaded;
    } else {
      const room = load < dumpCapacity ? 0 : taken[load - dumpCapacity];
      const put = first(load, 0, room).unloaded;
      const next = second(load, put, 0);
      taken.push(next.taken);
      end = next.unloaded;
    }
  }
  return end;
}

/**
 * The events of load number `load` on one leg. `available`: when it can be taken
 * from the dump; `room`: when the dump has a place for it.
 */
type LegClock = (load: number, available: number, room: number) => { taken: number; unloaded: number };

function buildLeg({ team, carts }: ModelDesign, leg: Leg): LegClock {
  const { load, move, unload, back, walk } = leg;
  const resting = team === "trio" ? restingCarts(carts) : 0;
  const atPile = carts - resting;
  const backs: number[] = []; // when a cart came home after load i
  const emptied: number[] = []; // when the cart of load i was unloaded
  let loaded = 0;
  let moved = 0;
  let carrierFree = 0;
  let returnerFree = 0;
  const alone = team === "single" || (team === "pair" && carts === 1);
  return (i, available, room) => {
    const cart = i < atPile ? 0 : backs[i - atPile];
    const taken = Math.max(cart, available, alone ? 0 : loaded);
    loaded = taken + load;
    moved = Math.max(loaded, carrierFree) + move;
    const previous = i === 0 || alone ? 0 : emptied[i - 1];
    emptied.push(Math.max(Math.max(moved, previous) + unload, room));
    switch (team) {
      case "single":
      case "pair":
        backs.push(emptied[i] + back);
        break;
      case "trio":
        // He takes home the cart that was emptied `resting` loads ago.
        carrierFree = Math.max(moved, i < resting ? 0 : emptied[i - resting]) + back;
        backs.push(carrierFree);
        break;
      case "quartet":
        carrierFree = moved + walk;
        backs.push(Math.max(emptied[i], returnerFree) + back);
        returnerFree = backs[i] + walk;
    }
    return { taken, unloaded: emptied[i] };
  };
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
    const body = here.reduce((total, { lane, perLoad, afterLast }) => {
      const laneLoads = Math.floor((loads * (lane + 1)) / design.lanes) - Math.floor((loads * lane) / design.lanes);
      return total + Math.max(0, laneLoads * perLoad - afterLast);
    }, 0);
    const head = Math.min(...here.map((gopher) => gopher.head));
    const tail = Math.min(...here.map((gopher) => gopher.tail));
    latest = Math.max(latest, head + body * COMPUTING[world] + tail);
  }
  return latest;
}
