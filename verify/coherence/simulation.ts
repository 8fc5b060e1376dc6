/** One run of a workload on virtual threads, and what was counted, by word of layout.ts. */
import { Arena } from "../../src/memory/arena.ts";
import { LINE_SHIFT, Lines } from "./lines.ts";
import { loadWorkloads } from "./load.ts";
import { as, atomically, begin, run } from "./machine.ts";
import { type Owner, WordNames } from "./names.ts";
import type { Options, Workload } from "./workloads.ts";

/** Room for what one thread keeps, and for everything else. */
const THREAD_BYTES = 131_072;
const BASE_BYTES = 4_194_304;
/** Operations of each thread before counting begins. */
const WARM_UP = 100;

/** The words of one name: all counts are for each operation of the workload. */
export interface NamedCount {
  readonly name: string;
  readonly owner: Owner;
  readonly writes: number;
  /** The line was in no cache of the thread, because another thread had written it. */
  readonly readMisses: number;
  /** A write took the line from other threads. */
  readonly transfers: number;
  /** Of both, those in which only other words of the line had been touched. */
  readonly falseMisses: number;
  /** The most threads that write one word of the name. */
  readonly writers: number;
  /** How often a thread in the middle of all writes one word of the name, for each operation of its own: 1 and more if every operation of every thread writes it. */
  readonly typical: number;
  /** Functions that write it. */
  readonly within: readonly string[];
}

export interface Outcome {
  readonly workload: string;
  readonly threads: number;
  readonly operations: number;
  /** Simulated time of an operation on one thread, in nanoseconds. What a step costs is assumed, so only ratios mean something. */
  readonly ns: number;
  readonly misses: number;
  readonly words: readonly NamedCount[];
  /** Names on one line, and the false misses there; the most first. */
  readonly sharedLines: readonly { readonly words: readonly string[]; readonly falseMisses: number }[];
}

export interface SimulationOptions extends Options {
  /** Of each thread. */
  readonly operations: number;
  /** Of the chance in the order of steps. */
  readonly seed: number;
}

export class Simulation {
  readonly #module: Awaited<ReturnType<typeof loadWorkloads>>;

  private constructor(module: Awaited<ReturnType<typeof loadWorkloads>>) {
    this.#module = module;
  }

  /** @param isSeeded with the seeded defect */
  static async load(isSeeded: boolean): Promise<Simulation> {
    return new Simulation(await loadWorkloads(isSeeded));
  }

  get workloads(): readonly Workload[] {
    return this.#module.workloads;
  }

  run(workload: Workload, count: number, { operations, seed, ...options }: SimulationOptions): Outcome {
    const { sidesOf, bufferOf } = this.#module;
    const arena = Arena.create(count, BASE_BYTES + count * THREAD_BYTES);
    const lines = new Lines(arena.i32.length, count);
    const threads = begin(count, arena.i32.buffer, lines, seed);
    const sides = atomically(() => sidesOf(arena.memory, threads)) as ReturnType<typeof sidesOf>;
    const headers = atomically(() => workload.build(sides, options)) as number[];
    const done = (): number => threads.reduce((sum, thread) => sum + thread.operations, 0);
    const nowNs = (): number => threads.reduce((sum, thread) => sum + thread.nowNs, 0);
    run(() => done() >= WARM_UP * count);
    const [before, beganNs] = [done(), nowNs()];
    lines.isCounting = true;
    run(() => done() - before >= operations * count);
    const total = done() - before;
    const names = new WordNames(arena.i32, headers.map((at) => ({ at: as(threads[0], () => bufferOf(sides[0], at)), words: options.capacity })));
    const words = group(lines, names, total, count);
    const misses = words.reduce((sum, { readMisses, transfers }) => sum + readMisses + transfers, 0);
    return { workload: workload.name, threads: count, operations: total, ns: (nowNs() - beganNs) / total, misses, words, sharedLines: sharedLines(lines, names, total) };
  }
}

interface Sums {
  readonly owner: Owner;
  readonly within: Set<string>;
  writes: number;
  readMisses: number;
  transfers: number;
  falseMisses: number;
  writers: number;
  typical: number;
}

function group({ counts }: Lines, names: WordNames, total: number, threads: number): NamedCount[] {
  const groups = new Map<string, Sums>();
  for (const [at, count] of counts) {
    const { name, owner } = names.of(at);
    let sums = groups.get(name);
    if (sums === undefined) groups.set(name, (sums = { owner, within: new Set(), writes: 0, readMisses: 0, transfers: 0, falseMisses: 0, writers: 0, typical: 0 }));
    const byThread = count.writesBy.toSorted();
    sums.writes += count.writes;
    sums.readMisses += count.readMisses;
    sums.transfers += count.transfers;
    sums.falseMisses += count.falseMisses;
    sums.writers = Math.max(sums.writers, byThread.filter((writes) => writes > 0).length);
    sums.typical = Math.max(sums.typical, byThread[threads >> 1] * threads);
    for (const within of count.within) sums.within.add(within);
  }
  return [...groups]
    .map(([name, { owner, within, writers, writes, readMisses, transfers, falseMisses, typical }]) => ({ name, owner, writes: writes / total, readMisses: readMisses / total, transfers: transfers / total, falseMisses: falseMisses / total, writers, typical: typical / total, within: [...within] }))
    .toSorted((a, b) => b.readMisses + b.transfers - a.readMisses - a.transfers);
}

/** Lines with the same words are one. */
function sharedLines({ counts }: Lines, names: WordNames, total: number): Outcome["sharedLines"] {
  const byLine = new Map<number, { words: Set<string>; falseMisses: number }>();
  for (const [at, count] of counts) {
    let line = byLine.get(at >>> LINE_SHIFT);
    if (line === undefined) byLine.set(at >>> LINE_SHIFT, (line = { words: new Set(), falseMisses: 0 }));
    line.falseMisses += count.falseMisses;
    if (count.writes > 0 || count.readMisses > 0) line.words.add(names.of(at).name);
  }
  const byWords = new Map<string, { words: string[]; falseMisses: number }>();
  for (const { words, falseMisses } of byLine.values()) {
    if (falseMisses === 0) continue;
    const sorted = [...words].toSorted();
    const same = byWords.get(sorted.join());
    if (same === undefined) byWords.set(sorted.join(), { words: sorted, falseMisses: falseMisses / total });
    else same.falseMisses += falseMisses / total;
  }
  return [...byWords.values()].toSorted((a, b) => b.falseMisses - a.falseMisses);
}
