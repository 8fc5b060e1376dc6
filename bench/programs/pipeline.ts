/**
 * The pipeline of four stages: numbers, plus one, times two, their sum. One value at a
 * time (in the form for hot loops, which awaits only where it must, and with `await`
 * always), and in batches. Stages that are neighbours hand over every value, so they are
 * placed in pairs: the first two on the last thread, the others here.
 */
import { type Chan, type Receiver, type Sender, chan, i32, spawn, task } from "../../src/index.ts";

/** Room for the time in which the other thread is woken up, a good part of a millisecond. */
const CAPACITY = 65_536;
const BATCH = 1024;

/** Does nothing: afterwards its thread has loaded this module. */
export const load = task(import.meta, async function load() {});

const numbers = task(import.meta, async function numbers(to: Sender<number>, count: number) {
  for (let n = 0; n < count; n++) await to.send(n);
  to.close();
});

const plusOne = task(import.meta, async function plusOne(from: Receiver<number>, to: Sender<number>) {
  for await (const n of from) await to.send(n + 1);
  to.close();
});

const timesTwo = task(import.meta, async function timesTwo(from: Receiver<number>, to: Sender<number>) {
  for await (const n of from) await to.send(2 * n);
  to.close();
});

const numbersInHotLoop = task(import.meta, async function numbersInHotLoop(to: Sender<number>, count: number) {
  for (let n = 0; n < count; n++) {
    const sending = to.send(n);
    if (sending !== undefined) await sending;
  }
  to.close();
});

const plusOneInHotLoop = task(import.meta, async function plusOneInHotLoop(from: Receiver<number>, to: Sender<number>) {
  for (;;) {
    const receiving = from.recv();
    const n = typeof receiving === "number" ? receiving : await receiving;
    if (n === undefined) return to.close();
    const sending = to.send(n + 1);
    if (sending !== undefined) await sending;
  }
});

const timesTwoInHotLoop = task(import.meta, async function timesTwoInHotLoop(from: Receiver<number>, to: Sender<number>) {
  for (;;) {
    const receiving = from.recv();
    const n = typeof receiving === "number" ? receiving : await receiving;
    if (n === undefined) return to.close();
    const sending = to.send(2 * n);
    if (sending !== undefined) await sending;
  }
});

const numbersInBatches = task(import.meta, async function numbersInBatches(to: Chan<number>, count: number) {
  for (let first = 0; first < count; first += BATCH) {
    const values = new Int32Array(Math.min(BATCH, count - first));
    for (let k = 0; k < values.length; k++) values[k] = first + k;
    await to.sendMany(values);
  }
  to.close();
});

const plusOneInBatches = task(import.meta, async function plusOneInBatches(from: Chan<number>, to: Chan<number>) {
  for (let values = await from.recvMany(BATCH); values !== undefined; values = await from.recvMany(BATCH)) {
    for (let k = 0; k < values.length; k++) values[k]++;
    await to.sendMany(values);
  }
  to.close();
});

const timesTwoInBatches = task(import.meta, async function timesTwoInBatches(from: Chan<number>, to: Chan<number>) {
  for (let values = await from.recvMany(BATCH); values !== undefined; values = await from.recvMany(BATCH)) {
    for (let k = 0; k < values.length; k++) values[k] *= 2;
    await to.sendMany(values);
  }
  to.close();
});

export const pipeline = task(import.meta, async function pipeline(form: string, count: number, threads: number) {
  const [a, b, c] = [chan(i32, CAPACITY), chan(i32, CAPACITY), chan(i32, CAPACITY)];
  const [there, here] = [spawn.on(threads - 1), spawn.on("here")];
  let sum = 0;
  let stages: Promise<void>[];
  if (form === "pipeline-batches") {
    stages = [there(numbersInBatches, a, count), there(plusOneInBatches, a, b), here(timesTwoInBatches, b, c)];
    for (let values = await c.recvMany(BATCH); values !== undefined; values = await c.recvMany(BATCH)) for (const n of values) sum += n;
  } else if (form === "pipeline-await") {
    stages = [there(numbers, a, count), there(plusOne, a, b), here(timesTwo, b, c)];
    for await (const n of c) sum += n;
  } else {
    stages = [there(numbersInHotLoop, a, count), there(plusOneInHotLoop, a, b), here(timesTwoInHotLoop, b, c)];
    for (;;) {
      const receiving = c.recv();
      const n = typeof receiving === "number" ? receiving : await receiving;
      if (n === undefined) break;
      sum += n;
    }
  }
  await Promise.all(stages);
  return sum;
});

async function* plainNumbers(count: number): AsyncGenerator<number> {
  for (let n = 0; n < count; n++) yield n;
}

async function* plainPlusOne(from: AsyncGenerator<number>): AsyncGenerator<number> {
  for await (const n of from) yield n + 1;
}

async function* plainTimesTwo(from: AsyncGenerator<number>): AsyncGenerator<number> {
  for await (const n of from) yield 2 * n;
}

/** The same with plain async generators. */
export async function plainPipeline(count: number): Promise<number> {
  let sum = 0;
  for await (const n of plainTimesTwo(plainPlusOne(plainNumbers(count)))) sum += n;
  return sum;
}
