/** The scenario files on warren: one task for each file by `parallelMap`, or one task for each thread that is fed by a channel. */
import { chan, go, i32, parallelMap, spawn, struct, task, utf8, type Receiver, type Sender } from "../../src/index.ts";
import { workOn } from "../files/work.ts";

/** A task for `parallelMap`. */
const sumOf = task(import.meta, async function sumOf(path: string): Promise<string> {
  return workOn(path);
});

const JOB = struct({ index: i32, path: utf8 });
const DONE = struct({ index: i32, sum: utf8 });
/** Jobs and results that wait at the same time, for each thread. */
const ROOM = 8;

/** Works on the files that come, until there are no more. */
const worker = task(import.meta, async function worker(jobs: Receiver<{ index: number; path: string }>, done: Sender<{ index: number; sum: string }>): Promise<void> {
  for await (const { index, path } of jobs) await done.send({ index, sum: workOn(path) });
});

/** The forms: from paths to sums, in the same order. */
export const PILE_FORMS: Readonly<Record<string, (paths: readonly string[], threads: number) => Promise<readonly string[]>>> = {
  parallelMap: (paths) => parallelMap(paths, sumOf),
  channels: async (paths, threads) => {
    const [jobs, done] = [chan(JOB, ROOM * threads), chan(DONE, ROOM * threads)];
    const workers = Array.from({ length: threads }, (_, thread) => spawn.on(thread)(worker, jobs, done));
    go(async () => {
      for (const [index, path] of paths.entries()) await jobs.send({ index, path });
      jobs.close();
    });
    const sums: string[] = [];
    for (let left = paths.length; left > 0; left--) {
      const one = await done.recv();
      if (one === undefined) break;
      sums[one.index] = one.sum;
    }
    await Promise.all(workers);
    done.close();
    return sums;
  },
};
