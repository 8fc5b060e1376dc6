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
import { chunksOf, inputAt, problemsOf, readLines, type Input, type Line, type Piece } from "./sawzall/input.ts";
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
 * A file that cannot be read, or has a line of more than 256 MiB, is left out and reported in `problems`.
 *
 * @throws the system's error if there is no input at `path` (ENOENT, EACCES)
 */
export const sawzall = task(import.meta, async function sawzall(path: string, chunkBytes?: number): Promise<SawzallResult> {
  const input = await inputAt(path);
  const chunks = chunksOf(input, chunkBytes ?? chunkBytesFor(input));
  const startNs = process.hrtime.bigint();
  const total = openTables();
  const problems: Problem[] = [];
  const underWay: Promise<Sawn>[] = [];
  const mergeOne = async (): Promise<void> => {
    const { tables, problems: found } = await (underWay.shift() as Promise<Sawn>);
    mergeTables(total, tables);
    problems.push(...found);
  };
  try {
    for (const chunk of chunks) {
      if (underWay.length === IN_FLIGHT) await mergeOne();
      underWay.push(spawn(sawChunk, chunk));
    }
    while (underWay.length > 0) await mergeOne();
  } finally {
    await Promise.allSettled(underWay);
  }
  return outcome(input, problems, resultOf(total), chunks.length, startNs);
});

/** The tables of one chunk, and its files that could not be read. */
export interface Sawn {
  readonly tables: States;
  readonly problems: readonly Problem[];
}

/** Does the job for one chunk. */
export const sawChunk = task(import.meta, async function sawChunk(pieces: readonly Piece[]): Promise<Sawn> {
  const tables = openTables();
  const problems: Problem[] = [];
  for (const piece of pieces) {
    const found = readLines(piece, (line) => emitRecord(tables, line));
    if (found !== null) problems.push(found);
    await yieldNow();
  }
  return { tables, problems };
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
  const [problems, , ...results] = await Promise.all([reading, emitting, ...tables]);
  return outcome(input, problems, Object.fromEntries(TABLES.map((name, k) => [name, results[k]])) as unknown as JobResult, chunks.length, startNs);
});

const LINE = struct({ text: utf8, bytes: i32, file: i32, at: f64 });

/** Reads all lines in order; the files that could not be read. */
export const readAll = task(import.meta, async function readAll(chunks: readonly (readonly Piece[])[], lines: Sender<Line>): Promise<Problem[]> {
  const problems: Problem[] = [];
  try {
    for (const pieces of chunks) {
      const found: Line[] = [];
      for (const piece of pieces) {
        const problem = readLines(piece, (line) => found.push({ ...line, text: line.text.toWellFormed() }));
        if (problem !== null) problems.push(problem);
      }
      await lines.sendMany(found);
    }
    return problems;
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

/** The size of a chunk: it depends only on the input. */
export function chunkBytesFor({ bytes }: Input): number {
  return Math.min(MOST_CHUNK, Math.max(LEAST_CHUNK, Math.ceil(bytes / CHUNKS)));
}

function outcome(input: Input, found: readonly Problem[], result: JobResult, chunks: number, startNs: bigint): SawzallResult {
  return { result, files: input.files.length, inputBytes: input.bytes, chunks, problems: problemsOf(input, found), wallNs: Number(process.hrtime.bigint() - startNs) };
}
