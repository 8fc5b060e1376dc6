/**
 * The job: what is emitted for one record, into which table. The records are
 * lines of text. The job does not depend on chunks, tasks or threads.
 */
import { f64, i32, struct, utf8, type Type } from "../../src/index.ts";
import type { Line } from "./input.ts";
import { count, max, mean, quantile, sample, sum, top, unique, type Excerpt, type Placed, type Table } from "./tables.ts";

/** The results of the tables. */
export interface JobResult {
  /** Number of lines. */
  readonly records: number;
  /** Bytes of all lines, without line ends. */
  readonly bytes: number;
  /** Mean length of a line in bytes; `null` if there are no lines. */
  readonly mean: number | null;
  /** The longest line: its length in bytes, and where it begins. */
  readonly longest: Placed | null;
  /** Length of lines: the median, the 90th and the 99th percentile. */
  readonly quantiles: readonly (number | null)[];
  /** The most frequent words. */
  readonly words: readonly (readonly [word: string, count: number])[];
  /** Number of different lines. */
  readonly distinct: number;
  /** A sample of lines. */
  readonly sample: readonly Excerpt[];
}

/** One emit statement: its table, the type of its values on a channel, and the values of one record. */
interface Emit<V> {
  readonly type: Type<V>;
  readonly values: (line: Line) => readonly V[];
  readonly table: Table<V, unknown, unknown>;
}

const WORD = /[\p{L}\p{N}_]+/gu;
const TOP_WORDS = 10;
const SHARES = [0.5, 0.9, 0.99];
const HASHES = 4096;
const SAMPLE_LINES = 5;
/** Characters of a line that the sample keeps. */
const EXCERPT = 200;

const emit = <V, S, R>(type: Type<V>, values: (line: Line) => readonly V[], table: Table<V, S, R>): Emit<V> => ({ type, values, table: table as unknown as Table<V, unknown, unknown> });

/** The program, in the style of Sawzall: `emit words <- each word of the line`. */
const EMITS = {
  records: emit(i32, () => [1], count),
  bytes: emit(f64, ({ bytes }) => [bytes], sum),
  mean: emit(f64, ({ bytes }) => [bytes], mean),
  longest: emit(struct({ value: f64, file: i32, at: f64 }), ({ bytes, file, at }) => [{ value: bytes, file, at }], max),
  quantiles: emit(f64, ({ bytes }) => [bytes], quantile(SHARES)),
  words: emit(utf8, ({ text }) => text.match(WORD) ?? [], top(TOP_WORDS)),
  distinct: emit(utf8, ({ text }) => [text.toWellFormed()], unique(HASHES)),
  sample: emit(struct({ text: utf8, file: i32, at: f64 }), ({ text, file, at }) => [{ text: text.slice(0, EXCERPT).toWellFormed(), file, at }], sample(SAMPLE_LINES)),
} satisfies Record<keyof JobResult, unknown>;

export type TableName = keyof JobResult;
export const TABLES = Object.keys(EMITS) as TableName[];

/** The states of all tables. */
export type States = Record<TableName, unknown>;

/** A statement by the name of its table. The type of its values is known only to the statement. */
export function emitOf(name: TableName): Emit<unknown> {
  return EMITS[name] as unknown as Emit<unknown>;
}

export function openTables(): States {
  return Object.fromEntries(TABLES.map((name) => [name, emitOf(name).table.open()])) as States;
}

/** Emits all values of one record. */
export function emitRecord(states: States, line: Line): void {
  for (const name of TABLES) {
    const { table, values } = emitOf(name);
    for (const value of values(line)) table.emit(states[name], value);
  }
}

/** Adds the tables of a later part of the input. */
export function mergeTables(into: States, from: States): void {
  for (const name of TABLES) emitOf(name).table.merge(into[name], from[name]);
}

export function resultOf(states: States): JobResult {
  return Object.fromEntries(TABLES.map((name) => [name, emitOf(name).table.result(states[name])])) as unknown as JobResult;
}
