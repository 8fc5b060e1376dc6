/** The pipeline of four stages: numbers, plus one, times two, their sum. One value at a time, and in batches. */
import { type Chan, type Receiver, type Sender, chan, i32, spawn, task } from "../../src/index.ts";

const CAPACITY = 128;
const BATCH = 64;

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

const numbersInBatches = task(import.meta, async function numbersInBatches(to: Chan<number>, count: number) {
  for (let first = 0; first < count; first += BATCH) await to.sendMany(Array.from({ length: Math.min(BATCH, count - first) }, (_, k) => first + k));
  to.close();
});

const plusOneInBatches = task(import.meta, async function plusOneInBatches(from: Chan<number>, to: Chan<number>) {
  for (let values = await from.recvMany(BATCH); values !== undefined; values = await from.recvMany(BATCH)) await to.sendMany(values.map((n) => n + 1));
  to.close();
});

const timesTwoInBatches = task(import.meta, async function timesTwoInBatches(from: Chan<number>, to: Chan<number>) {
  for (let values = await from.recvMany(BATCH); values !== undefined; values = await from.recvMany(BATCH)) await to.sendMany(values.map((n) => 2 * n));
  to.close();
});

export const pipeline = task(import.meta, async function pipeline(count: number, isInBatches: boolean) {
  const [a, b, c] = [chan(i32, CAPACITY), chan(i32, CAPACITY), chan(i32, CAPACITY)];
  let sum = 0;
  if (isInBatches) {
    const stages = [spawn(numbersInBatches, a, count), spawn(plusOneInBatches, a, b), spawn(timesTwoInBatches, b, c)];
    for (let values = await c.recvMany(BATCH); values !== undefined; values = await c.recvMany(BATCH)) for (const n of values) sum += n;
    await Promise.all(stages);
  } else {
    const stages = [spawn(numbers, a, count), spawn(plusOne, a, b), spawn(timesTwo, b, c)];
    for await (const n of c) sum += n;
    await Promise.all(stages);
  }
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
