/** What every form of the scenario files does with one file, and how a form is timed. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { PileFiles } from "../rounds/contestant.ts";
import { timeOnce } from "../rivals/trial.ts";
import { digestOf, fileName } from "./pile.ts";

/** Reads, hashes and compresses one file; its SHA-256 sum in hexadecimal. */
export function workOn(path: string): string {
  const bytes = readFileSync(path);
  const sum = hash("sha256", bytes);
  const packed = gzipSync(bytes);
  if (packed.byteLength === 0 || packed.byteLength >= bytes.byteLength) throw new Error(`${path} was compressed to ${packed.byteLength} bytes`);
  return sum;
}

/** Milliseconds in which `work` works on the timed files of a pile, after those of the warm-up; it gives their sums in order. */
export async function timePile({ folder, warm, timed, digest }: PileFiles, work: (paths: readonly string[]) => Promise<readonly string[]>): Promise<number> {
  const paths = Array.from({ length: warm + timed }, (_, index) => fileName(folder, index));
  await work(paths.slice(0, warm));
  let sums: readonly string[] = [];
  const ms = await timeOnce(async () => {
    sums = await work(paths.slice(warm));
  });
  if (digestOf(sums) !== digest) throw new Error("the SHA-256 sums of the files are not those of the pile");
  return ms;
}
