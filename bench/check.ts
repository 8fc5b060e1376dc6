/**
 * `npm run bench:check`: holds the musts of rounds/musts.ts. It measures what has a must
 * up to three times; what was reached in one run is not measured again. A line for each
 * must; exit code 1 if one was missed in three runs of three, or could not be measured.
 *
 *     node bench/check.ts [filter] [--quick]
 *
 * `filter` is a part of "scenario/form".
 */
import { parseArgs } from "node:util";
import { measureBench } from "./main.ts";
import { tell } from "./outcome.ts";
import { labelOf, type Subject } from "./rounds/contestant.ts";
import { isComparedWith, isFor, judgement, MUSTS, printJudgement, type Bar, type Judgement, type Must } from "./rounds/musts.ts";
import type { Figure } from "./rounds/figures.ts";
import { printFigure } from "./rounds/report.ts";
import type { BenchResult } from "./rounds/result.ts";

const RUNS = 3;

/** One must on one number of threads, and what came of it so far. */
interface Held {
  readonly row: Must & { readonly must: Bar };
  readonly subject: Subject;
  /** The last figure and its judgement; `null`: it could not be measured. */
  figure: Figure | null;
  last: Judgement | null;
  runs: number;
}

/** The musts whose "scenario/form" contains `filter`, one for each number of threads. */
export function mustsOf(filter: string): Held[] {
  return MUSTS.flatMap((row) => {
    const { must, scenario, form, threads } = row;
    if (must === undefined || !`${scenario}/${form}`.includes(filter)) return [];
    return threads.map((count): Held => ({ row: { ...row, must, threads: [count] }, subject: { scenario, side: "warren", form, threads: count, version: "" }, figure: null, last: null, runs: 0 }));
  });
}

/** Whether a configuration is needed to judge one of `held`. */
export function isNeeded(held: readonly Held[], other: Omit<Subject, "version">): boolean {
  const subject = { ...other, version: "" };
  return held.some(({ row, subject: own }) => isFor(row, subject) || isComparedWith(row.must, own, subject));
}

/** Enters what a run found. */
export function enter(held: readonly Held[], { figures }: Pick<BenchResult, "figures">): void {
  for (const one of held) {
    const figure = figures.find((own) => isFor(one.row, own));
    one.figure = figure ?? null;
    one.last = figure === undefined ? null : judgement("must", one.row.must, figure, figures);
    one.runs++;
  }
}

/** Those that another run may still reach. */
export function openOf(held: readonly Held[]): Held[] {
  return held.filter(({ last, runs }) => runs < RUNS && (last === null || last.met === false));
}

/** "stream, warren, hot loop, 2 threads: 40.1 ns (36–44): must: 0.6 × as good as go: reached (0.71 ×, 0.66–0.80), in run 1 of 3" */
export function printHeld({ subject, figure, last, runs }: Held): string {
  const found = figure === null || last === null ? "FAILED: it could not be measured" : `${printFigure(figure)}: ${printJudgement(last)}`;
  return `${subject.scenario}, ${labelOf(subject)}: ${found}, in run ${runs} of ${RUNS}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: "boolean", default: false } } });
  const held = mustsOf(positionals.join(" "));
  if (held.length === 0) throw new RangeError(`no must has a "scenario/form" that contains ${JSON.stringify(positionals.join(" "))}`);
  for (let open = held; open.length > 0; open = openOf(held)) {
    const wanted = open;
    tell(`run ${(open[0]?.runs ?? 0) + 1} of ${RUNS}: ${wanted.length} musts`);
    const result = await measureBench({ quick: values.quick, wanted: (subject) => isNeeded(wanted, subject) });
    if (result === null) return;
    for (const { scenario, reason, ...subject } of result.failures) tell(`FAILED: ${scenario}, ${labelOf({ scenario, ...subject })}: ${reason}`);
    enter(open, result);
    for (const { side, reason } of result.skipped) tell(`skipped: ${side}: ${reason}`);
  }
  for (const one of held) console.log(printHeld(one));
  if (held.some(({ last }) => last === null || last.met === false)) process.exitCode = 1;
}

if (import.meta.main) {
  // what was measured is given up, but the pile of files is removed
  for (const [signal, code] of [["SIGINT", 130], ["SIGTERM", 143]] as const) process.once(signal, () => process.exit(code));
  try {
    await main();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (!(error instanceof RangeError) && !`${code}`.startsWith("ERR_PARSE_ARGS")) throw error;
    process.stderr.write(`${message}\nusage: node bench/check.ts [filter] [--quick]\n`);
    process.exitCode = 2;
  }
}
