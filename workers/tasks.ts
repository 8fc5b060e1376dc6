/**
 * Thousands of tasks: a crowd, of which most tasks wait and a few thousand are awake
 * at a time, and a daisy chain.
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { crowd, daisyChain } from "./tasks.ts";
 *
 * const { spawnNs, touchNs, joinNs } = await run(crowd, { threads: 2, args: [{ count: 100_000, threads: 2 }] });
 * const answer = await run(daisyChain, { threads: 2, args: [10_000] }); // 10,001
 * ```
 *
 * All tasks of the crowd wait at one gate. A gate is a channel, which serves receivers
 * in the order in which they arrived. So as many values as there are tasks wake each
 * task exactly once, which is checked. The bytes of a task are known if the process
 * runs under `node --expose-gc`. A crowd of a million needs a large heap (`heapMb`).
 */
import { getHeapStatistics } from "node:v8";
import { chan, go, i32, spawn, task, yieldNow, type Chan, type Receiver, type Sender } from "../src/index.ts";

/** Configuration of a crowd. */
export interface CrowdConfig {
  readonly count: number;
  /** Tasks awake at a time while all are woken once: 10,000 by default. */
  readonly active?: number;
  /** Threads of the runtime, for their heaps; 1 by default. */
  readonly threads?: number;
}

/** The result of a crowd. */
export interface CrowdResult {
  readonly count: number;
  /** From the first spawn until all tasks wait. */
  readonly spawnNs: number;
  /** From the first wake-up until every task has been woken, has answered and waits again. */
  readonly touchNs: number;
  /** From opening the gate until all have ended. */
  readonly joinNs: number;
  /** Tasks that were woken exactly once, by their own count. */
  readonly touchedOnce: number;
  /** Bytes of a waiting task on the threads' heaps, after full collections; `null` without --expose-gc. */
  readonly heapBytes: number | null;
  /** Bytes of a waiting task that the process took from the system. */
  readonly residentBytes: number;
}

const MOST_TASKS = 10_000_000;
/** Tasks that are started before the coordinator yields. */
const AT_ONCE = 256;
/** Answers that are taken from the channel in one batch. */
const ANSWERS = 1024;
/** Turns of the event loop that the last finalizers and frees need. */
const SETTLE_TURNS = 20;

/** Heap that each thread may need for a crowd of `count`, in MB, however unevenly the tasks are spread: twice the memory of a task, and the runtime. */
export function heapMb(count: number): number {
  return 512 + Math.ceil((count * 2000) / 2 ** 20);
}

/**
 * Starts a crowd, wakes each task once, then ends all: the entry for `run`.
 *
 * @throws RangeError for a configuration that is invalid; ERR_ARENA_FULL
 */
export const crowd = task(import.meta, async function crowd({ count, active = 10_000, threads = 1 }: CrowdConfig): Promise<CrowdResult> {
  checkWhole("count", count);
  checkWhole("active", active);
  const empty = await memory(threads);
  const gate = chan(i32);
  const answers = chan(i32, ANSWERS);

  const startNs = nowNs();
  const present = countAnswers(answers, count);
  for (let k = 1; k <= count; k++) {
    go(visitor, gate, answers);
    if (k % AT_ONCE === 0) await yieldNow();
  }
  await present;
  await allWait(threads);
  const spawnNs = nowNs() - startNs;
  const full = await memory(threads);

  const touchStartNs = nowNs();
  for (let woken = 0; woken < count; woken += active) {
    const now = Math.min(active, count - woken);
    const answered = countAnswers(answers, now);
    for (let k = 0; k < now; k++) await gate.send(k);
    await answered;
  }
  const touchNs = nowNs() - touchStartNs;

  const joinStartNs = nowNs();
  gate.close();
  const { ones } = await countAnswers(answers, count);
  const joinNs = nowNs() - joinStartNs;
  return {
    count, spawnNs, touchNs, joinNs,
    touchedOnce: ones,
    heapBytes: empty.heap === null || full.heap === null ? null : (full.heap - empty.heap) / count,
    residentBytes: (full.resident - empty.resident) / count,
  };
});

/** Reports that it has started, answers each wake-up, and returns how many there were. (A loop over `recv`, because `for await` would need 400 bytes more for each task.) */
export const visitor = task(import.meta, async function visitor(gate: Receiver<number>, answers: Sender<number>): Promise<void> {
  await answers.send(0);
  let woken = 0;
  while ((await gate.recv()) !== undefined) {
    woken++;
    await answers.send(woken);
  }
  await answers.send(woken);
});

/** Takes `count` answers; returns how many of them were 1. */
async function countAnswers(answers: Receiver<number>, count: number): Promise<{ ones: number }> {
  let ones = 0;
  for (let left = count; left > 0; ) {
    const some = (await answers.recvMany(Math.min(left, ANSWERS))) ?? [];
    for (const answer of some) if (answer === 1) ones++;
    left -= some.length;
  }
  return { ones };
}

/** Waits for one turn of each thread: then every task that had started is at the gate. */
async function allWait(threads: number): Promise<void> {
  for (let thread = 0; thread < threads; thread++) await spawn.on(thread)(turn);
}

/** Yields, so that everything that is ready on its thread runs. */
export const turn = task(import.meta, async function turn(): Promise<void> {
  await yieldNow();
});

/**
 * `length` tasks in a chain. Each adds one to the number from its right, so the first
 * gets `length` + 1.
 *
 * @throws RangeError for a length that is invalid
 */
export const daisyChain = task(import.meta, async function daisyChain(length: number): Promise<number> {
  checkWhole("length", length);
  const first = chan(i32);
  let last = first;
  for (let k = 1; k <= length; k++) {
    const right: Chan<number> = chan(i32);
    go(addOne, last, right);
    last = right;
    if (k % AT_ONCE === 0) await yieldNow();
  }
  await last.send(1);
  return (await first.recv()) as number;
});

/** Takes a number from the right and passes one more to the left. */
export const addOne = task(import.meta, async function addOne(left: Sender<number>, right: Receiver<number>): Promise<void> {
  await left.send(1 + ((await right.recv()) as number));
});

interface Memory {
  readonly heap: number | null;
  readonly resident: number;
}

async function memory(threads: number): Promise<Memory> {
  let heap: number | null = 0;
  for (let thread = 0; thread < threads; thread++) {
    const used: number | null = await spawn.on(thread)(heapUsed);
    heap = heap === null || used === null ? null : heap + used;
  }
  return { heap, resident: process.memoryUsage.rss() };
}

/** Bytes in use on the heap of the thread it runs on, after a full collection; `null` where a program cannot ask for one. */
export const heapUsed = task(import.meta, async function heapUsed(): Promise<number | null> {
  const { gc } = globalThis;
  if (gc === undefined) return null;
  for (let turns = 0; turns < SETTLE_TURNS; turns++) await yieldNow();
  gc();
  return getHeapStatistics().used_heap_size;
});

function nowNs(): number {
  return Number(process.hrtime.bigint());
}

function checkWhole(name: string, value: number): void {
  if (!Number.isInteger(value) || value < 1 || value > MOST_TASKS) throw new RangeError(`${name} must be an integer from 1 to ${MOST_TASKS}, not ${String(value)}`);
}
