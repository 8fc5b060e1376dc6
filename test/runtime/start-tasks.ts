/** Tasks about starting tasks, as a user's module: every thread imports it. */
import { resourceLimits, threadId } from "node:worker_threads";
import { type Chan, chan, go, i32, spawn, task, utf8 } from "../../src/index.ts";

export const add = task(import.meta, async function add(a: number, b: number) {
  return a + b;
});

/** Not an async function: a task may return its result directly. */
export const addAtOnce = task(import.meta, function addAtOnce(a: number, b: number) {
  return a + b;
});

export const whereAmI = task(import.meta, async function whereAmI() {
  return threadId;
});

export const sendSum = task(import.meta, async function sendSum(out: Chan<number>, a: number, b: number) {
  await out.send(a + b);
});

/** Starts tasks of its own, down to `depth`, and adds them up: 2 ** depth. */
export const tree = task(import.meta, async function tree(depth: number): Promise<number> {
  if (depth === 0) return 1;
  const [left, right] = await Promise.all([spawn(tree, depth - 1), spawn(tree, depth - 1)]);
  return left + right;
});

/** The same with `go` and a channel: no task joins the children. */
export const leaves = task(import.meta, async function leaves(depth: number, out: Chan<number>): Promise<void> {
  if (depth === 0) return void (await out.send(1));
  go(leaves, depth - 1, out);
  go(leaves, depth - 1, out);
});

/** Closures share the memory of the task that makes them, and stay on its thread. */
export const countWithClosures = task(import.meta, async function countWithClosures(closures: number) {
  let count = 0;
  const threads = new Set<number>();
  const done = chan(i32);
  for (let k = 0; k < closures; k++) {
    go(async (by: number) => {
      count += by;
      threads.add(threadId);
      await done.send(1);
    }, 2);
  }
  for (let k = 0; k < closures; k++) await done.recv();
  const joined = await spawn(async () => {
    count++;
    return `joined ${count}`;
  });
  return { count, joined, threads: [...threads], own: threadId };
});

export const placeFrom = task(import.meta, async function placeFrom(thread: number) {
  const here = await spawn.on("here")(whereAmI);
  const there = await spawn.on(thread)(whereAmI);
  const names = chan(utf8, 1);
  go.on("here")(async () => void (await names.send(`closure on ${threadId}`)));
  return { own: threadId, here, there, closure: await names.recv() };
});

/** Occupies its thread until `gate` is closed. */
export const waitAt = task(import.meta, async function waitAt(gate: Chan<number>) {
  await gate.recv();
});

/** What Node was told for this thread, and one variable of its environment. */
export const surroundings = task(import.meta, async function surroundings(variable: string) {
  return { execArgv: process.execArgv, env: process.env[variable] ?? null, argv: process.argv.slice(2), stackMb: resourceLimits.stackSizeMb ?? 0, heapMb: resourceLimits.maxOldGenerationSizeMb ?? 0 };
});
