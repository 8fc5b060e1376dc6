/** Programs as plain data, so that another process can make them. */
import type { Runtime } from "../../index.ts";
import { DotProgram } from "../talk/dot/cells.ts";
import type { DotGrid } from "../talk/dot/grid.ts";
import { GopherProgram } from "../talk/gophers/cells.ts";
import type { GopherGrid } from "../talk/gophers/grid.ts";
import type { CellProgram } from "./program.ts";

/** What to measure. */
export type ProgramSpec = { readonly kind: "gophers"; readonly grid: GopherGrid } | { readonly kind: "dot"; readonly grid: DotGrid };

/** The program that it says. */
export function programOf(spec: ProgramSpec): CellProgram<Runtime> {
  switch (spec.kind) {
    case "gophers":
      return new GopherProgram(spec.grid);
    case "dot":
      return new DotProgram(spec.grid);
  }
}
