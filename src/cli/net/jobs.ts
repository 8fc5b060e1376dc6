/** The two jobs of the talk that nodes do: a pile of files to burn, and lines to count. Their pieces depend on the input only. */
import { resolve } from "node:path";
import { burnFiles, type Burnt } from "../../../workers/gophers/errand.ts";
import { formatManifest, printPath, type ManifestEntry } from "../../../workers/gophers/manifest.ts";
import { walk, type Found, type Problem } from "../../../workers/gophers/pile.ts";
import { chunkBytesFor, sawChunk, type JobResult, type Sawn } from "../../../workers/sawzall.ts";
import { chunksOf, inputAt, problemsOf, type Piece } from "../../../workers/sawzall/input.ts";
import { mergeTables, openTables, resultOf } from "../../../workers/sawzall/job.ts";
import type { Job } from "./spread.ts";

/** A job with what is known of its input. */
export interface Work<P, R, T> extends Job<P, R, T> {
  /** The input as the user named it. */
  readonly input: string;
  readonly fileCount: number;
  readonly bytes: number;
  /** What is left out on purpose, a line each. */
  readonly skipped: readonly string[];
  /** What a report says of the result. */
  told(value: T): { readonly burnt: number } | { readonly result: JobResult };
}

/** What came of a pile or of lines. */
export interface Outcome {
  readonly problems: readonly Problem[];
}

export interface BurntPile extends Outcome {
  readonly manifest: Buffer;
  /** Files that were burnt. */
  readonly burnt: number;
}

export interface Counted extends Outcome {
  readonly result: JobResult;
}

/** About so many pieces, of at least and at most so many bytes and files each. */
const PIECES = 96;
const LEAST_BYTES = 64 * 1024;
const MOST_BYTES = 1024 * 1024;
const MOST_FILES = 128;
/** Opening a file takes about as long as burning so many bytes. */
const OPENING_BYTES = 16 * 1024;

/** Burning the files of a directory: a piece is some files, or a large one. @throws the system's error if it cannot be listed */
export async function pileJob(directory: string): Promise<Work<readonly Found[], Burnt, BurntPile>> {
  const root = resolve(directory);
  const { files, skipped, problems } = await walk(root);
  const pieces = divided(files);
  return {
    input: directory,
    fileCount: files.length,
    bytes: files.reduce((total, { bytes }) => total + bytes, 0),
    skipped: skipped.map(({ path, kind }) => `skipped ${path}: ${kind}`),
    task: burnFiles,
    taskName: "burnFiles",
    pieces,
    args: (piece = []) => [root, piece],
    told: ({ burnt }) => ({ burnt }),
    halves: () => null,
    files: (piece) => piece.map(({ path }) => printPath(path)),
    collect: () => {
      const entries: ManifestEntry[] = [];
      const found: Problem[] = [...problems];
      return {
        add: (burnt, index) => {
          entries.push(...burnt.entries);
          found.push(...burnt.problems, ...differences(pieces[index] as readonly Found[], burnt.entries));
        },
        end: () => {
          entries.sort((a, b) => Buffer.compare(a.path, b.path));
          return { manifest: formatManifest(entries), burnt: entries.length, problems: found.toSorted((a, b) => (a.path < b.path ? -1 : 1)) };
        },
      };
    },
  };
}

/** Divides the files into pieces of about the same length, the longest first: at the end all nodes are busy. */
function divided(files: readonly Found[]): Found[][] {
  const most = Math.min(MOST_BYTES, Math.max(LEAST_BYTES, weigh(files) / PIECES));
  const pieces: Found[][] = [];
  let room = 0;
  for (const file of files) {
    const last = pieces.at(-1);
    if (last === undefined || weight(file) > room || last.length === MOST_FILES) {
      pieces.push([file]);
      room = most - weight(file);
    } else {
      last.push(file);
      room -= weight(file);
    }
  }
  return pieces.toSorted((a, b) => weigh(b) - weigh(a));
}

function weigh(files: readonly Found[]): number {
  return files.reduce((total, file) => total + weight(file), 0);
}

function weight({ bytes }: Found): number {
  return bytes + OPENING_BYTES;
}

/** Files of which a node has read another number of bytes than they had when the pile was listed: there may be another file at that path. */
function differences(piece: readonly Found[], entries: readonly ManifestEntry[]): Problem[] {
  const sizes = new Map(piece.map(({ path, bytes }) => [path.toString("latin1"), bytes]));
  return entries.flatMap(({ path, bytes }) => {
    const listed = sizes.get(Buffer.from(path).toString("latin1"));
    return listed === bytes ? [] : [{ path: printPath(path), kind: "changed" as const, message: `was ${listed} bytes when the pile was listed and ${bytes} when it was burnt` }];
  });
}

/** Counting the lines of a file or a directory: a piece is a chunk. @throws the system's error if there is no input */
export async function linesJob(path: string): Promise<Work<readonly Piece[], Sawn, Counted>> {
  const input = await inputAt(resolve(path));
  return {
    input: path,
    fileCount: input.files.length,
    bytes: input.bytes,
    skipped: [],
    task: sawChunk,
    taskName: "sawChunk",
    pieces: chunksOf(input, chunkBytesFor(input)),
    args: (piece = []) => [piece],
    told: ({ result }) => ({ result }),
    halves: halvesOf,
    files: (piece) => [...new Set(piece.map(({ path: file }) => printPath(file)))],
    collect: () => {
      const tables = openTables();
      const problems: Problem[] = [];
      return {
        add: (sawn) => {
          mergeTables(tables, sawn.tables);
          problems.push(...sawn.problems);
        },
        end: () => ({ result: resultOf(tables), problems: problemsOf(input, problems) }),
      };
    },
  };
}

/** Two halves of a chunk: of its pieces, or of the bytes of its only one. Its tables can be larger than the chunk, if all its words are different. */
function halvesOf(chunk: readonly Piece[]): ReturnType<Work<readonly Piece[], Sawn, Counted>["halves"]> {
  const [only, ...others] = chunk;
  if (others.length > 0) return { parts: [chunk.slice(0, chunk.length / 2), chunk.slice(chunk.length / 2)], join: merged };
  if (only === undefined || only.end - only.first < LEAST_BYTES / 4) return null;
  const middle = Math.floor((only.first + only.end) / 2);
  return { parts: [[{ ...only, end: middle }], [{ ...only, first: middle }]], join: merged };
}

function merged(first: Sawn, second: Sawn): Sawn {
  mergeTables(first.tables, second.tables);
  return { tables: first.tables, problems: [...first.problems, ...second.problems] };
}
