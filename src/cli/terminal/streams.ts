/**
 * The two streams. Results go to standard output (or a file), everything else
 * to standard error. It is not an error if the reader goes away (`warren | head`),
 * nor if nobody can read what goes to standard error. A result that cannot be
 * written is kept in another place. And what else a command leaves: its exit code.
 */
import { readable } from "./characters.ts";
import { readlinkSync } from "node:fs";
import { access, constants, stat } from "node:fs/promises";
import { Socket } from "node:net";
import { extname } from "node:path";
import type { Writable } from "node:stream";
import type { WriteStream } from "node:tty";
import { keepElsewhere, keptName, rehearseReplacing, replaceFile, writeAll, type Kept } from "./files.ts";
import { FileError, UsageError } from "../options/values.ts";
import { passes, type Gate } from "../../lab/comparison.ts";
import { readText } from "../../lab/machine/kernel-files.ts";
import type { Result } from "../../lab/result.ts";

/** The exit codes: docs/method.md, "Files and exit codes". */
export const EXIT = { fine: 0, wrong: 1, usage: 2, unsuitable: 3, interrupted: 130 } as const;

/** The code of a result: an interruption counts before a failed check or a regression, and those before an unreliable machine. */
export function exitCodeOf(result: Result, strict: boolean, gate: Gate | null = null): number {
  if (result.config.interrupted) return EXIT.interrupted;
  if (result.checks.some(({ ok }) => !ok)) return EXIT.wrong;
  if (gate !== null && result.comparison !== undefined && !passes(result.comparison, gate)) return EXIT.wrong;
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

/** Makes errors of the two streams end nothing: `writeResult` reports those of its own writing. Call once. */
export function tolerateClosedStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
}

/** Refuses the path of an option in which `flaw` finds one, or which cannot be looked at. */
async function refuse(option: string, path: string, use: "read" | "written", flaw: () => Promise<string | null>): Promise<void> {
  const found = await flaw().catch((error: unknown) => `cannot be ${use}: ${reasonOf(error)}`);
  if (found !== null) throw new UsageError(`${option}: ${JSON.stringify(path)} ${found}`);
}

/** Refuses a file that cannot be written, before anything is measured. */
export function requireWritable(option: string, path: string): Promise<void> {
  return refuse(option, path, "written", async () => {
    rehearseReplacing(path);
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

/** Standard output, given as a file. */
const STDOUT: ReadonlySet<string | null> = new Set([null, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]);

/**
 * Writes the result; a file gets exactly the same bytes as the stream. `kept`: what
 * is kept in another place if that fails, by default the text; `null`: nothing.
 *
 * @throws FileError which says where it is kept
 */
export async function writeResult(text: string, output: string | null, kept: Kept | null = { name: keptName("output", extname(output ?? "") || extensionOf(text)), text: () => `${text}\n` }): Promise<void> {
  if (output === null || STDOUT.has(output)) await writing(kept, "standard output", () => print(`${text}\n`));
  else await writeTo(output, `${text}\n`, kept);
}

/**
 * Keeps a result that is written nowhere, and prints the place: standard output was closed, for
 * which Node opens `/dev/null`, or a program that started this one threw it away, which looks the
 * same. A shell's `> /dev/null` is different: it is open for writing only. Only Linux shows this.
 */
export function keepUnseen(kept: Kept): void {
  const flags = /^flags:\s*(\d+)/m.exec(readText("/proc/self/fdinfo/1") ?? "")?.[1];
  const isReadable = flags !== undefined && (Number.parseInt(flags, 8) & 3) === constants.O_RDWR;
  if (isReadable && readlinkSync("/proc/self/fd/1") === "/dev/null") note(`warren: standard output is closed;${placeOf(kept)}`);
}

function extensionOf(text: string): string {
  return text.startsWith("{") ? ".json" : text.startsWith("<") ? ".html" : ".txt";
}

/** Takes steps that write, one after the other; a file that cannot be written is printed and stops only its own step. Whether all could be written. */
export async function inTurn(steps: readonly (() => Promise<unknown>)[]): Promise<boolean> {
  let isWritten = true;
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      note(`warren: ${error.message}`);
      isWritten = false;
    }
  }
  return isWritten;
}

/** Writes a file of the user's. @throws FileError */
export function writeTo(path: string, content: string | Uint8Array, kept: Kept | null = null): Promise<void> {
  return writing(kept, path, () => replaceFile(path, content));
}

/** Does something with a result; if it fails, the result is kept and the place is printed. @throws what `work` throws */
export async function notLosing<T>(kept: Kept, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FileError)) note(`warren:${placeOf(kept)}`);
    throw error;
  }
}

/** Writes something that is called `name`; `kept`: what is kept in another place if that fails, `null`: nothing. @throws FileError which says where it is kept */
export async function writing(kept: Kept | null, name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new FileError(`${name} cannot be written: ${reasonOf(error)}${kept === null ? "" : `;${placeOf(kept)}`}`);
  }
}

function placeOf(kept: Kept): string {
  const kind = kept.name.endsWith(".json") ? "the result as JSON" : "the result";
  const outcome = keepElsewhere(kept);
  return "path" in outcome ? ` ${kind} is in ${outcome.path}` : ` ${kind} is lost, because no other place takes it: ${outcome.reasons.map(reasonOf).join("; ")}`;
}

/** Writes to standard output, and waits until it is written or the reader has gone. @throws the system's error */
export async function print(text: string): Promise<void> {
  const stdout: Writable & { readonly fd?: number } = process.stdout;
  if (!(stdout instanceof Socket) && stdout.fd === 1) return writeAll(1, Buffer.from(text));
  const error = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) => stdout.write(text, resolve));
  if (error && error.code !== "EPIPE") throw error;
}

/** A line on standard error. */
export function note(text: string): void {
  process.stderr.write(`${readable(text)}\n`);
}

/** Warnings, a line each. */
export function warn(warnings: Iterable<string>): void {
  for (const warning of warnings) note(`warning: ${warning}`);
}

/** "no such file or directory" of "ENOENT: no such file or directory, open 'x'". */
export function reasonOf(error: unknown): string {
  const { code, message = String(error) } = error as Partial<NodeJS.ErrnoException>;
  return message.startsWith(`${code}: `) ? message.slice(`${code}: `.length).replace(/, \w+(?: '[^]*)?$/, "") : message;
}
