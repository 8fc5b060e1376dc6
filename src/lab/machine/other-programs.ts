/**
 * Other programs: where one is, and what it prints. Also Node itself, for what
 * must be measured in a fresh process: what a process has taken from the system it
 * keeps, and a full collection can be asked for only under --expose-gc.
 */
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { basename, delimiter, join } from "node:path";
import { promisify } from "node:util";

const execute = promisify(execFile);
const MOST_BYTES = 16 * 2 ** 20;
/** What a compiler or a measuring program can take. */
const USUAL_DEADLINE_MS = 300_000;

/** Whether a path is that of a file that can be run. */
export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false; // it is not there, or not for this user
  }
}

/** The first executable of that name in the folders of `path`; `null` where there is none. */
export function findOnPath(name: string, path: string = process.env["PATH"] ?? ""): string | null {
  const file = process.platform === "win32" ? `${name}.exe` : name;
  return path.split(delimiter).filter((folder) => folder !== "").map((folder) => join(folder, file)).find(isExecutable) ?? null;
}

/**
 * Runs a program and gives what it printed. `deadlineMs`: it is killed after that; 0: it can take any time.
 * `signal`: it is killed when that aborts.
 *
 * @throws what it wrote to standard error, if it fails; `AbortError` if the signal aborted
 */
export async function runProgram(path: string, args: readonly string[], { folder, env, deadlineMs = USUAL_DEADLINE_MS, signal }: { readonly folder?: string; readonly env?: Readonly<Record<string, string>>; readonly deadlineMs?: number; readonly signal?: AbortSignal | undefined } = {}): Promise<string> {
  try {
    const { stdout } = await execute(path, args, { cwd: folder, env: { ...process.env, ...env }, timeout: deadlineMs, killSignal: "SIGKILL", signal, maxBuffer: MOST_BYTES });
    return stdout;
  } catch (error) {
    if (signal?.aborted === true) throw error;
    const { killed, signal: endedBy, code, stderr } = error as { killed?: boolean; signal?: string | null; code?: unknown; stderr?: string };
    const how = killed === true ? `did not finish in ${deadlineMs} ms` : endedBy ? `was ended by ${endedBy}` : `failed with ${String(code)}`;
    throw new Error(`${basename(path)} ${how}${stderr?.trim() ? `: ${stderr.trim()}` : ""}`, { cause: error });
  }
}
