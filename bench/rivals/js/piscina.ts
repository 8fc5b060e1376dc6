/**
 * Piscina, the standard pool of worker threads: start and join an empty task.
 */
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { dependencyVersion, moduleBeside } from "../module-beside.ts";
import type { RivalOptions, RivalOutcome, RivalResult } from "../outcome.ts";
import { SPAWN_WINDOW } from "../scenarios.ts";
import { inWindow, timeOperations } from "../trial.ts";

const RIVAL = "piscina";

/**
 * Measures `spawn` on a pool of one thread that may run the whole window at
 * once, in two ways of waiting for work: "sync" blocks the thread in
 * `Atomics.wait`, "disabled" uses its event loop. The better one is given and
 * the note names both.
 */
export async function* measurePiscina(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  if (!options.wanted(RIVAL, "spawn")) return;
  const version = await dependencyVersion("piscina", import.meta.url);
  const sync = await spawnWith("sync", version, options);
  const disabled = await spawnWith("disabled", version, options);
  const named = { sync, disabled };
  const better = sync.value <= disabled.value ? "sync" : "disabled";
  const other = better === "sync" ? "disabled" : "sync";
  yield { ...named[better], note: `atomics: ${better} (${other}: ${Math.round(named[other].value)} ns)` };
}

async function spawnWith(atomics: "sync" | "disabled", version: string, options: RivalOptions): Promise<RivalResult> {
  const pool = new Piscina({
    filename: fileURLToPath(moduleBeside(import.meta.url, "./piscina-worker")),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: SPAWN_WINDOW,
    atomics,
  });
  try {
    return await timeOperations({ rival: RIVAL, version, scenario: "spawn", threads: 2 }, options, (count) =>
      inWindow(count, SPAWN_WINDOW, () => pool.run(undefined)),
    );
  } finally {
    await pool.destroy();
  }
}
