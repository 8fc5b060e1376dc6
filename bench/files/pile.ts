/**
 * The pile of the scenario files: text files of the same content in every run, in a
 * temporary folder. go/files.go mirrors the names and the digest.
 */
import { createHash, hash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { randomSource } from "../../src/lab/random.ts";
import type { PileFiles } from "../rounds/contestant.ts";

/** Bytes of a file. */
const FILE_BYTES = 36_000;
const SEED = 36;
/** Different words, and their letters at most. */
const WORDS = 2000;
const MOST_LETTERS = 10;

/** How many files are for the warm-up, and how many are timed. */
export interface PileSize {
  readonly warm: number;
  readonly timed: number;
}

/** The path of a file of a pile. */
export function fileName(folder: string, index: number): string {
  return join(folder, `${String(index).padStart(5, "0")}.txt`);
}

/** The digest of SHA-256 sums in hexadecimal, in the order of their files. */
export function digestOf(sums: readonly string[]): string {
  const all = createHash("sha256");
  for (const sum of sums) all.update(sum);
  return all.digest("hex");
}

/** Makes a pile; `removePile` removes it. */
export function makePile({ warm, timed }: PileSize): PileFiles {
  const folder = mkdtempSync(join(tmpdir(), "warren-bench-"));
  const source = randomSource(SEED);
  const words = Array.from({ length: WORDS }, () => String.fromCharCode(...Array.from({ length: 1 + source.below(MOST_LETTERS) }, () => 97 + source.below(26))));
  const sums = Array.from({ length: warm + timed }, (_, index) => {
    let text = "";
    while (text.length < FILE_BYTES) text += `${words[source.below(WORDS)]}${source.below(12) === 0 ? "\n" : " "}`;
    text = text.slice(0, FILE_BYTES);
    writeFileSync(fileName(folder, index), text);
    return hash("sha256", text);
  });
  return { folder, warm, timed, digest: digestOf(sums.slice(warm)) };
}

/** Removes the folder of a pile. */
export function removePile({ folder }: PileFiles): void {
  rmSync(folder, { recursive: true, force: true });
}
