/**
 * Puts the packages that warren is made with into the package, so that it depends on none:
 *
 * - dist/src/engine.js: one file of the engine, with Comlink and the thread's side of
 *   Piscina. The main thread and every thread load it in place of about a hundred
 *   modules. It is also the file with which a thread starts.
 * - dist/src/runtime/main/pool.js: what only the main thread loads, when it starts a
 *   runtime, with the main thread's side of Piscina.
 * - dist/vendor/: the packages of the command line and the laboratory.
 *
 * The emitted modules of the engine stay where they are and pass on what the one file
 * exports, so the command line and programs that import them get the same objects.
 * One more file has the licences of these packages.
 */
import { globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { type Plugin, rolldown } from "rolldown";

/** The engine: all of src but the programs that use it. */
const ENGINE = ["src/{channel,context,memory,parallel,runtime,scheduler,select,shared-map,sync,trace,wait,wire}/**/*.js", "src/{errors,host,index,limits}.js"];
/** What only the main thread loads, when it starts a runtime, stays a module of its own. */
const MAIN_ONLY = "src/runtime/main/pool.js";
const FILE = "src/engine.js";
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
  const modules = new Map<string, readonly string[]>();
  for (const module of globSync(ENGINE, { cwd: dist }).toSorted()) {
    if (module !== MAIN_ONLY) modules.set(module, Object.keys((await import(pathToFileURL(join(dist, module)).href)) as object));
  }
  const used = new Set<string>();
  await bundlePool(root, dist, used);
  await bundleEngine(dist, modules, manifest, used);
  for (const [module, names] of modules) {
    if (module === INDEX) continue;
    const path = relative(dirname(module), FILE);
    const list = names.map((name) => `${nameIn(module, name)} as ${name}`).join(", ");
    writeFileSync(join(dist, module), names.length === 0 ? "export {};\n" : `export { ${list} } from "${path.startsWith(".") ? path : `./${path}`}";\n`);
  }
  writeFileSync(join(dist, INDEX), indexModule(modules.get(INDEX) ?? [], manifest));
  writeFileSync(join(dist, "src/node-version.js"), nodeVersionModule(manifest));
  await bundleVendors(root, dist, used);
  writeFileSync(join(dist, "THIRD-PARTY.md"), notices(used));
}

/** What an export of a module is called in the one file. */
function nameIn(module: string, name: string): string {
  return `${module.replace(/^src\/|\.js$/g, "").replaceAll(/\W/g, "_")}__${name}`;
}

/** The entry: the copy of warren that this thread uses (src/runtime/module/copies.ts). */
function indexModule(names: readonly string[], { version }: Manifest): string {
  const lines = names.map((name) => `export const ${name} = engine.${nameIn(INDEX, name)};`);
  return [
    `import "./node-version.js";`,
    `import * as own from "./engine.js";`,
    `const engine = own.runtime_module_copies__adopt(own, { version: ${JSON.stringify(version)}, url: import.meta.url, isTask: own.runtime_module_task_function__isTask });`,
    ...lines,
    "",
  ].join("\n");
}

/** Loaded before anything else, and itself understood by every Node that has modules. */
function nodeVersionModule({ engines }: Manifest): string {
  const [, major, minor] = /^>=(\d+)\.(\d+)/.exec(engines.node) ?? [];
  if (major === undefined || minor === undefined) throw new Error(`engines.node is not of the form >=22.12: ${engines.node}`);
  return `const [major, minor] = process.versions.node.split(".").map(Number);
if (major < ${major} || (major === ${major} && minor < ${minor})) {
  const error = new Error(\`warren needs Node ${major}.${minor} or newer, and this is \${process.versions.node}\`);
  error.stack = "Error: " + error.message;
  throw error;
}
`;
}

async function bundlePool(root: string, dist: string, used: Set<string>): Promise<void> {
  const build = await rolldown({
    input: { pool: join(dist, MAIN_ONLY) },
    platform: "node",
    transform: { target: TARGET },
    external: (id, importer) => id.startsWith("node:") || (id.startsWith(".") && importer !== undefined && !importer.includes(`${sep}node_modules${sep}`)),
    plugins: [patchPiscina(root), noteUse(used)],
  });
  // Not to where it was read from before it is written.
  const { output: [chunk] } = await build.generate({ format: "esm", codeSplitting: false, comments: { legal: false, annotation: false, jsdoc: false } });
  await build.close();
  writeFileSync(join(dist, MAIN_ONLY), withBuiltins(chunk.code));
}

async function bundleEngine(dist: string, modules: ReadonlyMap<string, readonly string[]>, { version }: Manifest, used: Set<string>): Promise<void> {
  const root = join(dist, "..");
  const exported = [...modules].flatMap(([module, names]) => names.map((name) => `export { ${name} as ${nameIn(module, name)} } from ${JSON.stringify(join(dist, module))};`));
  const require = createRequire(join(root, "package.json"));
  const piscina = dirname(require.resolve("piscina"));
  const entry = [
    ...exported,
    `import { isTaskThread } from ${JSON.stringify(join(dist, "src/runtime/module/module-ref.js"))};`,
    `import { beThread } from ${JSON.stringify(join(dist, "src/runtime/thread/thread-file.js"))};`,
    `import { serve } from ${JSON.stringify(join(dist, "src/runtime/thread/thread.js"))};`,
    `import * as own from ${JSON.stringify(ENTRY)};`,
    `import { adopt } from ${JSON.stringify(join(dist, "src/runtime/module/copies.js"))};`,
    `import { isTask } from ${JSON.stringify(join(dist, "src/runtime/module/task-function.js"))};`,
    // A thread is this copy's, whatever copies its tasks load: a loader can compile one to CommonJS.
    // The thread's side of Piscina listens for its task as soon as it is loaded.
    `if (isTaskThread() && beThread()) { adopt(own, { version: ${JSON.stringify(version)}, url: import.meta.url, isTask }); require(${JSON.stringify(join(piscina, "common.js"))}).commonState.serve = serve; require(${JSON.stringify(join(piscina, "worker.js"))}); }`,
  ].join("\n");
  const build = await rolldown({
    input: { engine: ENTRY },
    platform: "node",
    transform: { target: TARGET },
    external: /^node:/,
    plugins: [
      {
        name: "engine",
        resolveId: (id, importer) => {
          if (id === ENTRY) return id;
          return importer !== undefined && join(dirname(importer), id) === join(dist, MAIN_ONLY) ? { id: `./${relative("src", MAIN_ONLY)}`, external: true } : undefined;
        },
        load: (id) => {
          if (id === ENTRY) return entry;
          return id === join(dist, "src/runtime/thread/thread-file.js") ? THREAD_FILE_MODULE : undefined;
        },
        transform: (code, id) => (id.startsWith(join(dist, "src")) ? { code: withImports(code, id, join(dist, MAIN_ONLY)), map: null } : undefined),
      },
      patchPiscina(root),
      noteUse(used),
    ],
  });
  const { output: [chunk] } = await build.generate({ format: "esm", codeSplitting: false, comments: { legal: false, annotation: false, jsdoc: false } });
  await build.close();
  writeFileSync(join(dist, FILE), withUnknownImport(withBuiltins(chunk.code)));
}

/**
 * The imports at run time of an emitted module, for the one file. What is in the file is
 * there anyway: imported late, it would be wrapped, and its constants would be variables.
 */
function withImports(code: string, module: string, external: string): string {
  const added: string[] = [];
  const changed = code.replaceAll(/await import\("(\.[^"]+)"\)/g, (whole, path: string) => {
    if (join(dirname(module), path) === external) return whole;
    added.push(`import * as late${added.length} from ${JSON.stringify(path)};\n`);
    return `late${added.length - 1}`;
  });
  return added.join("") + changed.replaceAll("import(__rewriteRelativeImportExtension(url))", "import(url)");
}

/** A bundler that warren is put into does not know the module of a task: webpack would replace its import by one that finds nothing. */
function withUnknownImport(code: string): string {
  const changed = code.replace("import(url)", "import(/* webpackIgnore: true */ /* @vite-ignore */ url)");
  if (changed === code) throw new Error("the bundle has no import of a task's module");
  return changed;
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

/** CommonJS modules in the bundle require modules of Node: without createRequire, which bundlers and --permission do not like. */
function withBuiltins(code: string): string {
  const changed = code
    .replace(/^import \{ createRequire(?: as [\w$]+)? \} from "node:module";\n/m, "")
    .replace(/^var __require = .*createRequire[\w$]*\(import\.meta\.url\).*;$/m, "var __require = process.getBuiltinModule;");
  if (/createRequire[\w$]*\(import\.meta/.test(changed)) throw new Error("the bundle still makes a require function");
  return changed;
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
  const files = globSync("{src,bench,workers}/**/*.js", { cwd: dist }).filter((file) => file !== FILE && file !== MAIN_ONLY);
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
