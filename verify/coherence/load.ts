/** Loads production source and the workloads rewritten for the machine of the coherence simulation. */
import type { Mutant } from "../explorer/mutants.ts";
import { loaderOf, modulesIn } from "../explorer/rewriting/loader.ts";
import type * as Workloads from "./workloads.ts";

const FOLDERS = ["src/memory", "src/wire", "src/wait", "src/channel", "src/sync", "src/scheduler"];
const FILES = ["tasks", "joins", "identity", "task-names", "faults", "task-result"].map((name) => `src/runtime/task/${name}.ts`);
const APART = new Set(["src/memory/atomics.ts", "src/memory/layout.ts", "src/memory/compiled.ts", "src/memory/compiled-wasm.ts", "src/channel/chan-of.ts", "src/wait/noticed.ts", "src/wire/frames.ts"]);
const WORKLOADS = "verify/coherence/workloads.ts";
const COMPILED = "verify/explorer/stand-ins/compiled.ts";
const STAND_INS = "verify/coherence/stand-ins.ts";

const load = loaderOf({
  mark: "coherence",
  machine: new URL("machine.ts", import.meta.url).href,
  paths: [...modulesIn(FOLDERS), ...FILES, "src/runtime/module/functions.ts", COMPILED, WORKLOADS].filter((path) => !APART.has(path)),
  standIns: { "src/host.ts": STAND_INS, "src/memory/compiled.ts": COMPILED, "src/runtime/task/site.ts": STAND_INS, "src/runtime/task/holdings.ts": STAND_INS, "node:async_hooks": STAND_INS },
});

/** A seeded defect that the tables must show: each task takes its id from the counter that all threads share. */
const ONE_ID: Mutant = { name: "one-id-at-a-time", path: "src/runtime/task/task-names.ts", replace: "const IDS = 1000;", by: "const IDS = 1;", scenario: "" };

export function loadWorkloads(isSeeded: boolean): Promise<typeof Workloads> {
  return load<typeof Workloads>(WORKLOADS, false, isSeeded ? ONE_ID : undefined);
}
