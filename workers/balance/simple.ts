/**
 * The simple balancer: workers on one pair of unbuffered channels. Each takes a piece
 * of work {x, y, z}, sets z = x·y, sleeps for z and passes it on. No part of the program
 * depends on how many workers there are, or on which threads they run.
 */
import { chan, i32, sleep, spawn, struct, task, type Receiver, type Sender } from "../../src/index.ts";
import { seededRandom } from "../chance.ts";

/** A run. Plain data, which can be sent to any thread. */
export interface SimpleConfig {
  readonly workers: number;
  readonly items: number;
  /** Length of a unit in milliseconds: z is in units. */
  readonly unitMs: number;
  readonly seed: number;
}

/** The result of a run. */
export interface SimpleResult {
  /** From the first piece of work to the last result. */
  readonly spanMs: number;
  readonly received: number;
  /** Results whose z is x·y. */
  readonly right: number;
  /** Total sleep of all workers, and the longest sleep: timers fire late, never early. */
  readonly sleptMs: number;
  readonly longestMs: number;
  /** Σ x·y of the work sent, and Σ z of the results: equal if nothing was lost or done twice. */
  readonly sent: number;
  readonly returned: number;
}

/** x and y are integers from 1 to this, so z is at most 9. */
const MOST_FACTOR = 3;

/** A piece of work; z is 0 until a worker has done it. */
interface Work {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

interface Slept {
  readonly sumMs: number;
  readonly longestMs: number;
}

const work = struct({ x: i32, y: i32, z: i32 });

const worker = task(import.meta, async function worker(todo: Receiver<Work>, done: Sender<Work>, unitMs: number): Promise<Slept> {
  const slept = { sumMs: 0, longestMs: 0 };
  for await (const { x, y } of todo) {
    const z = x * y;
    const startMs = performance.now();
    await sleep(z * unitMs);
    const sleptMs = performance.now() - startMs;
    slept.sumMs += sleptMs;
    slept.longestMs = Math.max(slept.longestMs, sleptMs);
    await done.send({ x, y, z });
  }
  return slept;
});

/** Sends work to the workers and receives the results: the entry for `run`. */
export const simpleBalance = task(import.meta, async function simpleBalance({ workers, items, unitMs, seed }: SimpleConfig): Promise<SimpleResult> {
  const random = seededRandom(seed);
  const factor = (): number => 1 + Math.floor(MOST_FACTOR * random());
  const plan = Array.from({ length: items }, (): Work => ({ x: factor(), y: factor(), z: 0 }));
  const todo = chan(work);
  const done = chan(work);
  const team = Array.from({ length: workers }, () => spawn(worker, todo, done, unitMs));

  const startMs = performance.now();
  const sending = spawn(async () => {
    for (const piece of plan) await todo.send(piece);
    todo.close();
  });
  const results: Work[] = [];
  while (results.length < items) results.push((await done.recv()) as Work);
  const spanMs = performance.now() - startMs;

  await sending;
  const slept = await Promise.all(team);
  return {
    spanMs,
    received: results.length,
    right: results.filter(({ x, y, z }) => z === x * y).length,
    sleptMs: slept.reduce((sum, { sumMs }) => sum + sumMs, 0),
    longestMs: Math.max(...slept.map(({ longestMs }) => longestMs)),
    sent: plan.reduce((sum, { x, y }) => sum + x * y, 0),
    returned: results.reduce((sum, { z }) => sum + z, 0),
  };
});
