/**
 * A result as rows: each cell with its gains, in the order a reader expects
 * (world by world, design by design, threads rising), for every output format.
 *
 * A printed gain is the quotient of the printed times, so that a reader who divides
 * them finds it. Times have three figures where that changes no printed gain of
 * their group, and otherwise four.
 */
import { groupOf } from "../cell.ts";
import { cellsOfGain, gainOf, ratiosOf } from "../figures/gains.ts";
import type { CellResult, GainResult, Result } from "../result.ts";
import { count, printedTime, printRatio, type Figures } from "../text.ts";

/** One cell and its gains; no gains if the reference was not measured. */
export interface Row {
  readonly cell: CellResult;
  readonly gain: GainResult | null;
  readonly printed: Printed;
}

/** What is printed of a row. */
export interface Printed {
  /** The figures of its time: the same for all rows of a group. */
  readonly figures: Figures;
  /** Its gains, as quotients of the printed times. */
  readonly gains: Readonly<Partial<Record<GainName, number>>>;
}

/** The names of the gains. */
export type GainName = "C" | "P" | "S" | "P0" | "I";

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
    return { program, world, rows: rowsOf(cells, result) };
  });
}

function rowsOf(cells: readonly CellResult[], result: Result): Row[] {
  const withFigures = (figures: Figures): Row[] => cells.map((cell) => {
    const gain = gainOf(cell, result);
    const gains = gain && printedGains(cell, cells, figures);
    return gains === null ? { cell, gain: null, printed: { figures, gains: {} } } : { cell, gain, printed: { figures, gains } };
  });
  const short = withFigures(3);
  return short.every(isTrue) ? short : withFigures(4);
}

/** Whether rounding the times changes no printed gain. */
function isTrue({ gain, printed }: Row): boolean {
  return (Object.keys(printed.gains) as GainName[]).every((name) => printRatio(printed.gains[name] as number) === printRatio(gain?.[name] as number));
}

/** `null`: the times that they are quotients of are not there. */
function printedGains(cell: CellResult, group: readonly CellResult[], figures: Figures): Printed["gains"] | null {
  const cells = cellsOfGain(cell, group);
  if (cells === null) return null;
  const timeOf = ({ summary }: CellResult): number => printedTime(summary.medianNs, figures);
  const { base, single, control } = cells;
  return ratiosOf({ base: timeOf(base), single: timeOf(single), cell: timeOf(cell), control: control && timeOf(control) }, (above, below) => above / below);
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
