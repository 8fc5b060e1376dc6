/**
 * The concurrent prime sieve: the first n primes, each with a filter of its own.
 * The Go program is prime-sieve.go in this folder; what both print is in prime-sieve.txt.
 *
 *     node workers/ports/pipelines/prime-sieve.ts [primes] [threads]
 */
import { type Receiver, type Sender, chan, go, i32, isMain, run, task } from "../../../src/index.ts";

export const generate = task(import.meta, async function generate(ch: Sender<number>) {
  for (let i = 2; ; i++) await ch.send(i);
});

export const filter = task(import.meta, async function filter(from: Receiver<number>, to: Sender<number>, prime: number) {
  for await (const i of from) if (i % prime !== 0) await to.send(i);
});

export const primeSieve = task(import.meta, async function primeSieve(n: number) {
  let ch = chan(i32);
  go(generate, ch);
  for (let i = 0; i < n; i++) {
    const prime = (await ch.recv())!;
    console.log(prime);
    const next = chan(i32);
    go(filter, ch, next, prime);
    ch = next;
  }
});

if (isMain(import.meta)) {
  const [n = "100", threads = "2"] = process.argv.slice(2);
  await run(primeSieve, { threads: Number(threads), args: [Number(n)] });
}
