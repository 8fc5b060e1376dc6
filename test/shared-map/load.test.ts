/** `load`: one loader for all that ask, on whatever thread; failures, signals and deaths. */
import { describe, expect, test } from "vitest";
import { SharedMap, assertQuiet, bytes, i32, json, leftovers, start, utf8 } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { type Page, dieLoading, failSlowly, loadAll, loadChurn, loadCounted, loadSlowly, workUntilKilled } from "./tasks.ts";

const the = world(2);
const coded = (code: string): unknown => expect.objectContaining({ code });

/** How many operations wait for a load now, on all threads. */
const waiting = async (): Promise<number> => (await the.rt.stats()).parked.load;
const cache = (): SharedMap<string, string> => new the.rt.SharedMap(utf8, utf8, { max: 10 });

onPlacements((name) => {
  test("ten tasks load a hundred keys: each loader runs once, and all get its value", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using map = new the.rt.SharedMap(i32, i32, { max: 100 });
    using runs = new the.rt.Counter();
    using together = new the.rt.Barrier(10);
    const sums = await Promise.all(Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? left : right)(loadAll, map, runs, 100, together)));
    expect([new Set(sums), runs.value, map.size]).toEqual([new Set([328_350]), 100, 100]);
    expect(await waiting()).toBe(0);
  });

  test("others wait for the loader that runs, and get its value though the map has room for one other", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using map = new the.rt.SharedMap(utf8, utf8, { max: 1 });
    using runs = new the.rt.Counter();
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    const first = left(loadSlowly, map, "a", "the value", begun, goOn);
    await begun.recv();
    const others = [right(loadCounted, map, "a", "another", runs), left(loadCounted, map, "a", "another", runs)];
    await until(async () => (await waiting()) === 2);
    expect([map.get("a"), map.has("a"), map.size]).toEqual([undefined, false, 0]);
    map.set("b", "evicts nothing");
    goOn.close();
    expect(await Promise.all([first, ...others])).toEqual(Array(3).fill("the value"));
    expect([runs.value, map.get("a"), map.size]).toEqual([0, "the value", 1]);
    begun.close();
  });

  test("a loader that throws: all that wait get the error, nothing is in the map, and the next call loads", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using map = cache();
    using runs = new the.rt.Counter();
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    const first = left(failSlowly, map, "a", begun, goOn);
    await begun.recv();
    const others = [right(loadCounted, map, "a", "another", runs), right(loadCounted, map, "a", "another", runs)];
    await until(async () => (await waiting()) === 2);
    goOn.close();
    expect(await Promise.all([first, ...others])).toEqual(Array(3).fill("RangeError 404: no such page"));
    expect([runs.value, map.size, map.has("a")]).toEqual([0, 0, false]);
    expect(await right(loadCounted, map, "a", "now", runs)).toBe("now");
    expect([runs.value, map.get("a")]).toEqual([1, "now"]);
    begun.close();
  });

  test("random loads, sets, deletes and failures on few keys: every value is that of its key, and nothing is left", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    const before = await leftovers(the.rt);
    {
      using map = new the.rt.SharedMap(utf8, json<Page>(), { max: 6 });
      const wrong = await Promise.all(Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? left : right)(loadChurn, map, k + 1, 400)));
      expect(wrong).toEqual(Array(8).fill(0));
      expect(map.size).toBeLessThanOrEqual(6);
    }
    expect(await waiting()).toBe(0);
    await assertQuiet(the.rt, { since: before });
  });
});

describe("the thread of the loader dies", () => {
  test("the first that waits loads, the others wait for it; later calls find its value", async () => {
    using map = cache();
    using runs = new the.rt.Counter();
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    const dying = expect(the.rt.spawn.on(1)(dieLoading, map, "a", begun, goOn)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
    await begun.recv();
    const others = [the.rt.spawn.on(0)(loadCounted, map, "a", "second", runs), the.rt.spawn.on(0)(loadCounted, map, "a", "third", runs)];
    await until(async () => (await waiting()) === 2);
    goOn.close();
    await dying;
    expect(await Promise.all(others)).toEqual(["second", "second"]);
    expect([runs.value, map.get("a"), map.size]).toEqual([1, "second", 1]);
    begun.close();
  });

  test("nobody waits: the next call loads, and nothing of the load is left", async () => {
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    using map = cache();
    using runs = new the.rt.Counter();
    const objects = (await leftovers(the.rt)).objects.length;
    const dying = expect(the.rt.spawn.on(1)(dieLoading, map, "a", begun, goOn)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
    await begun.recv();
    goOn.close();
    await dying;
    expect((await leftovers(the.rt)).objects.length).toBeLessThanOrEqual(objects);
    expect([map.size, map.has("a")]).toEqual([0, false]);
    expect(await the.rt.spawn.on(0)(loadCounted, map, "a", "now", runs)).toBe("now");
    expect([runs.value, map.get("a")]).toEqual([1, "now"]);
    begun.close();
  });

  test("a task that waits dies with its thread: the others get the value, and the load ends", async () => {
    using map = cache();
    using runs = new the.rt.Counter();
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    const first = the.rt.spawn.on(0)(loadSlowly, map, "a", "the value", begun, goOn);
    await begun.recv();
    const lost = expect(the.rt.spawn.on(1)(loadCounted, map, "a", "another", runs)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
    const other = the.rt.spawn.on(0)(loadCounted, map, "a", "another", runs);
    await until(async () => (await waiting()) === 2);
    await the.rt.recycle(1);
    await lost;
    goOn.close();
    expect(await Promise.all([first, other])).toEqual(["the value", "the value"]);
    begun.close();
    expect((await leftovers(the.rt)).objects.map(({ text }) => text).filter((text) => text.startsWith("load"))).toEqual([]);
  });

  test("threads that are ended in the middle of anything leave a map that works", { tags: ["deep"] }, async () => {
    using map = new the.rt.SharedMap(utf8, json<Page>(), { max: 20 });
    for (let round = 0; round < 10; round++) {
      using begun = new the.rt.Counter();
      const lost = [0, 1].map((seed) => the.rt.spawn.on(1)(workUntilKilled, map, seed, begun).catch((error: { code: string }) => error.code));
      const wrong = the.rt.spawn.on(0)(loadChurn, map, round + 1, 200);
      await begun.until(2);
      await the.rt.recycle(1);
      expect(await Promise.all(lost)).toEqual(["ERR_THREAD_DIED", "ERR_THREAD_DIED"]);
      expect(await wrong).toBe(0);
      expect(map.size).toBeLessThanOrEqual(20);
    }
    for (let k = 0; k < 40; k++) map.set(`key ${k}`, { url: `key ${k}`, words: k });
    expect([map.size, map.get("key 39")]).toEqual([20, { url: "key 39", words: 39 }]);
  });
});

test("is no promise if the value is there, or if the loader gives it immediately", async () => {
  using map = cache();
  expect(map.load("a", (key) => `${key}!`)).toBe("a!");
  expect(map.load("a", () => "not called")).toBe("a!");
  expect(() =>
    map.load("b", () => {
      throw new RangeError("immediately");
    }),
  ).toThrow(RangeError);
  expect([map.size, map.has("b")]).toEqual([1, false]);
  const later = map.load("c", async () => "later");
  expect(later).toBeInstanceOf(Promise);
  expect(await later).toBe("later");
});

test("every caller gets a copy, also the one whose loader ran", async () => {
  using map = new SharedMap(utf8, json<{ n: number }>(), { max: 4 });
  const made = { n: 1 };
  const [a, b] = await Promise.all([map.load("a", async () => made), map.load("a", async () => ({ n: 2 }))]);
  expect([a, b, a === made, a === b]).toEqual([{ n: 1 }, { n: 1 }, false, false]);
});

test("a value that does not fit is an error for all, and nothing is in the map", async () => {
  using map = new SharedMap(utf8, i32, { max: 4 });
  const refused = { code: "ERR_VALUE_REFUSED", details: { type: "i32", value: 0.5 } };
  const loads = [map.load("a", async () => 0.5), map.load("a", async () => 1)];
  for (const load of loads) await expect(load).rejects.toMatchObject(refused);
  expect(() => map.load("a", () => undefined as never)).toThrow(coded("ERR_VALUE_REFUSED"));
  expect(map.size).toBe(0);
});

test("what a loader throws that is no error, or cannot be sent, arrives as well as it can", async () => {
  using map = new SharedMap(utf8, i32, { max: 4 });
  for (const [thrown, arrives] of [["a text", "a text"], [5, 5], [null, null], [undefined, coded("ERR_NOT_TRANSFERABLE")], [Symbol("s"), coded("ERR_NOT_TRANSFERABLE")]] as const) {
    const first = map.load("a", async () => Promise.reject(thrown));
    const second = map.load("a", () => 1);
    expect(await Promise.resolve(first).catch((error: unknown) => error)).toBe(thrown);
    expect(await Promise.resolve(second).catch((error: unknown) => error)).toEqual(arrives);
  }
  expect(() => map.load("a", 1 as never)).toThrow(coded("ERR_INVALID_ARGUMENT"));
});

describe("signals", () => {
  test("end the wait of their own call: the others and the loader go on", async () => {
    using map = cache();
    const loaded = Promise.withResolvers<string>();
    const [mine, theirs] = [new AbortController(), new AbortController()];
    const first = map.load("a", () => loaded.promise, { signal: mine.signal });
    const [second, third] = [map.load("a", () => "no", { signal: theirs.signal }), map.load("a", () => "no")];
    const ended = [expect(Promise.resolve(first)).rejects.toThrow("mine"), expect(Promise.resolve(second)).rejects.toThrow("theirs")];
    theirs.abort(new Error("theirs"));
    mine.abort(new Error("mine"));
    await Promise.all(ended);
    expect(await waiting()).toBe(1);
    loaded.resolve("the value");
    expect([await third, map.get("a")]).toEqual(["the value", "the value"]);
  });

  test("that have aborted before refuse the call; one that aborts after the end changes nothing", async () => {
    using map = cache();
    expect(() => map.load("a", () => "x", { signal: AbortSignal.abort(new Error("too late")) })).toThrow("too late");
    expect(map.size).toBe(0);
    const controller = new AbortController();
    expect(await map.load("a", async () => "x", { signal: controller.signal })).toBe("x");
    controller.abort();
    expect(map.get("a")).toBe("x");
    expect(() => map.load("a", () => "x", { signal: {} as never })).toThrow(coded("ERR_INVALID_ARGUMENT"));
  });

  test("of a loader that fails after its caller has gone: the others get the error, and no rejection is unhandled", async () => {
    using map = cache();
    const loaded = Promise.withResolvers<string>();
    const mine = new AbortController();
    const first = expect(Promise.resolve(map.load("a", () => loaded.promise, { signal: mine.signal }))).rejects.toThrow("mine");
    const second = expect(Promise.resolve(map.load("a", () => "no"))).rejects.toThrow("broken");
    mine.abort(new Error("mine"));
    await first;
    loaded.reject(new Error("broken"));
    await second;
    expect(map.size).toBe(0);
  });
});

describe("a load in progress", () => {
  test.each(["set", "delete", "clear"] as const)("%s: those that wait get the loader's value, and the map does not", async (what) => {
    using map = cache();
    const loaded = Promise.withResolvers<string>();
    const [first, second] = [map.load("a", () => loaded.promise), map.load("a", () => "no")];
    if (what === "set") map.set("a", "set");
    else if (what === "delete") expect(map.delete("a")).toBe(false);
    else map.clear();
    expect(map.load("a", () => "newer")).toBe(what === "set" ? "set" : "newer");
    loaded.resolve("older");
    expect(await Promise.all([first, second])).toEqual(["older", "older"]);
    expect([map.get("a"), map.size]).toEqual([what === "set" ? "set" : "newer", 1]);
  });

  test("is not counted, and is not what goes when the map is full", async () => {
    using map = new the.rt.SharedMap(utf8, utf8, { max: 2 });
    const loaded = Promise.withResolvers<string>();
    const loads = ["a", "b", "c"].map((key) => map.load(key, () => loaded.promise));
    map.set("d", "d");
    map.set("e", "e");
    expect([map.size, map.get("d"), map.get("e")]).toEqual([2, "d", "e"]);
    loaded.resolve("loaded");
    expect(await Promise.all(loads)).toEqual(Array(3).fill("loaded"));
    expect(map.size).toBe(2);
  });

  test("of a map that is freed: those that wait get the value, later calls fail", async () => {
    const before = used(the.rt);
    const map = new the.rt.SharedMap(utf8, utf8, { max: 2 });
    const loaded = Promise.withResolvers<string>();
    const loads = [map.load("a", () => loaded.promise), map.load("a", () => "no")];
    map.free();
    loaded.resolve("the value");
    expect(await Promise.all(loads)).toEqual(["the value", "the value"]);
    expect(() => map.load("a", () => "x")).toThrow(coded("ERR_STALE_HANDLE"));
    expect(used(the.rt)).toBeLessThanOrEqual(before + 256);
  });

  test("ends with its runtime", async () => {
    const other = await start({ threads: 1 });
    const map = new other.SharedMap(utf8, utf8, { max: 2 });
    const loaded = Promise.withResolvers<string>();
    const ended = [map.load("a", () => loaded.promise), map.load("a", () => "no")].map((load) => expect(Promise.resolve(load)).rejects.toMatchObject({ code: "ERR_RUNTIME_STOPPED" }));
    await other.stop();
    loaded.resolve("too late");
    await Promise.all(ended);
  });

  test("a dump names the task that runs the loader", async () => {
    using map = cache();
    using runs = new the.rt.Counter();
    const [begun, goOn] = [the.rt.chan(i32), the.rt.chan(i32)];
    const first = the.rt.spawn.on(0)(loadSlowly, map, "a", "v", begun, goOn);
    await begun.recv();
    const second = the.rt.spawn.on(1)(loadCounted, map, "a", "v", runs);
    await until(async () => (await waiting()) === 1);
    // Without it main would seem to wait for the two tasks only, and they for main.
    const inProgress = setTimeout(() => undefined, 60_000);
    const { threads, stuck } = await the.rt.dump();
    clearTimeout(inProgress);
    const loader = threads[0].tasks.find(({ name }) => name === "loadSlowly");
    expect(threads[1].parked.find(({ task }) => task === "loadCounted")).toMatchObject({ reason: "load", on: expect.stringMatching(new RegExp(`^key of a SharedMap #\\w+\\.\\d+, run by task #${loader?.id} on thread 0 for \\d+ ms$`)) });
    expect(stuck).toEqual([]);
    goOn.close();
    await Promise.all([first, second]);
    begun.close();
  });
});

test("a full arena: the call that loads and those that wait fail, and the map is as it was", async () => {
  await using rt = await start({ threads: 1, arenaBytes: 4_194_304 });
  using map = new rt.SharedMap(utf8, bytes, { max: 10 });
  map.set("a", new Uint8Array(3));
  const loads = [map.load("b", async () => new Uint8Array(8_000_000)), map.load("b", () => new Uint8Array(1))];
  for (const load of loads) await expect(load).rejects.toMatchObject({ code: "ERR_ARENA_FULL" });
  expect([map.size, map.get("a")?.length]).toEqual([1, 3]);
  expect(map.load("b", () => new Uint8Array(1))).toHaveLength(1);
});

test("ten thousand loads leave the memory as it was", async () => {
  using map = new the.rt.SharedMap(i32, json(), { max: 10 });
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) await Promise.all([map.load(k % 20, async () => ({ k })), map.load(k % 20, async () => ({ k }))]);
    map.clear();
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
