/**
 * Programs that are measured: in other languages (find a compiler, build once,
 * run), and modules that are loaded by path or only where installed.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, constants, mkdir, readFile, rename, stat } from "node:fs/promises";
import { findPackageJSON } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { basename, delimiter, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const execute = promisify(execFile);

/** Longest that a compiler or one measuring program may take, in milliseconds. */
const DEADLINE_MS = 300_000;

/** The path of an executable: what the variable `override` names, else the first of that name on PATH. */
export async function findProgram(name: string, override: string): Promise<string | undefined> {
  const named = process.env[override];
  if (named !== undefined && named !== "") {
    if (await isExecutable(named)) return named;
    throw new Error(`${override}=${named} is not an executable file`);
  }
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    if (folder === "") continue;
    const candidate = join(folder, process.platform === "win32" ? `${name}.exe` : name);
    if (await isExecutable(candidate)) return candidate;
  }
  return undefined;
}

/** How to build a program from source files. */
export interface Build {
  /** Compiler: a path, from {@link findProgram}. */
  readonly compiler: string;
  /** Prints the compiler's version: part of the key, so that a new compiler builds anew. */
  readonly versionFlag: string;
  /** Files whose content decides whether to build anew, as paths. */
  readonly sources: readonly string[];
  /** Folder to build in. */
  readonly folder: string;
  /** The compiler's arguments, given the path of the executable to write. */
  readonly arguments: (output: string) => readonly string[];
}

/**
 * The path of the built program. It is kept in the system's temporary folder,
 * under a hash of sources, compiler and arguments, and built only once.
 *
 * Fails with what the compiler printed.
 */
export async function build(plan: Build): Promise<string> {
  const version = await runProgram(plan.compiler, [plan.versionFlag]);
  const hash = createHash("sha256").update(version).update(JSON.stringify(plan.arguments("")));
  for (const source of plan.sources) hash.update(`\0${basename(source)}\0`).update(await readFile(source));
  const folder = await cacheFolder();
  const output = join(folder, hash.digest("hex").slice(0, 32));
  if (await isExecutable(output)) return output;
  const unfinished = `${output}.${process.pid}`;
  await runProgram(plan.compiler, plan.arguments(unfinished), { folder: plan.folder });
  await rename(unfinished, output);
  return output;
}

/** Runs a program and gives what it printed; fails with its standard error. */
export async function runProgram(
  path: string,
  args: readonly string[],
  options: { readonly folder?: string; readonly env?: Readonly<Record<string, string>>; readonly deadlineMs?: number } = {},
): Promise<string> {
  const deadlineMs = options.deadlineMs ?? DEADLINE_MS;
  try {
    const { stdout } = await execute(path, args, {
      cwd: options.folder,
      env: { ...process.env, ...options.env },
      timeout: deadlineMs,
      killSignal: "SIGKILL",
    });
    return stdout;
  } catch (error) {
    throw new Error(`${basename(path)} ${whyItEnded(error, deadlineMs)}`, { cause: error });
  }
}

function whyItEnded(error: unknown, deadlineMs: number): string {
  const { killed, signal, code, stderr } = error as { killed?: boolean; signal?: string; code?: unknown; stderr?: string };
  const printed = stderr?.trim() ? `: ${stderr.trim()}` : "";
  if (killed === true) return `did not finish in ${deadlineMs} ms${printed}`;
  return signal ? `was ended by ${signal}${printed}` : `failed with ${String(code)}${printed}`;
}

/** A folder that only this user can write: what lies in it will be executed. */
async function cacheFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(tmpdir(), `warren-rivals-${uid}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const owner = await stat(folder);
  if (uid >= 0 && (owner.uid !== uid || (owner.mode & 0o022) !== 0)) {
    throw new Error(`${folder} can be written by others: remove it, or set TMPDIR to a folder of your own`);
  }
  return folder;
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    async () => (await stat(path)).isFile(),
    () => false,
  );
}

/**
 * The URL of a module relative to another, given without its extension: `.ts`
 * when run from source, `.js` after a build, as the other module's own.
 */
export function moduleBeside(importMetaUrl: string, path: string): URL {
  return new URL(`${path}${extname(fileURLToPath(importMetaUrl))}`, importMetaUrl);
}

/** The version of the package that an import of `name` from that module finds; `undefined` where there is none. */
export async function installedVersion(name: string, importMetaUrl: string): Promise<string | undefined> {
  let path: string | undefined;
  try {
    path = findPackageJSON(name, importMetaUrl);
  } catch (error) {
    if ((error as { code?: unknown }).code !== "ERR_MODULE_NOT_FOUND") throw error;
  }
  if (path === undefined) return undefined;
  const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
  return version;
}

/** The version of a package that warren itself depends on. */
export async function dependencyVersion(name: string, importMetaUrl: string): Promise<string> {
  const version = await installedVersion(name, importMetaUrl);
  if (version === undefined) throw new Error(`${name}, a dependency of warren, is not installed: run npm ci`);
  return version;
}
