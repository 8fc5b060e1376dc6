/**
 * The commands that measure: they check the options, measure, and return the exit
 * code. The runtime is loaded after the options have been checked.
 */
import { findTaskset } from "../../lab/machine/affinity.ts";
import { namedSizes } from "../../lab/talk/dot/grid.ts";
import { MOST_THREADS, readMachine } from "../../lab/machine/environment.ts";
import type { PileOutcome } from "../../lab/trial/plan.ts";
import { keptName } from "../terminal/files.ts";
import { note, requireWritable, writeTo } from "../terminal/streams.ts";
import { resolveDot, resolveGophers, type RawDot, type RawGophers, type ThreadLimits } from "../options/gophers-dot.ts";
import type { Measurement } from "./measurement.ts";
import { nextOf, nextOfHeadline } from "./next-command.ts";
import { requirePile } from "./pile.ts";
import { HEADLINE, NORMAL, resolveOptions, type Effort, type MeasureOptions, type RawOptions } from "../options/measuring.ts";
import { count } from "../../lab/text.ts";
import { coreList } from "../options/values.ts";

/** One gopher and four: the talk's claim in two designs. */
const HEADLINE_DESIGNS = "G1,G6";
/** More threads than gophers cannot gain more. */
const HEADLINE_THREADS = 4;

/** The headline: two designs in three worlds and the dot product, on one thread and on several. */
export async function headline(raw: RawOptions, command: readonly string[]): Promise<number> {
  const options = await resolve(raw, HEADLINE);
  const { usable, most } = limits();
  const threads = `1,${Math.max(1, Math.min(HEADLINE_THREADS, Math.floor(usable)))}`;
  const { grid } = resolveGophers({ designs: HEADLINE_DESIGNS, threads }, { usable, most }, options.seed);
  const dotGrid = resolveDot({ kernel: "simd", size: "DRAM", threads }, { usable, most }, namedSizes(readMachine())).grid;
  return runMeasurement({ programs: [{ kind: "gophers", grid }, { kind: "dot", grid: dotGrid }], options, command, next: () => nextOfHeadline(command) });
}

/** `warren gophers` */
export async function gophers(raw: RawGophers, command: readonly string[]): Promise<number> {
  const options = await resolve(raw, NORMAL);
  const { grid, added } = resolveGophers(raw, limits(), options.seed);
  const manifest = raw.manifest ?? null;
  if (grid.pile !== null) await requirePile(grid.pile);
  if (manifest !== null) await requireWritable("--manifest", manifest);
  tellAdded(added, options, "G1 on one thread");
  const onPile = (pile: PileOutcome): Promise<void> => reportPile(pile, options, manifest);
  return runMeasurement({ programs: [{ kind: "gophers", grid }], options, command, next: (result) => nextOf(result, manifest), onPile });
}

/** `warren dot` */
export async function dot(raw: RawDot, command: readonly string[]): Promise<number> {
  const options = await resolve(raw, NORMAL);
  const { grid, added } = resolveDot(raw, limits(), namedSizes(readMachine()));
  tellAdded(added, options, "one thread");
  return runMeasurement({ programs: [{ kind: "dot", grid }], options, command, next: (result) => nextOf(result, null) });
}

async function runMeasurement(measurement: Measurement): Promise<number> {
  return (await import("./measurement.ts")).runMeasurement(measurement);
}

async function resolve(raw: RawOptions, effort: Effort): Promise<MeasureOptions> {
  const given = resolveOptions(raw, effort, process.stdout.isTTY, process.env);
  const options = given.cpus === null ? given : { ...given, cpus: coreList("--cpus", given.cpus, { affinity: readMachine().affinity, taskset: findTaskset() }) };
  if (options.output !== null) await requireWritable("--output", options.output);
  return options;
}

function limits(): ThreadLimits {
  return { usable: readMachine().usable, most: MOST_THREADS };
}

function tellAdded(added: readonly string[], { quiet }: MeasureOptions, base: string): void {
  if (added.length > 0 && !quiet) note(`added ${added.join(" and ")}: gains are measured against ${base}`);
}

/** Prints what could not be read, and writes the manifest of the rest. */
async function reportPile({ files, manifest, problems, skipped }: PileOutcome, { quiet }: MeasureOptions, path: string | null): Promise<void> {
  for (const problem of problems) note(`warren: ${problem.path}: ${problem.kind}: ${problem.message}`);
  if (!quiet) for (const { path, kind } of skipped) note(`skipped ${path}: ${kind}`);
  if (path === null) return;
  await writeTo(path, manifest, { name: keptName("manifest", ".txt"), text: () => manifest });
  if (!quiet) note(`wrote ${path}: ${count(files, "file")}; check it with sha256sum --check in the pile's directory`);
}
