/** A result made without threads or time: the same in every run, for golden output. */
import type { Cell } from "../../../src/lab/cell.ts";
import { environmentOf } from "../../../src/lab/machine/environment.ts";
import { randomSource, type RandomSource } from "../../../src/lab/random.ts";
import type { Config, Result } from "../../../src/lab/result.ts";
import { resultOf } from "../../../src/lab/trial/summary.ts";
import type { CellRecord } from "../../../src/lab/trial/plan.ts";
import { fakeCells } from "../../lab/trial/fake-program.ts";
import { withTrace } from "./fake-trace.ts";

const MACHINE = {
  cpu: "Test CPU", cores: 2, usable: 2, quota: null, affinity: "0-1", caches: { l2: 524_288, llc: 33_554_432 },
  governor: null, platform: "linux 6.1.0 x64", node: "24.21.0", v8: "13.6.233",
};
const READING = { wallNs: 0, load: 0.25, pressure10: null, pressureUs: null, throttledUs: null, ticks: null };

/** What the fake measurement is like. */
export interface FakeTrial {
  readonly worlds?: string[];
  readonly designs?: string[];
  readonly threads?: number[];
  readonly noise?: number;
  readonly blocks?: number;
  readonly config?: Partial<Config>;
  readonly failing?: boolean;
  /** Processors that the machine has to give: as many as there are threads, if left out. */
  readonly processors?: number;
}

/** Speed-up of the structure alone: the table of docs/talk.md, "The model". */
const STRUCTURE: Readonly<Record<string, number>> = { G1: 1, G4: 2, G6: 4, G7: 8 };

/** Nanoseconds of a book or a product: what it computes, and what it waits for. */
const WORK_NS = 4e6;
/** Books, or products, of a run. */
const SIZES: Readonly<Record<string, number>> = { wait: 232, mixed: 120 };

/** The gophers in worlds and designs, on threads. */
export async function fakeResult(options: FakeTrial = {}): Promise<Result> {
  const { worlds, designs, threads } = options;
  return resultOfCells(fakeCells(worlds, designs, threads), options);
}

/** The headline as a machine with so many processors would show it, with what a trace tells. */
export async function fakeHeadline(options: FakeTrial & { readonly tracingCost?: number } = {}): Promise<Result> {
  const { designs, threads = [1, 2], processors = Infinity, tracingCost } = options;
  const gophers = fakeCells(["cpu", "wait", "mixed"], designs, threads);
  const dot = ["loop", "chunks"].flatMap((design) => threads.map((count): Cell => (
    { program: "dot", world: "simd-DRAM", design, gophers: design === "loop" ? 1 : 8, threads: count, params: { kernel: "simd", elements: 8_388_608 } }
  )));
  const result = resultOfCells([...gophers, ...dot], { ...options, config: { command: [], isolation: "process", ...options.config } });
  return withTrace(result, processors, tracingCost);
}

function resultOfCells(cells: readonly Cell[], { noise = 0.02, blocks = 6, config = {}, failing = false, processors = Infinity }: FakeTrial): Result {
  const source = randomSource(99);
  const whole: Config = {
    command: ["gophers", "--quick"], seed: 1, blocks, blocksDone: blocks, runs: 1, warmupMs: 250, minTimeMs: 100,
    interrupted: false, isolation: "in-process", startedAt: "2026-01-01T00:00:00.000Z", seconds: 12.5, ...config,
  };
  const checks = [{ name: "each book once", ok: true, detail: `${cells.length * blocks} runs` }];
  if (failing) checks.push({ name: "carts conserved", ok: false, detail: "7 of 8 carts came back" });
  const trial = {
    cells: cells.map((cell) => recordOf(cell, blocks, noise, processors, source)), checks,
    blocksDone: blocks, interrupted: whole.interrupted, pile: null, notes: [], atEnd: [],
  };
  return resultOf(trial, environmentOf(MACHINE, READING, null, 2), whole, "0.1.0");
}

function recordOf(cell: Cell, blocks: number, noise: number, processors: number, source: RandomSource): CellRecord {
  const size = SIZES[cell.world] ?? 64;
  const ns = timeOf(cell, size, processors);
  const computingNs = size * WORK_NS * computingOf(cell);
  const samples = Array.from({ length: blocks }, (_, block) => {
    const wallNs = ns * (1 + noise * (source.float() - 0.5));
    return {
      block, run: 0, wallNs, windowNs: wallNs,
      cpuNs: Array.from({ length: cell.threads }, () => Math.min(computingNs / cell.threads, (wallNs * processors) / cell.threads)),
      runDelayNs: Array.from({ length: cell.threads }, () => 0),
    };
  });
  const predicted = cell.program === "dot" ? null : { ns: timeOf(cell, size, cell.threads), isBound: cell.world === "mixed" && cell.threads < cell.gophers };
  return { cell, size, items: size, predicted, samples, traced: [] };
}

/** Share of a run's work that needs a processor. */
export function computingOf({ world }: Pick<Cell, "world">): number {
  return { wait: 0.0125, mixed: 0.5 }[world] ?? 1;
}

/** Time of a run: that of its structure, or that of its work on the processors there are. */
function timeOf(cell: Cell, size: number, processors: number): number {
  const { world, design, threads, gophers } = cell;
  const structure = world === "wait" || world === "mixed" ? 1 / (STRUCTURE[design] ?? 1) : 0;
  return size * WORK_NS * Math.max(computingOf(cell) / Math.min(threads, gophers, processors), structure);
}
