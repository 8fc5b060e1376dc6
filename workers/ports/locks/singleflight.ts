/**
 * Singleflight: many tasks ask for the same few keys at the same time; each key is loaded
 * once, and the tasks that ask while it is loaded share the result. An error is shared,
 * too, and the next task tries again.
 * The Go program is singleflight.go in this folder; what both print is in singleflight.txt.
 *
 *     node workers/ports/locks/singleflight.ts [callers] [threads]
 */
import { Counter, SharedMap, isMain, run, sleep, spawn, task, utf8 } from "../../../src/index.ts";

const KEYS = ["alpha", "beta", "gamma", "delta"];
const FAILING = "fails first";

/** A map with singleflight, and how often each key was loaded. */
interface Cache {
  readonly values: SharedMap<string, string>;
  readonly loads: ReadonlyMap<string, Counter>;
}

function newCache(): Cache {
  const keys = [...KEYS, FAILING];
  return { values: new SharedMap(utf8, utf8, { max: keys.length }), loads: new Map(keys.map((key) => [key, new Counter()])) };
}

/** Returns the value for `key`; it loads it if no task has. */
export const get = task(import.meta, async function get({ values, loads }: Cache, key: string) {
  return values.load(key, async () => {
    const n = loads.get(key)!.add(1);
    await sleep(5);
    if (key === FAILING && n === 1) throw new Error("the first load has failed");
    return `value of ${key}`;
  });
});

export const singleflight = task(import.meta, async function singleflight(callers: number) {
  const cache = newCache();
  const keys = Array.from({ length: callers }, (_, i) => KEYS[i % KEYS.length]!);
  const values = await Promise.all(keys.map((key) => spawn(get, cache, key)));
  const right = values.filter((value, i) => value === `value of ${keys[i]}`).length;
  console.log(right, "of", callers, "callers have the value");
  for (const key of KEYS) console.log(key, "was loaded", cache.loads.get(key)!.value, "times");
  for (let k = 0; k < 3; k++) {
    console.log(await spawn(get, cache, FAILING).catch((error: Error) => `error: ${error.message}`));
  }
  console.log("loads:", cache.loads.get(FAILING)!.value);
});

if (isMain(import.meta)) {
  const [callers = "1000", threads = "2"] = process.argv.slice(2);
  await run(singleflight, { threads: Number(threads), args: [Number(callers)] });
}
