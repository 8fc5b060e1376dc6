/** What a type refuses: with its path, and without leaving anything in the arena. */
import { describe, expect, test } from "vitest";
import { type Type, LIMITS, array, bool, bytes, chanOf, f64, i32, i64, json, map, optional, result, select, struct, u32, utf8, value } from "../../src/index.ts";
import { quiet, used, world } from "../channel/tasks/world.ts";

const the = world(1);

class Point {
  x = 1;
}
const cyclic: Record<string, unknown> = {};
cyclic["self"] = [cyclic];
const detached = new Uint8Array(8);
structuredClone(detached.buffer, { transfer: [detached.buffer] });
const withToJson = Object.defineProperty({ a: 1 }, "toJSON", { value: () => 7 });
const pair = struct({ text: utf8, n: i32 });

/** Type, value, and the path of the refusal. */
const REFUSED: readonly (readonly [name: string, type: Type<never>, value: unknown, path: string])[] = [
  ...[1.5, 2 ** 32, 2 ** 31, Number.NaN, Number.POSITIVE_INFINITY, "1", null, undefined, true, 1n, {}, [1], Symbol("s")].map((value) => [`i32 ${String(value)}`, i32 as Type<never>, value, ""] as const),
  ...[-1, 1.5, 2 ** 32, -0.5, "1", null, undefined, 1n].map((value) => [`u32 ${String(value)}`, u32 as Type<never>, value, ""] as const),
  ...[2n ** 63n, -(2n ** 63n) - 1n, 1, "1", null, undefined].map((value) => [`i64 ${String(value)}`, i64 as Type<never>, value, ""] as const),
  ...["1", null, undefined, 1n, {}].map((value) => [`f64 ${String(value)}`, f64 as Type<never>, value, ""] as const),
  ...[0, 1, "true", null, undefined].map((value) => [`bool ${String(value)}`, bool as Type<never>, value, ""] as const),
  ...["\ud800", "a\udc00b", 1, null, undefined, Object("x")].map((value) => [`utf8 ${JSON.stringify(value)}`, utf8 as Type<never>, value, ""] as const),
  ...[new ArrayBuffer(1), new Int32Array(1), [1], "bytes", null, undefined].map((value) => [`bytes ${String(value)}`, bytes as Type<never>, value, ""] as const),
  ["bytes of a detached buffer", bytes as Type<never>, detached, ""],
  ["json undefined", json() as Type<never>, undefined, ""],
  ["json a function inside", json() as Type<never>, { a: [{ "b c": () => 1 }] }, '.a[0]["b c"]'],
  ["json undefined inside", json() as Type<never>, { a: { b: undefined } }, ".a.b"],
  ["json NaN inside", json() as Type<never>, [0, [Number.NaN]], "[1][0]"],
  ["json a bigint inside", json() as Type<never>, { n: 1n }, ".n"],
  ["json a symbol inside", json() as Type<never>, [Symbol("x")], "[0]"],
  ["json a symbol for a key", json() as Type<never>, { a: { [Symbol("k")]: 1 } }, ".a"],
  ["json a hole", json() as Type<never>, { list: Array(3) }, ".list"],
  ["json a class instance", json() as Type<never>, { at: new Point() }, ".at"],
  ["json a Date", json() as Type<never>, [new Date()], "[0]"],
  ["json a Map", json() as Type<never>, { m: new Map() }, ".m"],
  ["json an object with toJSON", json() as Type<never>, { v: { toJSON: () => 1 } }, ".v"],
  ["json an object with a hidden toJSON", json() as Type<never>, { v: withToJson }, ".v"],
  ["struct a missing field", pair as Type<never>, { text: "t" }, ""],
  ["struct an extra field", pair as Type<never>, { text: "t", n: 1, more: 2 }, ""],
  ["struct another field", pair as Type<never>, { text: "t", m: 1 }, ""],
  ["struct null", pair as Type<never>, null, ""],
  ["struct a string", pair as Type<never>, "text", ""],
  ["struct undefined for a field", pair as Type<never>, { text: "long ".repeat(100), n: undefined }, ".n"],
  ["optional undefined", optional(i32) as Type<never>, undefined, ""],
  ["a path through everything", struct({ "a b": optional(struct({ c: json() })) }) as Type<never>, { "a b": { c: [1, undefined] } }, '["a b"].c[1]'],
  ["value undefined", value() as Type<never>, undefined, ""],
  ["value a function inside", value() as Type<never>, [1, 2, 3, { name: () => 1 }], "[3].name"],
  ["value a class instance in a Map", value() as Type<never>, { m: new Map([["k", [new Point()]]]) }, '.m.get("k")[0]'],
  ["value a symbol", value() as Type<never>, Symbol("s"), ""],
  ["array null", array(i32) as Type<never>, null, ""],
  ["array of an iterable", array(i32) as Type<never>, new Set([1]), ""],
  ["array of an array-like", array(i32) as Type<never>, { length: 1, 0: 1 }, ""],
  ["array of a typed array", array(i32) as Type<never>, new Int32Array(2), ""],
  ["array of another element, behind texts", array(utf8) as Type<never>, ["long ".repeat(100), "b", 3], "[2]"],
  ["array with a hole", array(f64) as Type<never>, [1, , 3], "[1]"],
  ["array with a hole, of values", array(value()) as Type<never>, [1, , 3], "[1]"],
  ["array undefined inside", array(optional(i32)) as Type<never>, [1, null, undefined], "[2]"],
  ["array deeper", array(array(struct({ name: utf8 }))) as Type<never>, [[], [{ name: "a" }, { name: 5 }]], "[1][1].name"],
  ["array of values", array(value()) as Type<never>, [1, { a: [() => 1] }], "[1].a[0]"],
  ["map null", map(i32) as Type<never>, null, ""],
  ["map of an object", map(i32) as Type<never>, { a: 1 }, ""],
  ["map of a Set", map(i32) as Type<never>, new Set(["a"]), ""],
  ["map another key", map(i32) as Type<never>, new Map<unknown, number>([["a", 1], [2, 2]]), "<key 2>"],
  ["map another value", map(i32) as Type<never>, new Map<string, unknown>([["a", 1], ["b c", "2"]]), '.get("b c")'],
  ["map deeper", map(u32, array(map(utf8))) as Type<never>, new Map([[7, [new Map<string, unknown>([["k", 1]])]]]), '.get(7)[0].get("k")'],
  ["result null", result(i32) as Type<never>, null, ""],
  ["result neither", result(i32) as Type<never>, {}, ".value"],
  ["result both", result(i32) as Type<never>, { value: 1, error: new Error("e") }, ""],
  ["result another field", result(i32) as Type<never>, { value: 1, ok: true }, ""],
  ["result a text for an error", result(i32) as Type<never>, { error: "bad" }, ".error"],
  ["result null for an error", result(i32) as Type<never>, { value: 1, error: null }, ""],
  ["result another value", result(array(i32)) as Type<never>, { value: [1, 2.5] }, ".value[1]"],
  ["chanOf a number", chanOf(i32) as Type<never>, 5, ""],
  ["chanOf undefined", chanOf(i32) as Type<never>, undefined, ""],
];

describe("refused with its path, the arena as before", () => {
  test.each(REFUSED)("%s", async (_name, type, value, path) => {
    const before = used(the.rt);
    const refusal = expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ type: type.name, path }) });
    for (const capacity of [0, 2]) {
      const c = the.rt.chan(type, capacity);
      const withHeader = used(the.rt);
      expect(() => c.send(value as never)).toThrow(refusal);
      expect(() => c.trySend(value as never)).toThrow(refusal);
      expect(() => select({ c: c.sending(value as never) })).toThrow(refusal);
      const batch = Promise.try(() => c.sendMany([value as never]));
      await expect(batch).rejects.toMatchObject({ code: "ERR_VALUE_REFUSED", details: { path: `[0]${path}`, sent: 0 } });
      expect([used(the.rt), c.length]).toEqual([withHeader, 0]);
      c.close();
    }
    expect(used(the.rt)).toBe(before);
  });

  test("a cycle and a nesting deeper than the limit", () => {
    const c = the.rt.chan(json(), 1);
    let deep: unknown = 1;
    for (let k = 0; k < 100_000; k++) deep = [deep];
    for (const value of [cyclic, deep]) expect(() => c.trySend(value)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining(String(LIMITS.depth)) }));
    c.close();
  });

  test("a channel of another type, with the references as before", () => {
    const [c, other] = [the.rt.chan(chanOf(i32), 1), the.rt.chan(f64, 3)];
    const before = used(the.rt);
    expect(() => c.trySend(other)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining("chan(f64)") }));
    expect(used(the.rt)).toBe(before);
    other.close();
    c.close();
    expect(other.tryRecv()).toBeUndefined();
  });

  test("a value whose getter throws: its own error, and what was encoded before it is given back", () => {
    const c = the.rt.chan(struct({ text: utf8, bad: i32 }), 1);
    const before = used(the.rt);
    const value = {
      text: "long ".repeat(500),
      get bad(): number {
        throw new RangeError("mine");
      },
    };
    expect(() => c.trySend(value)).toThrow(new RangeError("mine"));
    expect(used(the.rt)).toBe(before);
    c.close();
  });
});

describe("limits", () => {
  test("a message over the limit", () => {
    const c = the.rt.chan(utf8, 1);
    const limit = expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "messageBytes", maximum: LIMITS.messageBytes, actual: LIMITS.messageBytes + 2 } });
    expect(() => c.trySend("ä".repeat(LIMITS.messageBytes / 2 + 1))).toThrow(limit);
    c.close();
  });

  test("a message of lists over the limit: all its blocks count", async () => {
    const part = new Uint8Array(LIMITS.messageBytes / 8);
    const nine = Array.from({ length: 9 }, () => part);
    const limit = expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "messageBytes", maximum: LIMITS.messageBytes, actual: expect.any(Number) } });
    for (const [type, value_] of [
      [array(bytes), nine],
      [array(value()), nine],
      [map(u32, bytes), new Map(nine.entries())],
      [array(array(bytes)), [nine.slice(0, 4), nine.slice(4)]],
    ] as [Type<unknown>, unknown][]) {
      const c = the.rt.chan(type, 1);
      await quiet(the.rt);
      const before = used(the.rt);
      expect(() => c.trySend(value_)).toThrow(limit);
      expect(used(the.rt)).toBe(before);
      // The next message begins at nothing.
      expect(() => c.trySend((Array.isArray(value_) ? [] : new Map()) as never)).not.toThrow();
      c.close();
    }
  });

  test("a length over the limit is refused before memory is taken", () => {
    const c = the.rt.chan(array(f64), 1);
    const before = used(the.rt);
    for (const length of [2 ** 32 - 1, LIMITS.messageBytes / 8 + 1]) expect(() => c.trySend(Array(length))).toThrow(expect.objectContaining({ code: "ERR_LIMIT" }));
    expect(used(the.rt)).toBe(before);
    c.close();
  });

  test("types nested deeper than the limit, and values in them", () => {
    const nested = (depth: number): Type<unknown> => {
      let type: Type<unknown> = i32 as Type<unknown>;
      for (let k = 1; k < depth; k++) type = array(type) as Type<unknown>;
      return type;
    };
    const deepest = nested(LIMITS.depth);
    const limit = expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "depth", maximum: LIMITS.depth, actual: LIMITS.depth + 1 } });
    for (const over of [() => array(deepest), () => map(deepest), () => map(deepest, i32), () => result(deepest), () => optional(deepest), () => struct({ a: deepest }), () => chanOf(deepest)]) expect(over).toThrow(limit);
    let value_: unknown = 7;
    for (let k = 1; k < LIMITS.depth; k++) value_ = [value_];
    const c = the.rt.chan(deepest, 1);
    c.trySend(value_);
    expect(c.tryRecv()).toEqual(value_);
    c.close();
  });

  test("a value nested deeper than the limit, and one that the stack cannot hold", () => {
    const c = the.rt.chan(value(), 1);
    let deep: unknown = 1;
    for (let k = 0; k < 1100; k++) deep = [deep];
    expect(() => c.trySend(deep)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining(String(LIMITS.depth)) }));
    c.close();
  });

  test.each([-1, 1.5, Number.NaN, "8", 1n, null, {}])("a capacity of %s", (capacity) => {
    expect(() => the.rt.chan(i32, capacity as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("a capacity over the limit, and what is no type", () => {
    expect(() => the.rt.chan(i32, 2 ** 32)).toThrow(expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "capacity", maximum: LIMITS.capacity, actual: 2 ** 32 } }));
    for (const type of [undefined, null, "i32", {}, json]) expect(() => the.rt.chan(type as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    for (const make of [() => array("i32" as never), () => map(undefined as never), () => map(i32, 5 as never), () => map(null as never, i32), () => result({} as never)]) expect(make).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(() => struct({ a: "i32" as never })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("field a") }));
    expect(() => struct(Object.fromEntries(Array.from({ length: 600 }, (_, k) => [`f${k}`, i32])))).toThrow(expect.objectContaining({ code: "ERR_LIMIT" }));
  });
});

test("a struct cannot have a field that an object cannot simply have, or a name that is no text", () => {
  for (const key of ["__proto__", "a\ud800"]) {
    expect(() => struct({ [key]: i32 })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  }
});

test("an accessor is read once, so what was checked is what is sent", () => {
  const c = the.rt.chan(json<{ a: unknown }>(), 1);
  let reads = 0;
  const outcome = ((): unknown => {
    try {
      return c.trySend({
        get a() {
          return reads++ === 0 ? 1 : undefined;
        },
      });
    } catch (error) {
      return (error as { code: string }).code;
    }
  })();
  if (outcome === true) expect(c.tryRecv()).toEqual({ a: 1 });
  else expect(outcome).toBe("ERR_VALUE_REFUSED");
  c.close();
});

test("a send that is cancelled or closed while it waits gives its block back", async () => {
  const attempt = async (): Promise<void> => {
    const c = the.rt.chan(utf8);
    const controller = new AbortController();
    const cancelled = Promise.try(() => c.send("x".repeat(100_000), { signal: controller.signal })).catch(() => "cancelled");
    controller.abort();
    expect(await cancelled).toBe("cancelled");
    const refused = Promise.try(() => c.send("x".repeat(100_000))).catch((error: { code: string }) => error.code);
    c.close();
    expect(await refused).toBe("ERR_CHANNEL_CLOSED");
  };
  await attempt();
  await quiet(the.rt);
  const before = used(the.rt);
  await attempt();
  expect(used(the.rt)).toBe(before);
});
