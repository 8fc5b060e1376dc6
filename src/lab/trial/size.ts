/**
 * How much work a timed run does. All cells of a group do the same work, or
 * their times could not be compared; so the fastest of them decides, and the
 * baseline takes as many times longer as the fastest is faster.
 */
import type { CellProgram, Sizing } from "./program.ts";
import type { Cell } from "../result.ts";

/** Aim above the least time: runs vary, and one below it is not judged. Every per cent is paid for by the slowest cell, times its slowness. */
const MARGIN = 1.05;
const MOST_PROBES = 12;
/** Runs of the aimed length that are to be seen: a single one may have been held up. */
const ENOUGH = 2;

/** The sizing of a program that leaves its size to be found. */
type Found = Extract<Sizing, { kind: "found" }>;

/**
 * The least size, in whole steps, with which the fastest of `probes` takes
 * `leastNs`. Where there is a model it says which is the fastest and where to
 * begin; elsewhere each cell is run once at the start size.
 */
export async function findSize<Pool>(program: CellProgram<Pool>, pool: Pool, probes: readonly Cell[], leastNs: number): Promise<number> {
  const sizing = program.sizing(probes[0] as Cell);
  if (sizing.kind === "given") return sizing.size;
  const aimNs = leastNs * MARGIN;
  const { cell, ns } = fastestByModel(program, probes, sizing) ?? (await fastestByRun(program, pool, probes, sizing));
  let size = grown(sizing.start, ns, aimNs, sizing);
  for (let probe = 0, reached = 0; probe < MOST_PROBES && reached < ENOUGH && size < sizing.most; probe++) {
    const { wallNs } = await program.run(pool, cell, size);
    reached = wallNs >= aimNs ? reached + 1 : 0;
    if (reached === 0) size = grown(size, wallNs, aimNs, sizing);
  }
  return size;
}

/** A size at which a cell that took `ns` at `size` takes `aimNs`: never smaller, and one step more where it is not reached. */
function grown(size: number, ns: number, aimNs: number, { step, most }: Found): number {
  if (ns >= aimNs) return size;
  // far from the aim the time is mostly start-up, and would make the size too great
  const growth = Math.min(8, aimNs / ns);
  return Math.min(most, Math.max(size + step, Math.ceil((size * growth) / step) * step));
}

function fastestByModel<Pool>(program: CellProgram<Pool>, probes: readonly Cell[], { start }: Found): { cell: Cell; ns: number } | null {
  let fastest: { cell: Cell; ns: number } | null = null;
  for (const cell of probes) {
    const ns = program.predict(cell, start);
    if (ns === null) return null;
    if (fastest === null || ns < fastest.ns) fastest = { cell, ns };
  }
  return fastest;
}

async function fastestByRun<Pool>(program: CellProgram<Pool>, pool: Pool, probes: readonly Cell[], { start }: Found): Promise<{ cell: Cell; ns: number }> {
  let fastest = { cell: probes[0] as Cell, ns: Infinity };
  for (const cell of probes) {
    const { wallNs } = await program.run(pool, cell, start);
    if (wallNs < fastest.ns) fastest = { cell, ns: wallNs };
  }
  return fastest;
}
