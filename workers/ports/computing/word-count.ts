/**
 * Word count: the most frequent words of a text. The file is cut into ranges of bytes.
 * Tasks count the words that begin in a range, each in a map of its own, and the maps
 * are added at the end.
 * The Go program is word-count.go in this folder; what both print is in word-count.txt.
 *
 *     node workers/ports/computing/word-count.ts FILE [threads]
 */
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { type Receiver, chan, f64, isMain, run, spawn, task } from "../../../src/index.ts";

const COUNTERS = 8;
const RANGE_BYTES = 1 << 20;
/** A word that begins in a range is read to its end, if it is no longer than this. */
const LONGEST = 256;
const MOST = 10;

type Counts = Map<string, number>;

const isLetter = (code: number): boolean => code >= 97 && code <= 122;

/**
 * A range of a file as a text of lower case: one letter more before, to see whether a
 * word began there, and some after, until the last word ends.
 */
function readRange(file: number, start: number): string {
  const bytes = Buffer.alloc(1 + RANGE_BYTES + LONGEST, " ");
  const read = start === 0 ? 1 + readSync(file, bytes, 1, bytes.length - 1, 0) : readSync(file, bytes, 0, bytes.length, start - 1);
  return bytes.toString("latin1", 0, read).toLowerCase();
}

/** Counts the words that begin in a range. */
function count(text: string, counts: Counts): void {
  let i = 0;
  while (isLetter(text.charCodeAt(i))) i++;
  while (i <= RANGE_BYTES && i < text.length) {
    const begin = i;
    while (isLetter(text.charCodeAt(i))) i++;
    if (i === begin) i++;
    else {
      const word = text.slice(begin, i);
      counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
}

/** Counts ranges until there are no more. */
export const counter = task(import.meta, async function counter(path: string, starts: Receiver<number>) {
  const counts: Counts = new Map();
  const file = openSync(path, "r");
  try {
    for await (const start of starts) count(readRange(file, start), counts);
  } finally {
    closeSync(file);
  }
  return counts;
});

export const wordCount = task(import.meta, async function wordCount(path: string) {
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) return void console.log("no such file");
  const starts = chan(f64);
  const parts = Array.from({ length: COUNTERS }, () => spawn(counter, path, starts));
  for (let start = 0; start < size; start += RANGE_BYTES) await starts.send(start);
  starts.close();
  const counts: Counts = new Map();
  for (const part of await Promise.all(parts)) for (const [word, n] of part) counts.set(word, (counts.get(word) ?? 0) + n);

  const words = [...counts].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  console.log(words.reduce((sum, [, n]) => sum + n, 0), "words,", words.length, "different");
  for (const [word, n] of words.slice(0, MOST)) console.log(n, word);
});

if (isMain(import.meta)) {
  const [path, threads = "2"] = process.argv.slice(2);
  if (path === undefined) throw new Error("word-count FILE");
  await run(wordCount, { threads: Number(threads), args: [path] });
}
