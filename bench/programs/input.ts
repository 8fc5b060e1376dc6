/** What the programs work on: files that are made once in the system's temporary folder, the same everywhere. */
import { closeSync, mkdirSync, openSync, readSync, statSync, writeFileSync, renameSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Input } from "./work.ts";

const MIB = 2 ** 20;
/** The size of the pieces in which one big file is read. */
const PIECE_BYTES = 4 * MIB;

/** Sizes: of a full run, and of a quick one. */
const SIZES: Readonly<Record<string, readonly [full: number, quick: number]>> = {
  mandelbrot: [5000, 1500],
  nbody: [9000, 3000],
  "md5-small": [6000, 1500],
  "md5-small-async": [6000, 1500],
  "md5-large": [24, 6],
  gzip: [600, 150],
  wordcount: [100, 25],
  ndjson: [200, 40],
  pipeline: [1_000_000, 200_000],
  "pipeline-await": [1_000_000, 200_000],
  "pipeline-batches": [1_000_000, 200_000],
};

export const PROGRAMS: readonly string[] = Object.keys(SIZES);

/** Makes the input of a program if it is not there yet. */
export function makeInput(program: string, isQuick: boolean): Input {
  const [full, quick] = SIZES[program] as readonly [number, number];
  const size = isQuick ? quick : full;
  switch (program) {
    case "md5-small": case "md5-small-async": return { size, files: pile("small", size, 60_000), offsets: [] };
    case "md5-large": return { size, files: pile("large", size, 32 * MIB), offsets: [] };
    case "gzip": return { size, files: pile("texts", size, 100_000), offsets: [] };
    case "wordcount": return pieces("words.txt", size * MIB, size, (random) => `${Array.from({ length: 12 }, () => word(random)).join(" ")}\n`);
    case "ndjson": return pieces("events.ndjson", size * MIB, size, (random, line) => `${JSON.stringify({ id: line, user: `u${random() % 5000}`, amount: random() % 1000, tags: [word(random), word(random)], note: "a line of a log, as services write them", at: 1_700_000_000_000 + line })}\n`);
    default: return { size, files: [], offsets: [] };
  }
}

function folder(): string {
  const path = join(tmpdir(), "warren-bench-programs");
  mkdirSync(path, { recursive: true });
  return path;
}

/** A generator of 31-bit numbers, the same everywhere (Park and Miller, 1988). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647);
}

/** A word of a language in which few words are frequent. */
function word(random: () => number): string {
  const rank = Math.floor(20_000 ** ((random() % 100_000) / 100_000));
  return `w${rank.toString(36)}`;
}

/** So many text files of one length. */
function pile(kind: string, count: number, byteLength: number): string[] {
  const path = join(folder(), kind);
  mkdirSync(path, { recursive: true });
  return Array.from({ length: count }, (_, number) => {
    const file = join(path, `${number}`);
    if (!existsSync(file) || statSync(file).size !== byteLength) write(file, byteLength, textFrom(number + 1));
    return file;
  });
}

function textFrom(seed: number): () => string {
  const random = randomFrom(seed * 7919);
  return () => `${word(random)} `;
}

function write(file: string, byteLength: number, next: () => string): void {
  // One text of up to 1 MiB, repeated.
  let block = "";
  while (block.length < Math.min(byteLength, MIB)) block += next();
  const text = block.repeat(Math.ceil(byteLength / block.length)).slice(0, byteLength);
  writeFileSync(`${file}.new`, text, "latin1");
  renameSync(`${file}.new`, file);
}

/** One file of about so many bytes in lines, with the places at which its pieces begin: each a line's. */
function pieces(name: string, byteLength: number, size: number, line: (random: () => number, number: number) => string): Input {
  const file = join(folder(), `${size}-${name}`);
  if (!existsSync(file)) {
    const random = randomFrom(1);
    const descriptor = openSync(`${file}.new`, "w");
    for (let [written, number] = [0, 0]; written < byteLength; ) {
      let block = "";
      while (block.length < MIB) block += line(random, number++);
      writeFileSync(descriptor, block, "latin1");
      written += block.length;
    }
    closeSync(descriptor);
    renameSync(`${file}.new`, file);
  }
  return { size, files: [file], offsets: lineStarts(file) };
}

function lineStarts(file: string): number[] {
  const { size } = statSync(file);
  const descriptor = openSync(file, "r");
  const offsets = [0];
  const bytes = Buffer.alloc(64 * 1024);
  for (let at = PIECE_BYTES; at < size; at += PIECE_BYTES) {
    const read = readSync(descriptor, bytes, 0, bytes.length, at);
    offsets.push(at + bytes.subarray(0, read).indexOf("\n") + 1);
  }
  closeSync(descriptor);
  return [...offsets, size];
}
