/**
 * Makes one file of the engine: dist/src/engine.js, which the main thread and every
 * thread load in place of about a hundred modules.
 *
 * The emitted modules of the engine stay where they are and pass on what the one file
 * exports, so the command line and programs that import them get the same objects.
 */
import { globSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { rolldown } from "rolldown";

/** The engine: all of src but the programs that use it. */
const ENGINE = ["src/{channel,context,memory,parallel,runtime,scheduler,select,sync,trace,wait,wire}/**/*.js", "src/{errors,host,index,limits}.js"];
/** What only the main thread loads, when it starts a runtime, stays a module of its own: it loads Piscina. */
const MAIN_ONLY = "src/runtime/main/pool.js";
const FILE = "src/engine.js";
const ENTRY = "\0engine";

export async function bundle(dist: string): Promise<void> {
  const modules = new Map<string, readonly string[]>();
  for (const module of globSync(ENGINE, { cwd: dist }).toSorted()) {
    if (module !== MAIN_ONLY) modules.set(module, Object.keys((await import(pathToFileURL(join(dist, module)).href)) as object));
  }
  const entry = [...modules].flatMap(([module, names]) => names.map((name) => `export { ${name} as ${nameIn(module, name)} } from ${JSON.stringify(join(dist, module))};`)).join("\n");
  const build = await rolldown({
    input: { engine: ENTRY },
    platform: "node",
    external: /^(?:node:|comlink)/,
    plugins: [
      {
        name: "engine",
        resolveId: (id, importer) => {
          if (id === ENTRY) return id;
          return importer !== undefined && join(dirname(importer), id) === join(dist, MAIN_ONLY) ? { id: `./${relative("src", MAIN_ONLY)}`, external: true } : undefined;
        },
        load: (id) => (id === ENTRY ? entry : undefined),
      },
    ],
  });
  await build.write({ file: join(dist, FILE), format: "esm", comments: false });
  await build.close();
  for (const [module, names] of modules) {
    const path = relative(dirname(module), FILE);
    const list = names.map((name) => `${nameIn(module, name)} as ${name}`).join(", ");
    writeFileSync(join(dist, module), names.length === 0 ? "export {};\n" : `export { ${list} } from "${path.startsWith(".") ? path : `./${path}`}";\n`);
  }
}

/** What an export of a module is called in the one file. */
function nameIn(module: string, name: string): string {
  return `${module.replace(/^src\/|\.js$/g, "").replaceAll(/\W/g, "_")}__${name}`;
}
