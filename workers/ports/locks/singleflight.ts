/**
 * Singleflight: many callers ask for the same few keys at the same time; each key is
 * loaded once, and the callers that come while it is loaded share the result. An error
 * is shared, too, and the next caller tries again.
 * The Go program is singleflight.go in this folder; what both print is in singleflight.txt.
 *
 *     node workers/ports/locks/singleflight.ts [callers] [threads]
 */
import { run, sleep, spawn, task } from "../../../src/index.ts";

/** Loads each key once. */
class Cache {
  readonly #load: (key: string) => Promise<string>;
  readonly #calls = new Map<string, Promise<string>>();

  constructor(load: (key: string) => Promise<string>) {
    this.#load = load;
  }

  /** Returns the value for `key`; it loads it if no caller has. */
  get(key: string): Promise<string> {
    const found = this.#calls.get(key);
    if (found !== undefined) return found;
    const mine = this.#load(key);
    this.#calls.set(key, mine);
    mine.catch(() => this.#calls.delete(key));
    return mine;
  }
}

const KEYS = ["alpha", "beta", "gamma", "delta"];

export const load = task(import.meta, async function load(key: string, n: number) {
  await sleep(5);
  if (key === "fails first" && n === 1) throw new Error("the first load has failed");
  return `value of ${key}`;
});

export const singleflight = task(import.meta, async function singleflight(callers: number) {
  const loads = new Map<string, number>();
  const cache = new Cache((key) => {
    const n = (loads.get(key) ?? 0) + 1;
    loads.set(key, n);
    return spawn(load, key, n);
  });
  const keys = Array.from({ length: callers }, (_, i) => KEYS[i % KEYS.length]!);
  const values = await Promise.all(keys.map((key) => spawn(() => cache.get(key))));
  const right = values.filter((value, i) => value === `value of ${keys[i]}`).length;
  console.log(right, "of", callers, "callers have the value");
  for (const key of KEYS) console.log(key, "was loaded", loads.get(key), "times");
  for (let k = 0; k < 3; k++) {
    console.log(await cache.get("fails first").catch((error: Error) => `error: ${error.message}`));
  }
  console.log("loads:", loads.get("fails first"));
});

if (import.meta.main) {
  const [callers = "1000", threads = "2"] = process.argv.slice(2);
  await run(singleflight, { threads: Number(threads), args: [Number(callers)] });
}
