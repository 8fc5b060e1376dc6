/**
 * What a gopher design should reach: the model that runs are held against.
 *
 * With constant times and a processor for every gopher, a design is a timed
 * event graph, and its interval per load is the largest ratio, over all cycles
 * of things that wait for each other, of time spent to loads let through. That
 * gives the closed forms below: a gopher's own round, the carts' round divided
 * by their number, a token's hold.
 *
 * On p threads: a gopher that waits needs no core, so in the wait world the
 * interval does not depend on p. A gopher that computes does: a thread passes a
 * load no faster than the work of its own gophers allows, and gophers do not
 * change threads. So the interval is at least that of the structure and at
 * least that of the busiest thread; the model takes the larger.
 *
 * All times are in units, per cart-load; books a cart only divide the result.
 * Source: the designs are Rob Pike's (*Concurrency is not parallelism*); cycle
 * ratios: Baccelli et al., *Synchronization and Linearity*, ch. 2; exponential
 * times: mean value analysis, Reiser and Lavenberg 1980.
 */
import type { Steps } from "../../../../workers/gophers/config.ts";
import type { World } from "../../../../workers/gophers/labour.ts";

/** A design, as the model sees it: the generator's own value fits. Carts are per team. */
export interface ModelDesign {
  readonly team: "single" | "pair" | "trio" | "quartet";
  readonly staging: boolean;
  readonly lanes: number;
  readonly carts: number;
}

/** Units per cart-load: load, move, unload and burn, return, handling at a dump, walking without a cart. */
export type ModelSteps = Steps;

/** Every step of a load takes one unit, walking none: column 1 of the table in docs/talk.md, "The model". */
export const EVEN: ModelSteps = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };

/** A run to predict: `placement[gopher]` is a thread's index; default: dealt out in rotation. */
export interface ModelRun {
  readonly design: ModelDesign;
  readonly steps: ModelSteps;
  readonly world: World;
  readonly threads: number;
  readonly placement?: readonly number[];
}

/** A leg of a lane: pile or dump to dump or incinerator. */
export interface Leg {
  readonly load: number;
  readonly move: number;
  readonly unload: number;
  readonly back: number;
  readonly walk: number;
}

/** Share of a step that needs a processor. */
export const COMPUTING: Readonly<Record<World, number>> = { cpu: 1, wait: 0, mixed: 0.5 };

/** The legs of a lane: one, or two of half the way with handling at the dump between them. */
export function legsOf({ staging }: ModelDesign, { L, M, U, R, D, W }: ModelSteps): readonly Leg[] {
  if (!staging) return [{ load: L, move: M, unload: U, back: R, walk: W }];
  const way = { move: M / 2, back: R / 2, walk: W / 2 };
  return [
    { ...way, load: L, unload: D },
    { ...way, load: D, unload: U },
  ];
}

/** How many of a run's loads a lane has. */
export function loadsOf(lane: number, lanes: number, loads: number): number {
  return Math.floor((loads * (lane + 1)) / lanes) - Math.floor((loads * lane) / lanes);
}

/** Time of a cart's round on a leg. */
function roundOf({ load, move, unload, back }: Leg): number {
  return load + move + unload + back;
}

/** Carts that rest at the far end of a trio's leg, so that the carrier never goes home empty-handed. */
export function restingCarts(carts: number): number {
  return Math.floor((carts - 1) / 2);
}

/** Interval between loads, in units, with a processor for every gopher. */
export function structureInterval(design: ModelDesign, steps: ModelSteps): number {
  return Math.max(...legsOf(design, steps).map((leg) => legInterval(design, leg))) / design.lanes;
}

function legInterval({ team, carts }: ModelDesign, leg: Leg): number {
  const { load, move, unload, back, walk } = leg;
  const carted = roundOf(leg) / carts;
  switch (team) {
    case "single":
      return roundOf(leg);
    case "pair":
      return Math.max(carted, load, unload);
    case "trio": {
      // The carrier's round; and with few carts he waits at one end for the cart he just left there.
      const resting = restingCarts(carts);
      const far = (move + unload + back) / (resting + 1);
      const near = (load + move + back) / (carts - resting);
      return Math.max(carted, load, move + back, unload, far, near);
    }
    case "quartet":
      return Math.max(carted, load, move + walk, unload, back + walk);
  }
}

/** A gopher's share of a load of his lane, in units. */
export interface GopherWork {
  readonly lane: number;
  readonly perLoad: number;
  /** Part of it that comes after the last book is burnt. */
  readonly afterLast: number;
  /** Time from the opening of the gate to his first work, and from his last work to the last burning. */
  readonly head: number;
  readonly tail: number;
}

/** The work of each gopher, in the order in which they are sent out. */
export function workOf(design: ModelDesign, steps: ModelSteps): readonly GopherWork[] {
  const legs = legsOf(design, steps);
  const through = legs.map(({ load, move, unload }) => load + move + unload);
  const total = through.reduce((a, b) => a + b, 0);
  const crew: GopherWork[] = [];
  for (let lane = 0; lane < design.lanes; lane++) {
    let before = 0;
    for (const [index, leg] of legs.entries()) {
      const after = total - before - through[index];
      for (const work of teamWork(design, leg)) {
        crew.push({ ...work, lane, head: before + work.head, tail: after + work.tail });
      }
      before += through[index];
    }
  }
  return crew;
}

function teamWork({ team }: ModelDesign, leg: Leg): Omit<GopherWork, "lane">[] {
  const { load, move, unload, back, walk } = leg;
  const burning = { perLoad: unload, afterLast: 0, head: load + move, tail: 0 };
  const loading = { perLoad: load, afterLast: 0, head: 0, tail: move + unload };
  switch (team) {
    case "single":
      return [{ perLoad: roundOf(leg), afterLast: back, head: 0, tail: 0 }];
    case "pair": {
      // Each does every second load.
      const half = { perLoad: roundOf(leg) / 2, afterLast: back, head: 0, tail: 0 };
      return [half, half];
    }
    case "trio":
      return [loading, { perLoad: move + back, afterLast: back, head: load, tail: unload }, burning];
    case "quartet":
      return [
        loading,
        { perLoad: move + walk, afterLast: walk, head: load, tail: unload },
        burning,
        { perLoad: back + walk, afterLast: back + walk, head: load + move + unload, tail: 0 },
      ];
  }
}

/** The thread of each gopher: as given, or dealt out in rotation. */
export function placementOf({ design, steps, threads, placement }: ModelRun): readonly number[] {
  return workOf(design, steps).map((_, gopher) => placement?.[gopher] ?? gopher % threads);
}

/** Interval between loads, in units, on the run's threads. */
export function interval(run: ModelRun): number {
  const { design, steps, world, threads } = run;
  const threadWork = Array.from({ length: threads }, () => 0);
  const placement = placementOf(run);
  for (const [gopher, { perLoad }] of workOf(design, steps).entries()) {
    threadWork[placement[gopher]] += (perLoad / design.lanes) * COMPUTING[world];
  }
  return Math.max(structureInterval(design, steps), ...threadWork);
}

/** Speed-up over one gopher with one cart (G1), in the long run. */
export function speedUp(run: ModelRun): number {
  const { L, M, U, R } = run.steps;
  return (L + M + U + R) / interval(run);
}

/**
 * Interval with exponential times of those means, a processor for every gopher:
 * a closed cycle of four queues that `carts` carts go round. With equal steps
 * the speed-up is 4C/(C+3). Only where it is exact: quartets without a dump and
 * without walking; `undefined` otherwise.
 */
export function exponentialInterval({ team, staging, lanes, carts }: ModelDesign, { L, M, U, R, W }: ModelSteps): number | undefined {
  if (team !== "quartet" || staging || W !== 0) return undefined;
  const services = [L, M, U, R];
  let waiting = services.map(() => 0);
  let round = 0;
  for (let circulating = 1; circulating <= carts; circulating++) {
    const stays = services.map((service, i) => service * (1 + waiting[i]));
    round = stays.reduce((a, b) => a + b, 0);
    waiting = stays.map((stay) => (circulating * stay) / round);
  }
  return round / carts / lanes;
}
