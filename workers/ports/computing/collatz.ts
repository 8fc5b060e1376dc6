/**
 * Collatz: the numbers of steps, computed by tasks that a weighted semaphore limits.
 * A block of larger numbers takes more of the semaphore.
 * The Go program is collatz.go in this folder; what both print is in collatz.txt.
 *
 *     node workers/ports/computing/collatz.ts [blocks] [threads]
 */
import { type Guard, Semaphore, isMain, run, spawn, task } from "../../../src/index.ts";

const BLOCK_SIZE = 10_000;
const PERMITS = 8;

/** The number of steps from n to 1. */
function steps(n: number): number {
  let count = 0;
  for (; n > 1; count++) n = (n & 1) === 0 ? n / 2 : 3 * n + 1;
  return count;
}

/** The number of block b with the most steps, and these. */
export const longest = task(import.meta, async function longest(b: number, permits: Guard) {
  using _permits = permits;
  let [number, most] = [0, 0];
  for (let n = b * BLOCK_SIZE + 1; n <= (b + 1) * BLOCK_SIZE; n++) {
    const s = steps(n);
    if (s > most) [number, most] = [n, s];
  }
  return { number, most };
});

export const collatz = task(import.meta, async function collatz(blocks: number) {
  using sem = new Semaphore(PERMITS);
  const running: ReturnType<typeof longest>[] = [];
  for (let b = 0; b < blocks; b++) running.push(spawn(longest, b, await sem.acquire(1 + (b % 3))));
  const found = await Promise.all(running);
  for (const { number, most } of found.slice(0, 10)) console.log(number, "takes", most, "steps");
  const best = found.reduce((a, b) => (b.most > a.most ? b : a));
  console.log("the most up to", blocks * BLOCK_SIZE, "is", best.number, "with", best.most);
});

if (isMain(import.meta)) {
  const [blocks = "100", threads = "2"] = process.argv.slice(2);
  await run(collatz, { threads: Number(threads), args: [Number(blocks)] });
}
