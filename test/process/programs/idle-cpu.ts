/** Leaves tasks waiting on eight threads and prints the share of one core that the process uses during that time. */
import { setTimeout as wait } from "node:timers/promises";
import { type Chan, i32, start, task } from "../../../src/index.ts";

export const parked = task(import.meta, async function parked(ch: Chan<number>) {
  await ch.recv();
});

if (import.meta.main) {
  const rt = await start({ threads: 8 });
  const ch = rt.chan(i32);
  const joins = Array.from({ length: 64 }, (_, k) => rt.spawn.on(k % 8)(parked, ch));
  // Until all have parked, the threads sleep and start-up work (compilation, collection) is over.
  for (let count = 0; count < 64; count = (await rt.dump()).threads.reduce((sum, report) => sum + (report.thread < 8 ? report.parked.length : 0), 0)) await wait(20);
  await wait(1000);
  const sleepsBefore = (await rt.stats()).threads.reduce((sum, { sleeps }) => sum + sleeps, 0);
  // A virtual machine's core that stands still counts as used: that meets one or two of the windows, a loop that stays awake meets all.
  const shares: number[] = [];
  const beginMs = performance.now();
  for (let window = 0; window < 11; window++) {
    const fromMs = performance.now();
    const before = process.cpuUsage();
    await wait(250);
    const { user, system } = process.cpuUsage(before);
    shares.push((user + system) / 1000 / (performance.now() - fromMs));
  }
  const ms = performance.now() - beginMs;
  const share = shares.toSorted((a, b) => a - b)[8];
  const sleeps = (await rt.stats()).threads.reduce((sum, thread) => sum + thread.sleeps, 0) - sleepsBefore;
  console.log(JSON.stringify({ share, sleeps, ms: Math.round(ms) }));
  ch.close();
  await Promise.all(joins);
}
