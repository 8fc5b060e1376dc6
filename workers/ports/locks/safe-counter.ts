/**
 * A mutex counter: counts that many tasks change under a lock. What the lock protects is
 * in a shared array, because a Map belongs to one thread; a key is a place in the array.
 * The Go program is safe-counter.go in this folder; what both print is in safe-counter.txt.
 *
 *     node workers/ports/locks/safe-counter.ts [increments] [threads]
 */
import { Mutex, type SharedArray, WaitGroup, go, run, shared, task } from "../../../src/index.ts";

const KEYS = ["so", "many", "gophers", "carts"];
const WORDS = ["so", "many", "gophers", "so", "many", "carts", "so"];

/** Safe to use concurrently: a struct with a lock is an object of handles. */
interface SafeCounter {
  readonly lock: Mutex;
  readonly counts: SharedArray<"i32">;
}

async function increment({ lock, counts }: SafeCounter, key: string): Promise<void> {
  using _guard = await lock.lock();
  counts.array[KEYS.indexOf(key)]!++;
}

async function valueOf({ lock, counts }: SafeCounter, key: string): Promise<number> {
  using _guard = await lock.lock();
  return counts.array[KEYS.indexOf(key)]!;
}

export const count = task(import.meta, async function count(c: SafeCounter, word: string, wg: WaitGroup) {
  await increment(c, word);
  wg.done();
});

export const safeCounter = task(import.meta, async function safeCounter(n: number) {
  using lock = new Mutex();
  using counts = shared.int32(KEYS.length);
  using wg = new WaitGroup();
  const c: SafeCounter = { lock, counts };
  for (let i = 0; i < n; i++) {
    wg.add(1);
    go(count, c, WORDS[i % WORDS.length]!, wg);
  }
  await wg.wait();
  for (const key of KEYS.toSorted()) console.log(key, await valueOf(c, key));
});

if (import.meta.main) {
  const [n = "1000", threads = "2"] = process.argv.slice(2);
  await run(safeCounter, { threads: Number(threads), args: [Number(n)] });
}
