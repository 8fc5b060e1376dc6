/** Task arguments and results: what travels, how it arrives, and what is refused. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Type, i32, json, utf8 } from "../../src/index.ts";
import { quiet, used, world } from "../channel/tasks/world.ts";
import { echo, giveUntransferable, look, useChannels } from "./payload-tasks.ts";

const the = world(1);
const pass = <T>(value: T): Promise<T> => the.rt.spawn(echo, value) as Promise<T>;

const VALUES: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  "−0": -0,
  NaN: Number.NaN,
  "2³¹": 2 ** 31,
  "−Infinity": Number.NEGATIVE_INFINITY,
  "a bigint": -(2n ** 200n),
  "an empty string": "",
  "a lone surrogate": "a\ud800b",
  "text of all widths": "aé漢🙂\0",
  "a Date": new Date(1e12),
  "an invalid Date": new Date(Number.NaN),
  "a RegExp": /a+(?<n>b)\//giu,
  "a hole": [1, , 3],
  "nested objects": { "": [{ a: { b: [[]] } }], "key with space": undefined },
  "a Map with any keys": new Map<unknown, unknown>([[Number.NaN, -0], [{ k: 1 }, new Set([1, "1", 1n])], [null, undefined]]),
  "a Set in order": new Set([3, 1, 2, [new Map()]]),
  "an ArrayBuffer": new Uint8Array([1, 2, 3]).buffer,
  "every typed array": [new Int8Array([-1]), new Uint8Array([255]), new Uint8ClampedArray([255]), new Int16Array([-1]), new Uint16Array([65_535]), new Int32Array([-1]), new Uint32Array([2 ** 32 - 1]), new Float32Array([0.5]), new Float64Array([-0, Number.NaN]), new BigInt64Array([-1n]), new BigUint64Array([2n ** 64n - 1n])],
  "an object without prototype": Object.assign(Object.create(null) as object, { a: 1 }),
};

describe("arrives as it was sent", () => {
  test.each(Object.entries(VALUES))("%s", async (_name, value) => {
    expect(await pass(value)).toEqual(value);
    expect(await pass([value, { value }])).toEqual([value, { value }]);
  });

  test("exactly: the sign of zero, NaN and the length of odd strings are seen on the thread", async () => {
    expect(await the.rt.spawn(look, -0)).toMatchObject({ isMinusZero: true });
    expect(await the.rt.spawn(look, Number.NaN)).toMatchObject({ isNaN: true });
    expect(await the.rt.spawn(look, "\ud800🙂")).toMatchObject({ length: 3 });
    expect(await the.rt.spawn(look, { __proto__: null, a: 1, 0: 2 })).toMatchObject({ keys: ["0", "a"] });
    expect(await the.rt.spawn(look, JSON.parse('{"__proto__": 1}'))).toMatchObject({ keys: ["__proto__"] });
  });

  test("a view of part of a buffer brings only its part", async () => {
    const back = await pass(new Int16Array(new Int16Array([1, 2, 3, 4]).buffer, 2, 2));
    expect([[...back], back.buffer.byteLength]).toEqual([[2, 3], 4]);
  });

  test("whatever fast-check makes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }), async (value) => {
        expect(await pass(value)).toEqual(value);
      }),
      { numRuns: 200 },
    );
  });

  test("a Buffer as a Buffer, also one that is a part of Node's pool, and in a result", async () => {
    const value = [Buffer.from("héé"), Buffer.allocUnsafe(0), Buffer.from("0123456789").subarray(2, 5)];
    const back = await pass(value);
    expect(back.map((each) => [Buffer.isBuffer(each), each.toString(), each.byteOffset])).toEqual(value.map((each) => [true, each.toString(), 0]));
    expect(Buffer.isBuffer((await pass(new Uint8Array(2))) as unknown)).toBe(false);
  });

  test("a value that changes afterwards does not change the argument", async () => {
    const value = { list: [1, 2] };
    const sent = pass(value);
    value.list[0] = 9;
    expect(await sent).toEqual({ list: [1, 2] });
  });
});

describe("references", () => {
  test("that are shared stay shared, for every kind of object", async () => {
    for (const part of [{}, [1], new Map(), new Set(), new Date(0), /x/, new Uint8Array(2), new Float64Array(1), new ArrayBuffer(1), new Error("e")]) {
      const [a, { b }] = (await pass([part, { b: part }])) as [unknown, { b: unknown }];
      expect(a).toBe(b);
    }
  });

  test("that form cycles arrive as cycles", async () => {
    const list: unknown[] = [];
    list.push(list, { list });
    const map = new Map<unknown, unknown>();
    map.set("self", map).set(map, new Set([map]));
    const back = await pass({ list, map });
    expect([back.list[0], (back.list[1] as { list: unknown }).list]).toEqual([back.list, back.list]);
    expect(back.list[0]).toBe(back.list);
    expect([back.map.get("self"), ...(back.map.get(back.map) as Set<unknown>)].every((each) => each === back.map)).toBe(true);
  });

  test("to channels come back as the working channel, one object for one channel", async () => {
    const [a, b] = [the.rt.chan(i32, 1), the.rt.chan(i32, 1)];
    const back = await the.rt.spawn(useChannels, { a, again: a, list: [b] });
    expect(back.a).toBe(back.again);
    expect([a.tryRecv(), back.list[0].tryRecv()]).toEqual([1, 2]);
    back.a.trySend(5);
    expect(a.tryRecv()).toBe(5);
    a.close();
    b.close();
  });
});

describe("refused with its path, the arena as before", () => {
  const detached = new Float64Array(4);
  structuredClone(detached.buffer, { transfer: [detached.buffer] });
  class Point {
    x = 1;
  }
  let deep: unknown = 1;
  for (let k = 0; k < 1100; k++) deep = [deep];
  const REFUSED: Record<string, [value: unknown, path: string]> = {
    "a function": [{ a: [() => 1] }, ".a[0]"],
    "a symbol": [[Symbol("s")], "[0]"],
    "a symbol for a key": [{ a: { [Symbol("k")]: 1 } }, ".a"],
    "a WeakMap": [{ "odd key": new WeakMap() }, '["odd key"]'],
    "a class instance": [new Map([["k", new Point()]]), '.get("k")'],
    "a promise": [new Set([Promise.resolve()]), ""],
    "a Proxy of a class instance": [[new Proxy(new Point(), {})], "[0]"],
    "a SharedArrayBuffer": [[new SharedArrayBuffer(1)], "[0]"],
    "a boxed number": [[Object(1)], "[0]"],
    "a view of a detached buffer": [[detached], "[0]"],
    "a detached buffer": [[detached.buffer], "[0]"],
    "too deep a nesting": [deep, ""],
  };

  test.each(Object.entries(REFUSED))("%s", async (_name, [value, path]) => {
    const c = the.rt.chan(i32, 1);
    await quiet(the.rt);
    const before = used(the.rt);
    // A channel in front of it has been counted by then.
    const args = { c, large: "x".repeat(10_000), value };
    expect(() => the.rt.spawn(echo, args)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE", details: expect.objectContaining({ path: expect.stringContaining(`[0].value${path}`) }) }));
    expect(() => the.rt.go(echo, args)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
    expect(used(the.rt)).toBe(before);
    c.close();
  });

  test("a forgotten await, and a signal, say what to do", () => {
    for (const value of [Promise.resolve(1), { a: [Promise.resolve(1)] }]) expect(() => the.rt.spawn(echo, value)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("await it first") }));
    expect(() => the.rt.spawn(echo, AbortSignal.abort())).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("send a context") }));
    for (const type of [i32, json<unknown>(), utf8]) {
      const c = the.rt.chan<unknown>(type as Type<unknown>, 1);
      expect(() => c.trySend(Promise.resolve(1))).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining("await it first") }));
      c.close();
    }
  });

  test.each(["function", "symbol", "class", "deep"] as const)("a result that holds a %s rejects the join", async (kind) => {
    await expect(the.rt.spawn(giveUntransferable, kind)).rejects.toMatchObject({ code: "ERR_NOT_TRANSFERABLE", details: { path: ".list[0]" } });
  });

  test("properties that an array has beside its elements are kept or refused, never lost", async () => {
    const match = "abc".match(/b/) as unknown[];
    const outcome = await Promise.try(() => pass(match)).catch((error: { code?: string }) => error.code);
    if (outcome !== "ERR_NOT_TRANSFERABLE") expect(Object.keys(outcome as object)).toEqual(Object.keys(match));
  });
});

test("many arguments and results leave the arena as it was", async () => {
  const round = () => Promise.all(Array.from({ length: 50 }, (_, k) => pass({ k, text: "t".repeat(k * 200), list: [new Float64Array(k)] })));
  await round();
  await quiet(the.rt);
  const before = used(the.rt);
  for (let k = 0; k < 10; k++) await round();
  expect(used(the.rt)).toBe(before);
});
