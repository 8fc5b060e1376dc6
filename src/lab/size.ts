/**
 * How much work a timed run does. All cells of a group do the same work, or
 * their times could not be compared; so the fastest of them decides, and the
 * baseline takes as many times longer as the fastest is faster.
 */
import type { CellProgram } from "./program.ts";
import type { Cell } from "./result.ts";

/** Aim above the least time: runs vary, and one below it is not judged. */
const MARGIN = 1.25;
const MOST_PROBES = 12;

/**
 * The least size, in whole steps, with which the fastest of `probes` takes
 * `leastNs`. Probes each cell once at the start size, then grows the fastest.
 */
export async function findSize<Pool>(program: CellProgram<Pool>, pool: Pool, probes: readonly Cell[], leastNs: number): Promise<number> {
  const { sizing } = program;
  if (sizing.kind === "given") return sizing.size;
  let fastest = probes[0] as Cell;
  let fastestNs = Infinity;
  for (const cell of probes) {
    const { wallNs } = await program.run(pool, cell, sizing.start);
    if (wallNs < fastestNs) [fastest, fastestNs] = [cell, wallNs];
  }
  let size = sizing.start;
  let wallNs = fastestNs;
  for (let probe = 0; probe < MOST_PROBES && wallNs < leastNs * MARGIN && size < sizing.most; probe++) {
    // far from the aim the time is mostly start-up, and would make the size too great
    const growth = Math.min(8, Math.max(1.05, (leastNs * MARGIN) / wallNs));
    size = Math.min(sizing.most, Math.ceil((size * growth) / sizing.step) * sizing.step);
    ({ wallNs } = await program.run(pool, fastest, size));
  }
  return size;
}
