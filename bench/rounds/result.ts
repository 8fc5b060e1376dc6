/**
 * The result of the benchmarks as a file, JSON schema "warren-bench/2": written, read back,
 * and compared with another. Stable: fields are added, never renamed.
 */
import type { Environment } from "../../src/lab/machine/environment.ts";
import type { Interval } from "../../src/lab/text.ts";
import { BenchOptionError } from "../outcome.ts";
import { keyOf, type Contestant, type Failure, type Skipped, type Subject } from "./contestant.ts";
import { figureOf, overlap, type Figure, type Sample } from "./figures.ts";

/** The version of the format. */
export const BENCH_SCHEMA = "warren-bench/2";

/** How it was measured: figures are compared only between results that agree in it. */
interface BenchConfig {
  readonly filter: string;
  readonly quick: boolean;
  readonly rounds: number;
  /** About how long each process measured, in milliseconds. */
  readonly timeMs: number;
  /** Leaves of the tree in `skynet`. */
  readonly leaves: number;
  /** Files of the pile that are for the warm-up and that are timed. */
  readonly pile: { readonly warm: number; readonly timed: number };
}

/** A result. */
export interface BenchResult {
  readonly schema: typeof BENCH_SCHEMA;
  /** When it began, in ISO 8601. */
  readonly date: string;
  readonly seconds: number;
  readonly env: Environment;
  readonly config: BenchConfig;
  /** The user interrupted: figures have fewer samples, or are missing. */
  readonly interrupted: boolean;
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
  readonly skipped: readonly Skipped[];
}

/** A result to compare with. */
export interface BenchBaseline {
  /** As the user named it. */
  readonly name: string;
  readonly result: BenchResult;
}

/** One configuration in both results. */
export interface Change {
  readonly subject: Subject;
  readonly before: Figure;
  readonly after: Figure;
  /** How many times as much it costs: above 1 it is slower, or larger. */
  readonly ratio: number;
  /** Whether the two ranges overlap: then the difference can be noise. */
  readonly overlaps: boolean;
}

/** What both results have, in the order of `after`. */
export function compare(before: BenchResult, after: BenchResult): Change[] {
  const earlier = new Map(before.figures.map((figure) => [keyOf(figure), figure]));
  return after.figures.flatMap((figure) => {
    const other = earlier.get(keyOf(figure));
    if (other === undefined || other.unit !== figure.unit) return [];
    const ratio = figure.unit === "GB/s" ? other.value / figure.value : figure.value / other.value;
    return [{ subject: figure, before: other, after: figure, ratio, overlaps: overlap(figure.range, other.range) }];
  });
}

/** Refuses a baseline that has been measured in another way, or has none of the configurations. @throws BenchOptionError */
export function requireComparable({ name, result }: BenchBaseline, config: Omit<BenchConfig, "filter">, contestants: readonly Pick<Contestant, "subject">[]): void {
  const quoted = JSON.stringify(name);
  const { quick, timeMs, leaves, pile } = result.config;
  if (quick !== config.quick) throw new BenchOptionError("--baseline", `${quoted} was measured ${quick ? "with" : "without"} --quick: measure in the same way`);
  if (timeMs !== config.timeMs || leaves !== config.leaves || pile.warm !== config.pile.warm || pile.timed !== config.pile.timed) throw new BenchOptionError("--baseline", `${quoted} was measured by a version of warren that measures for another time or with other sizes`);
  const keys = new Set(contestants.map(({ subject }) => keyOf(subject)));
  if (!result.figures.some((figure) => keys.has(keyOf(figure)))) throw new BenchOptionError("--baseline", `${quoted} contains none of the benchmarks that --filter selects`);
}

/**
 * Reads a result. The figures are formed anew from the samples. `name`: what an error calls it.
 *
 * @throws Error that says what is wrong
 */
export function parseBenchResult(written: string, name: string): BenchResult {
  let value: unknown;
  try {
    value = JSON.parse(written);
  } catch {
    throw new Error(`${name} is not JSON`);
  }
  const schema = (value as { schema?: unknown } | null)?.schema;
  if (schema !== BENCH_SCHEMA) {
    const found = typeof schema === "string" ? `its schema is ${JSON.stringify(schema)}, not "${BENCH_SCHEMA}"` : "it has no schema";
    throw new Error(`${name} is not a result of this version of warren bench: ${found}`);
  }
  const result = value as BenchResult;
  const flaw = flawOf(result);
  if (flaw !== null) throw new Error(`${name} is not a whole result of warren bench: ${flaw}`);
  return { ...result, figures: result.figures.map((figure) => figureOf(figure, figure.samples)) };
}

/** What is missing or wrong in a result; `null`: nothing. */
function flawOf({ date, config, figures }: { readonly [Name in keyof BenchResult]?: unknown }): string | null {
  if (typeof date !== "string") return "date is not a text";
  const { quick, timeMs, leaves, pile } = (config ?? {}) as { readonly [Name in keyof BenchConfig]?: unknown };
  const sizes = [timeMs, leaves, ...["warm", "timed"].map((name) => (pile as Record<string, unknown> | undefined)?.[name])];
  if (typeof quick !== "boolean" || sizes.some((size) => typeof size !== "number")) return "config does not say how it was measured";
  if (!Array.isArray(figures)) return "figures is not an array";
  if (figures.length === 0) return "it contains no measurements";
  const keys = new Set<string>();
  for (const [at, figure] of (figures as readonly Partial<Figure>[]).entries()) {
    const { scenario, side, form, threads, samples } = figure;
    if ([scenario, side, form].some((text) => typeof text !== "string") || !Number.isInteger(threads)) return `figures[${at}] does not say what was measured`;
    if (!isSamples(samples)) return `figures[${at}].samples is not a list of one value above zero for each round`;
    const key = keyOf(figure as Figure);
    if (keys.has(key)) return `figures[${at}] is there twice: ${key}`;
    keys.add(key);
  }
  return null;
}

function isSamples(samples: unknown): samples is readonly Sample[] {
  if (!Array.isArray(samples) || samples.length === 0) return false;
  return samples.every(isSample) && new Set(samples.map(({ round }) => round)).size === samples.length;
}

function isSample(sample: unknown): sample is Sample {
  const { round, value } = (sample ?? {}) as { readonly round?: unknown; readonly value?: unknown };
  return Number.isInteger(round) && typeof value === "number" && Number.isFinite(value) && value > 0;
}

/** A range as people read it: "1.02–1.31". */
export function printRange([low, high]: Interval, print: (value: number) => string): string {
  return `${print(low)}–${print(high)}`;
}
