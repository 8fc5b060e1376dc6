/**
 * Results kept under a name: `--save main` writes `.warren/main.json` in the
 * current directory, `--baseline main` and `warren compare main …` find it
 * there. They belong to the project that was measured and to the machine it was
 * measured on, so they are stored next to the project's files, where users see them.
 *
 * Not done: a place per user ($XDG_DATA_HOME). Two checkouts would overwrite
 * each other's.
 */
import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Cell } from "../../lab/cell.ts";
import { cellKey } from "../../lab/figures/compare.ts";
import type { Result } from "../../lab/result.ts";
import { printJson } from "../print/formats.ts";
import { FOLDER, resultName, suggestion } from "../options/values.ts";
import { readResult } from "./result-file.ts";
import { requireWritable, writeTo } from "../terminal/streams.ts";
import { FileError, UsageError } from "../options/usage-error.ts";

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

/** Keeps a result; the path it went to. One of the same name is replaced. */
export async function saveResult(name: string, result: Result): Promise<string> {
  await mkdir(FOLDER, { recursive: true }).catch((error: Error) => {
    throw new FileError(`${FOLDER} cannot be made: ${error.message}`);
  });
  await writeTo(fileOf(name), `${printJson(result)}\n`);
  return fileOf(name);
}

/** Reads a result by path or by name: a file where there is one, else what was kept under the name. */
export async function readBaseline(option: string, text: string): Promise<Baseline> {
  const isPath = text === "-" || /[/\\]|\.json$/i.test(text) || (await kindOf(text)) === "file";
  const path = isPath ? text : fileOf(resultName(option, text));
  if (path !== "-" && (await kindOf(path)) === null) throw await notThere(option, text, isPath);
  const result = await readResult(path);
  if (result.cells.length === 0) throw new UsageError(`${option}: ${JSON.stringify(text)} contains no measurements to compare with`);
  return { name: text, result };
}

/** Refuses a baseline that has none of the cells to be measured. */
export function requireCommon(option: string, { name, result }: Baseline, cells: readonly Cell[]): void {
  const known = new Set(result.cells.map(cellKey));
  if (cells.some((cell) => known.has(cellKey(cell)))) return;
  throw new UsageError(`${option}: ${JSON.stringify(name)} has none of these cells: it was measured by ${JSON.stringify(["warren", ...result.config.command].join(" "))}`);
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
    throw new UsageError(`${JSON.stringify(path)} cannot be read: ${(error as Error).message}`);
  }
}
