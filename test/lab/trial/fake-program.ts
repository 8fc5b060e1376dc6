/**
 * A program and threads that take no time: wall times come from a formula, so
 * that the protocol, the result and every output format can be tested exactly.
 * What stands for a runtime is only handed through.
 */
import type { Cell } from "../../../src/lab/cell.ts";
import type { ThreadTimes } from "../../../src/lab/machine/clock.ts";
import type { Calibration, CellProgram, CellRun, Prediction, Sizing } from "../../../src/lab/trial/plan.ts";
import { randomSource } from "../../../src/lab/random.ts";
import type { Runtime, Trace, TraceEvent } from "../../../src/index.ts";
import type { TrialThreads } from "../../../src/lab/trial/threads.ts";

/** Threads whose clocks the program turns. */
interface FakePool {
  readonly threads: number;
  readonly cpuNs: number[];
  readonly clock: { nowNs: number };
}

const poolOf = (runtime: Runtime): FakePool => runtime as unknown as FakePool;

/** Speed-up on one thread and the most that threads can add, by world and design. */
const STRUCTURE: Record<string, number> = { G1: 1, G4: 2, G6: 4, G7: 8 };
const GOPHERS: Record<string, number> = { G1: 1, G4: 2, G6: 4, G7: 8 };

export const fakeCells = (worlds = ["cpu", "wait"], designs = ["G1", "G4", "G6", "G7"], threads = [1, 2]): Cell[] =>
  worlds.flatMap((world) => designs.flatMap((design) => threads.map((count) => (
    { program: "gophers", world, design, threads: count, gophers: GOPHERS[design] ?? 1, params: {} }
  ))));

/** One load takes 4 ms of work on one thread; runs vary by `noise`. */
export class FakeProgram implements CellProgram {
  readonly name = "gophers";
  readonly #sizing: Sizing;
  readonly cells: readonly Cell[];
  /** Every call, in order: "calibrate", "use 1000", "warm 2", "run G6 cpu 2 40". */
  readonly calls: string[] = [];
  onRun: (cell: Cell, size: number) => Partial<CellRun> = () => ({});
  readonly #noise: number;
  readonly #source = randomSource(99);

  constructor(cells: readonly Cell[], { noise = 0, sizing = { kind: "found", start: 8, step: 8, most: 100_000 } as Sizing } = {}) {
    this.cells = cells;
    this.#sizing = sizing;
    this.#noise = noise;
  }

  sizing(): Sizing {
    return this.#sizing;
  }

  async calibrate(): Promise<Calibration> {
    this.calls.push("calibrate");
    return { iterationsPerMs: 1000 };
  }

  use({ iterationsPerMs = 0 }: Calibration): void {
    this.calls.push(`use ${iterationsPerMs}`);
  }

  async warm(_runtime: Runtime, threads: number): Promise<void> {
    this.calls.push(`warm ${threads}`);
  }

  async rehearse(_runtime: Runtime, { design, threads }: Cell): Promise<CellRun> {
    this.calls.push(`rehearse ${design} ${threads}`);
    return { wallNs: 0, items: 0, checks: [] };
  }

  async run(runtime: Runtime, cell: Cell, size: number): Promise<CellRun> {
    const pool = poolOf(runtime);
    this.calls.push(`run ${cell.design} ${cell.world} ${cell.threads} ${size}`);
    const extra = this.onRun(cell, size);
    const wallNs = this.predict(cell, size).ns * (1 + this.#noise * (this.#source.float() - 0.5));
    const busy = cell.world === "cpu" ? Math.min(cell.threads, cell.gophers) : 0.05;
    for (let index = 0; index < pool.threads; index++) pool.cpuNs[index] = (pool.cpuNs[index] ?? 0) + (busy / pool.threads) * wallNs;
    pool.clock.nowNs += wallNs;
    return { wallNs, items: size, checks: [{ name: "each book once", ok: true, detail: "" }], pile: { files: 3, manifest: Uint8Array.of(1, 2), problems: [], skipped: [] }, ...extra };
  }

  predict(cell: Cell, size: number): Prediction {
    const structure = STRUCTURE[cell.design] ?? 1;
    const speedUp = cell.world === "cpu" ? Math.min(cell.threads, cell.gophers) : structure;
    return { ns: (size * 4e6) / speedUp, isBound: false };
  }
}

/** Threads that count how often they are opened and closed. */
export class FakeThreads implements TrialThreads {
  readonly opened: number[] = [];
  readonly #clock = { nowNs: 0 };
  readonly #pools: FakePool[] = [];
  open_ = 0;
  /** Events that a trace says it has lost. */
  lost = 0;
  /** Runs that were traced. */
  traced = 0;

  async open(threads: number): Promise<Runtime> {
    this.opened.push(threads);
    this.open_++;
    const pool = { threads, cpuNs: [], clock: this.#clock };
    this.#pools.push(pool);
    return pool as unknown as Runtime;
  }

  async close(): Promise<void> {
    this.open_--;
  }

  nowNs(): number {
    return this.#clock.nowNs;
  }

  /** The threads' and a tenth of the wall time. */
  processNs(): number {
    return this.#pools.flatMap(({ cpuNs }) => cpuNs).reduce((sum, ns) => sum + ns, 0.1 * this.#clock.nowNs);
  }

  async times(runtime: Runtime): Promise<readonly ThreadTimes[]> {
    const pool = poolOf(runtime);
    return Array.from({ length: pool.threads }, (_, index) => ({ index, cpuNs: pool.cpuNs[index] ?? 0, runDelayNs: 0 }));
  }
}

/** And that trace: every thread runs a task of its own all the time. */
export class TracingThreads extends FakeThreads {
  async trace(runtime: Runtime): Promise<{ stop(): Promise<Trace> }> {
    const pool = poolOf(runtime);
    const startNs = this.nowNs();
    return {
      stop: async () => {
        this.traced++;
        const endNs = this.nowNs();
        const lasting = Array.from({ length: pool.threads }, (_, thread): TraceEvent[] => [
          { kind: "start", timeNs: startNs, thread, task: thread + 1, name: "gopher" },
          { kind: "end", timeNs: endNs, thread, task: thread + 1, failed: false },
        ]);
        const lost = Array.from({ length: pool.threads + 1 }, () => this.lost);
        return { threads: pool.threads, startNs, endNs, events: lasting.flat().toSorted((a, b) => a.timeNs - b.timeNs), lost, completeFromNs: startNs };
      },
    };
  }
}
