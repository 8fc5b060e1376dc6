/** Tasks that note for themselves when they computed: the truth that a trace is held against. */
import { setTimeout as nodeTimer } from "node:timers/promises";
import { chan, group, i32, sleep, spawn, task, yieldNow, type Chan } from "../../../src/index.ts";

/** `[fromNs, toNs]` on the clock of `process.hrtime`. */
export type Toil = readonly [fromNs: number, toNs: number];

/** What one task did. */
export interface Report {
  readonly name: string;
  readonly toils: readonly Toil[];
}

const now = (): number => Number(process.hrtime.bigint());

function toil(ns: number): Toil {
  const fromNs = now();
  let toNs = fromNs;
  while (toNs < fromNs + ns) toNs = now();
  return [fromNs, toNs];
}

export const producer = task(import.meta, async function producer(values: Chan<number>, count: number): Promise<Report> {
  const toils: Toil[] = [];
  for (let k = 0; k < count; k++) {
    toils.push(toil(50_000));
    await values.send(k);
    if (k % 7 === 3) await yieldNow();
  }
  values.close();
  return { name: "producer", toils };
});

export const consumer = task(import.meta, async function consumer(values: Chan<number>): Promise<Report> {
  const toils: Toil[] = [];
  for await (const value of values) {
    toils.push(toil(60_000));
    if (value % 5 === 2) await sleep(1);
  }
  return { name: "consumer", toils };
});

export const sleeper = task(import.meta, async function sleeper(turns: number): Promise<Report> {
  const toils: Toil[] = [];
  for (let k = 0; k < turns; k++) {
    await sleep(1);
    toils.push(toil(40_000));
  }
  return { name: "sleeper", toils };
});

/** Awaits only what is not warren's, and so does nothing that a trace records until it ends. */
export const reader = task(import.meta, async function reader(turns: number): Promise<Report> {
  const toils: Toil[] = [];
  for (let k = 0; k < turns; k++) {
    await nodeTimer(1);
    toils.push(toil(1_000_000));
  }
  return { name: "reader", toils };
});

/** Starts all, waits, and does nothing else. */
export const overseer = task(import.meta, async function overseer(count: number): Promise<Report[]> {
  const values = chan(i32, 0);
  await using tasks = group();
  const reports = [spawn(producer, values, count), spawn(consumer, values), spawn(sleeper, Math.ceil(count / 4))];
  for (const report of reports) tasks.go(async () => void (await report));
  return Promise.all(reports);
});
