/** The programs of the talk that can be measured, as plain data, so that another process can make them. */
import { DotProgram } from "../dot/cells.ts";
import type { DotGrid } from "../dot/grid.ts";
import { GopherProgram } from "../gophers/cells.ts";
import type { GopherGrid } from "../gophers/grid.ts";
import { PointProgram, type PointGrid } from "../gophers/points.ts";
import type { CellProgram } from "../../trial/plan.ts";

/** What to measure. */
export type ProgramSpec = { readonly kind: "gophers"; readonly grid: GopherGrid } | { readonly kind: "dot"; readonly grid: DotGrid } | { readonly kind: "points"; readonly grid: PointGrid };

/** The program that the data describe. */
export function programOf(spec: ProgramSpec): CellProgram {
  if (spec.kind === "gophers") return new GopherProgram(spec.grid);
  return spec.kind === "dot" ? new DotProgram(spec.grid) : new PointProgram(spec.grid);
}
