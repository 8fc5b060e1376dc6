/** Types on the wire: what arrives is what was sent, for every type and any nesting. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Type, array, bool, bytes, chanOf, f64, i32, i64, json, map, optional, result, struct, u32, utf8, value } from "../../src/index.ts";
import { typeOfName } from "../../src/channel/type-name.ts";
import { used, world } from "../channel/tasks/world.ts";

const the = world(1);

/** A type with values of it. */
interface Sample {
  readonly type: Type<unknown>;
  readonly values: fc.Arbitrary<unknown>;
}

const sample = <T>(type: Type<T>, values: fc.Arbitrary<T>): Sample => ({ type: type as Type<unknown>, values });
const wellFormed = fc.string({ unit: "binary" });
const plain = fc.jsonValue().filter((value) => !JSON.stringify(value).includes("__proto__"));

const LEAVES: readonly Sample[] = [
  sample(i32, fc.integer()),
  sample(u32, fc.integer({ min: 0, max: 2 ** 32 - 1 })),
  sample(i64, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  sample(f64, fc.double()),
  sample(bool, fc.boolean()),
  sample(utf8, wellFormed),
  sample(bytes, fc.uint8Array()),
  sample(json<unknown>(), plain),
  sample(value<unknown>(), fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true, withSparseArray: true }).filter((each) => each !== undefined)),
];
/** Types whose values find an entry of a map again. */
const KEYS: readonly Sample[] = [LEAVES[0], LEAVES[1], LEAVES[2], LEAVES[3], LEAVES[5]];

/** Any type with its values, nested up to `depth` deep. */
function samples(depth: number): fc.Arbitrary<Sample> {
  const leaf = fc.constantFrom(...LEAVES);
  if (depth === 0) return leaf;
  const inner = samples(depth - 1);
  const optionals = inner.map(({ type, values }) => sample(optional(type), fc.option(values)));
  const key = fc.string({ unit: "grapheme", maxLength: 6 }).filter((text) => text !== "__proto__");
  const structs = fc.dictionary(key, inner, { maxKeys: 4 }).map((fields) => {
    const entries = Object.entries(fields);
    const type = struct(Object.fromEntries(entries.map(([name, each]) => [name, each.type])));
    return sample(type as Type<unknown>, fc.record(Object.fromEntries(entries.map(([name, each]) => [name, each.values]))));
  });
  const arrays = inner.map(({ type, values }) => sample(array(type), fc.array(values, { maxLength: 5 })));
  const maps = fc.tuple(fc.constantFrom(...KEYS), inner).map(([keys, { type, values }]) => {
    const entries = fc.uniqueArray(fc.tuple(keys.values, values), { maxLength: 4, selector: ([first]) => (Object.is(first, -0) ? 0 : first) });
    return sample(map(keys.type, type), entries.map((list) => new Map(list)));
  });
  const results = inner.map(({ type, values }) => sample(result(type) as Type<unknown>, fc.oneof(values.map((each) => ({ value: each })), wellFormed.map((text) => ({ error: new RangeError(text) })))));
  return fc.oneof(leaf, optionals, structs, arrays, maps, results);
}

test("every type, however nested, gives back what was sent, and leaves nothing in the arena", async () => {
  await fc.assert(
    fc.asyncProperty(
      samples(3).chain(({ type, values }) => fc.tuple(fc.constant(type), fc.array(values, { minLength: 1, maxLength: 8 }), fc.nat(3))),
      async ([type, values, capacity]) => {
        const before = used(the.rt);
        const c = the.rt.chan(type, capacity);
        const received: unknown[] = [];
        const sending = c.sendMany(values);
        while (received.length < values.length) received.push(await c.recv());
        await sending;
        // A struct's own fields come in the order of its type, without prototype tricks.
        expect(received).toEqual(values);
        c.close();
        expect(used(the.rt)).toBeLessThanOrEqual(before + 256);
        expect(typeOfName(type.name).name).toBe(type.name);
      },
    ),
    { numRuns: 300 },
  );
});

describe("exact values", () => {
  const pass = async <T>(type: Type<T>, value: T): Promise<unknown> => {
    const c = the.rt.chan(type, 1);
    await c.send(value);
    const back = await c.recv();
    c.close();
    return back;
  };

  test.each([0, -0, Number.NaN, Number.POSITIVE_INFINITY, -5e-324, Number.MAX_SAFE_INTEGER + 2])("f64 %s", async (value) => {
    expect(Object.is(await pass(f64, value), value)).toBe(true);
  });

  test.each([-(2 ** 31), 2 ** 31 - 1, 0])("i32 %i", async (value) => expect(await pass(i32, value)).toBe(value));
  test.each([2 ** 32 - 1, 2 ** 31, 0])("u32 %i", async (value) => expect(await pass(u32, value)).toBe(value));
  test.each([-(2n ** 63n), 2n ** 63n - 1n, -1n])("i64 %s", async (value) => expect(await pass(i64, value)).toBe(value));
  test.each(["", "a", "\0", "é", "🙂", "\uFEFFbom", "x".repeat(25), "ü".repeat(70_000)])("utf8 %j", async (value) => expect(await pass(utf8, value)).toBe(value));

  test("json keeps −0, a lone surrogate, and a key that names the prototype", async () => {
    expect(await pass(json(), [-0, "\ud800", { "": null }])).toEqual([-0, "\ud800", { "": null }]);
    const value: unknown = JSON.parse('{"__proto__": {"a": 1}}');
    expect(Object.getOwnPropertyNames(await pass(json(), value))).toEqual(["__proto__"]);
  });

  test("bytes come as a Uint8Array of their own, from any view of bytes", async () => {
    const source = Buffer.from("0123456789");
    const back = (await pass(bytes, source.subarray(2, 5))) as Uint8Array;
    source.fill(0);
    expect([back.constructor, back.buffer.byteLength, [...back]]).toEqual([Uint8Array, 3, [50, 51, 52]]);
    expect(await pass(bytes, new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(await pass(bytes, new Uint8Array(new SharedArrayBuffer(4)))).toEqual(new Uint8Array(4));
  });

  test("channels inside structs and optionals keep working", async () => {
    const type = struct({ n: i32, reply: optional(chanOf(struct({ deeper: chanOf(f64) }))) });
    const deeper = the.rt.chan(f64, 1);
    const reply = the.rt.chan(struct({ deeper: chanOf(f64) }), 1);
    const back = (await pass(type, { n: 1, reply })) as { reply: typeof reply };
    back.reply.trySend({ deeper });
    reply.tryRecv()?.deeper.trySend(0.5);
    expect(deeper.tryRecv()).toBe(0.5);
    expect(await pass(type, { n: 2, reply: null })).toEqual({ n: 2, reply: null });
    reply.close();
    deeper.close();
  });
});
