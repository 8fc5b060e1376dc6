/**
 * The prime sieve: a generator and a chain of filters, one for each prime, each
 * a task joined to the next by a channel. An early Go FAQ says that it
 * is "slower on more processors".
 *
 * ```ts
 * import { run } from "../src/index.ts";
 * import { sieve } from "./sieve.ts";
 *
 * const { primes, sends } = await run(sieve, { threads: 2, args: [{ primes: 1000, threads: 2, placement: "blocks", batch: 16 }] });
 * ```
 *
 * The generator stops at the last prime wanted, which is computed beforehand, so that
 * the work is the same in every run: the number of sends is known exactly. `sends` is
 * the number that the tasks counted.
 */
import { chan, i32, mark, spawn, task, type Receiver, type Sender } from "../src/index.ts";
import { planOf, type SieveConfig } from "./sieve/config.ts";
import { placesOf } from "./sieve/placement.ts";

export { PLACEMENTS, type Placement, type SieveConfig } from "./sieve/config.ts";

/** The result of a sieve. */
export interface SieveResult {
  /** The primes, in the order the chain gave them. */
  readonly primes: readonly number[];
  /** Numbers sent from task to task; a batch of 16 counts 16. */
  readonly sends: number;
  /** The generator and the filters. */
  readonly tasks: number;
  readonly wallNs: number;
}

/** Sends 2, 3, 4 … `last`; returns how many. */
export const generate = task(import.meta, async function generate(last: number, out: Sender<number>, batch: number): Promise<number> {
  if (batch === 1) {
    for (let n = 2; n <= last; n++) {
      mark("send", n);
      await out.send(n);
    }
  } else {
    for (let n = 2; n <= last; n += batch) {
      const numbers = Array.from({ length: Math.min(batch, last - n + 1) }, (_, k) => n + k);
      await out.sendMany(numbers);
    }
  }
  out.close();
  return last - 1;
});

/** Passes on the numbers that `prime` does not divide; returns how many. */
export const filter = task(import.meta, async function filter(prime: number, numbers: Receiver<number>, out: Sender<number>, batch: number): Promise<number> {
  let sent = 0;
  mark("filter", prime);
  if (batch === 1) {
    for await (const n of numbers) {
      mark("take", n);
      if (n % prime === 0) {
        mark("drop", n);
        continue;
      }
      mark("pass", n);
      await out.send(n);
      sent++;
    }
  } else {
    for (let some = await numbers.recvMany(batch); some !== undefined; some = await numbers.recvMany(batch)) {
      const kept = some.filter((n) => n % prime !== 0);
      await out.sendMany(kept);
      sent += kept.length;
    }
  }
  out.close();
  return sent;
});

/**
 * Finds the first `config.primes` primes: the entry for `run`.
 *
 * @throws RangeError for a configuration that is invalid
 */
export const sieve = task(import.meta, async function sieve(config: SieveConfig): Promise<SieveResult> {
  const { last, count, batch, threads, placement } = planOf(config);
  const places = placesOf(placement, count, threads);
  // One number in each message: unbuffered, as in the original. With batches, a buffer for one while the next is made.
  const capacity = batch === 1 ? 0 : 2 * batch;
  const startNs = process.hrtime.bigint();

  let numbers = chan(i32, capacity);
  const tasks = [spawn.on(places[0] as number)(generate, last, numbers, batch)];
  const primes: number[] = [];
  for (let prime = await numbers.recv(); prime !== undefined; prime = await numbers.recv()) {
    primes.push(prime);
    mark("prime", prime);
    const next = chan(i32, capacity);
    tasks.push(spawn.on(places[primes.length] as number)(filter, prime, numbers, next, batch));
    numbers = next;
  }
  const counts = await Promise.all(tasks);
  const wallNs = Number(process.hrtime.bigint() - startNs);
  return { primes, sends: counts.reduce((sum, sent) => sum + sent, 0), tasks: tasks.length, wallNs };
});
