/** Crowds that are ready on one thread at the same time. */
import { AsyncLocalStorage } from "node:async_hooks";
import { type Chan, type Receiver, Mutex, WaitGroup, chan, go, i32, spawn, task, yieldNow } from "../../src/index.ts";

/** How often the event loop got to other work while some of a crowd had gone on and others had not. */
class Watch {
  between = 0;
  #gone = 0;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.#look();
  }

  readonly #look = (): void => {
    if (this.#gone > 0 && this.#gone < this.#count) this.between++;
    if (this.#gone < this.#count) setImmediate(this.#look);
  };

  /** One of the crowd has gone on. */
  readonly one = (): void => void this.#gone++;
}

/** Code outside tasks waits for a lock, and each that gets it passes it on. */
export const grants = task(import.meta, async function grants(count: number) {
  using mutex = new Mutex();
  const first = await mutex.lock();
  const watch = new Watch(count);
  const crowd = Array.from({ length: count }, async () => {
    const guard = await mutex.lock();
    await undefined;
    watch.one();
    guard.unlock();
  });
  first.unlock();
  await Promise.all(crowd);
  return watch.between;
});

/** Tasks wait for a lock, and each ends after it has passed it on. */
export const grantsToTasks = task(import.meta, async function grantsToTasks(count: number) {
  using mutex = new Mutex();
  const first = await mutex.lock();
  const watch = new Watch(count);
  let begun = 0;
  const crowd = Array.from({ length: count }, () => spawn(async () => {
    begun++;
    const guard = await mutex.lock();
    watch.one();
    guard.unlock();
  }));
  while (begun < count) await yieldNow();
  first.unlock();
  await Promise.all(crowd);
  return watch.between;
});

/** All are released at the same time. */
export const released = task(import.meta, async function released(count: number) {
  using group = new WaitGroup();
  group.add();
  const watch = new Watch(count);
  const crowd = Array.from({ length: count }, () => Promise.resolve(group.wait()).then(watch.one));
  group.done();
  await Promise.all(crowd);
  return watch.between;
});

/** All yield at the same time. */
export const yielded = task(import.meta, async function yielded(count: number) {
  const watch = new Watch(count);
  await Promise.all(Array.from({ length: count }, () => yieldNow().then(watch.one)));
  return watch.between;
});

/** More pairs than are resumed in one go keep each other going until tasks that are started meanwhile have run: closures, and tasks on this thread. */
export const startBesidePairs = task(import.meta, async function startBesidePairs(pairs: number) {
  let isOver = false;
  const playing = Array.from({ length: pairs }, async () => {
    const there = chan(i32);
    const back = chan(i32);
    const partner = (async () => {
      for await (const ball of there) await back.send(ball);
    })();
    while (!isOver) {
      await there.send(1);
      await back.recv();
    }
    there.close();
    await partner;
  });
  const started = chan(i32, 1);
  for (let k = 0; k < 20; k++) {
    go(async () => started.send(k));
    if ((await started.recv()) !== k) throw new Error("another closure came first");
  }
  isOver = true;
  await Promise.all(playing);
  return true;
});

/** Each goes on in its own context, although one resumes the other. */
export const inOwnContext = task(import.meta, async function inOwnContext(count: number) {
  const store = new AsyncLocalStorage<number>();
  using mutex = new Mutex();
  const first = await mutex.lock();
  const crowd = Array.from({ length: count }, (_, k) => store.run(k, async () => {
    const guard = await mutex.lock();
    const seen = store.getStore() === k;
    guard.unlock();
    await yieldNow();
    return seen && store.getStore() === k;
  }));
  first.unlock();
  return (await Promise.all(crowd)).every(Boolean);
});

/** Sends 0 … `count` − 1. */
export const sendTo = task(import.meta, async function sendTo(ch: Chan<number>, count: number) {
  for (let k = 0; k < count; k++) await ch.send(k);
});

/** Longer than a time slice. */
const COMPUTE_MS = 3;

/** Computes for each value. */
const computeEach = task(import.meta, async function computeEach(values: Receiver<number>) {
  for await (const _ of values) {
    const endMs = performance.now() + COMPUTE_MS;
    while (performance.now() < endMs);
  }
});

/** Sends values to tasks of this thread that compute for each; returns how often the event loop has turned. */
export const sendToComputing = task(import.meta, async function sendToComputing(tasks: number, values: number, capacity: number) {
  let turns = 0;
  let immediate: NodeJS.Immediate;
  const turn = (): void => {
    turns++;
    immediate = setImmediate(turn);
  };
  turn();
  const to = chan(i32, capacity);
  const computing = Array.from({ length: tasks }, () => spawn.on("here")(computeEach, to));
  for (let n = 0; n < values; n++) await to.send(n);
  to.close();
  await Promise.all(computing);
  clearImmediate(immediate!);
  return turns;
});

/** How many of `count` tasks that a close ends have continued when the one that closes comes back from a yield. Each of its operations before takes long, so the thread resumes one task at a time. */
export const yieldsAfterClose = task(import.meta, async function yieldsAfterClose(count: number): Promise<number> {
  const ch = chan(i32);
  let continued = 0;
  const all = Array.from({ length: count }, () =>
    spawn(async function receives() {
      await ch.recv();
      continued++;
    }),
  );
  const slow = chan(i32, 1);
  for (let k = 0; k < 200; k++) {
    for (const endMs = performance.now() + 1; performance.now() < endMs; );
    slow.trySend(k);
    await slow.recv();
    if (k % 20 === 0) await yieldNow();
  }
  ch.close();
  await yieldNow();
  const seen = continued;
  await Promise.all(all);
  return seen;
});
