/** From the options of `warren trace` to one run: pure, with a message for every error. */
import { DESIGN_IDS, WORLDS, type DesignId, type World } from "../../lab/talk/gophers/grid.ts";
import { KERNELS } from "../../lab/talk/dot/grid.ts";
import type { ProgramSpec } from "../../lab/talk/measured/programs.ts";
import { resolveDot, resolveGophers, type RawDot, type RawGophers, type ThreadLimits } from "./gophers-dot.ts";
import { colored } from "./measuring.ts";
import { milliseconds, oneOf, UsageError, wholeNumber, type Raw } from "./values.ts";

/** Forms of a trace. */
export const TRACE_FORMATS = ["text", "json", "chrome"] as const;
type TraceFormat = (typeof TRACE_FORMATS)[number];

/** The options that are the same for all programs, as commander gives them. */
export type RawTrace = Raw<"output" | "format" | "events" | "minTime", "text" | "plain" | "color" | "quiet">;

/** The options, checked. */
export interface TraceOptions extends Readonly<Record<"plain" | "color" | "quiet", boolean>> {
  /** What goes to standard output; `"figures"`: the text without the picture. */
  readonly shown: TraceFormat | "figures";
  /** What goes into the file. */
  readonly written: { readonly path: string; readonly format: TraceFormat } | null;
  readonly events: number;
  readonly minTimeMs: number;
}

/** Events that a thread keeps: a few seconds of a program that only sends. */
export const USUAL_EVENTS = 262_144;
/** 24 bytes each, for each thread, in an arena of 1 GiB. */
const MOST_EVENTS = 8_388_608;
const LEAST_EVENTS = 256;

/** The design and the world of a run of gophers that is not named, and its threads. */
export const USUAL = { design: "G6", world: "wait", threads: 2 } as const;

/** Checks what is the same for all programs. `tty`: whether standard output is a terminal. */
export function resolveTrace(raw: RawTrace, tty: boolean, environment: NodeJS.ProcessEnv): TraceOptions {
  const format = raw.format === undefined ? null : oneOf("--format", raw.format, TRACE_FORMATS);
  const path = raw.output ?? null;
  if (raw.text === true && path === null && format !== null && format !== "text") throw new UsageError(`use --text or --format ${format}, not both, unless --output is given`);
  const shown = path === null ? (format ?? "text") : raw.text === true ? "text" : "figures";
  return {
    shown,
    written: path === null ? null : { path, format: format ?? "chrome" },
    events: raw.events === undefined ? USUAL_EVENTS : wholeNumber("--events", raw.events, LEAST_EVENTS, MOST_EVENTS),
    minTimeMs: raw.minTime === undefined ? 100 : milliseconds("--min-time", raw.minTime, 1),
    plain: raw.plain === true,
    color: colored({ ...raw, output: undefined }, tty, environment),
    quiet: raw.quiet === true,
  };
}

/** One run of the gophers. */
export function oneGopherRun(raw: RawGophers, limits: ThreadLimits, seed: number): ProgramSpec & { kind: "gophers" } {
  const named = { ...raw, designs: raw.designs ?? USUAL.design, threads: raw.threads ?? String(USUAL.threads) };
  const { grid, added } = resolveGophers(raw.pile === undefined ? { ...named, world: raw.world ?? USUAL.world } : named, limits, seed);
  const designs: readonly DesignId[] = added.includes("G1") ? grid.designs.filter((id) => id !== "G1") : grid.designs;
  const worlds: readonly World[] = raw.pile === undefined ? grid.worlds : ["mixed"];
  return { kind: "gophers", grid: { ...grid, designs: one("--designs", designs, DESIGN_IDS), worlds: one("--world", worlds, WORLDS), threads: oneThreadCount(grid.threads, added) } };
}

/** One run of the dot product, in chunks. */
export function oneDotRun(raw: RawDot, limits: ThreadLimits, named: ReadonlyMap<string, number>): ProgramSpec & { kind: "dot" } {
  const { grid, added } = resolveDot({ ...raw, kernel: raw.kernel ?? "simd", threads: raw.threads ?? String(USUAL.threads) }, limits, named);
  const sizes = grid.sizes.map(({ label }) => label);
  one("--size", sizes, [...named.keys()]);
  return { kind: "dot", grid: { ...grid, kernels: one("--kernel", grid.kernels, KERNELS), threads: oneThreadCount(grid.threads, added) } };
}

function oneThreadCount(asked: readonly number[], added: readonly string[]): readonly number[] {
  return one("--threads", added.includes("1 thread") ? asked.filter((threads) => threads !== 1) : asked, []);
}

/** A trace shows one run, so each of these has one value. */
function one<T extends string | number>(option: string, values: readonly T[], allowed: readonly T[]): readonly T[] {
  if (values.length === 1) return values;
  throw new UsageError(`${option}: a trace shows one run, not ${values.length} (${values.join(", ")}). Name one${allowed.length === 0 ? "" : ` of ${allowed.join(", ")}`}`);
}
