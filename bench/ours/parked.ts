/**
 * Memory of a task that waits on a channel: the scenario parked.
 *
 * Counted are the heaps of the threads after a full collection and the arena's
 * blocks in use, with all tasks parked less with none. The closures are Go's
 * `go func() { <-gate }`; a task of its own carries its channel as an argument.
 */
import { getHeapStatistics } from "node:v8";
import { go, i32, start, task, yieldNow, type Chan, type Receiver, type Runtime, type Sender } from "../../src/index.ts";
import { PARKED_TASKS } from "../rivals/scenarios.ts";

/** Turns of the event loop that the last finalizers and frees take. */
const SETTLE_TURNS = 20;
/** Tasks that are started before others have their turn. */
const AT_ONCE = 256;

/** Starts `count` closures here that wait for the gate; answers when all do, and ends when all have gone on. */
const crowd = task(import.meta, async function crowd(gate: Receiver<number>, count: number, ready: Sender<number>): Promise<void> {
  const seen = { started: 0, ended: 0 };
  const wait = async (): Promise<void> => {
    seen.started++;
    await gate.recv();
    seen.ended++;
  };
  for (let k = 1; k <= count; k++) {
    go(wait);
    if (k % AT_ONCE === 0) await yieldNow();
  }
  while (seen.started < count) await yieldNow();
  await ready.send(count);
  while (seen.ended < count) await yieldNow();
});

/** Bytes in use on the heap of the thread it runs on, after a full collection. */
const heapBytes = task(import.meta, async function heapBytes(): Promise<number> {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("the heap can be measured only under node --expose-gc");
  for (let turn = 0; turn < SETTLE_TURNS; turn++) await yieldNow();
  gc();
  return getHeapStatistics().used_heap_size;
});

/** Bytes a parked task, for `PARKED_TASKS` of them, equally many on each thread. */
export async function measureParked(form: string, threads: number): Promise<number> {
  await using runtime = await start({ threads });
  const park = form === "task" ? parkTasks : parkClosures;
  await (await park(runtime, threads * 100))();
  const before = await bytesInUse(runtime);
  const release = await park(runtime, PARKED_TASKS);
  const bytes = (await bytesInUse(runtime)) - before;
  await release();
  return bytes / PARKED_TASKS;
}

async function bytesInUse(runtime: Runtime): Promise<number> {
  let bytes = 0;
  for (let thread = 0; thread < runtime.threads; thread++) bytes += await runtime.spawn.on(thread)(heapBytes);
  return bytes + (await runtime.stats()).arena.used;
}

/** Parks closures; the result lets them go on and waits until they are gone. */
async function parkClosures(runtime: Runtime, count: number): Promise<() => Promise<unknown>> {
  const [gate, ready] = [runtime.chan(i32), runtime.chan(i32)];
  const share = count / runtime.threads;
  const crowds = Array.from({ length: runtime.threads }, (_, thread) => runtime.spawn.on(thread)(crowd, gate, share, ready));
  for (let thread = 0; thread < runtime.threads; thread++) await ready.recv();
  return () => {
    gate.close();
    return Promise.all(crowds);
  };
}

/** As `parkClosures`, with tasks of their own. */
async function parkTasks(runtime: Runtime, count: number): Promise<() => Promise<unknown>> {
  const [gate, here] = [runtime.chan(i32), runtime.chan(i32, AT_ONCE)];
  await runtime.spawn(startAll, gate, count, runtime.threads, here);
  return async () => {
    gate.close();
    for (let left = count; left > 0; left--) await here.recv();
  };
}

/** Starts `count` tasks, dealt out over the threads; ends when each has said that it is there. */
const startAll = task(import.meta, async function startAll(gate: Receiver<number>, count: number, threads: number, here: Chan<number>): Promise<void> {
  for (let k = 0; k < count; k++) {
    go.on(k % threads)(waitAtGate, gate, here);
    if (k % AT_ONCE === 0) await yieldNow();
  }
  for (let left = count; left > 0; left--) await here.recv();
});

/** Says that it is there, waits for the gate, and says that it goes. */
const waitAtGate = task(import.meta, async function waitAtGate(gate: Receiver<number>, here: Sender<number>): Promise<void> {
  await here.send(1);
  await gate.recv();
  await here.send(-1);
});
