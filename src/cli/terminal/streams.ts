/**
 * The two streams. Results go to standard output (or a file), everything else
 * to standard error. It is not an error if the reader goes away (`warren | head`).
 * And what else a command leaves: its exit code.
 */
import { access, constants, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { WriteStream } from "node:tty";
import { FileError, UsageError } from "../options/values.ts";
import { regressions } from "../../lab/comparison.ts";
import type { Result } from "../../lab/result.ts";

/** The exit codes: docs/method.md, "Files and exit codes". */
export const EXIT = { fine: 0, wrong: 1, usage: 2, unsuitable: 3, interrupted: 130 } as const;

/** The code of a result: an interruption counts before a failed check or a regression, and those before an unreliable machine. */
export function exitCodeOf(result: Result, strict: boolean, maxRegression: number | null = null): number {
  if (result.config.interrupted) return EXIT.interrupted;
  if (result.checks.some(({ ok }) => !ok)) return EXIT.wrong;
  if (maxRegression !== null && result.comparison !== undefined && regressions(result.comparison, maxRegression).length > 0) return EXIT.wrong;
  return strict && result.env.warnings.length > 0 ? EXIT.unsuitable : EXIT.fine;
}

/** The width of lines where that of the reader is unknown. */
const WIDE = 120;

/** Characters in a line of standard output. */
export function lineWidth(stream: Pick<WriteStream, "columns">, environment: NodeJS.ProcessEnv): number {
  const given = stream.columns ?? Number(environment["COLUMNS"]);
  return Number.isFinite(given) && given > 0 ? Math.max(40, given) : WIDE;
}

/** Characters in a line of a text for people, which goes to a file or to standard output. */
export function textWidth(file?: string | null): number {
  return file === undefined || file === null ? lineWidth(process.stdout, process.env) : WIDE;
}

/** Makes a reader that goes away end the output and not the program. Call once. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
    });
  }
}

/** Refuses the path of an option in which `flaw` finds one, or which cannot be looked at. */
async function refuse(option: string, path: string, use: "read" | "written", flaw: () => Promise<string | null>): Promise<void> {
  const found = await flaw().catch((error: unknown) => `cannot be ${use}: ${reasonOf(error)}`);
  if (found !== null) throw new UsageError(`${option}: ${JSON.stringify(path)} ${found}`);
}

/** Refuses a file that cannot be written, before anything is measured. */
export function requireWritable(option: string, path: string): Promise<void> {
  return refuse(option, path, "written", async () => {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return null;
      throw error;
    });
    if (found?.isDirectory() === true) return "is a directory";
    await access(found === null ? dirname(path) : path, constants.W_OK);
    return null;
  });
}

/** Refuses what is neither a file nor a directory that can be read. */
export function requireReadable(option: string, path: string): Promise<void> {
  return refuse(option, path, "read", async () => {
    const found = await stat(path);
    if (!found.isFile() && !found.isDirectory()) return "is neither a file nor a directory";
    await access(path, found.isFile() ? constants.R_OK : constants.R_OK | constants.X_OK);
    return null;
  });
}

/** Refuses what is not a directory that can be listed. */
export function requireDirectory(option: string, path: string): Promise<void> {
  return refuse(option, path, "read", async () => {
    if (!(await stat(path)).isDirectory()) return "is not a directory";
    await access(path, constants.R_OK | constants.X_OK);
    return null;
  });
}

/** Writes the result; a file gets exactly the same bytes as the stream. */
export async function writeResult(text: string, output: string | null): Promise<void> {
  if (output === null) process.stdout.write(`${text}\n`);
  else await writeTo(output, `${text}\n`);
}

/** Writes a file of the user's. */
export async function writeTo(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new FileError(`${path} cannot be written: ${reasonOf(error)}`);
  }
}

/** A line on standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Warnings, a line each. */
export function warn(warnings: Iterable<string>): void {
  for (const warning of warnings) note(`warning: ${warning}`);
}

/** "no such file or directory" of "ENOENT: no such file or directory, open 'x'". */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^[A-Z]+: /, "").replace(/, \w+ '.*'$/, "");
}
