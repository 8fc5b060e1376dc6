/**
 * Two results compared, cell by cell. Cells are the same if program, world,
 * design, threads and parameters are. The size of the work does not count,
 * because every measurement without a baseline finds its own. If it differs, the
 * later times (b) are scaled to the work of the earlier result (a): the items,
 * and in the cpu world also the iterations that a step was calibrated to.
 *
 * The values of a cell are its blocks, because a run within a block is not an
 * independent observation. Each side is resampled on its own, because block 3 of
 * one result is unrelated to block 3 of the other.
 *
 * Not done: removing a shift that all cells have in common. It would hide a
 * slow-down of all cells.
 */
import { groupOf, type Cell } from "../cell.ts";
import { COMPARISON_SCHEMA, BAND, LEVEL, outcomeOf, WIDEST, type CellComparison, type Comparison, type Side } from "../comparison.ts";
import { randomSource } from "../random.ts";
import { holm, leastP, mannWhitney } from "./significance.ts";
import { type CellResult, type GainResult, type Result } from "../result.ts";
import { median, medianRatioInterval } from "./statistics.ts";
import { blockTimes, gainOf } from "./gains.ts";

/** A cell with its values on both sides. */
interface Pair {
  readonly a: CellResult;
  readonly b: CellResult;
  readonly scaled: boolean;
  readonly aNs: readonly number[];
  readonly bNs: readonly number[];
}

/** Compares b with a, the earlier result. `names`: what the sides are called, files or a baseline's name; `seed`: that of the bootstrap. */
export function compareResults(a: Result, b: Result, { names, seed }: { readonly names: readonly [a: string, b: string]; readonly seed: number }): Comparison {
  const earlier = new Map(measured(a).map((cell) => [cellKey(cell), cell]));
  const later = new Set(measured(b).map(cellKey));
  const pairs = measured(b).flatMap((cell) => pairOf(earlier.get(cellKey(cell)), cell, rateRatio(a, b, cell.program)) ?? []);
  const tests = pairs.map(({ aNs, bNs }) => mannWhitney(aNs, bNs).p);
  const adjusted = holm(tests);
  const cells = pairs.map((pair, index) => compareCell(pair, adjusted[index] as number, pairs.length, seed, gainOf(pair.a, a), gainOf(pair.b, b)));
  return {
    schema: COMPARISON_SCHEMA,
    rule: { band: BAND, widest: WIDEST, level: LEVEL },
    a: sideOf(a, names[0]),
    b: sideOf(b, names[1]),
    cells,
    onlyA: measured(a).filter((cell) => !later.has(cellKey(cell))).map(cellOf),
    onlyB: measured(b).filter((cell) => !earlier.has(cellKey(cell))).map(cellOf),
    warnings: [...differences(a, b), ...otherWork(a, b, pairs), ...doubts(a, names[0]), ...doubts(b, names[1])],
  };
}

/** The cells that have samples: any other counts as missing. */
function measured({ cells }: Result): readonly CellResult[] {
  return cells.filter(({ samples }) => samples.length > 0);
}

/** The same for cells that do the same work, whatever its size. */
export function workKey(cell: Cell): string {
  return groupOf({ ...cell, params: withoutSize(cell.params) });
}

/** The same for the same cell of two results, whatever the size of their work. */
export function cellKey(cell: Cell): string {
  return `${workKey(cell)} ${cell.design} ${cell.threads}`;
}

function withoutSize(params: Cell["params"]): Cell["params"] {
  return Object.fromEntries(Object.entries(params).filter(([name]) => name !== "size"));
}

/** `rate`: iterations of a step in a / those in b. */
function pairOf(a: CellResult | undefined, b: CellResult, rate: number): Pair | null {
  if (a === undefined) return null;
  const factor = (a.items / b.items) * (b.world === COMPUTING ? rate : 1);
  return { a, b, scaled: factor !== 1, aNs: valuesOf(a), bNs: valuesOf(b).map((ns) => ns * factor) };
}

function valuesOf({ samples }: CellResult): number[] {
  return [...blockTimes(samples).values()];
}

/** The world in which every step computes, so that the work is proportional to its iterations. */
const COMPUTING = "cpu";

/** Iterations in a millisecond of computing, a / b; 1 if one of them is unknown. */
function rateRatio(a: Result, b: Result, program: string): number {
  const [first, second] = [a, b].map(({ config }) => config.calibrations?.[program]?.["iterationsPerMs"]);
  return first === undefined || second === undefined ? 1 : first / second;
}

/** Work that differs by more than this share gets a warning. */
const NOTABLE = 0.01;

function otherWork(a: Result, b: Result, pairs: readonly Pair[]): string[] {
  const programs = new Set(pairs.filter(({ b: { world } }) => world === "mixed").map(({ b: { program } }) => program));
  return [...programs].flatMap((program) => {
    const more = 1 / rateRatio(a, b, program) - 1;
    if (Math.abs(more) <= NOTABLE) return [];
    return [`${program}: a step of computing had ${Math.abs(more * 100).toFixed(1)} % ${more > 0 ? "more" : "fewer"} iterations after; times in the cpu world are scaled to the same work, those in the mixed world are not (--baseline repeats the same work)`];
  });
}

function compareCell({ b, scaled, aNs, bNs }: Pair, p: number, cells: number, seed: number, gainA: GainResult | null, gainB: GainResult | null): CellComparison {
  const medians = { aNs: median([...aNs]), bNs: median([...bNs]) };
  const judged = {
    ratio: medians.bNs / medians.aNs,
    ci: medianRatioInterval(aNs, bNs, randomSource(seed, "compare", cellKey(b))),
    p,
    able: leastP(aNs.length, bNs.length) * cells <= LEVEL,
  };
  const gains = gainA === null || gainB === null ? {} : { C: [gainA.C, gainB.C] as const, P: [gainA.P, gainB.P] as const };
  return { cell: cellOf(b), ...medians, n: [aNs.length, bNs.length], scaled, ...judged, ...outcomeOf(judged), ...gains };
}

function cellOf({ program, world, design, gophers, threads, params }: Cell): Cell {
  return { program, world, design, gophers, threads, params: withoutSize(params) };
}

function sideOf({ tool, env, config }: Result, name: string): Side {
  return { name, version: tool.version, startedAt: config.startedAt, cpu: env.cpu, node: env.node, blocks: config.blocksDone };
}

/** Where and how a measurement is made, in words; each difference gets a warning. */
const HOW: readonly (readonly [what: string, of: (result: Result) => string | number | null | undefined])[] = [
  ["other machine", machine],
  ["governor", ({ env }) => env.governor],
  ["Node", ({ env }) => env.node],
  ["version of warren", ({ tool }) => tool.version],
  ["seed", ({ config }) => config.seed],
  ["blocks", ({ config }) => config.blocks],
  ["runs in a block", ({ config }) => config.runs],
  ["warm-up in ms", ({ config }) => config.warmupMs],
  ["minimum time in ms", ({ config }) => config.minTimeMs],
  ["isolation of the blocks", ({ config }) => config.isolation],
  ["--cpus", ({ config }) => config.cpus],
];

/** One line for each thing in which the measurements differ. */
function differences(a: Result, b: Result): string[] {
  const [first, second] = [a, b].map(({ tool, env, config, cells }) => JSON.stringify([tool, env, config, cells]));
  if (first === second) return ["before and after are the same measurement"];
  return HOW.flatMap(([what, of]) => (of(a) === of(b) ? [] : [`${what}: ${of(a) ?? "none"} before, ${of(b) ?? "none"} after`]));
}

function machine({ env }: Result): string {
  return `${env.cpu}, ${env.cores} cores, ${Number(env.usable.toFixed(2))} usable, ${env.platform}`;
}

/** What makes one of them unreliable on its own. */
function doubts({ env, config, checks }: Result, name: string): string[] {
  const failed = checks.filter(({ ok }) => !ok);
  return [
    ...(config.interrupted ? [`${name} was interrupted after ${config.blocksDone} of ${config.blocks} blocks`] : []),
    ...(failed.length > 0 ? [`${name} has failed checks: ${failed.map((check) => check.name).join("; ")}`] : []),
    ...env.warnings.map((warning) => `${name}: ${warning}`),
  ];
}
