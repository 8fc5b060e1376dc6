/**
 * Sawzall: parallel, not concurrent. For each record of the input, independently, the
 * job emits values into tables. Each chunk of the input has its own tables, which are
 * merged at the end, in the order of the chunks.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { sawzall, pipeline } from "./sawzall.ts";
 *
 * const { result } = await run(sawzall, { threads: 2, args: ["/var/log/dpkg.log"] });
 * const same = await run(pipeline, { threads: 2, args: ["/var/log/dpkg.log"] });
 * ```
 *
 * The chunks depend only on the input, and the order of the merges is fixed, so the
 * result is the same for every number of threads. `pipeline` is the same job made of
 * tasks and channels: a reader, a task that emits, and a task for each table. It has
 * the same result, but every emitted value is a message.
 */
import { chan, f64, i32, spawn, struct, task, utf8, yieldNow, type Chan, type Receiver, type Sender } from "../src/index.ts";
import type { Problem } from "./gophers/pile.ts";
import { chunksOf, inputAt, readLines, type Input, type Line, type Piece } from "./sawzall/input.ts";
import { emitOf, emitRecord, mergeTables, openTables, resultOf, TABLES, type JobResult, type States, type TableName } from "./sawzall/job.ts";

export type { JobResult, Problem };

/** The result of a job. */
export interface SawzallResult {
  readonly result: JobResult;
  readonly files: number;
  /** Bytes of the input, including line ends. */
  readonly inputBytes: number;
  /** Chunks, or messages of the pipeline's reader. */
  readonly chunks: number;
  readonly problems: readonly Problem[];
  readonly wallNs: number;
}

/** Intended number of chunks, and the minimum and maximum bytes of one. */
const CHUNKS = 64;
const LEAST_CHUNK = 64 * 1024;
const MOST_CHUNK = 512 * 1024;
/** Maximum number of chunks that are in progress or wait to be merged: so many tables are in memory. */
const IN_FLIGHT = 32;
/** Lines, or emitted values, that a channel of the pipeline holds, and that a task moves in one batch. */
const BUFFERED = 4096;
const AT_ONCE = 512;

/**
 * The job, one task for each chunk: the entry for `run`. `chunkBytes` changes
 * how the work is divided, never the result.
 *
 * @throws the system's error if the input cannot be read (ENOENT, EACCES);
 * RangeError for a line of more than 256 MiB
 */
export const sawzall = task(import.meta, async function sawzall(path: string, chunkBytes?: number): Promise<SawzallResult> {
  const input = await inputAt(path);
  const chunks = chunksOf(input, chunkBytes ?? chunkBytesFor(input));
  const startNs = process.hrtime.bigint();
  const total = openTables();
  const underWay: Promise<States>[] = [];
  const mergeOne = async (): Promise<void> => mergeTables(total, await (underWay.shift() as Promise<States>));
  try {
    for (const chunk of chunks) {
      if (underWay.length === IN_FLIGHT) await mergeOne();
      underWay.push(spawn(sawChunk, chunk));
    }
    while (underWay.length > 0) await mergeOne();
  } finally {
    await Promise.allSettled(underWay);
  }
  return outcome(input, resultOf(total), chunks.length, startNs);
});

/** The tables of one chunk. */
export const sawChunk = task(import.meta, async function sawChunk(pieces: readonly Piece[]): Promise<States> {
  const tables = openTables();
  for (const piece of pieces) {
    readLines(piece, (line) => emitRecord(tables, line));
    await yieldNow();
  }
  return tables;
});

/**
 * The same job as a pipeline: one task reads lines, one emits, and each table is
 * a task that owns it.
 *
 * @throws as `sawzall`
 */
export const pipeline = task(import.meta, async function pipeline(path: string): Promise<SawzallResult> {
  const input = await inputAt(path);
  const chunks = chunksOf(input, chunkBytesFor(input));
  const startNs = process.hrtime.bigint();
  const lines = chan(LINE, BUFFERED);
  const outs = Object.fromEntries(TABLES.map((name) => [name, chan(emitOf(name).type, BUFFERED)])) as Record<TableName, Chan<unknown>>;
  const reading = spawn(readAll, chunks, lines);
  const emitting = spawn(emitAll, lines, outs);
  const tables = TABLES.map((name) => spawn(keepTable, name, outs[name]));
  const [, , ...results] = await Promise.all([reading, emitting, ...tables]);
  return outcome(input, Object.fromEntries(TABLES.map((name, k) => [name, results[k]])) as unknown as JobResult, chunks.length, startNs);
});

const LINE = struct({ text: utf8, bytes: i32, file: i32, at: f64 });

/** Reads all lines in order. */
export const readAll = task(import.meta, async function readAll(chunks: readonly (readonly Piece[])[], lines: Sender<Line>): Promise<void> {
  try {
    for (const pieces of chunks) {
      const found: Line[] = [];
      for (const piece of pieces) readLines(piece, (line) => found.push({ ...line, text: line.text.toWellFormed() }));
      await lines.sendMany(found);
    }
  } finally {
    lines.close();
  }
});

/** Emits the values of the lines, each to the task that owns its table. */
export const emitAll = task(import.meta, async function emitAll(lines: Receiver<Line>, outs: Record<TableName, Sender<unknown>>): Promise<void> {
  try {
    for (let some = await lines.recvMany(AT_ONCE); some !== undefined; some = await lines.recvMany(AT_ONCE)) {
      for (const name of TABLES) await outs[name].sendMany(some.flatMap(emitOf(name).values));
    }
  } finally {
    for (const name of TABLES) outs[name].close();
  }
});

/** Owns one table until no more values arrive; returns its result. */
export const keepTable = task(import.meta, async function keepTable(name: TableName, values: Receiver<unknown>): Promise<unknown> {
  const { table } = emitOf(name);
  const state = table.open();
  for (let some = await values.recvMany(AT_ONCE); some !== undefined; some = await values.recvMany(AT_ONCE)) {
    for (const value of some) table.emit(state, value);
  }
  return table.result(state);
});

/** A size that depends only on the input. */
function chunkBytesFor({ bytes }: Input): number {
  return Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, Math.ceil(bytes / CHUNKS)));
}

function outcome({ files, bytes, problems }: Input, result: JobResult, chunks: number, startNs: bigint): SawzallResult {
  return { result, files: files.length, inputBytes: bytes, chunks, problems, wallNs: Number(process.hrtime.bigint() - startNs) };
}
