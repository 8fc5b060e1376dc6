/**
 * How a program names one of its modules: by `import.meta`, or in CommonJS by
 * `__filename`. And whether that module is the program.
 */
import { isMainThread, workerData } from "node:worker_threads";
import { isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { WarrenError, printValue } from "../../errors.ts";
import { createRequire, realpathSync } from "../../host.ts";

/** A module: its `import.meta`, or in CommonJS `__filename`. */
export type ModuleRef = ImportMeta | { readonly url: string } | string;

/** The URL of a module. @throws ERR_INVALID_ARGUMENT */
export function urlOf(module: ModuleRef, what: string): string {
  if (typeof module === "string" && isAbsolute(module)) return pathToFileURL(module).href;
  const url: unknown = typeof module === "object" ? module?.url : undefined;
  if (typeof url === "string") return url;
  const hint = typeof module === "object" && module !== null ? ". In a bundle of CommonJS, import.meta is empty: write __filename there, or build ES modules" : "";
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the first argument of ${what} must be import.meta, or in CommonJS __filename, not ${printValue(module)}${hint}`);
}

/** Data by which a thread of warren knows what it is; `undefined` on all other threads. */
export interface ThreadData {
  /** The URL of the file that the thread started with. */
  readonly warren: string;
  /** The name that the program has given its threads. */
  readonly name?: string | undefined;
}

/** Whether warren has started this thread, also before its runtime is there. */
export function isTaskThread(): boolean {
  return !isMainThread && typeof (workerData as Partial<ThreadData> | null | undefined)?.warren === "string";
}

/**
 * Whether a module is the program, and not imported by another module or by a thread:
 * `if (isMain(import.meta)) await run(main)`. It is true for the file that Node was given (also
 * through tsx and other loaders, pm2, a link, or a folder), and for a file which the text
 * after `node -e` imports. In a bundle all modules are one file, so the answer is the
 * same for each of them.
 *
 * `import.meta.main` is true in fewer cases: it is `undefined` before Node 24.2, and false under pm2
 * and `node -e`.
 *
 * @param module `import.meta`, or in CommonJS `__filename`
 * @throws ERR_INVALID_ARGUMENT
 */
export function isMain(module: ModuleRef): boolean {
  const url = urlOf(module, "isMain");
  asked.add(url);
  return isProgram(url, module);
}

const asked = new Set<string>();

/** Whether a module has called `isMain`. */
export function hasAskedIsMain(url: string): boolean {
  return asked.has(url);
}

/** As `isMain`, for warren's own questions. */
export function isProgram(url: string, module: ModuleRef): boolean {
  if (isTaskThread()) return false;
  if (typeof module === "object" && (module as { main?: unknown }).main === true) return true;
  // The text after -e or on standard input is a module of its own.
  if (/\/\[eval\d*\]$/.test(url)) return true;
  if (!url.startsWith("file:")) return false;
  const path = fileURLToPath(url);
  return programs().has(path) || programs().has(realPath(path));
}

let known: ReadonlySet<string> | undefined;

/** The paths of the files that are the program: as they were given, and without links. */
function programs(): ReadonlySet<string> {
  return (known ??= new Set(namedPrograms().flatMap(pathsOf)));
}

/** What pm2 gives Node in place of the program. A process that the program starts inherits its environment, but not this file. */
const PM2_FILE = /[\\/]pm2[\\/].*ProcessContainer\w*\.js$/;

/** The file that Node was given, or those that the text after -e names. */
function namedPrograms(): string[] {
  const text = (process as { _eval?: unknown })._eval;
  if (typeof text === "string") return [...text.matchAll(/(?:\bfrom|\bimport|\brequire)\s*\(?\s*(["'`])(.+?)\1/g)].map(([, , name]) => name as string);
  const [, file] = process.argv;
  if (file === undefined) return [];
  const { pm_exec_path: underPm2 } = process.env;
  return underPm2 !== undefined && PM2_FILE.test(file) ? [underPm2] : [file];
}

function pathsOf(name: string): string[] {
  const path = name.startsWith("file:") ? fileURLToPath(name) : resolve(name);
  try {
    // It can be a folder, a package, or a file without its extension.
    return [path, realpathSync(createRequire(`${process.cwd()}${sep}`).resolve(name.startsWith("file:") ? path : name))];
  } catch {
    // The program is in no file, or its folders may not be read (--permission).
    return [path];
  }
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
