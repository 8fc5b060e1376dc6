/** Tasks in a row, each joined to the next by an unbuffered channel: the scenarios ring and sieve. */
import { chan, i32, spawn, task, type Chan, type Receiver, type Sender } from "../../src/index.ts";
import { firstPrimes } from "../../workers/sieve/primes.ts";
import { RING_TASKS, SIEVE_PRIMES } from "../rivals/scenarios.ts";

/** Passes the token on, one less, until it is 0. */
const pass = task(import.meta, async function pass(from: Receiver<number>, to: Sender<number>, ended: Sender<number>): Promise<void> {
  for (;;) {
    const got = from.recv();
    const token = typeof got === "number" ? got : await got;
    if (token === undefined) return;
    const sent = token > 0 ? to.send(token - 1) : ended.send(0);
    if (sent) await sent;
  }
});

/** What stays between the batches of a case. */
export interface Opened {
  readonly operate: (count: number) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A ring of tasks, in which a token makes `count` hops. */
export async function openRing(): Promise<Opened> {
  const ended = chan(i32);
  const links = Array.from({ length: RING_TASKS }, () => chan(i32));
  const tasks = links.map((link, k) => spawn(pass, link, links[(k + 1) % RING_TASKS] as Chan<number>, ended));
  return {
    operate: async (count) => {
      await links[0]?.send(count - 1);
      if ((await ended.recv()) !== 0) throw new Error("the token did not come to its end");
    },
    close: async () => {
      for (const link of links) link.close();
      await Promise.all(tasks);
    },
  };
}

/** Sends 2 … `last`. */
const generate = task(import.meta, async function generate(last: number, out: Sender<number>): Promise<void> {
  for (let n = 2; n <= last; n++) {
    const sent = out.send(n);
    if (sent) await sent;
  }
  out.close();
});

/** Passes on what `prime` does not divide. */
const filter = task(import.meta, async function filter(prime: number, from: Receiver<number>, out: Sender<number>): Promise<void> {
  for (;;) {
    const got = from.recv();
    const n = typeof got === "number" ? got : await got;
    if (n === undefined) break;
    if (n % prime === 0) continue;
    const sent = out.send(n);
    if (sent) await sent;
  }
  out.close();
});

/** Finds the first `count` primes; all tasks have ended then. */
export async function sieve(count: number): Promise<void> {
  const expected = firstPrimes(count);
  let numbers = chan(i32);
  const tasks = [spawn(generate, expected.at(-1) as number, numbers)];
  const primes: number[] = [];
  for (let prime = await numbers.recv(); prime !== undefined; prime = await numbers.recv()) {
    primes.push(prime);
    const next = chan(i32);
    tasks.push(spawn(filter, prime, numbers, next));
    numbers = next;
  }
  await Promise.all(tasks);
  if (primes.join() !== expected.join()) throw new Error(`these are not the first ${count} primes: ${primes.slice(0, 20).join()} …`);
}

/** The primes of the warm-up. */
export const SIEVE_WARM_PRIMES = SIEVE_PRIMES / 10;
