/** The shared map: what one thread puts in, all threads find; it stays within its bound; nothing is left. */
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { LIMITS, SharedMap, type Type, array, assertQuiet, bool, bytes, chanOf, f64, i32, i64, json, leftovers, map as mapOf, optional, result, start, struct, u32, utf8, value } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { untilUsed, usedWhenWarm } from "../channel/tasks/garbage.ts";
import { used, world } from "../channel/tasks/world.ts";
import { type Page, churn, look, put } from "./tasks.ts";

const the = world(2);
const coded = (code: string): unknown => expect.objectContaining({ code });

onPlacements((name) => {
  test("what one side puts in, the other finds", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using map = new the.rt.SharedMap(utf8, json<Page>(), { max: 10 });
    await left(put<string, Page>, map, "a", { url: "a", words: 1 });
    expect(await right(look<string, Page>, map, "a")).toEqual({ value: { url: "a", words: 1 }, has: true, size: 1 });
    await right(put<string, Page>, map, "a", { url: "a", words: 2 });
    expect(await left(look<string, Page>, map, "a")).toEqual({ value: { url: "a", words: 2 }, has: true, size: 1 });
    expect(await left(look<string, Page>, map, "b")).toEqual({ value: undefined, has: false, size: 1 });
  });

  test("eight tasks set, get and delete under the same keys: no value of another key, and never too many entries", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using map = new the.rt.SharedMap(utf8, json<Page>(), { max: 20 });
    const wrong = await Promise.all(Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? left : right)(churn, map, k + 1, 2000)));
    expect(wrong).toEqual(Array(8).fill(0));
    expect(map.size).toBeGreaterThan(0);
    expect(map.size).toBeLessThanOrEqual(20);
  });
});

/** A type with values of which no two are equal. */
const TYPES: readonly (readonly [Type<never>, readonly unknown[]])[] = [
  [i32, [0, -1, 2_147_483_647]],
  [u32, [0, 4_294_967_295]],
  [i64, [0n, -1n, 2n ** 63n - 1n]],
  [f64, [0, 0.5, NaN, Infinity, -1e300]],
  [bool, [true, false]],
  [utf8, ["", "a", "b", "é", "😀", "a".repeat(1000), "abc", "abcd", "abcde"]],
  [bytes, [new Uint8Array(0), new Uint8Array([1]), new Uint8Array([1, 0]), new Uint8Array([1, 0, 0, 0, 0])]],
  [json(), [null, 1, "1", [1], { a: 1 }]],
  [struct({ n: i32, s: utf8, x: f64 }), [{ n: 1, s: "a", x: 0.5 }, { n: 1, s: "b", x: 0.5 }, { n: 2, s: "a", x: 0.5 }]],
  [optional(utf8), [null, "", "a"]],
  [array(i32), [[], [1], [1, 2], [2, 1]]],
  [mapOf(i32), [new Map(), new Map([["a", 1]]), new Map([["a", 2]])]],
  [value(), [null, 0, new Set([1]), new Date(5), { a: [1n] }]],
  [result(i32), [{ value: 1 }, { value: 2 }]],
] as never;

test.each(TYPES.map(([type, values]) => [type.name, type, values] as const))("%s: as a key each value is one of its own, as a value it comes back equal", async (_name, type, values) => {
  using keys = new the.rt.SharedMap<unknown, number>(type, i32, { max: 100 });
  using held = new the.rt.SharedMap<number, unknown>(i32, type, { max: 100 });
  for (const [k, each] of values.entries()) {
    keys.set(each, k);
    held.set(k, each);
  }
  for (const [k, each] of values.entries()) {
    expect(keys.get(structuredClone(each))).toBe(k);
    expect([held.get(k), held.get(k)]).toEqual([each, each]);
    expect((await the.rt.spawn.on(0)(look<unknown, number>, keys, each)).value).toBe(k);
    expect((await the.rt.spawn.on(1)(look<number, unknown>, held, k)).value).toEqual(each);
  }
  expect([keys.size, held.size]).toEqual([values.length, values.length]);
});

test("0 and −0 are one key", () => {
  using map = new SharedMap(f64, i32, { max: 4 });
  map.set(-0, 1);
  expect([map.get(0), map.get(-0)]).toEqual([1, 1]);
});

test("a value is a copy each time", () => {
  using map = new SharedMap(utf8, json<{ n: number }>(), { max: 4 });
  const given = { n: 1 };
  map.set("a", given);
  given.n = 2;
  const got = map.get("a");
  if (got !== undefined) got.n = 3;
  expect(map.get("a")).toEqual({ n: 1 });
});

test("channels in values are the same channel, as keys they stand for themselves, and are kept while they are in the map", async () => {
  const channel = the.rt.chan(i32, 1);
  using map = new the.rt.SharedMap(utf8, chanOf(i32), { max: 4 });
  using names = new the.rt.SharedMap(chanOf(i32), utf8, { max: 4 });
  map.set("jobs", channel);
  names.set(channel, "jobs");
  expect([map.get("jobs"), names.get(channel)]).toEqual([channel, "jobs"]);
  expect((await the.rt.spawn.on(1)(look<string, unknown>, map as never, "jobs")).value).toBe(channel);
  expect(await the.rt.spawn.on(1)(look<object, string>, names as never, channel)).toMatchObject({ value: "jobs" });
  expect(map.delete("jobs")).toBe(true);
  channel.close();
});

describe("the bound", () => {
  test.each([1, 2, 3, 8, 100])("with max %i the last %i that were set stay", (max) => {
    using map = new SharedMap(i32, i32, { max });
    for (let k = 0; k < 3 * max; k++) {
      map.set(k, -k);
      expect(map.size).toBe(Math.min(k + 1, max));
    }
    for (let k = 0; k < 3 * max; k++) expect(map.get(k)).toBe(k < 2 * max ? undefined : -k);
  });

  test("what was used stays longer than what was not", () => {
    using map = new SharedMap(utf8, i32, { max: 3 });
    for (const [k, key] of ["a", "b", "c"].entries()) map.set(key, k);
    map.get("a");
    map.set("d", 3);
    map.set("e", 4);
    expect(["a", "b", "c", "d", "e"].map((key) => map.has(key))).toEqual([true, false, false, true, true]);
    // `has` is no use, and a second round finds "a" unused.
    map.set("f", 5);
    map.set("g", 6);
    map.set("h", 7);
    expect(["a", "f", "g", "h"].map((key) => map.has(key))).toEqual([false, true, true, true]);
  });

  test("setting a key again takes no place, and counts as new", () => {
    using map = new SharedMap(utf8, i32, { max: 2 });
    map.set("a", 1);
    map.set("b", 2);
    map.set("a", 3);
    map.set("c", 4);
    expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([3, undefined, 4, 2]);
  });

  test("when all were used, one goes nevertheless", () => {
    using map = new SharedMap(i32, i32, { max: 100 });
    for (let k = 0; k < 100; k++) map.set(k, k);
    for (let k = 0; k < 100; k++) map.get(k);
    map.set(100, 100);
    expect([map.size, map.get(100)]).toEqual([100, 100]);
  });
});

test("delete and clear", () => {
  using map = new SharedMap(utf8, utf8, { max: 1000 });
  for (let k = 0; k < 500; k++) map.set(`key ${k}`, `value ${k}`);
  expect([map.delete("key 7"), map.delete("key 7"), map.delete("no key"), map.size]).toEqual([true, false, false, 499]);
  map.clear();
  expect([map.size, map.get("key 8")]).toEqual([0, undefined]);
  map.clear();
  map.set("key 8", "again");
  expect([map.size, map.get("key 8")]).toEqual([1, "again"]);
});

test("what does not fit is refused, with the path, and changes nothing", () => {
  using map = new SharedMap(struct({ id: i32 }), struct({ name: utf8, tags: array(utf8) }), { max: 2 });
  map.set({ id: 1 }, { name: "a", tags: [] });
  const before = used(the.rt);
  for (const wrong of [{ id: "1" }, { id: 0.5 }, {}, 1]) {
    for (const call of [() => map.get(wrong as never), () => map.has(wrong as never), () => map.delete(wrong as never), () => map.set(wrong as never, { name: "", tags: [] }), () => map.load(wrong as never, () => ({ name: "", tags: [] }))]) {
      expect(call).toThrow(coded("ERR_VALUE_REFUSED"));
    }
  }
  expect(() => map.set({ id: 1 }, { name: "b", tags: ["x", 2 as never] })).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ path: ".tags[1]", value: 2 }) }));
  expect(() => map.set({ id: 1 }, undefined as never)).toThrow(coded("ERR_VALUE_REFUSED"));
  expect([map.size, map.get({ id: 1 }), used(the.rt)]).toEqual([1, { name: "a", tags: [] }, before]);
});

test("a key above the limit, and a max that is none", () => {
  using map = new SharedMap(utf8, i32, { max: 2 });
  expect(() => map.get("x".repeat(LIMITS.keyBytes))).toThrow(expect.objectContaining({ code: "ERR_LIMIT", details: expect.objectContaining({ limit: "keyBytes", maximum: LIMITS.keyBytes }) }));
  map.set("x".repeat(LIMITS.keyBytes - 100), 1);
  expect(map.get("x".repeat(LIMITS.keyBytes - 100))).toBe(1);
  for (const max of [0, -1, 1.5, NaN, "3", undefined]) expect(() => new SharedMap(utf8, i32, { max: max as number })).toThrow(coded("ERR_INVALID_ARGUMENT"));
  for (const options of [undefined, null, 5]) expect(() => new SharedMap(utf8, i32, options as never)).toThrow(coded("ERR_INVALID_ARGUMENT"));
  expect(() => new SharedMap(utf8, i32, { max: LIMITS.mapEntries + 1 })).toThrow(coded("ERR_LIMIT"));
  expect(() => new SharedMap("utf8" as never, i32, { max: 1 })).toThrow(coded("ERR_INVALID_ARGUMENT"));
  expect(() => new SharedMap(utf8, undefined as never, { max: 1 })).toThrow(coded("ERR_INVALID_ARGUMENT"));
});

test("a getter of a key or a value may use the map itself", () => {
  using map = new SharedMap(struct({ a: i32, b: utf8 }), struct({ n: i32 }), { max: 4 });
  const key = { a: 1, b: "x" };
  const nested = {
    a: 1,
    get b() {
      map.set({ a: 2, b: "inner" }, { n: 2 });
      return "x";
    },
  };
  map.set(nested, {
    get n() {
      map.set(key, { n: 1 });
      return 3;
    },
  });
  expect([map.get(key), map.get({ a: 2, b: "inner" }), map.size]).toEqual([{ n: 3 }, { n: 2 }, 2]);
});

describe("memory", () => {
  test("of what is replaced, evicted, deleted, cleared or freed nothing is left", () => {
    const round = (): void => {
      using map = new SharedMap(utf8, json(), { max: 10 });
      for (let k = 0; k < 100; k++) map.set(`key ${k % 30}`, { k, text: "x".repeat(k) });
      map.delete("key 29");
      map.get("key 28");
      map.clear();
      for (let k = 0; k < 5; k++) map.set(`key ${k}`, [k]);
    };
    round();
    const before = used(the.rt);
    for (let k = 0; k < 20; k++) round();
    expect(used(the.rt)).toBe(before);
  });

  test("a full arena changes nothing", async () => {
    await using rt = await start({ threads: 1, arenaBytes: 4_194_304 });
    using map = new rt.SharedMap(utf8, bytes, { max: 100 });
    map.set("small", new Uint8Array([1, 2, 3]));
    const before = used(rt as never);
    for (const key of ["small", "other"]) expect(() => map.set(key, new Uint8Array(8_000_000))).toThrow(coded("ERR_ARENA_FULL"));
    expect([map.size, map.get("small"), map.get("other"), used(rt as never)]).toEqual([1, new Uint8Array([1, 2, 3]), undefined, before]);
    // Filled to the brim.
    let filled = 0;
    expect(() => {
      for (;;) map.set(`large ${filled++}`, new Uint8Array(65_000));
    }).toThrow(coded("ERR_ARENA_FULL"));
    expect([map.size, map.get("small")?.length]).toEqual([filled, 3]);
    map.clear();
    map.set("again", new Uint8Array(65_000));
    expect(map.size).toBe(1);
  });
});

test("one that nobody frees is freed when nothing refers to it, with all that is in it, on whatever thread it was used", async () => {
  const before = await usedWhenWarm(the.rt);
  for (let k = 0; k < 50; k++) {
    const map = new the.rt.SharedMap(utf8, json<Page>(), { max: 10 });
    await the.rt.spawn.on(k % 2)(put<string, Page>, map, "a", { url: "a".repeat(1000), words: k });
    expect(map.size).toBe(1);
  }
  expect(used(the.rt)).toBeGreaterThan(before + 50_000);
  await untilUsed(the.rt, before + 4096);
});

describe("as an object", () => {
  test("is passed by reference, prints itself, and is freed for all", async () => {
    const map = new SharedMap(utf8, i32, { max: 5 });
    map.set("a", 1);
    expect(await the.rt.spawn.on(0)(look<string, number>, map, "a")).toEqual({ value: 1, has: true, size: 1 });
    expect([inspect(map), map.max, map instanceof SharedMap]).toEqual([expect.stringMatching(/^SharedMap #\w+\.\d+, 1 of 5 entries$/), 5, true]);
    map.free();
    map.free();
    for (const call of [() => map.get("a"), () => map.set("a", 1), () => map.size, () => map.max, () => map.has("a"), () => map.delete("a"), () => map.clear(), () => map.load("a", () => 1)]) expect(call).toThrow(coded("ERR_STALE_HANDLE"));
    await expect(the.rt.spawn.on(0)(look<string, number>, map, "a")).rejects.toMatchObject({ code: "ERR_STALE_HANDLE" });
    expect(inspect(map)).toMatch(/, freed$/);
  });

  test("under a name all threads and main see one map, which is not left over when it is empty", async () => {
    const before = await leftovers(the.rt);
    const cache = the.rt.named("cache", () => new the.rt.SharedMap(utf8, utf8, { max: 100 }));
    cache().set("a", "1");
    expect(await the.rt.spawn.on(1)(look<string, string>, cache(), "a")).toMatchObject({ value: "1" });
    cache().clear();
    await assertQuiet(the.rt, { since: before });
    expect(() => the.rt.named("cache", () => new the.rt.SharedMap(utf8, i32, { max: 100 }))()).toThrow(expect.objectContaining({ code: "ERR_NAME_TAKEN", details: { name: "cache", kinds: ["SharedMap(utf8;utf8)", "SharedMap(utf8;i32)"] } }));
    cache().free();
  });

  test("after the runtime has stopped its operations say so", async () => {
    const other = await start({ threads: 1 });
    const map = new other.SharedMap(utf8, i32, { max: 5 });
    map.set("a", 1);
    await other.stop();
    for (const call of [() => map.get("a"), () => map.set("a", 1), () => map.load("b", () => 1)]) expect(call).toThrow(coded("ERR_RUNTIME_STOPPED"));
    expect(() => (SharedMap as unknown as () => void)()).toThrow(coded("ERR_INVALID_ARGUMENT"));
  });
});
