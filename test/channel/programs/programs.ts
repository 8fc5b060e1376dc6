/** Small programs over channels. */
import { type Chan, type Receiver, type Sender, type SharedArray, chan, go, i32, json, spawn, task } from "../../../src/index.ts";

/** Forwards one value plus one. */
const link = task(import.meta, async function link(from: Receiver<number>, to: Sender<number>) {
  await to.send(((await from.recv()) as number) + 1);
});

/** A chain of `count` tasks, on this thread or spread over all; what comes out at its end. */
export const chain = task(import.meta, async function chain(count: number, isSpread: boolean) {
  const first = chan(i32);
  let last: Chan<number> = first;
  for (let k = 0; k < count; k++) {
    const next = chan(i32);
    const from = last;
    if (isSpread) go(link, from, next);
    else go(() => link(from, next));
    last = next;
  }
  await first.send(0);
  return last.recv();
});

const generate = task(import.meta, async function generate(out: Sender<number>) {
  for (let n = 2; ; n++) {
    try {
      await out.send(n);
    } catch {
      return;
    }
  }
});

const filter = task(import.meta, async function filter(from: Chan<number>, out: Sender<number>, prime: number) {
  try {
    for await (const n of from) if (n % prime !== 0) await out.send(n);
  } catch {
    // The sieve has ended: closing one channel closes the chain up to the source.
  }
  from.close();
});

/** The first `count` primes, from a chain of filters. */
export const sieve = task(import.meta, async function sieve(count: number) {
  const primes: number[] = [];
  const tasks: Promise<void>[] = [];
  let source: Chan<number> = chan(i32);
  tasks.push(spawn(generate, source));
  for (;;) {
    const prime = (await source.recv()) as number;
    primes.push(prime);
    if (primes.length === count) break;
    const next = chan(i32);
    tasks.push(spawn(filter, source, next, prime));
    source = next;
  }
  source.close();
  await Promise.all(tasks);
  return primes;
});

/** Plays until it receives the end; returns how many rounds. */
export const player = task(import.meta, async function player(from: Receiver<number>, to: Chan<number>, serves: boolean, rounds: number) {
  let played = 0;
  try {
    for (; played < rounds; played++) {
      if (serves) await to.send(played);
      if ((await from.recv()) !== played) throw new Error(`wrong ball in round ${played}`);
      if (!serves) await to.send(played);
    }
  } finally {
    to.close();
  }
  return played;
});

export const nothing = task(import.meta, function nothing() {
  return 1;
});

interface Packet {
  readonly n: number;
  readonly deep: { readonly text: string; readonly list: number[] };
}
export const PACKET = json<Packet>();

export const sendPackets = task(import.meta, async function sendPackets(c: Chan<Packet>, count: number) {
  const packet = { n: 0, deep: { text: "", list: [0, 0, 0] } };
  for (let k = 0; k < count; k++) {
    packet.n = k;
    packet.deep.text = `text ${k}`;
    packet.deep.list.fill(k);
    await c.send(packet);
  }
  c.close();
});

/** Keeps every thousandth packet while the others flow; the kept ones that are not as they were sent. */
export const keepPackets = task(import.meta, async function keepPackets(c: Receiver<Packet>) {
  const kept: Packet[] = [];
  let wrong = 0;
  let k = 0;
  for await (const packet of c) {
    if (!isRight(packet, k)) wrong++;
    if (k++ % 1000 === 0) kept.push(packet);
  }
  return { received: k, kept: kept.length, wrong: wrong + kept.filter((packet, at) => !isRight(packet, at * 1000)).length };
});

function isRight({ n, deep: { text, list } }: Packet, k: number): boolean {
  return n === k && text === `text ${k}` && list.length === 3 && list.every((value) => value === k);
}

/** Passes values on and counts them where everybody can see it. */
export const relay = task(import.meta, async function relay(from: Receiver<number>, to: Sender<number>, counter: SharedArray<"i32">) {
  for await (const value of from) {
    Atomics.add(counter.array, 0, 1);
    if (value < 0) return;
    await to.send(value + 1);
  }
});
