/** Before block 0: what all blocks are to use. */
import type { Frozen } from "./runner.ts";
import type { CellProgram } from "./program.ts";
import { groupOf } from "../result.ts";
import { findSize } from "./size.ts";
import type { Protocol, TrialMachine } from "./plan.ts";

/** With fewer processors than threads the widest cells, which are probed, are the slower ones: aim so much higher that the others do not fall short. */
const CROWDED = 1.4;

/**
 * Calibrates every program and finds the size of every group of cells that do
 * the same work, on as many threads as any cell has. `null` if it was stopped.
 * @param processors that the threads may use
 */
export async function prepare<Pool>(
  programs: readonly CellProgram<Pool>[],
  machine: TrialMachine<Pool>,
  { warmupMs, minTimeMs }: Pick<Protocol, "warmupMs" | "minTimeMs">,
  onProgress: () => void,
  signal: AbortSignal,
  processors = Infinity,
): Promise<Frozen | null> {
  const entries = programs.flatMap((program) => program.cells.map((cell) => ({ program, cell })));
  const most = Math.max(...entries.map(({ cell }) => cell.threads));
  const sizes: Record<string, number> = {};
  const calibrations: Frozen["calibrations"][number][] = [];
  onProgress();
  const pool = await machine.open(most);
  try {
    for (const program of programs) {
      const calibration = await program.calibrate(pool);
      calibrations.push(calibration);
      program.use(calibration);
      await program.warm(pool, most, warmupMs);
    }
    for (const [group, members] of Map.groupBy(entries, ({ cell }) => groupOf(cell))) {
      if (signal.aborted) return null;
      const { program } = members[0] as (typeof entries)[number];
      const widest = Math.max(...members.map(({ cell }) => cell.threads));
      const probes = members.filter(({ cell }) => cell.threads === widest).map(({ cell }) => cell);
      sizes[group] = await findSize(program, pool, probes, minTimeMs * 1e6 * (widest > processors ? CROWDED : 1));
      onProgress();
    }
  } finally {
    await machine.close(pool);
  }
  return signal.aborted ? null : { sizes, calibrations };
}
