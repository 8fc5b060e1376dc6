/** Small programs whose traces are known. Each gets the thread of its children; closures stay on its own. */
import { setImmediate as nodeImmediate, setTimeout as nodeTimer } from "node:timers/promises";
import { Mutex, RwLock, Semaphore, WaitGroup, type Chan, type SharedArray, after, chan, context, go, i32, mark, never, select, sleep, spawn, task, yieldNow } from "../../../src/index.ts";

/** Sends `count` values. */
export const send = task(import.meta, async function send(ch: Chan<number>, count: number) {
  for (let k = 0; k < count; k++) await ch.send(k);
});

export const receive = task(import.meta, async function receive(ch: Chan<number>, count: number) {
  for (let k = 0; k < count; k++) await ch.recv();
});

/** Two values through a channel, to a closure on the same thread. */
export const pair = task(import.meta, async function pair(capacity: number) {
  const ch = chan(i32, capacity);
  const sent = spawn(async function sender() {
    await ch.send(1);
    await ch.send(2);
  });
  await ch.recv();
  await ch.recv();
  await sent;
  ch.close();
});

/** Values through a channel between two threads, and back. */
export const pingPong = task(import.meta, async function pingPong(there: Chan<number>, back: Chan<number>, count: number) {
  for (let k = 0; k < count; k++) await back.send((await there.recv()) ?? -1);
});

export const waits = task(import.meta, async function waits(how: "select" | "sleep" | "after" | "signal" | "timeout" | "deadline") {
  const ch = chan(i32);
  if (how === "sleep") await sleep(2);
  // The thread can stand still for a while before the receive waits.
  if (how === "after") await after(100).recv();
  if (how === "select") {
    go(async function other() {
      await ch.send(1);
    });
    await select({ ch, never: never() });
  }
  if (how === "signal") {
    const controller = new AbortController();
    go(async function aborter() {
      controller.abort(new Error("enough"));
    });
    await Promise.resolve(ch.recv({ signal: controller.signal })).catch(() => undefined);
  }
  if (how === "timeout") await Promise.resolve(ch.recv({ signal: AbortSignal.timeout(2) })).catch(() => undefined);
  if (how === "deadline") {
    using limited = context(undefined, { timeout: 2 });
    await limited.done.recv();
  }
  ch.close();
});

export const yields = task(import.meta, async function yields(times: number) {
  for (let k = 0; k < times; k++) await yieldNow();
});

export const fails = task(import.meta, async function fails(how: "at once" | "later") {
  if (how === "later") await yieldNow();
  throw new Error("on purpose");
});

export const failsAtOnce = task(import.meta, (function failsAtOnce() {
  throw new Error("on purpose");
}) as () => Promise<void>);

/** Waits for a timer of Node's, and then does something. */
export const foreign = task(import.meta, async function foreign(ch: Chan<number>) {
  await nodeTimer(2);
  ch.trySend(1);
});

/** More tasks at a time than can have their own identity. */
export const crowd = task(import.meta, async function crowd(count: number) {
  const gate = chan(i32);
  let begun = 0;
  const members = Array.from({ length: count }, () =>
    spawn(async function member() {
      begun++;
      await gate.recv();
    }),
  );
  while (begun < count) await yieldNow();
  gate.close();
  await Promise.all(members);
});

/** Starts tasks here, which others may take while it computes. */
export const hoard = task(import.meta, async function hoard(count: number, done: SharedArray<"i32">) {
  const tasks = Array.from({ length: count }, () => spawn(touch, done));
  // This thread does none of them, so the others must take those that were placed here.
  while (Atomics.load(done.array, 0) < count);
  await Promise.all(tasks);
});

export const touch = task(import.meta, async function touch(done: SharedArray<"i32">) {
  // longer than it takes to start one: else the other thread has never more to do than this one
  const untilMs = performance.now() + 0.05;
  while (performance.now() < untilMs);
  Atomics.add(done.array, 0, 1);
});

/** Leaves so much garbage that it is collected while it runs. */
export const litter = task(import.meta, async function litter() {
  let kept: object[] = [];
  for (let k = 0; k < 2_000_000; k++) {
    if (kept.length > 10_000) kept = [];
    kept.push({ k });
  }
  return kept.length;
});

const naps = task(import.meta, async function naps() {
  await sleep(20);
});

/** Waits for a task of thread 0. */
export const joins = task(import.meta, async function joins() {
  await spawn.on(0)(naps);
});

/** One use of each kind, without a wait; the select finds two cases ready. */
export const uses = task(import.meta, async function uses() {
  const ch = chan(i32, 4);
  await ch.sendMany([1, 2]);
  await ch.recvMany(2);
  ch.tryRecv();
  await ch.send(3);
  await select({ ch, again: ch });
  ch.close();
  await ch.recv();
  using mutex = new Mutex();
  (await mutex.lock()).unlock();
  using lock = new RwLock();
  (await lock.readLock()).unlock();
  using semaphore = new Semaphore(3);
  (await semaphore.acquire(2)).unlock();
  using group = new WaitGroup();
  group.add(1);
  group.done();
  await group.wait();
});

/** Marks 0 to `count` − 1, and yields now and then. */
export const marks = task(import.meta, async function marks(count: number) {
  for (let k = 0; k < count; k++) {
    mark("step", k);
    if (k % 100 === 99) await yieldNow();
  }
});

/** Marks until it is stopped, and never awaits. Returns how often. */
export const marksForEver = task(import.meta, async function marksForEver(stopped: SharedArray<"i32">) {
  let count = 0;
  while (Atomics.load(stopped.array, 0) === 0) mark("step", count++);
  return count;
});

/** Waits for Node's event loop, which comes round three times, and then marks. A timer could be due before the thread has taken its next turn: then the task would have gone on in the same stretch. */
export const foreignMark = task(import.meta, async function foreignMark() {
  for (let round = 0; round < 3; round++) await nodeImmediate();
  mark("awake");
});

/** Marks with `count` different names. */
export const manyNames = task(import.meta, async function manyNames(count: number) {
  for (let k = 0; k < count; k++) mark(`name ${k}`, k);
});
