/**
 * The values of options, as pure functions: each returns the value or throws a
 * `UsageError` that names the option, the value and what is allowed.
 */
import { BAND } from "../../lab/comparison.ts";
import { processorList, processorsIn } from "../../lab/machine/affinity.ts";
import { doubledTo } from "../../lab/machine/environment.ts";

/** A command line that cannot be obeyed: one line that names the value and what is allowed. Exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A file of the user's that cannot be read or written. Exit code 1. */
export class FileError extends Error {
  override readonly name = "FileError";
}

/** Options as commander gives them: values as text, flags as booleans. */
export type Raw<Values extends string, Flags extends string = never> = { readonly [Name in Values]?: string } & { readonly [Name in Flags]?: boolean };

/** Ten times as slow: a higher limit would refuse nothing. */
const MOST_REGRESSION = 9;

/** An integer in [least, most]. */
export function wholeNumber(option: string, text: string, least = 1, most = Number.MAX_SAFE_INTEGER): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new UsageError(`${option}: ${quoted(text)} is not an integer ${range}`);
}

/** Integers in [least, most] from "1,2,4"; each once, in the order given. */
export function wholeNumbers(option: string, text: string, least: number, most: number): number[] {
  return [...new Set(parts(option, text).map((part) => wholeNumber(option, part, least, most)))];
}

/** Milliseconds from "250", "250ms", "0.5s". */
export function milliseconds(option: string, text: string, least = 0): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s)?$/.exec(text) ?? [];
  const value = Number(digits) * (unit === "s" ? 1000 : 1);
  if (digits !== undefined && value >= least) return value;
  throw new UsageError(`${option}: ${quoted(text)} is not a time${least > 0 ? ` of at least ${least} ms` : ""} such as 250, 250ms or 0.5s`);
}

/** A share from "5%", "5 %" or "5": at least the band of ±3 % within which times count as equal. */
export function regressionLimit(option: string, text: string): number {
  const [, digits] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text) ?? [];
  const share = Number(digits) / 100;
  if (digits !== undefined && share >= BAND && share <= MOST_REGRESSION) return share;
  throw new UsageError(`${option}: ${quoted(text)} is not a percentage from ${BAND * 100}% (times closer than that count as equal) to ${MOST_REGRESSION * 100}%, such as 5%`);
}

/** One of `allowed`; upper and lower case are one. */
export function oneOf<T extends string>(option: string, text: string, allowed: readonly T[]): T {
  const found = allowed.find((name) => name.toLowerCase() === text.toLowerCase());
  if (found !== undefined) return found;
  throw new UsageError(`${option}: ${quoted(text)} is not one of ${allowed.join(", ")}${suggestion(text, allowed)}`);
}

/** Some of `allowed`, given as "a,b" or "all"; each once, in the order of `allowed`. */
export function someOf<T extends string>(option: string, text: string, allowed: readonly T[]): T[] {
  if (text.toLowerCase() === "all") return [...allowed];
  const chosen = new Set(parts(option, text).map((part) => oneOf(option, part, [...allowed, "all" as T])));
  return (chosen as Set<string>).has("all") ? [...allowed] : allowed.filter((name) => chosen.has(name));
}

/**
 * Thread counts from "1,2,4", "1..8", "auto" or a mixture; each once, rising.
 * "auto": 1, 2, 4, … up to all `usable` cores.
 */
export function threadCounts(option: string, text: string, usable: number, most: number): number[] {
  const counts = parts(option, text).flatMap((part) => {
    if (part.toLowerCase() === "auto") return autoThreads(usable);
    const [, first, last] = /^(\d+)\.\.(\d+)$/.exec(part) ?? [];
    if (first === undefined || last === undefined) {
      if (/^\d+$/.test(part)) return [wholeNumber(option, part, 1, most)];
      throw new UsageError(`${option}: ${quoted(part)} is not a number of threads from 1 to ${most}, a range such as 1..8, or auto`);
    }
    const [from, to] = [wholeNumber(option, first, 1, most), wholeNumber(option, last, 1, most)];
    if (from > to) throw new UsageError(`${option}: the range ${quoted(part)} runs backwards: write ${to}..${from}`);
    return Array.from({ length: to - from + 1 }, (_, offset) => from + offset);
  });
  return [...new Set(counts)].toSorted((a, b) => a - b);
}

/** 1, 2, 4, … below the number of whole usable cores, and that number. */
export function autoThreads(usable: number): number[] {
  return doubledTo(Math.max(1, Math.floor(usable)));
}

/** Vector lengths: integers or the names in `named`; each once, in the order given. */
export function vectorSizes(option: string, text: string, named: ReadonlyMap<string, number>, most: number): { label: string; size: number }[] {
  const names = [...named.keys()];
  const sizes = parts(option, text).map((part) => {
    if (/^\d+$/.test(part)) return { label: part, size: wholeNumber(option, part, 1, most) };
    const label = names.find((name) => name.toLowerCase() === part.toLowerCase());
    if (label !== undefined) return { label, size: named.get(label) as number };
    throw new UsageError(`${option}: ${quoted(part)} is neither a number of elements from 1 to ${most} nor one of ${names.join(", ")}${suggestion(part, names)}`);
  });
  return [...new Map(sizes.map((entry) => [entry.size, entry])).values()];
}

/** Where results are kept under a name, in the current directory. */
export const FOLDER = ".warren";

/** A name for a result. */
export function resultName(option: string, text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(text) && !text.toLowerCase().endsWith(".json")) return text;
  throw new UsageError(`${option}: ${quoted(text)} is not a name: up to 64 letters, digits and . _ - without .json (the name becomes a file in ${FOLDER})`);
}

/** A list of cores in its shortest form. `affinity`: the cores that can be used, as Linux lists them; `taskset`: the program that pins. */
export function coreList(option: string, text: string, { affinity, taskset }: Readonly<Record<"affinity" | "taskset", string | null>>): string {
  const wanted = processorsIn(text);
  if (wanted === null) throw new UsageError(`${option}: ${quoted(text)} is not a list of cores such as 0 or 0,1 or 0-3`);
  if (taskset === null || affinity === null) throw new UsageError(`${option}: ${quoted(text)}: a process can be pinned only on Linux and with taskset (of util-linux), which is not installed`);
  const usable = processorsIn(affinity) ?? [];
  const missing = wanted.filter((core) => !usable.includes(core));
  if (missing.length === 0) return processorList(wanted);
  throw new UsageError(`${option}: ${quoted(text)}: this process cannot use ${processorList(missing)}, only ${affinity}`);
}

/** ` — did you mean wait?`, or nothing. Names with numbers get no guess: G1, G10 and G11 are equally near to G12. */
export function suggestion(word: string, names: readonly string[]): string {
  if (/\d/.test(word)) return "";
  const near = names.map((name) => ({ name, edits: editDistance(word.toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, edits }) => edits <= Math.max(word.length, name.length) / 2)
    .toSorted((a, b) => a.edits - b.edits)[0];
  return near === undefined ? "" : ` — did you mean ${near.name}?`;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (Damerau 1964). */
function editDistance(a: string, b: string): number {
  let older: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [index, letter] of [...a].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= b.length; column++) {
      const isSwap = letter === b[column - 2] && a[index - 1] === b[column - 1];
      next.push(Math.min((row[column] as number) + 1, (next[column - 1] as number) + 1, (row[column - 1] as number) + (letter === b[column - 1] ? 0 : 1), isSwap ? (older[column - 2] as number) + 1 : Infinity));
    }
    [older, row] = [row, next];
  }
  return row[b.length] as number;
}

/** The parts of a list; an empty part is refused. */
function parts(option: string, text: string): string[] {
  const found = text.split(",").map((part) => part.trim());
  if (found.includes("")) throw new UsageError(`${option}: ${quoted(text)} has an empty entry`);
  return found;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
