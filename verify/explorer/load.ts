/** Loads production source and the explorer's programs rewritten for its machine. */
import type { Mutant } from "./mutants.ts";
import { loaderOf, modulesIn } from "./rewriting/loader.ts";

/** What is rewritten: the algorithms, and the programs that use them. The rest of the source is used as it is. */
const FOLDERS = ["src/memory", "src/wire", "src/wait", "src/trace", "src/channel", "src/sync", "src/shared-map", "src/select", "src/scheduler", "verify/explorer/stand-ins", "verify/explorer/scenarios", "verify/explorer/scenarios/maps"];
const FILES = ["src/runtime/main/repair-shared-memory.ts"];
/** In those folders, but of no concern here: values and objects of one thread. */
const APART = new Set(["src/memory/atomics.ts", "src/memory/layout.ts", "src/memory/compiled.ts", "src/memory/compiled-wasm.ts", "src/channel/chan-of.ts", "src/shared-map/bounded-map.ts", "src/wait/noticed.ts", "src/wire/frames.ts"]);

const loadPath = loaderOf({
  mark: "explored",
  machine: new URL("machine.ts", import.meta.url).href,
  paths: [...modulesIn(FOLDERS), ...FILES].filter((path) => !APART.has(path)),
  // Order and chance are the explorer's to choose; compiled functions run from their source; of the headers only those that were ever used.
  standIns: { "src/select/shuffle.ts": "verify/explorer/stand-ins/shuffle.ts", "src/memory/compiled.ts": "verify/explorer/stand-ins/compiled.ts", "src/memory/headers.ts": "verify/explorer/headers.ts" },
});

/** Imports a module of `scenarios/` in a variant of the source: without a mutant, as it is; with deaths if threads may vanish. */
export function load<M>(name: string, withDeaths: boolean, mutant?: Mutant): Promise<M> {
  return loadPath<M>(`verify/explorer/scenarios/${name}.ts`, withDeaths, mutant);
}
