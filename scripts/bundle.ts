/**
 * Puts the packages that warren is made with into the package, so that it depends on none:
 *
 * - dist/src/engine.js: one file of what the main thread and every thread need, with
 *   Comlink and the thread's side of Piscina, in place of about a hundred modules. It is
 *   also the file with which a thread starts.
 * - dist/src/main/: what only the main thread loads, when it starts a runtime, with the
 *   main thread's side of Piscina.
 * - dist/vendor/: the packages of the command line and the laboratory.
 *
 * Of the emitted modules of the engine, those stay that the command line, the laboratory
 * and the programs import; they pass on what the one file exports. One more file has the
 * licences of the packages.
 */
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { compatible } from "../src/runtime/module/copies.ts";

/** The engine: all of src but the programs that use it. */
const ENGINE = ["src/{channel,context,memory,parallel,runtime,scheduler,select,shared-map,sync,trace,wait,wire}/**/*.js", "src/{errors,host,index,limits}.js"];
const FILE = "src/engine.js";
/** What only the main thread loads, when it starts a runtime. */
const MAIN_FOLDER = "src/main";
const THREAD_FILE = "src/runtime/thread/thread-file.js";
/** What the entry of the package and the start of a thread need. */
const CORE: Readonly<Record<string, ReadonlySet<string>>> = { "src/runtime/module/copies.js": new Set(["adopt"]), "src/runtime/module/task-function.js": new Set(["isTask"]), "src/runtime/thread/thread.js": new Set(), "src/runtime/thread/thread-file.js": new Set(["THREAD_FILE"]) };
const INDEX = "src/index.js";
const ENTRY = "\0engine";
/** Oldest Node that runs the package. */
const TARGET = "node22";

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly engines: { readonly node: string };
}

export async function bundle(root: string, output: string): Promise<void> {
  const dist = join(root, output);
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Manifest;
  const engine = new Emitted(dist, globSync(ENGINE, { cwd: dist }));
  // The source starts its threads with it.
  rmSync(join(dist, "workers/processor.js"));
  const programs = new Emitted(dist, globSync("{src,bench,workers}/**/*.js", { cwd: dist }).filter((file) => !engine.files.includes(file)));
  const core = engine.reachedFrom([INDEX, ...Object.keys(CORE)]);
  const mainOnly = engine.files.filter((file) => !core.has(file));
  // What modules outside the one file import from modules in it.
  const exported = new Map<string, ReadonlySet<string>>([[INDEX, new Set(Object.keys((await import(pathToFileURL(join(dist, INDEX)).href)) as object))], ...Object.entries(CORE)]);
  for (const { module, names } of [...programs.imports(), ...engine.imports(mainOnly)]) if (core.has(module)) exported.set(module, new Set([...(exported.get(module) ?? []), ...names]));
  const used = new Set<string>();
  const files = new Map([...(await bundleEngine(dist, exported, manifest, used)), ...(await bundleMain(dist, core, engine.dynamicImports(core), manifest, used))]);
  const passedOn = [...new Set(programs.imports().map(({ module }) => module))].filter((module) => core.has(module) && module !== INDEX);
  for (const module of engine.files) rmSync(join(dist, module));
  for (const module of passedOn) files.set(module, stubOf(module, exported.get(module) ?? [], relativeFile(module, FILE)));
  for (const [file, code] of files) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    writeFileSync(join(dist, file), code);
  }
  writeFileSync(join(dist, INDEX), indexModule([...(exported.get(INDEX) ?? [])], manifest));
  await bundleVendors(root, dist, used);
  writeFileSync(join(dist, "THIRD-PARTY.md"), notices(used));
}

/** As tsc writes them: on one line. */
const NAMED_IMPORTS = /^import \{([^}]*)\} from "(\.[^"]+)"/gm;

/** Emitted modules, by their path in dist. */
class Emitted {
  readonly files: readonly string[];
  readonly #dist: string;

  constructor(dist: string, files: readonly string[]) {
    this.#dist = dist;
    this.files = files;
  }

  /** What files import by a path and by name. */
  imports(files: readonly string[] = this.files): { readonly module: string; readonly names: readonly string[] }[] {
    return files.flatMap((file) => [...this.#text(file).matchAll(NAMED_IMPORTS)].map(([, list, path]) => ({ module: join(dirname(file), path as string), names: namesOf(list as string).map(([name]) => name) })));
  }

  /** What files import when they run. */
  dynamicImports(files: Iterable<string>): Set<string> {
    return new Set([...files].flatMap((file) => [...this.#text(file).matchAll(/\bimport\("(\.[^"]+)"\)/g)].map(([, path]) => join(dirname(file), path as string))));
  }

  /** The files and all that they import, but not when they run. */
  reachedFrom(files: readonly string[]): Set<string> {
    const reached = new Set<string>();
    const visit = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const [, path] of this.#text(file).matchAll(/^(?:import|export) (?:[^"\n]* from )?"(\.\.?\/[^"]+)"/gm)) visit(join(dirname(file), path as string));
    };
    for (const file of files) visit(file);
    return reached;
  }

  #text(file: string): string {
    return readFileSync(join(this.#dist, file), "utf8");
  }
}

/** The names of `{ a, b as c }`, there and here. */
function namesOf(list: string): [there: string, here: string][] {
  return list.split(",").map((each) => each.trim()).filter((each) => each !== "").map((each) => {
    const [there = "", here = there] = each.split(" as ");
    return [there, here];
  });
}

function relativeFile(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

/** A module that passes on what the one file exports of it. */
function stubOf(module: string, names: Iterable<string>, file: string): string {
  return `export { ${[...names].map((name) => `${nameIn(module, name)} as ${name}`).join(", ")} } from ${JSON.stringify(file)};\n`;
}

/** What an export of a module is called in the one file. */
function nameIn(module: string, name: string): string {
  return `${module.replace(/^src\/|\.js$/g, "").replaceAll(/\W/g, "_")}__${name}`;
}

/** The entry: the copy of warren that this thread uses (src/runtime/module/copies.ts). */
function indexModule(names: readonly string[], { version }: Manifest): string {
  const lines = names.map((name) => `export const ${name} = engine.${nameIn(INDEX, name)};`);
  return [
    `import * as own from "./engine.js";`,
    `const engine = own.runtime_module_copies__adopt(own, { version: ${JSON.stringify(version)}, url: import.meta.url, isTask: own.runtime_module_task_function__isTask });`,
    ...lines,
    "",
  ].join("\n");
}

/** What the one file begins with: every Node that has modules understands it. */
function versionCheck({ engines }: Manifest): string {
  const [, major, minor] = /^>=(\d+)\.(\d+)/.exec(engines.node) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`engines.node is not of the form >=22.12: ${engines.node}`);
  return `{
	const [major, minor] = process.versions.node.split(".").map(Number);
	if (major < ${major} || (major === ${major} && minor < ${minor})) {
		const error = new Error(\`warren needs Node ${major}.${minor} or newer, and this is \${process.versions.node}\`);
		error.stack = "Error: " + error.message;
		throw error;
	}
}
`;
}

const COMMENTS = { legal: false, annotation: false, jsdoc: false };

/** The one file. */
async function bundleEngine(dist: string, exported: ReadonlyMap<string, ReadonlySet<string>>, manifest: Manifest, used: Set<string>): Promise<Map<string, string>> {
  const root = join(dist, "..");
  const from = (module: string): string => JSON.stringify(join(dist, module));
  const piscina = dirname(createRequire(join(root, "package.json")).resolve("piscina"));
  const entry = [
    ...[...exported].flatMap(([module, names]) => [...names].map((name) => `export { ${name} as ${nameIn(module, name)} } from ${from(module)};`)),
    `import { isTaskThread } from ${from("src/runtime/module/module-ref.js")};`,
    `import { beThread } from ${from(THREAD_FILE)};`,
    `import { serve } from ${from("src/runtime/thread/thread.js")};`,
    `import { adopt } from ${from("src/runtime/module/copies.js")};`,
    `import { isTask } from ${from("src/runtime/module/task-function.js")};`,
    `import * as own from ${JSON.stringify(ENTRY)};`,
    // A thread is this copy's, whatever copies its tasks load: a loader can compile one to CommonJS.
    // The thread's side of Piscina listens for its task as soon as it is loaded.
    `if (isTaskThread() && beThread()) { adopt(own, { version: ${JSON.stringify(manifest.version)}, url: import.meta.url, isTask }); require(${JSON.stringify(join(piscina, "common.js"))}).commonState.serve = serve; require(${JSON.stringify(join(piscina, "worker.js"))}); }`,
  ].join("\n");
  const files = await bundleFiles(root, { [withoutEnding(FILE)]: ENTRY }, used, {
    name: "engine",
    resolveId: (id, importer, { kind }) => {
      if (id === ENTRY) return id;
      return kind === "dynamic-import" && importer !== undefined && id.startsWith(".") ? { id: relativeFile(FILE, mainFile(join(dirname(importer), id))), external: true } : undefined;
    },
    load: (id) => {
      if (id === ENTRY) return entry;
      return id === join(dist, THREAD_FILE) ? THREAD_FILE_MODULE : undefined;
    },
    transform: (code) => code.replace("import(__rewriteRelativeImportExtension(url))", "import(url)"),
  });
  return new Map([...files].map(([file, code]) => [file, versionCheck(manifest) + withUnknownImport(code)]));
}

/** A bundler that warren is put into does not know the module of a task: webpack would replace its import by one that finds nothing. */
function withUnknownImport(code: string): string {
  const changed = code.replace("import(url)", "import(/* webpackIgnore: true */ /* @vite-ignore */ url)");
  if (changed === code) throw new Error("the one file has no import of a task's module");
  return changed;
}

/**
 * What only the main thread loads. It gets the modules of the one file from the copy that
 * this thread uses, and does not import the file: a loader may have compiled that copy to CommonJS, and
 * a bundler would wrap the file, so that its constants became variables.
 */
function bundleMain(dist: string, core: ReadonlySet<string>, entries: ReadonlySet<string>, { version }: Manifest, used: Set<string>): Promise<Map<string, string>> {
  return bundleFiles(join(dist, ".."), Object.fromEntries([...entries].map((module) => [withoutEnding(mainFile(module)), join(dist, module)])), used, {
    name: "main",
    transform: (code, id) => {
      const changed = code.replace(NAMED_IMPORTS, (whole, list: string, path: string) => {
        const module = relative(dist, join(dirname(id), path));
        return core.has(module) ? `const { ${namesOf(list).map(([there, here]) => `${nameIn(module, there)}: ${here}`).join(", ")} } = engine` : whole;
      });
      return changed === code ? undefined : { code: `const engine = globalThis[Symbol.for("warren")].get(${JSON.stringify(compatible(version))}).engine;\n${changed}`, map: null };
    },
  });
}

/** Where a module that only the main thread loads goes. */
function mainFile(module: string): string {
  return join(MAIN_FOLDER, basename(module));
}

function withoutEnding(file: string): string {
  return file.replace(/\.js$/, "");
}

async function bundleFiles(root: string, input: Record<string, string>, used: Set<string>, plugin: Plugin): Promise<Map<string, string>> {
  const build = await rolldown({ input, platform: "node", transform: { target: TARGET }, external: /^node:/, plugins: [plugin, patchPiscina(root), noteUse(used), keepMarks] });
  const { output } = await build.generate({ format: "esm", entryFileNames: "[name].js", chunkFileNames: `${MAIN_FOLDER}/shared-[name].js`, comments: COMMENTS });
  await build.close();
  return new Map(output.flatMap((chunk) => (chunk.type === "chunk" ? [[chunk.fileName, withMarks(withBuiltins(chunk.code))]] : [])));
}

/** In place of src/runtime/thread/thread-file.ts: a thread starts with the file that has the engine in it. */
const THREAD_FILE_MODULE = `
import { workerData } from "node:worker_threads";
export const THREAD_FILE = import.meta.url;
const BEGUN = Symbol.for("warren.thread");
/** Whether this copy of the engine is the one with which this thread was started, and the first to ask. */
export function beThread() {
  if (workerData.warren !== THREAD_FILE || globalThis[BEGUN]) return false;
  return globalThis[BEGUN] = true;
}
`;

/**
 * Node's own modules as they are, also for CommonJS modules in the bundle. For an import
 * Node would read everything that a module exports, on each thread, and so load more (5 ms);
 * and bundlers and --permission do not like a require function.
 */
function withBuiltins(code: string): string {
  const changed = code
    .replace(/^import \{ createRequire(?: as [\w$]+)? \} from "node:module";\n/m, "")
    .replace(/^var __require = .*createRequire[\w$]*\(import\.meta\.url\).*;$/m, "var __require = process.getBuiltinModule;")
    .replaceAll(/^import ([\w$]+|\{[^}]*\}) from ("node:[^"]+");$/gm, (_, names: string, module: string) => `const ${names.replaceAll(" as ", ": ")} = process.getBuiltinModule(${module});`);
  if (/createRequire[\w$]*\(import\.meta|^import .* from "node:/m.test(changed)) throw new Error("the bundle still makes a require function, or imports a module of Node");
  return changed;
}

/** The mark of a line that Node shall not print above an error (src/wire/frames.ts), as a comment, which the bundler drops, and as a call, which it keeps. */
const MARK = "// node-do-not-add-exception-line";
const MARK_CALL = "markOfTheNextLine();";

const keepMarks: Plugin = {
  name: "keep-marks",
  transform: (code) => (code.includes(MARK) ? { code: code.replace(/^( *)(.*) \/\/ node-do-not-add-exception-line$/gm, `$1${MARK_CALL} $2`), map: null } : undefined),
};

/** Lines of the engine that throw or make an error get the mark, too: what a user sees first is the message. */
function withMarks(code: string): string {
  return code
    .replaceAll(/^\s*markOfTheNextLine\(\);\n(.*)$/gm, `$1 ${MARK}`)
    .replaceAll(/^.*\b(?:throw|new \w*WarrenError)\b.*[;{(,]$/gm, (line) => (line.split("`").length % 2 === 1 ? `${line} ${MARK}` : line));
}

/** Two places of Piscina that look for files beside it. */
function patchPiscina(root: string): Plugin {
  const piscina = dirname(createRequire(join(root, "package.json")).resolve("piscina"));
  const changes: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    // A thread starts with the file of its tasks, which has Piscina's side in it.
    [join(piscina, "index.js")]: [["filename: (0, node_path_1.resolve)(__dirname, 'worker.js'),", "filename: this.options.filename, name: this.options.workerData.name,"]],
    [join(piscina, "worker.js")]: [
      ["async function getHandler(filename, name) {", "async function getHandler() { return common_1.commonState.serve; }\nasync function unused(filename, name) {"],
      ["(_a = (await Promise.resolve().then(() => __importStar(require('@napi-rs/nice'))).catch(noop))) === null || _a === void 0 ? void 0 : _a.nice(niceIncrement);", ""],
      ["handler = await Promise.resolve(`${filename}`).then(s => __importStar(require(s)));", ""],
      ["importESMCached = new Function('specifier', 'return import(specifier)');", ""],
    ],
  };
  return {
    name: "piscina",
    transform: (code, id) => {
      let changed = code;
      for (const [from, to] of changes[id] ?? []) {
        if (!changed.includes(from)) throw new Error(`${id} has no line ${from}: the build must follow this version of Piscina`);
        changed = changed.replace(from, () => to);
      }
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}

/** Notes the packages whose modules are in a bundle. */
function noteUse(used: Set<string>): Plugin {
  return {
    name: "note-use",
    transform: (_code, id) => {
      const at = id.lastIndexOf(`${sep}node_modules${sep}`);
      if (at >= 0) used.add(id.slice(0, at) + (/^.node_modules.(?:@[^/\\]+.)?[^/\\]+/.exec(id.slice(at))?.[0] ?? ""));
      return undefined;
    },
  };
}

/** An import of a package, in emitted code. */
const IMPORTED = /((?:\bfrom|\bimport)\s*\(?\s*)"((?:@[\w.-]+\/)?[a-z][\w.-]*(?:\/[\w./-]+)?)"/g;
/** Packages that are compared with warren, where they are installed. */
const RIVALS = /^(?:piscina|comlink|ts-chan|multithreading|@thi\.ng\/csp)$/;
const BUILTIN = /^(?:node:|warren$)/;

/** Bundles the packages that the emitted modules import, and lets these import the bundles. */
async function bundleVendors(root: string, dist: string, used: Set<string>): Promise<void> {
  const folder = join(dist, "vendor");
  const files = globSync("{src,bench,workers}/**/*.js", { cwd: dist }).filter((file) => file !== FILE && !file.startsWith(MAIN_FOLDER));
  const names = new Set<string>();
  for (const file of files) for (const [, , name] of readFileSync(join(dist, file), "utf8").matchAll(IMPORTED)) if (isVendor(name as string)) names.add(name as string);
  const build = await rolldown({ input: Object.fromEntries([...names].map((name) => [vendorFile(name), name])), cwd: root, platform: "node", transform: { target: TARGET }, external: /^node:/, plugins: [noteUse(used)] });
  mkdirSync(folder, { recursive: true });
  await build.write({ dir: folder, format: "esm", entryFileNames: "[name].js", chunkFileNames: "shared-[hash].js", comments: { legal: false, annotation: false, jsdoc: false }, minify: true });
  await build.close();
  for (const file of files) {
    const text = readFileSync(join(dist, file), "utf8");
    const changed = text.replace(IMPORTED, (whole, before: string, name: string) => (isVendor(name) ? `${before}"${relative(dirname(file), join("vendor", `${vendorFile(name)}.js`))}"` : whole));
    if (changed !== text) writeFileSync(join(dist, file), changed);
  }
}

function isVendor(name: string): boolean {
  return !BUILTIN.test(name) && !RIVALS.test(name);
}

function vendorFile(name: string): string {
  return name.replaceAll(/\W+/g, "-").replace(/^-/, "");
}

/** The licences of the packages that are in the bundles. */
function notices(used: ReadonlySet<string>): string {
  const parts = [...used].toSorted().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
    const [file] = globSync("{LICENSE,LICENCE,license,License,LICENSE-MIT}*", { cwd: folder });
    return { name, text: [`## ${name} ${version}`, "", `Licence: ${license ?? "see below"}`, "", ...(file === undefined ? [] : ["```text", readFileSync(join(folder, file), "utf8").trim(), "```", ""])].join("\n") };
  });
  return ["# Third-party software in this package", "", ...parts.toSorted((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text)].join("\n");
}
