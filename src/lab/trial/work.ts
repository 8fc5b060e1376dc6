/**
 * The work of an earlier measurement, done again: its sizes and calibrations.
 * Two measurements that each find their own differ in what they found. For
 * example, a unit of computing is a number of iterations, counted in a tenth of a
 * second on a machine whose clock rate varies. With a baseline both do the same.
 */
import { groupOf, type Cell } from "../cell.ts";
import type { BlockRunner, Calibration, CellCatalogue } from "./plan.ts";
import { workKey } from "../figures/compare.ts";
import { type Result } from "../result.ts";

/** What a measurement found before its block 0. */
export interface Work {
  /** By `workKey`. */
  readonly sizes: ReadonlyMap<string, number>;
  /** By program. */
  readonly calibrations: Readonly<Record<string, Calibration>>;
}

/** The work of a result. */
export function workOf({ cells, config }: Pick<Result, "cells" | "config">): Work {
  const sized = cells.filter(({ params }) => typeof params["size"] === "number");
  return { sizes: new Map(sized.map((cell) => [workKey(cell), cell.params["size"] as number])), calibrations: config.calibrations ?? {} };
}

/** A runner that prepares as the given one does, and then takes what `work` contains. A size that the user chose stays. */
export function reusing(runner: BlockRunner, programs: readonly CellCatalogue[], { sizes, calibrations }: Work): BlockRunner {
  const known = (program: CellCatalogue, cell: Cell): [string, number][] => {
    const size = sizes.get(workKey(cell));
    return size === undefined || program.sizing(cell).kind === "given" ? [] : [[groupOf(cell), size]];
  };
  return {
    isolation: runner.isolation,
    async prepare(onProgress, signal) {
      const prepared = await runner.prepare(onProgress, signal);
      return prepared && {
        ...prepared,
        sizes: { ...prepared.sizes, ...Object.fromEntries(programs.flatMap((program) => program.cells.flatMap((cell) => known(program, cell)))) },
        calibrations: prepared.calibrations.map((found, index) => calibrations[programs[index]?.name ?? ""] ?? found),
      };
    },
    run: (order, frozen, events, signal) => runner.run(order, frozen, events, signal),
  };
}
