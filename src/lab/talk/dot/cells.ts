/**
 * The dot product as a program of the lab: one loop against a fixed grid of
 * chunks shared out over tasks. The number of tasks is the same on every number
 * of threads, so that only the threads differ. There is no model of the memory.
 *
 * The vectors are filled once for each pool and size, before anything is timed,
 * and hold fractions of all 53 bits: a sum in another order would show.
 */
import type { Cell } from "../../cell.ts";
import { clearVectors, layVectors, multiply, warm, type Variant, type Vectors } from "../../../../workers/dot.ts";
import type { Runtime } from "../../../index.ts";
import { chunkCount } from "../../../parallel/dot-grid.ts";
import type { DotGrid, Kernel } from "./grid.ts";
import type { CellProgram, CellRun, Sizing } from "../../trial/plan.ts";

/** Tasks a thread: enough for an idle thread to find one to steal. */
const TASKS_PER_THREAD = 4;
/** Least chunks of a task: 50 µs of work or more. */
const CHUNKS_PER_TASK = 4;
/** Elements of the vectors that threads warm up on: one chunk, in the nearest cache. */
const WARM_ELEMENTS = 65_536;
const MOST_REPEATS = 10_000_000;

/** The vectors that lie in a pool's arena: one pair at a time. */
interface Laid {
  readonly elements: number;
  readonly vectors: Vectors;
}

/** The products of a grid. */
export class DotProgram implements CellProgram {
  readonly name = "dot";
  readonly cells: readonly Cell[];
  readonly #grid: DotGrid;
  readonly #laid = new WeakMap<Runtime, Laid>();

  constructor(grid: DotGrid) {
    this.#grid = grid;
    this.cells = grid.kernels.flatMap((kernel) => grid.sizes.flatMap(({ label, size }) =>
      (["loop", "chunks"] as const).flatMap((design) => grid.threads.map((threads): Cell => (
        { program: "dot", world: `${kernel}-${label}`, design, gophers: this.#tasks(design, size), threads, params: { kernel, elements: size } }
      ))),
    ));
  }

  sizing(): Sizing {
    return { kind: "found", start: 1, step: 1, most: MOST_REPEATS };
  }

  /** Every thread multiplies on its own, with each kernel. */
  async warm(runtime: Runtime, threads: number, ms: number): Promise<void> {
    const vectors = await this.#lay(runtime, WARM_ELEMENTS);
    for (const kernel of this.#grid.kernels) {
      const how = { kernel, variant: "loop" as const };
      await Promise.all(Array.from({ length: threads }, (_, thread) => runtime.spawn.on(thread)(warm, vectors, how, ms / this.#grid.kernels.length)));
    }
  }

  /** One product; the vectors are laid, if others lay there. */
  rehearse(runtime: Runtime, cell: Cell): Promise<CellRun> {
    return this.run(runtime, cell, 1);
  }

  async run(runtime: Runtime, cell: Cell, size: number): Promise<CellRun> {
    const kernel = cell.params["kernel"] as Kernel;
    const elements = cell.params["elements"] as number;
    const vectors = await this.#lay(runtime, elements);
    const { wallNs, startNs, bits, checks } = await runtime.spawn(multiply, vectors, { kernel, variant: cell.design as Variant, tasks: cell.gophers, repeats: size });
    return { wallNs, region: { startNs, endNs: startNs + wallNs }, items: size, checks, identity: { key: `the product, ${kernel} kernel, ${elements} elements`, value: bits } };
  }

  #tasks(design: Variant, elements: number): number {
    if (design === "loop") return 1;
    const wanted = TASKS_PER_THREAD * Math.max(...this.#grid.threads);
    return Math.max(1, Math.min(wanted, Math.floor(chunkCount(elements) / CHUNKS_PER_TASK)));
  }

  /** Vectors of that length, filled; others are cleared first. */
  async #lay(runtime: Runtime, elements: number): Promise<Vectors> {
    const laid = this.#laid.get(runtime);
    if (laid?.elements === elements) return laid.vectors;
    this.#laid.delete(runtime);
    if (laid !== undefined) await runtime.spawn(clearVectors, laid.vectors);
    const vectors = await runtime.spawn(layVectors, { size: elements, numbers: "fractional" });
    this.#laid.set(runtime, { elements, vectors });
    return vectors;
  }
}
