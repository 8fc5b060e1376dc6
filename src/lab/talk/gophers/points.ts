/**
 * The points of an experiment as a program of the lab: each point is a cell, with
 * steps, carts and chance of its own. Its design is the point's name.
 *
 * What is timed is the **pace**: from the first load burnt to the last. A run
 * begins with an empty pipeline and does not wait for the last cart to come home;
 * the pace leaves both out, so that a run of forty loads compares with what the
 * model gives for the long run.
 */
import type { Cell } from "../../cell.ts";
import { calibrate, gophers, type DesignId, type GopherConfig, type World } from "../../../../workers/gophers.ts";
import type { Runtime } from "../../../index.ts";
import { mean } from "../../figures/statistics.ts";
import { randomSource } from "../../random.ts";
import type { Calibration, CellProgram, CellRun, Sizing } from "../../trial/plan.ts";
import { REHEARSED_LOADS, WARM_UNIT_MS, warmGophers } from "./cells.ts";
import { designOf } from "./grid.ts";
import type { ModelSteps } from "./model.ts";

/** A run of gophers: what is the same in all repetitions. */
export interface Point extends Pick<GopherConfig, "carts" | "dumpCapacity" | "times" | "pauses"> {
  /** Names it in its experiment. */
  readonly name: string;
  readonly design: DesignId;
  readonly world: World;
  readonly steps: ModelSteps;
  readonly loads: number;
  readonly threads: number;
  readonly unitMs: number;
  /** Runs at the same time, independent of each other, to average over: where times are random. Default 1. */
  readonly systems?: number;
}

/** The points of one experiment. Plain data. */
export interface PointGrid {
  /** "carts" */
  readonly experiment: string;
  readonly points: readonly Point[];
  readonly seed: number;
}

/** The points of a grid. */
export class PointProgram implements CellProgram {
  readonly name: string;
  readonly cells: readonly Cell[];
  readonly #points: ReadonlyMap<string, Point>;
  readonly #seed: number;
  #iterationsPerMs = 1;
  #block = 0;

  constructor({ experiment, points, seed }: PointGrid) {
    this.name = `experiment ${experiment}`;
    this.cells = points.map((point) => cellOf(this.name, point));
    this.#points = new Map(points.map((point) => [point.name, point]));
    this.#seed = seed;
  }

  /** Once the loads of each point. */
  sizing(): Sizing {
    return { kind: "given", size: 1 };
  }

  async calibrate(): Promise<Calibration> {
    return { iterationsPerMs: [...this.#points.values()].some(({ world }) => world !== "wait") ? calibrate(1) : 1 };
  }

  use({ iterationsPerMs = 1 }: Calibration, block: number | null): void {
    this.#iterationsPerMs = iterationsPerMs;
    this.#block = block ?? 0;
  }

  async warm(runtime: Runtime, threads: number, ms: number): Promise<void> {
    await warmGophers(runtime, threads, ms, this.#iterationsPerMs);
  }

  async rehearse(runtime: Runtime, { design }: Cell): Promise<CellRun> {
    const point = this.#point(design);
    return this.#run(runtime, { ...point, loads: REHEARSED_LOADS * designOf(point.design).lanes, unitMs: Math.min(point.unitMs, WARM_UNIT_MS), systems: 1 });
  }

  async run(runtime: Runtime, { design }: Cell, size: number): Promise<CellRun> {
    const point = this.#point(design);
    return this.#run(runtime, { ...point, loads: size * point.loads });
  }

  async #run(runtime: Runtime, point: Point): Promise<CellRun> {
    const runs = await Promise.all(Array.from({ length: point.systems ?? 1 }, (_, system) => {
      // the same chance for all points of a block
      const chance = randomSource(this.#seed, "chance", this.#block, system).below(2 ** 32);
      return runtime.spawn(gophers, this.#config(point, chance));
    }));
    return {
      wallNs: mean(runs.map(({ wallNs, firstBurnNs }) => wallNs - firstBurnNs)),
      region: { startNs: Math.min(...runs.map(({ startNs, firstBurnNs }) => startNs + firstBurnNs)), endNs: Math.max(...runs.map(({ startNs, wallNs }) => startNs + wallNs)) },
      items: point.loads - designOf(point.design).lanes,
      checks: runs.flatMap(({ checks }) => checks),
    };
  }

  #config({ design, world, steps, loads, carts, dumpCapacity, times, pauses, unitMs }: Point, seed: number): GopherConfig {
    return { design, world, steps, loads, booksPerCart: 1, carts, dumpCapacity, times, pauses, seed, unitMs, unitIterations: Math.round(this.#iterationsPerMs * unitMs) };
  }

  #point(name: string): Point {
    const point = this.#points.get(name);
    if (point === undefined) throw new RangeError(`no point is named ${JSON.stringify(name)}: there are ${[...this.#points.keys()].join(", ")}`);
    return point;
  }
}

/** What a point is, its experiment and its name say; the unit can also be chosen on the command line. */
function cellOf(program: string, { name, design, world, threads, unitMs, carts, systems = 1 }: Point): Cell {
  return { program, world, design: name, gophers: systems * designOf(design, carts === undefined ? {} : { carts }).gophers, threads, params: { unitMs } };
}
