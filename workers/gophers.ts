/**
 * The gophers of *Concurrency is not parallelism*: burn a pile of books in any
 * of eleven designs, on any number of threads.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { calibrate, gophers } from "./gophers.ts";
 *
 * const unitMs = 5;
 * const steps = { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 };
 * const config = { design: "G6", world: "wait", loads: 40, booksPerCart: 1, steps, unitMs, unitIterations: calibrate(unitMs) };
 * const { wallNs, checks } = await run(gophers, { threads: 1, args: [config] });
 * ```
 *
 * The program is the same for every number of threads. The coordinator starts the
 * teams; each gopher is a task, placed on the least loaded thread. It waits until all
 * gophers are at the gate, opens the gate, and collects their reports.
 */
import { bytes, chan, i32, task, type Chan } from "../src/index.ts";
import { clearBooks, pileBooks, type BookMemory } from "./gophers/books.ts";
import { catalogue, clearCatalogue, manifestOf, type FileMemory } from "./gophers/catalogue.ts";
import { checkRun, type Check } from "./gophers/checks.ts";
import { planOf, type GopherConfig, type Plan } from "./gophers/config.ts";
import { BLOCK_BYTES, frameBytes } from "./gophers/frames.ts";
import type { LegSteps, Post, Report } from "./gophers/gopher.ts";
import type { ManifestEntry } from "./gophers/manifest.ts";
import { walk, type Problem, type Skipped, type Walk } from "./gophers/pile.ts";
import { sendOut, type TeamAtWork } from "./gophers/team.ts";
import { buildYard, clearYard } from "./gophers/yard.ts";

export { design, designOf, DESIGN_IDS, MAX_CARTS, MAX_LANES, PRESETS } from "./gophers/design.ts";
export type { Design, DesignId, DesignOptions, Team } from "./gophers/design.ts";
export { calibrate, WORLDS } from "./gophers/labour.ts";
export type { Pauses, StepTimes, World } from "./gophers/labour.ts";
export { formatManifest } from "./gophers/manifest.ts";
export type { Check, GopherConfig, ManifestEntry, Problem, Skipped };
export type { Steps } from "./gophers/config.ts";

/** The result of a run. */
export interface GopherResult {
  /** From the opening of the gate to the last book burnt. */
  readonly wallNs: number;
  /** When the gate was opened, in nanoseconds of `process.hrtime`. */
  readonly startNs: number;
  /** From the opening of the gate to the end of the first burning: from then on the pipeline is full. 0 if nothing was burnt. */
  readonly firstBurnNs: number;
  /** Cartloads taken from the piles, and books burnt. */
  readonly loads: number;
  readonly books: number;
  readonly gophers: number;
  /** For each gopher, in the order in which they were started, the thread on which it ran: 0, 1, … */
  readonly placement: readonly number[];
  readonly checks: readonly Check[];
  /** With a pile: the files burnt, those given up (exit code 1) and what was left out. */
  readonly manifest?: readonly ManifestEntry[];
  readonly problems?: readonly Problem[];
  readonly skipped?: readonly Skipped[];
}

/**
 * Burns the books of `config` and returns the figures: the entry for `run`.
 *
 * @throws RangeError for a configuration that is invalid; the system's error
 * if `config.pile` is not a directory that can be read. A file that cannot be read is
 * not an error; it is listed in `problems`.
 */
export const gophers = task(import.meta, async function gophers(config: GopherConfig): Promise<GopherResult> {
  const plan = planOf(config);
  if (plan.pile === null) {
    const books = pileBooks(plan.loads, plan.booksPerCart, plan.design.lanes);
    const result = await burn(plan, books, 8 * Math.ceil(plan.booksPerCart / 2));
    clearBooks(books);
    return result;
  }
  const found = await walk(plan.pile, plan.files);
  const files = catalogue(plan.pile, found.files, plan.design.lanes, plan.booksPerCart);
  // Room for a whole chunk, or for as many small files as a cart can carry.
  const result = await burn(plan, files, frameBytes(BLOCK_BYTES) + (plan.booksPerCart - 1) * frameBytes(0));
  const burnt = { ...result, ...outcome(files, found, result.fileProblems) };
  clearCatalogue(files);
  return burnt;
});

/** Starts the teams, opens the gate, waits for all gophers and checks. */
async function burn(plan: Plan, goods: BookMemory | FileMemory, cartBytes: number): Promise<GopherResult & { fileProblems: Problem[] }> {
  const { design, seed, world, unitMs, unitIterations, times, pauses } = plan;
  const yard = buildYard(design.cartsTotal, cartBytes);
  const present = chan(i32, design.gophers);
  const gate = chan(i32);
  const epochNs = Number(process.hrtime.bigint());
  const clock = () => Number(process.hrtime.bigint() - BigInt(epochNs));

  const teams: TeamAtWork[] = [];
  let gopher = 0;
  for (let lane = 0; lane < design.lanes; lane++) {
    let source: Chan<Uint8Array> | null = null;
    for (const [leg, steps] of legsOf(plan).entries()) {
      const sink: Chan<Uint8Array> | null = leg + 1 < design.legsPerLane ? chan(bytes, plan.dumpCapacity) : null;
      const shared = { lane, steps, pauses, yard, goods, source, sink, present, gate, epochNs };
      const post = (): Post => {
        gopher += 1;
        return { ...shared, gopher, labour: { world, unitMs, unitIterations, times, seed: seed + gopher * 0x9e37 } };
      };
      teams.push(sendOut(design, teams.length * design.carts, post));
      source = sink;
    }
  }
  const reporting = Promise.all(teams.flatMap((team) => team.reports));
  for (let i = 0; i < design.gophers; i++) await Promise.race([present.recv(), reporting]);
  present.close();
  const startNs = clock();
  gate.close();

  const reports = await reporting;
  const found = [...reports.flatMap((report) => report.parked), ...teams.flatMap((team) => team.clear())];
  const checks = checkRun({ goods, yard, carts: design.cartsTotal, legsPerLane: design.legsPerLane, reports, found });
  clearYard(yard);
  return {
    wallNs: Math.max(...reports.map((report) => report.lastBurnNs), startNs) - startNs,
    startNs: epochNs + startNs,
    firstBurnNs: firstBurn(reports, startNs) - startNs,
    loads: reports.reduce((total, report) => total + report.loaded, 0),
    books: reports.reduce((total, report) => total + report.burnt, 0),
    gophers: design.gophers,
    placement: placementOf(reports),
    checks,
    fileProblems: reports.flatMap((report) => report.problems),
  };
}

/** What the steps of each leg cost: a staged lane has two legs, each half of the way. */
function legsOf({ design, steps: { L, M, U, R, D, W } }: Plan): LegSteps[] {
  if (!design.staging) return [{ load: L, move: M, unload: U, back: R, walk: W }];
  const way = { move: M / 2, back: R / 2, walk: W / 2 };
  return [
    { ...way, load: L, unload: D },
    { ...way, load: D, unload: U },
  ];
}

/** When the first cartload was burnt; `startNs` if none was. */
function firstBurn(reports: readonly Report[], startNs: number): number {
  const first = Math.min(...reports.filter(({ burnt }) => burnt > 0).map(({ firstBurnNs }) => firstBurnNs));
  return Number.isFinite(first) ? first : startNs;
}

/** Numbers the threads 0, 1, … in the order of Node's numbers. */
function placementOf(reports: readonly Report[]): number[] {
  const known = [...new Set(reports.map((report) => report.thread))].toSorted((a, b) => a - b);
  return reports.map((report) => known.indexOf(report.thread));
}

function outcome(files: FileMemory, found: Walk, fileProblems: readonly Problem[]): Pick<GopherResult, "manifest" | "problems" | "skipped"> {
  const problems = [...found.problems, ...fileProblems].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { manifest: manifestOf(files), problems, skipped: found.skipped };
}
