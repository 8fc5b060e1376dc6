/** From the options of `warren dot` to a grid of cells: pure, every error named. */
import { KERNELS, MOST_ELEMENTS, type DotGrid } from "../../lab/talk/dot/grid.ts";
import { resolveThreads, type ThreadLimits } from "./gophers.ts";
import type { RawOptions } from "./options.ts";
import { someOf, vectorSizes } from "./values.ts";

/** The options as commander gives them. */
export interface RawDot extends RawOptions {
  readonly size?: string;
  readonly kernel?: string;
  readonly threads?: string;
}

/** Checks the options. `named`: elements by the name of the memory that two such vectors fill. */
export function resolveDot(raw: RawDot, limits: ThreadLimits, named: ReadonlyMap<string, number>): { grid: DotGrid; added: readonly string[] } {
  const { threads, added } = resolveThreads(raw.threads, limits);
  const sizes = vectorSizes("--size", raw.size ?? "LLC", named, MOST_ELEMENTS);
  return { grid: { sizes, kernels: raw.kernel === undefined ? KERNELS : someOf("--kernel", raw.kernel, KERNELS), threads }, added };
}
