/**
 * Piscina, the standard pool of worker threads.
 *
 * `spawn`: it starts and joins an empty task on a pool of one thread that may run the
 * whole window at the same time, in two ways of waiting for work: "sync" blocks the thread
 * in `Atomics.wait`, "disabled" uses its event loop. The better one is given and the note
 * names both. `files`: one task for each file, as its users write it.
 */
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { Piscina } from "piscina";
import { timePile } from "../../files/work.ts";
import type { Measured, Trial } from "../../rounds/contestant.ts";
import type { MeasureRival } from "../rival.ts";
import { moduleBeside } from "../program.ts";
import { SPAWN_WINDOW } from "../scenarios.ts";
import { inWindow, timeOperations } from "../trial.ts";

export const measurePiscina: MeasureRival = async ({ scenario, threads, trial }) => (scenario === "spawn" ? measureSpawn(trial) : measureFiles(threads, trial));

async function measureSpawn(trial: Trial): Promise<Measured> {
  const sync = await spawnWith("sync", trial);
  const disabled = await spawnWith("disabled", trial);
  return sync <= disabled ? { value: sync, note: "atomics: sync, the better of its two modes" } : { value: disabled, note: "atomics: disabled, the better of its two modes" };
}

async function spawnWith(atomics: "sync" | "disabled", trial: Trial): Promise<number> {
  const pool = new Piscina({ filename: fileURLToPath(moduleBeside(import.meta.url, "./piscina-worker")), minThreads: 1, maxThreads: 1, concurrentTasksPerWorker: SPAWN_WINDOW, atomics });
  try {
    return await timeOperations((count) => inWindow(count, SPAWN_WINDOW, () => pool.run(undefined)), 2, trial);
  } finally {
    await pool.destroy();
  }
}

async function measureFiles(threads: number, { pile }: Trial): Promise<Measured> {
  if (pile === undefined) throw new Error("there is no pile");
  const pool = new Piscina({ filename: fileURLToPath(moduleBeside(import.meta.url, "./files-piscina-worker")), minThreads: threads, maxThreads: threads });
  // a thread of the pool says first that it has loaded the file
  await Promise.all(pool.threads.map((one) => once(one, "message")));
  const value = await timePile(pile, (paths) => Promise.all(paths.map((path) => pool.run(path) as Promise<string>)));
  await pool.destroy();
  return { value };
}
