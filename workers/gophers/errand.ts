/**
 * A gopher's errand on another machine: it burns some files of a pile, alone (design G1),
 * and reports what was burnt. The catalogue, the carts and the fire are those of files.ts,
 * so a file has the same entry in the manifest wherever it is burnt.
 */
import { stat } from "node:fs/promises";
import { task, yieldNow } from "../../src/index.ts";
import { catalogue, clearCatalogue, manifestOf } from "./catalogue.ts";
import { Files } from "./files.ts";
import { BLOCK_BYTES, frameBytes } from "./frames.ts";
import type { ManifestEntry } from "./manifest.ts";
import type { Found, Problem } from "./pile.ts";

/** What came of an errand. */
export interface Burnt {
  /** Sorted by path. */
  readonly entries: readonly ManifestEntry[];
  readonly problems: readonly Problem[];
}

/**
 * Burns these files of a directory.
 *
 * @param found paths relative to the directory, sorted by their bytes
 * @throws the system's error if there is no such directory on this machine; Error if the program itself is wrong
 */
export const burnFiles = task(import.meta, async function burnFiles(directory: string, found: readonly Found[]): Promise<Burnt> {
  await stat(directory);
  const memory = catalogue(directory, found, 1, 1);
  const problems: Problem[] = [];
  const mistakes: string[] = [];
  const goods = new Files(memory, 0, problems, mistakes);
  const cart = new Uint8Array(frameBytes(BLOCK_BYTES));
  try {
    for (let bytes = await goods.load(cart); bytes > 0; bytes = await goods.load(cart)) {
      const load = cart.subarray(0, bytes);
      goods.move(load);
      goods.burn(load);
      await yieldNow();
    }
    if (mistakes.length > 0) throw new Error(mistakes.join("; "));
    return { entries: manifestOf(memory), problems };
  } finally {
    await goods.close();
    clearCatalogue(memory);
  }
});
