/**
 * How nodes name a task: by the package it is in, its file there and its name, such as
 * `shop/src/images#resize`. Only this text travels; each node imports its own module.
 */
import { existsSync, readFileSync } from "../../host.ts";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { WarrenError, printValue } from "../../errors.ts";
import { type AnyFunction, type TaskSource, sourceOf } from "../../runtime/module/task-function.ts";

const ENDING = /\.[cm]?[jt]sx?$/;
const known = new Map<string, string>();

/** @throws ERR_INVALID_ARGUMENT for a function that is no task */
export function idOf(what: string, fn: unknown): string {
  const source = typeof fn === "function" ? sourceOf(fn as AnyFunction) : undefined;
  if (source === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} needs a task, a function made by task(import.meta, fn), not ${printValue(fn)}: only its name is sent to other nodes`);
  return `${moduleOf(source)}#${source.name}`;
}

function moduleOf({ url }: TaskSource): string {
  let module = known.get(url);
  if (module === undefined) known.set(url, (module = nameModule(url)));
  return module;
}

/** The file in its package, without its ending: a program that runs from its source and one that was compiled in place are the same. */
function nameModule(url: string): string {
  if (!url.startsWith("file:")) return url.replace(/^.*\//, "").replace(ENDING, "");
  const path = fileURLToPath(url);
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const name = packageIn(folder);
    if (name !== undefined) return `${name}/${relative(folder, path).split(sep).join("/")}`.replace(ENDING, "");
    if (folder === dirname(folder)) return path.slice(path.lastIndexOf(sep) + 1).replace(ENDING, "");
  }
}

/** The name of the package whose root a folder is. */
function packageIn(folder: string): string | undefined {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return undefined;
  try {
    const { name } = JSON.parse(readFileSync(file, "utf8")) as { name?: unknown };
    return typeof name === "string" ? name : undefined;
  } catch {
    // Not readable, or no JSON: some tools write empty ones.
    return undefined;
  }
}
