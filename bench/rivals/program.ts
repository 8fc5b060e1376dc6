/**
 * Programs that are measured: in other languages (find a compiler, build once),
 * and modules that are loaded by path or only where installed.
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, userInfo } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findOnPath, isExecutable, runProgram } from "../../src/lab/machine/other-programs.ts";

/** The path of an executable: what the variable `override` names, else the first of that name on PATH; `null` where there is none. */
export function findProgram(name: string, override: string): string | null {
  const named = process.env[override];
  if (named === undefined || named === "") return findOnPath(name);
  if (isExecutable(named)) return named;
  throw new Error(`${override}=${named} is not an executable file`);
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
  if (isExecutable(output)) return output;
  const unfinished = `${output}.${process.pid}`;
  await runProgram(plan.compiler, plan.arguments(unfinished), { folder: plan.folder });
  await rename(unfinished, output);
  return output;
}

/**
 * The environment of a process that measures: Node keeps there what it has compiled, so
 * that the next process starts sooner. That is part of its start and of no figure.
 */
export async function childEnvironment(): Promise<Readonly<Record<string, string>>> {
  return { NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(await cacheFolder(), "compiled") };
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

/**
 * The URL of a module relative to another, given without its extension: `.ts`
 * when run from source, `.js` after a build, as the other module's own.
 */
export function moduleBeside(importMetaUrl: string, path: string): URL {
  return new URL(`${path}${extname(fileURLToPath(importMetaUrl))}`, importMetaUrl);
}

/** The version of the package that an import of `name` from that module finds; `undefined` where there is none. */
export async function installedVersion(name: string, importMetaUrl: string): Promise<string | undefined> {
  const folders = createRequire(importMetaUrl).resolve.paths(name) ?? [];
  const path = folders.map((folder) => join(folder, name, "package.json")).find((file) => existsSync(file));
  if (path === undefined) return undefined;
  const { version } = JSON.parse(await readFile(path, "utf8")) as { version: string };
  return version;
}
