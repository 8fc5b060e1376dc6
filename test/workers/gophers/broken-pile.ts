/**
 * A task for the tests: loads and burns a directory's files with one gopher's
 * hands, and does something to the files at a given moment.
 */
import { appendFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { task } from "../../../src/index.ts";
import { catalogue, clearCatalogue, manifestOf } from "../../../workers/gophers/catalogue.ts";
import { Files } from "../../../workers/gophers/files.ts";
import { BLOCK_BYTES, frameBytes } from "../../../workers/gophers/frames.ts";
import { walk, type Problem } from "../../../workers/gophers/pile.ts";

/** What happens to the file `victim`, and before which load. */
export interface Mishap {
  readonly victim: string;
  readonly before: number;
  readonly what: "vanishes" | "becomes a pipe" | "becomes a link" | "shrinks" | "grows" | "is rewritten" | "is damaged in the cart";
}

/** What came of it. */
export interface Outcome {
  readonly burnt: readonly string[];
  readonly problems: readonly Problem[];
  readonly mistakes: readonly string[];
  readonly accounted: boolean;
}

/** Burns `directory`, with a mishap on the way. */
export const burnWith = task(import.meta, async function burnWith(directory: string, { victim, before, what }: Mishap): Promise<Outcome> {
  const { files } = await walk(directory);
  const memory = catalogue(directory, files, 1, 1);
  const problems: Problem[] = [];
  const mistakes: string[] = [];
  const hands = new Files(memory, 0, problems, mistakes);
  const cart = new Uint8Array(new SharedArrayBuffer(frameBytes(BLOCK_BYTES)));
  for (let load = 0; ; load++) {
    if (load === before) happen(join(directory, victim), what);
    const byteLength = await hands.load(cart);
    if (byteLength === 0) break;
    const frames = cart.subarray(0, byteLength);
    hands.move(frames);
    if (load === before && what === "is damaged in the cart") frames[frames.length - 1] ^= 1;
    hands.burn(frames);
  }
  await hands.close();
  const burnt = manifestOf(memory).map(({ path }) => Buffer.from(path).toString());
  const accounted = files.every((_, file) => memory.burnt.array[file] + memory.failed.array[file] === 1);
  clearCatalogue(memory);
  return { burnt, problems, mistakes, accounted };
});

function happen(path: string, what: Mishap["what"]): void {
  if (what === "vanishes" || what.startsWith("becomes")) rmSync(path);
  if (what === "becomes a pipe") execFileSync("mkfifo", [path]);
  if (what === "becomes a link") execFileSync("ln", ["-s", "/etc/hostname", path]);
  if (what === "shrinks") truncateSync(path, 70_000);
  if (what === "grows") appendFileSync(path, "more");
  if (what === "is rewritten") {
    writeFileSync(path, Buffer.alloc(200_000, 2));
    utimesSync(path, 1, 1);
  }
}
