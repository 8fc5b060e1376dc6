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

/** What is added to the name of a figure that was found again at the end of a measurement. */
const AT_END = "AtEnd";

/** A calibration as a result has it: what was used, and what was found again at the end. */
export function withEnd(used: Calibration = {}, atEnd: Calibration = {}): Calibration {
  return { ...used, ...Object.fromEntries(Object.entries(atEnd).map(([name, value]) => [`${name}${AT_END}`, value])) };
}

/** The work of a result. */
export function workOf({ cells, config }: Pick<Result, "cells" | "config">): Work {
  const sized = cells.filter(({ params }) => typeof params["size"] === "number");
  return {
    sizes: new Map(sized.map((cell) => [workKey(cell), cell.params["size"] as number])),
    calibrations: Object.fromEntries(Object.entries(config.calibrations ?? {}).map(([program, calibration]) => [program, usedOf(calibration)])),
  };
}

function usedOf(calibration: Calibration): Calibration {
  return Object.fromEntries(Object.entries(calibration).filter(([name]) => !name.endsWith(AT_END)));
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
