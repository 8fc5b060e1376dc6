/**
 * Loads production source and the explorer's programs rewritten for the machine,
 * in variants: as it is, or with one text replaced (mutants.ts). A variant is a
 * query on the module's URL, handed on from module to module, so that several
 * live side by side in one process.
 */
import { readFileSync, readdirSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Mutant } from "./mutants.ts";
import { PLAIN } from "./rewriting/plain.ts";
import { rewrite } from "./rewriting/rewrite.ts";
import { type Module, parse } from "./rewriting/syntax.ts";
import { Yielding } from "./rewriting/yielding.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const MACHINE = new URL("machine.ts", import.meta.url).href;
const MARK = "explored";

/** What is rewritten: the algorithms, and the programs that use them. The rest of the source is used as it is. */
const FOLDERS = ["src/memory", "src/wire", "src/wait", "src/trace", "src/channel", "src/sync", "src/shared-map", "src/select", "src/scheduler", "verify/explorer/stand-ins", "verify/explorer/scenarios", "verify/explorer/scenarios/maps"];
const FILES = ["src/runtime/main/repair-shared-memory.ts"];
/** In those folders, but of no concern here: values and objects of one thread. */
const APART = new Set(["src/memory/atomics.ts", "src/memory/layout.ts", "src/memory/compiled.ts", "src/memory/compiled-wasm.ts", "src/channel/chan-of.ts", "src/shared-map/bounded-map.ts", "src/wait/noticed.ts", "src/wire/frames.ts"]);

const paths = FOLDERS.flatMap((folder) => readdirSync(join(ROOT, folder)).filter((name) => name.endsWith(".ts")).map((name) => `${folder}/${name}`)).concat(FILES).filter((path) => !APART.has(path));

/** What a module is replaced by: order and chance are the explorer's to choose; compiled functions run from their source; of the headers only those that were ever used. */
const STAND_INS: Record<string, string> = { "src/select/shuffle.ts": "verify/explorer/stand-ins/shuffle.ts", "src/memory/compiled.ts": "verify/explorer/stand-ins/compiled.ts", "src/memory/headers.ts": "verify/explorer/headers.ts" };

const variants = new Map<string, { readonly modules: Map<string, Module>; readonly yielding: Yielding }>();
const parsed = new Map<string, Module>();

function pathOf(url: string): string {
  return relative(ROOT, fileURLToPath(url)).replaceAll("\\", "/");
}

function parseFile(path: string, mutant: Mutant | undefined): Module {
  const resolve = (specifier: string): string => (specifier.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : specifier);
  const source = readFileSync(join(ROOT, path), "utf8");
  if (mutant?.path === path) return parse(path, replaceOnce(source, mutant), resolve);
  let module = parsed.get(path);
  if (module === undefined) parsed.set(path, (module = parse(path, source, resolve)));
  return module;
}

function replaceOnce(source: string, { name, path, replace, by }: Mutant): string {
  const parts = source.split(replace);
  if (parts.length !== 2) throw new Error(`mutant ${name}: ${path} has its text ${parts.length - 1} times instead of once: ${JSON.stringify(replace)}`);
  return parts.join(by);
}

registerHooks({
  resolve(specifier, context, next) {
    const variant = context.parentURL === undefined ? null : new URL(context.parentURL).searchParams.get(MARK);
    if (variant === null || !specifier.startsWith(".")) return next(specifier, context);
    const url = new URL(specifier, context.parentURL);
    const path = STAND_INS[pathOf(url.href)] ?? pathOf(url.href);
    const target = pathToFileURL(join(ROOT, path));
    if (paths.includes(path)) target.searchParams.set(MARK, variant);
    return { url: target.href, format: "module", shortCircuit: true, ...(paths.includes(path) ? {} : next(target.href, context)) };
  },
  load(url, context, next) {
    const variant = new URL(url).searchParams.get(MARK);
    if (variant === null) return next(url, context);
    const path = pathOf(url);
    const { modules, yielding } = variants.get(variant) as { modules: Map<string, Module>; yielding: Yielding };
    const source = rewrite(modules.get(path) as Module, yielding, MACHINE, new Set(PLAIN[path] ?? []));
    return { format: "module", source, shortCircuit: true };
  },
});

/** Imports a module of `scenarios/` in a variant of the source: without a mutant, as it is; with deaths if threads may vanish. */
export async function load<M>(name: string, withDeaths: boolean, mutant?: Mutant): Promise<M> {
  const variant = `${mutant?.name ?? "as-it-is"}${withDeaths ? "-with-deaths" : ""}`;
  if (!variants.has(variant)) {
    const modules = new Map(paths.map((path) => [path, parseFile(path, mutant)]));
    variants.set(variant, { modules, yielding: new Yielding([...modules.values()], PLAIN, withDeaths) });
  }
  const url = new URL(`scenarios/${name}.ts`, import.meta.url);
  url.searchParams.set(MARK, variant);
  return (await import(url.href)) as M;
}
