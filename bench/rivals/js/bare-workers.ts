/** Bare Workers that split the files by hand: each gets an equal part in one message. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { timePile } from "../../files/work.ts";
import type { MeasureRival } from "../rival.ts";
import { moduleBeside } from "../program.ts";

export const measureBareWorkers: MeasureRival = async ({ threads, trial: { pile } }) => {
  if (pile === undefined) throw new Error("there is no pile");
  const workers = Array.from({ length: threads }, () => new Worker(moduleBeside(import.meta.url, "./files-worker")));
  await Promise.all(workers.map((one) => once(one, "message")));
  const value = await timePile(pile, async (paths) => {
    const parts = await Promise.all(workers.map((one, k) => {
      one.postMessage(paths.slice(Math.floor((k * paths.length) / threads), Math.floor(((k + 1) * paths.length) / threads)));
      return once(one, "message") as Promise<[string[]]>;
    }));
    return parts.flatMap(([sums]) => sums);
  });
  await Promise.all(workers.map((one) => one.terminate()));
  return { value };
};
