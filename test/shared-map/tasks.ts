/** Tasks of the tests of shared maps. */
import { type Barrier, type Chan, type Counter, type SharedMap, sleep, task, yieldNow } from "../../src/index.ts";

export type Page = { readonly url: string; readonly words: number };

/** Sets, gets and deletes in turn, over keys that others use, too. Counts values that are not those of their key. */
export const churn = task(import.meta, async function churn(map: SharedMap<string, Page>, seed: number, rounds: number) {
  let wrong = 0;
  let random = seed;
  for (let k = 0; k < rounds; k++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const key = `key ${(random >>> 8) % 60}`;
    const what = (random >>> 20) % 8;
    if (what === 0) map.delete(key);
    else if (what < 4) map.set(key, { url: key, words: k });
    else {
      const page = map.get(key);
      if (page !== undefined && page.url !== key) wrong++;
    }
    if (k % 64 === 0) await yieldNow();
  }
  return wrong;
});

export const put = task(import.meta, async function put<K, V>(map: SharedMap<K, V>, key: K, value: V) {
  map.set(key, value);
});

export const look = task(import.meta, async function look<K, V>(map: SharedMap<K, V>, key: K) {
  return { value: map.get(key), has: map.has(key), size: map.size };
});

/** Loads keys one after the other; the loader counts its runs and yields. */
export const loadAll = task(import.meta, async function loadAll(map: SharedMap<number, number>, runs: Counter, keys: number, together: Barrier) {
  await together.wait();
  let sum = 0;
  for (let key = 0; key < keys; key++) {
    sum += await map.load(key, async (k) => {
      runs.add(1);
      await yieldNow();
      return k * k;
    });
  }
  return sum;
});

/** A loader that begins, says so, and goes on when it is allowed to. Returns the value. */
export const loadSlowly = task(import.meta, async function loadSlowly(map: SharedMap<string, string>, key: string, value: string, begun: Chan<number>, goOn: Chan<number>) {
  return map.load(key, async () => {
    await begun.send(1);
    await goOn.recv();
    return value;
  });
});

/** As `loadSlowly`, and then it throws. The code and message of what `load` throws. */
export const failSlowly = task(import.meta, async function failSlowly(map: SharedMap<string, string>, key: string, begun: Chan<number>, goOn: Chan<number>) {
  return outcomeOf(() =>
    map.load(key, async () => {
      await begun.send(1);
      await goOn.recv();
      throw Object.assign(new RangeError("no such page"), { status: 404 });
    }),
  );
});

/** As `loadSlowly`, but its thread dies instead. */
export const dieLoading = task(import.meta, async function dieLoading(map: SharedMap<string, string>, key: string, begun: Chan<number>, goOn: Chan<number>) {
  await map.load(key, async () => {
    await begun.send(1);
    await goOn.recv();
    process.exit();
  });
});

/** Loads with a loader of its own, which counts. */
export const loadCounted = task(import.meta, async function loadCounted(map: SharedMap<string, string>, key: string, value: string, runs: Counter) {
  return outcomeOf(() =>
    map.load(key, () => {
      runs.add(1);
      return value;
    }),
  );
});

async function outcomeOf(load: () => string | Promise<string>): Promise<string> {
  try {
    return await load();
  } catch (error) {
    const { name, message, code, status } = error as Error & { code?: string; status?: number };
    return `${name} ${code ?? status ?? ""}: ${message}`;
  }
}

/** Loads random keys of a small map, with loaders that wait, throw or refuse now and then. Counts wrong results. */
export const loadChurn = task(import.meta, async function loadChurn(map: SharedMap<string, Page>, seed: number, rounds: number) {
  let wrong = 0;
  let random = seed;
  for (let k = 0; k < rounds; k++) {
    random = (Math.imul(random, 1_103_515_245) + 12_345) >>> 0;
    const key = `key ${(random >>> 8) % 12}`;
    const what = (random >>> 20) % 8;
    if (what === 0) map.delete(key);
    else if (what === 1) map.set(key, { url: key, words: k });
    else {
      try {
        const page = await map.load(key, async (url) => {
          if (what === 2) await sleep(0);
          if (what === 3) throw new RangeError("on purpose");
          if (what > 4) await yieldNow();
          return { url, words: k };
        });
        if (page.url !== key) wrong++;
      } catch (error) {
        if (!(error instanceof RangeError)) wrong++;
      }
    }
  }
  return wrong;
});

/** Works on the map until its thread is ended. */
export const workUntilKilled = task(import.meta, async function workUntilKilled(map: SharedMap<string, Page>, seed: number, begun: Counter) {
  for (let k = 0; ; k++) {
    const key = `key ${(k * 7 + seed) % 40}`;
    if (k % 3 === 0) map.set(key, { url: key, words: k });
    else if (k % 3 === 1) map.get(key);
    else {
      await map.load(key, async () => {
        await yieldNow();
        return { url: key, words: k };
      });
    }
    if (k === 100) begun.add(1);
    if (k % 16 === 0) await yieldNow();
  }
});
