/**
 * Before block 0: the calibrations and sizes that all blocks use.
 *
 * All cells of a group do the same work, or their times could not be compared.
 * So the fastest of them decides, and the reference takes as many times longer as
 * the fastest is faster.
 */
import { groupOf, type Cell } from "../cell.ts";
import type { Runtime } from "../../index.ts";
import type { CellProgram, Frozen, Protocol, Sizing } from "./plan.ts";
import type { TrialThreads } from "./threads.ts";

/** With fewer cores than threads the widest cells, which are probed, are the slower ones: aim higher by this, so that the others do not fall short. */
const CROWDED = 1.4;
/** Aim above the minimum time: runs vary, and a shorter one gets no verdict. Every per cent more makes the slowest cell longer by a multiple. */
const MARGIN = 1.05;
const MOST_PROBES = 12;
/** Runs of the aimed length that are needed: a single one may have been delayed. */
const ENOUGH = 2;

/**
 * Calibrates every program and finds the size of every group of cells that do
 * the same work, on as many threads as any cell has. `null` if it was stopped.
 * @param usable cores that the threads can use
 */
export async function prepare(
  programs: readonly CellProgram[],
  threads: TrialThreads,
  { warmupMs, minTimeMs }: Pick<Protocol, "warmupMs" | "minTimeMs">,
  onProgress: () => void,
  signal: AbortSignal,
  usable = Infinity,
): Promise<Frozen | null> {
  const entries = programs.flatMap((program) => program.cells.map((cell) => ({ program, cell })));
  const most = Math.max(...entries.map(({ cell }) => cell.threads));
  const sizes: Record<string, number> = {};
  const calibrations: Frozen["calibrations"][number][] = [];
  onProgress();
  const runtime = await threads.open(most);
  try {
    for (const program of programs) {
      const calibration = (await program.calibrate?.()) ?? {};
      calibrations.push(calibration);
      program.use?.(calibration, null);
      await program.warm(runtime, most, warmupMs);
    }
    for (const [group, members] of Map.groupBy(entries, ({ cell }) => groupOf(cell))) {
      if (signal.aborted) return null;
      const { program } = members[0] as (typeof entries)[number];
      const widest = Math.max(...members.map(({ cell }) => cell.threads));
      const probes = members.filter(({ cell }) => cell.threads === widest).map(({ cell }) => cell);
      sizes[group] = await findSize(program, runtime, probes, minTimeMs * 1e6 * (widest > usable ? CROWDED : 1));
      onProgress();
    }
  } finally {
    await threads.close(runtime);
  }
  return signal.aborted ? null : { sizes, calibrations };
}

/**
 * The smallest size, in whole steps, with which the fastest of `probes` takes
 * `leastNs`. If there is a model, it names the fastest cell and where to begin;
 * otherwise each cell is run once at the start size.
 */
export async function findSize(program: CellProgram, runtime: Runtime, probes: readonly Cell[], leastNs: number): Promise<number> {
  const sizing = program.sizing(probes[0] as Cell);
  if (sizing.kind === "given") return sizing.size;
  const aimNs = leastNs * MARGIN;
  const predicted = probes.flatMap((cell) => program.predict?.(cell, sizing.start) ?? []);
  let fastest = { cell: probes[0] as Cell, ns: Infinity };
  for (const [place, cell] of probes.entries()) {
    const ns = (predicted.length === probes.length ? predicted[place]?.ns : undefined) ?? (await program.run(runtime, cell, sizing.start)).wallNs;
    if (ns < fastest.ns) fastest = { cell, ns };
  }
  const { cell, ns } = fastest;
  let size = grown(sizing.start, ns, aimNs, sizing);
  for (let probe = 0, reached = 0; probe < MOST_PROBES && reached < ENOUGH && size < sizing.most; probe++) {
    const { wallNs } = await program.run(runtime, cell, size);
    reached = wallNs >= aimNs ? reached + 1 : 0;
    if (reached === 0) size = grown(size, wallNs, aimNs, sizing);
  }
  return size;
}

/** A size at which a cell that took `ns` at `size` takes `aimNs`: never smaller, and one step more where it is not reached. */
function grown(size: number, ns: number, aimNs: number, { step, most }: Extract<Sizing, { kind: "found" }>): number {
  if (ns >= aimNs) return size;
  // far from the aim the time is mostly start-up, which would make the size too large
  const growth = Math.min(8, aimNs / ns);
  return Math.min(most, Math.max(size + step, Math.ceil((size * growth) / step) * step));
}
