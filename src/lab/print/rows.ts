/**
 * A result as rows: each cell with its gains, in the order a reader expects
 * (world by world, design by design, threads rising), for every output format.
 */
import { groupOf } from "../cell.ts";
import { gainOf } from "../figures/gains.ts";
import type { CellResult, GainResult, Result } from "../result.ts";
import { count } from "../text.ts";

/** One cell and its gains; no gains if the reference was not measured. */
export interface Row {
  readonly cell: CellResult;
  readonly gain: GainResult | null;
}

/** Rows that do the same work and may be compared. */
export interface RowGroup {
  readonly program: string;
  readonly world: string;
  readonly rows: readonly Row[];
}

/** The rows of a result by group, in the order the cells were given. */
export function rowGroups(result: Result): RowGroup[] {
  const groups = Map.groupBy(result.cells, groupOf);
  return [...groups.values()].map((cells) => {
    const { program, world } = cells[0] as CellResult;
    return { program, world, rows: cells.map((cell) => ({ cell, gain: gainOf(cell, result) })) };
  });
}

/** All rows, group after group. */
export function allRows(result: Result): Row[] {
  return rowGroups(result).flatMap(({ rows }) => rows);
}

/** What the rows of a group have in common, in words: "wait world: 200 books, unit 4 ms". */
export function groupTitle({ program, world, rows }: RowGroup): string {
  const { items, params } = (rows[0] as Row).cell;
  if (program === "dot") {
    const [kernel, label] = world.split("-") as [string, string];
    const named = /^\d+$/.test(label) ? "" : ` (${label})`;
    return `dot product, ${kernel} kernel: two vectors of ${Number(params["elements"]).toLocaleString("en-US")} numbers${named}, ${count(items, "product")} a run`;
  }
  const unit = params["unitMs"] === undefined ? "" : `, a step of ${params["unitMs"]} ms`;
  const kind = { cpu: "every step computes", wait: "every step waits", mixed: "every step computes for one half and waits for the other", pile: "real files" }[world];
  return `${program}, ${world} world: ${count(items, "book")} a run${unit}${kind === undefined ? "" : `; ${kind}`}`;
}
