/** From the options of `warren gophers` and `warren dot` to a grid of cells: pure, with a message for every error. */
import { KERNELS, MOST_ELEMENTS, type DotGrid } from "../../lab/talk/dot/grid.ts";
import {
  DESIGN_IDS, MAX_CARTS, MAX_LANES, takesCarts, takesLanes, WORLDS, type DesignId, type GopherGrid,
} from "../../lab/talk/gophers/grid.ts";
import type { RawOptions } from "./measuring.ts";
import { milliseconds, someOf, threadCounts, UsageError, vectorSizes, wholeNumber, type Raw } from "./values.ts";

/** The usual designs: one gopher and four, once and twice. */
const USUAL_DESIGNS: readonly DesignId[] = ["G1", "G4", "G6", "G7"];

const MOST_BOOKS = 10_000_000;

/** The options of `warren gophers` as commander gives them. */
export type RawGophers = RawOptions & Raw<"designs" | "threads" | "world" | "pile" | "manifest" | "books" | "lanes" | "carts" | "unit">;

/** The limits of this machine and build. */
export interface ThreadLimits {
  /** Cores that can be used. */
  readonly usable: number;
  /** Maximum threads of a runtime. */
  readonly most: number;
}

/** Checks the options. `added`: G1 and one thread where they were left out, so that gains can be formed. */
export function resolveGophers(raw: RawGophers, limits: ThreadLimits, seed: number): { grid: GopherGrid; added: readonly string[] } {
  const asked = raw.designs === undefined ? USUAL_DESIGNS : someOf("--designs", raw.designs, DESIGN_IDS);
  const { threads, added } = resolveThreads(raw.threads, limits);
  if (raw.manifest !== undefined && raw.pile === undefined) throw new UsageError("--manifest needs --pile: synthetic books have no names");
  if (raw.pile !== undefined) refuseWithPile(raw);
  const lanes = raw.lanes === undefined ? null : wholeNumber("--lanes", raw.lanes, 1, MAX_LANES);
  const carts = raw.carts === undefined ? null : wholeNumber("--carts", raw.carts, 1, MAX_CARTS);
  if (lanes !== null) refuseUnlessSome("--lanes", asked, takesLanes);
  if (carts !== null) refuseUnlessSome("--carts", asked, takesCarts);
  const grid: GopherGrid = {
    designs: asked.includes("G1") ? asked : ["G1", ...asked],
    worlds: raw.world === undefined ? WORLDS : someOf("--world", raw.world, WORLDS),
    threads,
    unitMs: raw.unit === undefined ? null : milliseconds("--unit", raw.unit, 0.01),
    books: raw.books === undefined ? null : wholeNumber("--books", raw.books, 1, MOST_BOOKS),
    lanes,
    carts,
    pile: raw.pile ?? null,
    seed,
  };
  return { grid, added: [...(asked.includes("G1") ? [] : ["G1"]), ...added] };
}

/** Thread counts, with 1 added where it was left out. */
function resolveThreads(text: string | undefined, { usable, most }: ThreadLimits): { threads: number[]; added: readonly string[] } {
  const asked = threadCounts("--threads", text ?? "auto", usable, most);
  return asked.includes(1) ? { threads: asked, added: [] } : { threads: [1, ...asked], added: ["1 thread"] };
}

function refuseWithPile(raw: RawGophers): void {
  for (const name of ["world", "books", "unit"] as const) {
    if (raw[name] !== undefined) throw new UsageError(`--${name} cannot be used with --pile: the books are real files, and each takes as long as its content needs`);
  }
}

function refuseUnlessSome(option: string, asked: readonly DesignId[], takes: (design: DesignId) => boolean): void {
  if (asked.some(takes)) return;
  throw new UsageError(`${option} applies only to ${DESIGN_IDS.filter(takes).join(", ")}; add one of them to --designs`);
}

/** The options of `warren dot` as commander gives them. */
export type RawDot = RawOptions & Raw<"size" | "kernel" | "threads">;

/** Checks the options. `named`: elements by the name of the memory that two such vectors fill. */
export function resolveDot(raw: RawDot, limits: ThreadLimits, named: ReadonlyMap<string, number>): { grid: DotGrid; added: readonly string[] } {
  const { threads, added } = resolveThreads(raw.threads, limits);
  const sizes = vectorSizes("--size", raw.size ?? "LLC", named, MOST_ELEMENTS);
  return { grid: { sizes, kernels: raw.kernel === undefined ? KERNELS : someOf("--kernel", raw.kernel, KERNELS), threads }, added };
}
