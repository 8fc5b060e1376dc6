/**
 * The work of each program, in parts that can be done in any order by anybody: plain
 * Node, a task of warren, a Piscina task and a bare Worker all call these functions. A
 * part changes a state in place; states are merged at the end, and `text` shows the
 * result, which must be the same for all.
 */
import { createHash } from "node:crypto";
import { openSync, readFileSync, readSync, closeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

/** What a program works on: plain data, which is copied to threads. */
export interface Input {
  readonly size: number;
  /** Files, in order. */
  readonly files: readonly string[];
  /** Where the parts of the one big file begin, and where it ends. */
  readonly offsets: readonly number[];
}

/** A sum, or counts by key. Plain data, too. */
export interface State {
  sum: number;
  readonly counts: Map<string, number>;
}

export interface Work {
  /** The number of parts. */
  parts(input: Input): number;
  part(state: State, input: Input, part: number): void | Promise<void>;
  /** Parts that wait for files and overlap: so many for each thread. */
  readonly overlap?: number;
}

export function emptyState(): State {
  return { sum: 0, counts: new Map() };
}

export function merge(into: State, from: State): void {
  into.sum += from.sum;
  for (const [key, count] of from.counts) into.counts.set(key, (into.counts.get(key) ?? 0) + count);
}

export function text({ sum, counts }: State): string {
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return `${sum} ${counts.size} ${most}`;
}

const rows = { parts: ({ size }: Input) => size };
const files = { parts: (input: Input) => input.files.length };
const pieces = { parts: ({ offsets }: Input) => offsets.length - 1 };

export const WORK: Readonly<Record<string, Work>> = {
  mandelbrot: { ...rows, part: mandelbrotRow },
  nbody: { ...rows, part: nbodyRow },
  "md5-small": { ...files, part: md5OfFile },
  "md5-small-async": { ...files, part: md5OfFileAsync, overlap: 8 },
  "md5-large": { ...files, part: md5OfFile },
  gzip: { ...files, part: gzipOfFile },
  wordcount: { ...pieces, part: countWords },
  ndjson: { ...pieces, part: aggregate },
};

const MOST_STEPS = 50;

/** How many steps the points of one row take to leave the circle, together. */
function mandelbrotRow(state: State, { size }: Input, row: number): void {
  const ci = (2 * row) / size - 1;
  let steps = 0;
  for (let column = 0; column < size; column++) {
    const cr = (2 * column) / size - 1.5;
    let [zr, zi, tr, ti] = [0, 0, 0, 0];
    let step = 0;
    for (; step < MOST_STEPS && tr + ti <= 4; step++) {
      zi = 2 * zr * zi + ci;
      zr = tr - ti + cr;
      tr = zr * zr;
      ti = zi * zi;
    }
    steps += step;
  }
  state.sum += steps;
}

/** The forces of all bodies on one, as an integer: sums of integers do not depend on their order. */
function nbodyRow(state: State, { size }: Input, body: number): void {
  const [x, y, z] = place(body);
  let force = 0;
  for (let other = 0; other < size; other++) {
    const [ox, oy, oz] = place(other);
    const [dx, dy, dz] = [ox - x, oy - y, oz - z];
    const squared = dx * dx + dy * dy + dz * dz + 0.01;
    force += dx / (squared * Math.sqrt(squared));
  }
  state.sum += Math.round(force * 1000);
}

function place(body: number): [number, number, number] {
  return [(body * 7919) % 1000 / 1000, (body * 104_729) % 1000 / 1000, (body * 1_299_709) % 1000 / 1000];
}

function addDigest(state: State, bytes: Uint8Array): void {
  state.sum += createHash("md5").update(bytes).digest().readUInt32BE(0);
}

function md5OfFile(state: State, input: Input, part: number): void {
  addDigest(state, readFileSync(input.files[part] as string));
}

async function md5OfFileAsync(state: State, input: Input, part: number): Promise<void> {
  addDigest(state, await readFile(input.files[part] as string));
}

function gzipOfFile(state: State, input: Input, part: number): void {
  state.sum += gzipSync(readFileSync(input.files[part] as string), { level: 6 }).length;
}

function pieceOf({ files: [file = ""], offsets }: Input, part: number): string {
  const [from, to] = [offsets[part] as number, offsets[part + 1] as number];
  const bytes = Buffer.allocUnsafe(to - from);
  const descriptor = openSync(file, "r");
  try {
    for (let read = 0; read < bytes.length; ) read += readSync(descriptor, bytes, read, bytes.length - read, from + read);
  } finally {
    closeSync(descriptor);
  }
  return bytes.toString("latin1");
}

function countWords(state: State, input: Input, part: number): void {
  for (const word of pieceOf(input, part).split(/[ \n]+/)) {
    if (word === "") continue;
    state.sum++;
    state.counts.set(word, (state.counts.get(word) ?? 0) + 1);
  }
}

function aggregate(state: State, input: Input, part: number): void {
  for (const line of pieceOf(input, part).split("\n")) {
    if (line === "") continue;
    const { user, amount } = JSON.parse(line) as { user: string; amount: number };
    state.sum += amount;
    state.counts.set(user, (state.counts.get(user) ?? 0) + amount);
  }
}
