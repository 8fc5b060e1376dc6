/**
 * The gopher designs as a program of the lab: which cells there are, what a run
 * of one is, and what the model says of it.
 */
import { createHash } from "node:crypto";
import type { Cell } from "../../cell.ts";
import { calibrate, designOf, formatManifest, gophers } from "../../../../workers/gophers.ts";
import type { DesignId, GopherConfig, World } from "../../../../workers/gophers.ts";
import type { Runtime } from "../../../index.ts";
import { isBound, predictNs } from "./finish.ts";
import { takesCarts, takesLanes, USUAL_UNIT_MS, type GopherGrid } from "./grid.ts";
import { EVEN } from "./model.ts";
import type { Calibration, CellProgram, CellRun, Prediction, Sizing } from "../../trial/plan.ts";

/** Length of a step while warming up and in rehearsals: short, so that many steps are done. */
export const WARM_UNIT_MS = 0.1;
/** Loads of a rehearsal, for each lane. */
export const REHEARSED_LOADS = 4;
/** Files of a rehearsal. */
const REHEARSED_FILES = 64;

const MOST_LOADS = 1_000_000;

/** A team of four in each lane, lanes enough for all threads, computing: the code of every role is compiled on every thread. */
export async function warmGophers(runtime: Runtime, threads: number, ms: number, iterationsPerMs: number): Promise<void> {
  const untilMs = performance.now() + ms;
  const lanes = Math.min(64, Math.max(2, threads));
  const unitIterations = Math.max(1, Math.round(iterationsPerMs * WARM_UNIT_MS));
  const config: GopherConfig = { design: "G7", world: "cpu", loads: 8 * lanes, booksPerCart: 1, steps: EVEN, unitMs: WARM_UNIT_MS, unitIterations, lanes };
  while (performance.now() < untilMs) await runtime.spawn(gophers, config);
}

/** The gophers of a grid. */
export class GopherProgram implements CellProgram {
  readonly name = "gophers";
  readonly cells: readonly Cell[];
  readonly #grid: GopherGrid;
  /** Iterations of a millisecond's computing, from the calibration. */
  #iterationsPerMs = 0;

  constructor(grid: GopherGrid) {
    this.#grid = grid;
    const worlds = grid.pile === null ? grid.worlds : ["pile"];
    this.cells = worlds.flatMap((world) => grid.designs.flatMap((id) => grid.threads.map((threads) => this.#cell(world, id, threads))));
  }

  sizing({ world }: Cell): Sizing {
    const { pile, books, designs } = this.#grid;
    if (pile !== null) return { kind: "given", size: 1 };
    if (books !== null) return { kind: "given", size: books };
    // so many loads that filling and emptying the pipeline is a small part of a run where structure is the point
    const least = world === "wait" ? 32 : 8;
    const step = Math.max(...designs.map((id) => this.#design(id).lanes));
    return { kind: "found", start: step * Math.ceil(least / step), step, most: step * Math.floor(MOST_LOADS / step) };
  }

  async calibrate(): Promise<Calibration> {
    return { iterationsPerMs: calibrate(1) };
  }

  use({ iterationsPerMs = 0 }: Calibration): void {
    this.#iterationsPerMs = iterationsPerMs;
  }

  async warm(runtime: Runtime, threads: number, ms: number): Promise<void> {
    await warmGophers(runtime, threads, ms, this.#iterationsPerMs);
  }

  /** With steps of a tenth of a millisecond; of a pile only some files are burnt. */
  async rehearse(runtime: Runtime, cell: Cell): Promise<CellRun> {
    const config = this.#config(cell, REHEARSED_LOADS * this.#design(cell.design as DesignId).lanes);
    const short = this.#grid.pile === null ? this.#unit(WARM_UNIT_MS) : { files: REHEARSED_FILES };
    const { wallNs, books: items, checks } = await runtime.spawn(gophers, { ...config, ...short });
    return { wallNs, items, checks };
  }

  async run(runtime: Runtime, cell: Cell, size: number): Promise<CellRun> {
    const result = await runtime.spawn(gophers, this.#config(cell, size));
    const { wallNs, startNs } = result;
    const run = { wallNs, region: { startNs, endNs: startNs + wallNs }, items: result.books, checks: result.checks };
    if (this.#grid.pile === null) return run;
    const { problems = [], skipped = [] } = result;
    const files = result.manifest?.length ?? 0;
    if (wallNs === 0) throw new Error(`no file of the pile could be opened${problems.length === 0 ? "" : `: ${problems[0]?.path}: ${problems[0]?.message}`}`);
    const manifest = formatManifest(result.manifest ?? []);
    const detail = problems.length === 0 ? `${files} files` : `${problems.length} could not be: ${problems[0]?.path}: ${problems[0]?.message}`;
    return {
      ...run,
      pile: { files, manifest, problems, skipped },
      checks: [...run.checks, { name: "every file read", ok: problems.length === 0, detail }],
      identity: { key: "the manifest", value: `SHA-256 ${createHash("sha256").update(manifest).digest("hex")}` },
    };
  }

  predict({ design, world, threads }: Cell, size: number): Prediction | null {
    if (this.#grid.pile !== null) return null;
    const run = { design: this.#design(design as DesignId), steps: EVEN, world: world as World, threads, loads: size };
    return { ns: predictNs(run, this.#unitMs(run.world)), isBound: isBound(run) };
  }

  #cell(world: string, id: DesignId, threads: number): Cell {
    const { pile, lanes, carts } = this.#grid;
    const params = { ...(pile === null ? { unitMs: this.#unitMs(world as World) } : { pile }), ...(lanes === null ? {} : { lanes }), ...(carts === null ? {} : { carts }) };
    return { program: "gophers", world, design: id, gophers: this.#design(id).gophers, threads, params };
  }

  #unitMs(world: World): number {
    return this.#grid.unitMs ?? USUAL_UNIT_MS[world];
  }

  /** A unit of waiting and the same of computing. */
  #unit(unitMs: number): Pick<GopherConfig, "unitMs" | "unitIterations"> {
    return { unitMs, unitIterations: Math.max(1, Math.round(this.#iterationsPerMs * unitMs)) };
  }

  #design(id: DesignId): ReturnType<typeof designOf> {
    return designOf(id, this.#changes(id));
  }

  #changes(id: DesignId): { lanes?: number; carts?: number } {
    const { lanes, carts } = this.#grid;
    return { ...(lanes !== null && takesLanes(id) ? { lanes } : {}), ...(carts !== null && takesCarts(id) ? { carts } : {}) };
  }

  #config(cell: Cell, size: number): GopherConfig {
    const { pile, seed } = this.#grid;
    const id = cell.design as DesignId;
    const common = { design: id, booksPerCart: 1, steps: EVEN, seed, ...this.#changes(id) };
    // the world, the loads and the unit have no meaning for a pile
    if (pile !== null) return { ...common, ...this.#unit(1), world: "mixed", loads: 1, pile };
    const world = cell.world as World;
    return { ...common, ...this.#unit(this.#unitMs(world)), world, loads: size };
  }
}
