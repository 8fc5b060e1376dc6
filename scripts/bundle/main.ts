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
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { type Plugin, rolldown } from "rolldown";
import { PUBLIC, compatible } from "../../src/runtime/module/copies.ts";
import { keepMarks, patchPiscina, withAscii, withBuiltins, withMarks } from "./code.ts";
import { Emitted, NAMED_IMPORTS, namesOf, relativeFile } from "./emitted.ts";
import { COMMENTS, type Manifest, TARGET, bundleVendors, noteUse, notices } from "./vendors.ts";

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
  await bundleVendors(root, dist, (file) => file === FILE || file.startsWith(MAIN_FOLDER), used);
  writeFileSync(join(dist, "THIRD-PARTY.md"), notices(used));
}

/** A module that passes on what the one file exports of it. */
function stubOf(module: string, names: Iterable<string>, file: string): string {
  return `export { ${[...names].map((name) => `${nameIn(module, name)} as ${name}`).join(", ")} } from ${JSON.stringify(file)};\n`;
}

/** What an export of a module is called in the one file. */
function nameIn(module: string, name: string): string {
  if (module === INDEX) return `${PUBLIC}${name}`;
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
  return new Map(output.flatMap((chunk) => (chunk.type === "chunk" ? [[chunk.fileName, withAscii(withMarks(withBuiltins(chunk.code)))]] : [])));
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

