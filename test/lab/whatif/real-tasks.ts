/** Programs that are recorded for real: one use of each kind of hand-over. */
import { Mutex, WaitGroup, chan, go, i32, select, sleep, spawn, task, type Chan, type Receiver, type Sender } from "../../../src/index.ts";

const part = task(import.meta, async function part(n: number) {
  let x = n;
  for (let k = 0; k < 20_000; k++) x = (Math.imul(x, 1_103_515_245) + 12_345) | 0;
  return x;
});

export const fan = task(import.meta, async function fan(count: number) {
  const parts = Array.from({ length: count }, (_, k) => spawn(part, k));
  return (await Promise.all(parts)).length;
});

const stage = task(import.meta, async function stage(from: Receiver<number>, to: Sender<number>) {
  for await (const n of from) {
    await part(n);
    await to.send(n);
  }
  to.close();
});

export const pipe = task(import.meta, async function pipe(items: number) {
  const [a, b] = [chan(i32, 2), chan(i32, 2)];
  go(stage, a, b);
  const sending = spawn(async () => {
    for (let k = 0; k < items; k++) await a.send(k);
    a.close();
  });
  let sum = 0;
  for await (const n of b) sum += n;
  await sending;
  return sum;
});

const holds = task(import.meta, async function holds(mutex: Mutex, group: WaitGroup) {
  {
    using _ = await mutex.lock();
    await part(1);
  }
  group.done();
});

export const locks = task(import.meta, async function locks(count: number) {
  using mutex = new Mutex();
  using group = new WaitGroup();
  group.add(count);
  for (let k = 0; k < count; k++) go(holds, mutex, group);
  await group.wait();
});

const echo = task(import.meta, async function echo(there: Chan<number>, back: Chan<number>) {
  for await (const n of there) await back.send(n);
  back.close();
});

export const selects = task(import.meta, async function selects(rounds: number) {
  const [there, back] = [chan(i32), chan(i32)];
  go(echo, there, back);
  let sum = 0;
  for (let k = 0; k < rounds; k++) {
    await there.send(k);
    const { value } = await select({ back });
    sum += value ?? 0;
  }
  there.close();
  await sleep(1);
  return sum;
});

export const fails = task(import.meta, async function fails() {
  throw new Error("not today");
});
