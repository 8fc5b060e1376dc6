/**
 * Results kept under a name: `--save main` writes `.warren/main.json` in the
 * current directory, `--baseline main` and `warren compare main …` find it
 * there. They belong to the project that was measured and to the machine it was
 * measured on, so they are stored next to the project's files, where users see them.
 * A measurement with a baseline repeats its work, and its result is compared with it.
 *
 * Not done: a place per user ($XDG_DATA_HOME). Two checkouts would overwrite
 * each other's.
 */
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { compareResults } from "../../lab/figures/compare.ts";
import { fitsOf } from "../../lab/figures/scaling.ts";
import type { Surroundings } from "../../lab/machine/environment.ts";
import type { CellResult, Result } from "../../lab/result.ts";
import { workOf, type Work } from "../../lab/trial/work.ts";
import { comparisonSentences, doubtLines, HERE, refusalLines } from "../print/comparison.ts";
import { printJson } from "../print/formats.ts";
import type { MeasureOptions } from "../options/measuring.ts";
import { FOLDER, resultName, suggestion, UsageError } from "../options/values.ts";
import { readResult } from "./result-file.ts";
import { keptName, replaceFile, type Kept } from "../terminal/files.ts";
import { note, reasonOf, requireWritable, writing } from "../terminal/streams.ts";

/** A result to compare with. */
export interface Baseline {
  /** As given. */
  readonly name: string;
  readonly result: Result;
}

/** The file of a name. */
function fileOf(name: string): string {
  return join(FOLDER, `${name}.json`);
}

/** Refuses a name under which nothing can be written, before anything is measured. */
export async function requireSavable(name: string): Promise<void> {
  await requireWritable("--save", (await kindOf(FOLDER)) === null ? FOLDER : fileOf(name));
}

/** A result for every format, in case that it cannot be written where it should go. */
export function keptResult(result: Result): Kept {
  return { name: keptName("result", ".json"), text: () => `${printJson(result)}\n` };
}

/** Saves what `kept` has; the path it went to. A result of the same name is replaced. @throws FileError which says where it is kept */
export async function saveUnder(name: string, kept: Kept): Promise<string> {
  await writing(kept, fileOf(name), async () => {
    await mkdir(FOLDER, { recursive: true });
    await replaceFile(fileOf(name), kept.text());
  });
  return fileOf(name);
}

/** Reads a result by path or by name: a file where there is one, else what was kept under the name. */
export async function readBaseline(option: string, text: string): Promise<Baseline> {
  const result = await readResult(await pathOf(option, text));
  if (result.cells.length === 0) throw new UsageError(`${option}: ${JSON.stringify(text)} contains no measurements to compare with`);
  return { name: text, result };
}

/** The path of a result that is there: "-", a file where there is one, else what was kept under the name. */
export async function pathOf(option: string, text: string): Promise<string> {
  const isPath = isFileName(text) || (await kindOf(text)) === "file";
  const path = isPath ? text : fileOf(resultName(option, text));
  if (path !== "-" && (await kindOf(path)) === null) throw await notThere(option, text, isPath);
  return path;
}

/** Whether a text cannot be the name of a result. */
export function isFileName(text: string): boolean {
  return text === "-" || /[/\\]|\.json$/i.test(text) || text === "." || text === "..";
}

async function notThere(option: string, text: string, isPath: boolean): Promise<UsageError> {
  if (isPath) return new UsageError(`${option}: there is no file ${JSON.stringify(text)}`);
  const files = (await kindOf(FOLDER)) === null ? [] : await readdir(FOLDER);
  const names = files.filter((file) => file.endsWith(".json")).map((file) => file.slice(0, -".json".length)).toSorted();
  const there = names.length === 0 ? "nothing has been saved here: --save NAME does" : `saved: ${names.join(", ")}`;
  return new UsageError(`${option}: there is no result ${JSON.stringify(text)}${suggestion(text, names)} (${there})`);
}

async function kindOf(path: string): Promise<"file" | "other" | null> {
  try {
    return (await stat(path)).isFile() ? "file" : "other";
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new UsageError(`${JSON.stringify(path)} cannot be read: ${reasonOf(error)}`);
  }
}

/** Checks `--save` and `--baseline` before anything is measured; the result to compare with, or `null`. One without a cell that `fits` is refused: `flaw` says what it is. */
export async function openBaseline({ save, baseline }: Pick<MeasureOptions, "save" | "baseline">, fits: (cell: CellResult) => boolean, flaw: string): Promise<Baseline | null> {
  if (save !== null) await requireSavable(save);
  if (baseline === null) return null;
  const opened = await readBaseline("--baseline", baseline);
  if (opened.result.cells.some(fits)) return opened;
  throw new UsageError(`--baseline: ${JSON.stringify(baseline)} ${flaw}: it was measured by ${JSON.stringify(["warren", ...opened.result.config.command].join(" "))}`);
}

/** The work of the baseline, to be repeated, if it was chosen on a machine like this one and for runs of this length; else `null`. */
export function workToRepeat(baseline: Baseline | null, { machine }: Pick<Surroundings, "machine">, { minTimeMs }: Pick<MeasureOptions, "minTimeMs">): Work | null {
  if (baseline === null) return null;
  const { env, config } = baseline.result;
  return env.cpu === machine.cpu && env.cores === machine.cores && config.minTimeMs === minTimeMs ? workOf(baseline.result) : null;
}

/** The result with its fits and the comparison with the baseline. */
export function completed(result: Result, baseline: Baseline | null): Result {
  const whole = { ...result, fits: fitsOf(result) };
  if (baseline === null) return whole;
  const names = [baseline.name, HERE] as const;
  return { ...whole, comparison: compareResults(baseline.result, result, { names, seed: result.config.seed }) };
}

/** Tells what the format has no room for, and of each regression. */
export function tellComparison({ comparison }: Result, { format, plain, quiet, verbose, gate }: MeasureOptions): void {
  if (comparison === undefined) return;
  const isForPeople = (format === "table" && !plain) || format === "markdown";
  if (!isForPeople && !quiet) for (const line of doubtLines(comparison, verbose)) note(line);
  if (!isForPeople && format !== "json" && !quiet) for (const sentence of comparisonSentences(comparison, { most: gate?.most ?? null, verbose })) note(sentence);
  if (gate !== null) for (const line of refusalLines(comparison, gate)) note(`warren: ${line}`);
}

/** Keeps the result where `--save` says: a whole and right one only, for others will be held against it. */
export async function keep(result: Result, { save, quiet }: Pick<MeasureOptions, "save" | "quiet">): Promise<void> {
  if (save === null) return;
  if (result.config.interrupted || result.checks.some(({ ok }) => !ok) || result.cells.length === 0) {
    note(`warren: not saved as ${JSON.stringify(save)}: ${result.config.interrupted ? "the measurement was interrupted" : "it is not a right one"}`);
    return;
  }
  // the next result is compared with this one, not with its baseline
  const { comparison: _, ...own } = result;
  const path = await saveUnder(save, keptResult(own));
  if (!quiet) note(`wrote ${path}`);
}
