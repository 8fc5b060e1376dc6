/**
 * A mutex counter: counts that many tasks change under a lock. What the lock protects is
 * in shared memory, where each key is a field, because a Map belongs to one thread.
 * The Go program is safe-counter.go in this folder; what both print is in safe-counter.txt.
 *
 *     node workers/ports/locks/safe-counter.ts [increments] [threads]
 */
import { Guarded, WaitGroup, go, i32, isMain, run, task } from "../../../src/index.ts";

const KEYS = { so: i32, many: i32, gophers: i32, carts: i32 };
const WORDS = ["so", "many", "gophers", "so", "many", "carts", "so"] as const;

type Key = keyof typeof KEYS;
type SafeCounter = Guarded<Record<Key, number>>;

async function increment(c: SafeCounter, key: Key): Promise<void> {
  using counts = await c.lock();
  counts.fields[key]++;
}

async function valueOf(c: SafeCounter, key: Key): Promise<number> {
  using counts = await c.lock();
  return counts.fields[key];
}

export const count = task(import.meta, async function count(c: SafeCounter, word: Key, wg: WaitGroup) {
  await increment(c, word);
  wg.done();
});

export const safeCounter = task(import.meta, async function safeCounter(n: number) {
  using c = new Guarded(KEYS, { so: 0, many: 0, gophers: 0, carts: 0 });
  using wg = new WaitGroup();
  for (let i = 0; i < n; i++) {
    wg.add(1);
    go(count, c, WORDS[i % WORDS.length]!, wg);
  }
  await wg.wait();
  for (const key of (Object.keys(KEYS) as Key[]).toSorted()) console.log(key, await valueOf(c, key));
});

if (isMain(import.meta)) {
  const [n = "1000", threads = "2"] = process.argv.slice(2);
  await run(safeCounter, { threads: Number(threads), args: [Number(n)] });
}
