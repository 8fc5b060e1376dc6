/**
 * Loads production source and the programs of a proof rewritten for a machine, in
 * variants: as it is, or with one text replaced (mutants.ts). A variant is a query on
 * the module's URL, handed on from module to module, so that several live side by side
 * in one process.
 */
import { readFileSync, readdirSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Mutant } from "../mutants.ts";
import { PLAIN } from "./plain.ts";
import { rewrite } from "./rewrite.ts";
import { type Module, parse } from "./syntax.ts";
import { Yielding } from "./yielding.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface Rewritten {
  /** The query that marks a rewritten module; one of its own for each machine. */
  readonly mark: string;
  /** URL of the machine on which rewritten code runs. */
  readonly machine: string;
  /** Paths of what is rewritten. The rest of the source is used as it is. */
  readonly paths: readonly string[];
  /** What a module of a path, or a module of Node, is replaced by in rewritten code. */
  readonly standIns: Readonly<Record<string, string>>;
}

/** Imports the module at a path in a variant of the source: without a mutant, as it is; with deaths if threads may vanish. */
export type Load = <M>(path: string, withDeaths: boolean, mutant?: Mutant) => Promise<M>;

/** Paths of the modules in these folders. */
export function modulesIn(folders: readonly string[]): string[] {
  return folders.flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`));
}

function pathOf(url: string): string {
  return relative(ROOT, fileURLToPath(url)).replaceAll("\\", "/");
}

function replaceOnce(source: string, { name, path, replace, by }: Mutant): string {
  const parts = source.split(replace);
  if (parts.length !== 2) throw new Error(`mutant ${name}: ${path} has its text ${parts.length - 1} times instead of once: ${JSON.stringify(replace)}`);
  return parts.join(by);
}

export function loaderOf({ mark, machine, paths, standIns }: Rewritten): Load {
  const variants = new Map<string, { readonly modules: Map<string, Module>; readonly yielding: Yielding }>();
  const parsed = new Map<string, Module>();

  function parseFile(path: string, mutant: Mutant | undefined): Module {
    const resolve = (specifier: string): string => (specifier.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : specifier);
    const source = readFileSync(join(ROOT, path), "utf8");
    if (mutant?.path === path) return parse(path, replaceOnce(source, mutant), resolve);
    let module = parsed.get(path);
    if (module === undefined) parsed.set(path, (module = parse(path, source, resolve)));
    return module;
  }

  registerHooks({
    resolve(specifier, context, next) {
      const variant = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(mark);
      const isPath = specifier.startsWith(".");
      if (variant === null || (!isPath && standIns[specifier] === undefined)) return next(specifier, context);
      const asked = isPath ? pathOf(new URL(specifier, context.parentURL).href) : specifier;
      const path = standIns[asked] ?? asked;
      const target = pathToFileURL(join(ROOT, path));
      if (paths.includes(path)) target.searchParams.set(mark, variant);
      return { url: target.href, format: "module", shortCircuit: true, ...(paths.includes(path) ? {} : next(target.href, context)) };
    },
    load(url, context, next) {
      const variant = new URL(url).searchParams.get(mark);
      if (variant === null) return next(url, context);
      const path = pathOf(url);
      const { modules, yielding } = variants.get(variant) as { modules: Map<string, Module>; yielding: Yielding };
      const source = rewrite(modules.get(path) as Module, yielding, machine, new Set(PLAIN[path] ?? []));
      return { format: "module", source, shortCircuit: true };
    },
  });

  return async <M>(path: string, withDeaths: boolean, mutant?: Mutant): Promise<M> => {
    const variant = `${mutant?.name ?? "as-it-is"}${withDeaths ? "-with-deaths" : ""}`;
    if (!variants.has(variant)) {
      const modules = new Map(paths.map((each) => [each, parseFile(each, mutant)]));
      variants.set(variant, { modules, yielding: new Yielding([...modules.values()], PLAIN, withDeaths) });
    }
    const url = pathToFileURL(join(ROOT, path));
    url.searchParams.set(mark, variant);
    return (await import(url.href)) as M;
  };
}
