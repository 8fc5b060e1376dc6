/** One run of a workload on virtual threads, and what was counted, by word of layout.ts. */
import { Arena } from "../../src/memory/arena.ts";
import { LINE_SHIFT, Lines } from "./lines.ts";
import { loadWorkloads } from "./load.ts";
import { as, atomically, begin, run } from "./machine.ts";
import { type Name, type Owner, WordNames } from "./names.ts";
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
  /** Instances that were accessed. */
  readonly instances: number;
  readonly writes: number;
  readonly readMisses: number;
  readonly transfers: number;
  readonly falseMisses: number;
  /** Of the instance that is written most: its writes, the most threads that write one instance, and the share of writes by threads other than the one that writes it most. */
  readonly mostWrites: number;
  readonly writers: number;
  readonly others: number;
  /** Functions that write it. */
  readonly within: readonly string[];
}

export interface Outcome {
  readonly workload: string;
  readonly threads: number;
  readonly operations: number;
  /** Simulated time of one operation of one thread, in nanoseconds; the costs are guesses, so only ratios mean something. */
  readonly ns: number;
  readonly words: readonly NamedCount[];
  /** Names that share a line of which threads other than one write different words. */
  readonly sharedLines: readonly { readonly words: readonly string[]; readonly falseMisses: number }[];
}

let loading: ReturnType<typeof loadWorkloads> | undefined;

export async function workloads(): Promise<readonly Workload[]> {
  return (await (loading ??= loadWorkloads())).workloads;
}

/** Runs `operations` operations of each thread. @param seed of the chance in the order of steps */
export async function simulate(workload: Workload, count: number, { operations = 300, seed = 1, ...options }: Options & { operations?: number; seed?: number } = {}): Promise<Outcome> {
  const { sidesOf, bufferOf } = await (loading ??= loadWorkloads());
  const arena = Arena.create(count, BASE_BYTES + count * THREAD_BYTES);
  const lines = new Lines(arena.i32.length, count);
  const threads = begin(count, arena.i32.buffer, lines, seed);
  const sides = atomically(() => sidesOf(arena.memory, threads)) as ReturnType<typeof sidesOf>;
  const headers = atomically(() => workload.build(sides, options)) as number[];
  const done = (): number => threads.reduce((sum, thread) => sum + thread.operations, 0);
  run(() => done() >= WARM_UP * count);
  const [before, beganNs] = [done(), Math.max(...threads.map(({ nowNs }) => nowNs))];
  lines.isCounting = true;
  run(() => done() - before >= operations * count);
  const total = done() - before;
  const elapsedNs = Math.max(...threads.map(({ nowNs }) => nowNs)) - beganNs;
  const capacity = options.capacity ?? 128;
  const names = new WordNames(arena.i32, headers.map((at) => ({ at: as(threads[0], () => bufferOf(sides[0], at)), words: capacity })));
  return { workload: workload.name, threads: count, operations: total, ns: (elapsedNs * count) / total, words: group(lines, names, total), sharedLines: sharedLines(lines, names, total) };
}

function group({ counts }: Lines, names: WordNames, total: number): NamedCount[] {
  const groups = new Map<string, { name: Name; instances: Set<string>; writes: number; readMisses: number; transfers: number; falseMisses: number; mostWrites: number; writers: number; others: number; within: Set<string> }>();
  for (const [at, count] of counts) {
    const name = names.of(at);
    let found = groups.get(name.name);
    if (found === undefined) groups.set(name.name, (found = { name, instances: new Set(), writes: 0, readMisses: 0, transfers: 0, falseMisses: 0, mostWrites: 0, writers: 0, others: 0, within: new Set() }));
    found.instances.add(name.instance);
    found.writes += count.writes;
    found.readMisses += count.readMisses;
    found.transfers += count.transfers;
    found.falseMisses += count.falseMisses;
    const writers = count.writesBy.reduce((sum, writes) => sum + (writes > 0 ? 1 : 0), 0);
    found.mostWrites = Math.max(found.mostWrites, count.writes);
    found.writers = Math.max(found.writers, writers);
    found.others = Math.max(found.others, count.writes - Math.max(...count.writesBy));
    for (const within of count.writers) found.within.add(within);
  }
  return [...groups.values()]
    .map(({ name: { name, owner }, instances, within, writers, ...sums }) => ({
      name,
      owner,
      instances: instances.size,
      writes: sums.writes / total,
      readMisses: sums.readMisses / total,
      transfers: sums.transfers / total,
      falseMisses: sums.falseMisses / total,
      mostWrites: sums.mostWrites / total,
      writers,
      others: sums.others / total,
      within: [...within],
    }))
    .toSorted((a, b) => b.readMisses + b.transfers - a.readMisses - a.transfers);
}

/** Lines with false sharing, the worst first; lines with the same words are one. */
function sharedLines({ counts }: Lines, names: WordNames, total: number): { words: string[]; falseMisses: number }[] {
  const byLine = new Map<number, { words: Set<string>; falseMisses: number }>();
  for (const [at, count] of counts) {
    let line = byLine.get(at >>> LINE_SHIFT);
    if (line === undefined) byLine.set(at >>> LINE_SHIFT, (line = { words: new Set(), falseMisses: 0 }));
    line.falseMisses += count.falseMisses;
    if (count.misses > 0 || count.writes > 0) line.words.add(names.of(at).name);
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
