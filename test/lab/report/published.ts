/** A real result of the headline's size: G1 and G6 of the published reports. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseResult } from "../../../src/cli/saved/result-file.ts";
import type { Result } from "../../../src/lab/result.ts";

const RESULTS = join(import.meta.dirname, "../../../docs/results");
const PAIR = new Set(["G1", "G6"]);

/** Two designs in three worlds on one thread and on two. */
export function publishedPair(): Result {
  const [wait, others] = ["wait-world.html", "cpu-and-mixed-world.html"].map((name) => parseResult(readFileSync(join(RESULTS, name), "utf8"), name)) as [Result, Result];
  const chosen = <T extends { readonly design: string }>(all: readonly T[]): T[] => all.filter(({ design }) => PAIR.has(design));
  return { ...wait, cells: [...chosen(wait.cells), ...chosen(others.cells)], gains: [...chosen(wait.gains), ...chosen(others.gains)] };
}
