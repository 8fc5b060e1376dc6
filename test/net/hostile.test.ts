/**
 * Messages from an enemy: each is refused with ERR_NET_MESSAGE or is plain data. None
 * runs code, changes a prototype, takes much memory for a few bytes, or keeps a handler
 * from its next message. What spawn copies on one machine arrives the same on another.
 */
import fc from "fast-check";
import { connect } from "@nats-io/transport-node";
import { jetstream } from "@nats-io/jetstream";
import { type WarrenError as Failure, WarrenError, registerError, start, utf8, value } from "../../src/index.ts";
import { join } from "../../src/net/index.ts";
import { isShared } from "../../src/context/values.ts";
import { Arena } from "../../src/memory/arena.ts";
import { KIND, type Kind, decodeMessage, encodeMessage } from "../../src/net/link/message.ts";
import { Names } from "../../src/net/link/names.ts";
import { portableSpace } from "../../src/net/link/portable.ts";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { until } from "../runtime/until.ts";
import { FIELDS, Foe, SEED, int } from "./messages.ts";
import { double } from "./tasks.ts";
import { noServer, startServer, titled, untilNodes } from "./with-server.ts";

const space = portableSpace(Arena.create(1, 8 * 2 ** 20), isShared);
const COUNT = { quick: 2000, deep: 100_000 } as const;

/** What plain data has for prototypes. An error's may be that of any registered class. */
const PLAIN = new Set<unknown>([Object.prototype, Array.prototype, Map.prototype, Set.prototype, Date.prototype, RegExp.prototype, ArrayBuffer.prototype, Buffer.prototype,
  ...[Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array].map(({ prototype }) => prototype)]);

/** Goes over a value that was decoded from so many bytes; fails for what is not plain, or larger than it can be. */
function walk(root: unknown, byteLength: number): void {
  const seen = new Set<object>();
  const open: unknown[] = [root];
  for (let at = open.pop(); at !== undefined || open.length > 0; at = open.pop()) {
    if (typeof at === "function" || typeof at === "symbol") throw new Error(`a message contains a ${typeof at}`);
    if (typeof at !== "object" || at === null || seen.has(at)) continue;
    seen.add(at);
    if (!PLAIN.has(Object.getPrototypeOf(at)) && !(at instanceof Error)) throw new Error("a message contains an object that is not plain");
    if (Array.isArray(at) && at.length > byteLength) throw new Error(`an array of ${at.length} in ${byteLength} bytes`);
    if (ArrayBuffer.isView(at)) {
      if (at.byteLength > byteLength) throw new Error(`a view of ${at.byteLength} in ${byteLength} bytes`);
      continue;
    }
    if (at instanceof Map) open.push(...at.keys(), ...at.values());
    if (at instanceof Set) open.push(...at);
    for (const key of Reflect.ownKeys(at)) {
      const { value: inner, get, set } = Object.getOwnPropertyDescriptor(at, key) as PropertyDescriptor;
      if ((get !== undefined || set !== undefined) && key !== "stack") throw new Error(`a message contains an accessor ${String(key)}`);
      open.push(inner);
    }
  }
}

/** Everything that a message could have changed for others. */
function prototypes(): string {
  const all = [Object, Array, Map, Set, Date, RegExp, Error, TypeError, WarrenError, ArrayBuffer, Uint8Array, Buffer, String, Number, Promise].map(({ name, prototype }) => [name, ...Reflect.ownKeys(prototype as object).map(String)].join());
  return all.join("\n");
}

let before: string;
beforeEach(() => {
  before = prototypes();
});
afterEach(() => {
  expect(prototypes()).toBe(before);
});

/** What a message is read as; a refusal if it is none. Anything else is thrown. */
function read(kind: Kind, bytes: Buffer, fields: number): unknown[] | Failure {
  try {
    return decodeMessage(space, kind, bytes, Array.from({ length: fields }, () => "any" as const));
  } catch (error) {
    if (error instanceof WarrenError && error.code === "ERR_NET_MESSAGE") return error;
    throw new Error(`seed ${SEED}: ${bytes.toString("hex")} is refused with another error`, { cause: error });
  }
}

describe("decoding", () => {
  const many = (count: number): void => {
    const foe = new Foe(space, "decoding");
    let decoded = 0;
    for (let k = 0; k < count; k++) {
      for (const [kind, fields] of Object.values(FIELDS)) {
        const bytes = foe.message(kind, fields);
        const found = read(kind, bytes, fields.length);
        if (found instanceof Error) continue;
        decoded++;
        try {
          walk(found, bytes.length);
        } catch (error) {
          throw new Error(`seed ${SEED}: ${bytes.toString("hex")}`, { cause: error });
        }
      }
    }
    // Else the messages are too hostile to find anything.
    expect(decoded).toBeGreaterThan(count / 100);
  };
  test(`${COUNT.quick} messages are refused, or plain`, () => many(COUNT.quick / 5));
  test(`${COUNT.deep} messages are refused, or plain`, { tags: ["deep"] }, () => many(COUNT.deep / 5));

  /** The body of a message with one field. */
  const one = (...parts: readonly (Buffer | number[])[]): Buffer => Buffer.concat([Buffer.from([0x77, 0x6e, 1, KIND.node, 9]), int(1), ...parts.map((part) => Buffer.from(part)), int(0)]);
  const key = (text: string): Buffer => Buffer.concat([int(2 * text.length), Buffer.from(text, "utf16le")]);
  const text = (text_: string): Buffer => Buffer.concat([Buffer.from([6]), int(Buffer.byteLength(text_)), Buffer.from(text_)]);
  /** A length, and a UTF-16 text of 260 characters and a half. */
  const HALF = Buffer.concat([int(521), Buffer.alloc(521, "a")]);
  const refused = (bytes: Buffer): string => {
    const found = read(KIND.node, bytes, 1);
    expect(found).toBeInstanceOf(WarrenError);
    return (found as Failure).message;
  };

  test.each<[string, Buffer, string]>([
    ["an array of a billion", one([9], int(1e9)), "cut off"],
    ["an array of less than none", one([9], int(-1)), "cut off"],
    ["an element after the end of an array", one([9], int(0), int(1), key("4294967294"), [1]), "an element after its end"],
    ["a length for an array", one([9], int(0), int(1), key("length"), [4], int(4), int(0)), "cannot be decoded"],
    ["bytes that are not there", one([11], int(1_000_000)), "cut off"],
    ["a view of part of a number", one([12, 8], int(7), Buffer.alloc(7)), "cannot be decoded"],
    ["an unknown kind of view", one([12, 11], int(0)), "an unknown kind of view"],
    ["a map of a billion", one([15], int(1e9)), "cut off"],
    ["a handle", one([18], int(64), int(1), text("chan(i32)").subarray(1)), "unknown tag 18"],
    ["a reference to what has not come", one([19], int(5)), "has not come"],
    ["a reference to less than the first", one([19], int(-1)), "has not come"],
    ["a bigint that is code", one([8], int(5), Buffer.from("0x1+1")), "a bigint is no number"],
    ["a bigint without end", one([8], int(200_000), Buffer.alloc(200_000, "9")), "more than 100000 digits"],
    ["a regular expression that is none", one([20], text("("), text("")), "cannot be decoded"],
    ["flags that are none", one([20], text("a"), text("x")), "cannot be decoded"],
    ["a pattern that takes a minute to compile", one([20], text("\\p{RGI_Emoji}".repeat(20_000)), text("v")), "have more than 4096 bytes"],
    ["many such patterns", one([9], int(400), ...Array.from({ length: 400 }, () => Buffer.concat([Buffer.from([20]), text("[\\p{L}--\\p{Lu}]"), text("iv")])), int(0)), "have more than 4096 bytes"],
    ["an error whose message is an object", one([17], text("Error"), text("Error"), text("m"), text("s"), int(1), key("message"), [0, 10], int(0)), "a text twice"],
    ["an error whose text is a number", one([17, 4], int(1)), "a text is something else"],
    ["a text of half a character", one([7], HALF), "half a character"],
    ["a key of half a character", one([10], int(1), HALF, [1]), "half a character"],
    ["a key of half a character for an array", one([9], int(0), int(1), HALF, [1]), "half a character"],
    ["a key of half a character for an error", one([17], text("Error"), text("Error"), text("m"), text("s"), int(1), HALF, [0, 1]), "half a character"],
    ["half a character in the text of an error", one([17], text("Error"), [7], HALF, text("m"), text("s"), int(0)), "half a character"],
    ["a pattern of half a character", one([20, 7], HALF, text("")), "half a character"],
    ["a hole in a map", one([15], int(1), [1], [21]), "unknown tag 21"],
    ["something after the end", Buffer.concat([one([1]), Buffer.from([1])]), "left over"],
    ["nothing", Buffer.alloc(0), "none of warren's"],
    ["a text", Buffer.from("hello, who are you"), "none of warren's"],
    ["another version", Buffer.from([0x77, 0x6e, 2, 9, 1]), "has format 2"],
    ["another kind", Buffer.from([0x77, 0x6e, 1, 77, 1]), "of kind 77"],
    ["too few fields", Buffer.concat([Buffer.from([0x77, 0x6e, 1, KIND.node, 9]), int(0), int(0)]), "does not have the fields"],
  ])("refuses %s", (_, bytes, why) => {
    expect(refused(bytes)).toContain(why);
  });

  test.each([[9], [10], [15], [16]])("refuses what is nested too deeply: tag %i", (tag) => {
    const level = tag === 10 ? Buffer.concat([Buffer.from([10]), int(1), key("a")]) : tag === 15 ? Buffer.concat([Buffer.from([15]), int(1), Buffer.from([1])]) : Buffer.concat([Buffer.from([tag]), int(1)]);
    expect(refused(one(Buffer.concat(Array.from({ length: 100_000 }, () => level))))).toMatch(/nested deeper than 1000|cut off/);
  });

  test("an object may have the key __proto__, and keeps its prototype", () => {
    const found = read(KIND.node, one([10], int(1), key("__proto__"), [10], int(1), key("isAdmin"), [3]), 1) as { isAdmin?: boolean }[];
    expect(Object.getPrototypeOf(found[0])).toBe(Object.prototype);
    expect(found[0]?.isAdmin).toBeUndefined();
    expect(Object.hasOwn(found[0] as object, "__proto__")).toBe(true);
  });

  test("what a receiver would refuse cannot be sent", () => {
    for (const wrong of [10n ** 100_000n, new RegExp("[\\p{L}]".repeat(600), "v")]) {
      expect(() => encodeMessage(space, KIND.node, [wrong], "the value")).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
    }
  });
});

class Refused extends Error {
  readonly amount: number;
  override get name(): string {
    return "Refused";
  }
  constructor(amount: number, options?: ErrorOptions) {
    super(`${amount} is refused`, options);
    this.amount = amount;
  }
}
registerError(Refused);

/** What spawn can copy, shared objects apart. */
const copyable = fc.letrec<Record<"any" | "error", unknown>>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withSparseArray: true, withTypedArray: true, maxDepth: 2 }), fc.string({ unit: "binary" }), fc.double(), fc.constant(-0), fc.bigInt()),
    fc.array(tie("any"), { maxLength: 4 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("any"), { maxKeys: 4, noNullPrototype: true }),
    fc.array(fc.tuple(tie("any"), tie("any")), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(tie("any"), { maxLength: 3 }).map((items) => new Set(items)),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc.uint8Array().map((bytes) => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
    fc.constantFrom(/a/, /[^b]+(?<name>c)/giu, /\//y, /[\p{L}--[a-z]]/v),
    tie("error"),
  ),
  error: fc.tuple(fc.constantFrom<new (message: string, options: ErrorOptions) => Error>(Error, TypeError, RangeError, SyntaxError), fc.string(), fc.option(tie("any"), { nil: undefined }), fc.nat()).map(([Class, message, cause, code]) =>
    Object.assign(code % 2 === 0 ? new Refused(code, { cause }) : new Class(message, { cause }), { code }),
  ),
}));

describe("round trips", () => {
  const there = (original: unknown): unknown => decodeMessage(space, KIND.node, encodeMessage(space, KIND.node, [original], "the value"), ["any"])[0];

  test("a value arrives as it was, its errors with class, stack and cause", () => {
    fc.assert(fc.property(copyable.any, (original) => {
      const copy = there(original);
      expect(copy).toStrictEqual(original);
      if (!(original instanceof Error) || !(copy instanceof Error)) return;
      expect(copy.constructor).toBe(original.constructor);
      expect(copy.stack?.split("\n")[0]).toBe(original.stack?.split("\n")[0]);
      expect(Object.getOwnPropertyDescriptor(copy, "cause")?.enumerable).toBe(Object.getOwnPropertyDescriptor(original, "cause")?.enumerable);
    }), { numRuns: 500 });
  });

  test("cycles and shared parts stay", () => {
    const shared = { a: 1 };
    const original: Record<string, unknown> = { shared, again: [shared, new Map([[shared, shared]])] };
    original["self"] = original;
    const error = new TypeError("cyclic") as TypeError & { self?: unknown };
    error.self = error;
    const [copy, failure] = there([original, error]) as [{ self: unknown; shared: object; again: [object, Map<object, object>] }, { self: unknown }];
    expect(copy.self).toBe(copy);
    expect(copy.again[0]).toBe(copy.shared);
    expect(copy.again[1].get(copy.shared)).toBe(copy.shared);
    expect(failure.self).toBe(failure);
  });

  test("an error of a program and of the platform keeps its class", () => {
    const copies = there([new Refused(7, { cause: new DOMException("no", "AbortError") }), new AggregateError([new RangeError("r")], "all"), new WarrenError("ERR_DEADLINE", "late", { at: new Date(0) })]) as [Refused, AggregateError, WarrenError];
    expect(copies[0]).toBeInstanceOf(Refused);
    expect(copies[0]).toMatchObject({ name: "Refused", amount: 7, message: "7 is refused" });
    expect(copies[0].cause).toBeInstanceOf(DOMException);
    expect((copies[0].cause as DOMException).name).toBe("AbortError");
    expect(copies[1]).toBeInstanceOf(AggregateError);
    expect(copies[1].errors[0]).toBeInstanceOf(RangeError);
    expect(copies[2]).toBeInstanceOf(WarrenError);
    expect(copies[2]).toMatchObject({ name: "WarrenError", code: "ERR_DEADLINE", message: "late", details: { at: new Date(0) } });
  });
});

describe.skipIf(noServer !== undefined)(titled("handlers"), () => {
  /** Sends hostile messages to all handlers of a node, and then uses all of them. */
  const attack = async (count: number): Promise<void> => {
    await using server = await startServer();
    await using rt = await start({ threads: 1 });
    const warnings: Error[] = [];
    const warned = (warning: Error): void => void warnings.push(warning);
    process.on("warning", warned);
    const net = await join(rt, { name: "hostile", node: "here", servers: server.url, beatMs: 1000 });
    const foe = await connect({ servers: server.host });
    try {
      const names = new Names("hostile");
      const id = "warren/test/net/tasks#double";
      const made = new Foe(space, "handlers");
      const queue = await net.queue("jobs", value<{ word: string }>(), { tries: Infinity });
      const feed = net.feed("feed", value<{ word: string }>());
      await using served = await net.serve([double]);
      await using prices = await feed.receive();
      await using deliveries = await queue.deliveries({ credit: 64 });
      let valid = 0;
      const handled = (async () => {
        for await (const delivery of deliveries) {
          await delivery.ack();
          if ((delivery.value as { word?: unknown })?.word === "last") return;
          valid++;
        }
      })();
      // It answers a call of the node, too: who has the first answer is a server.
      const elsewhere = names.task(id, "9");
      const asked = Promise.withResolvers<string>();
      foe.subscribe(elsewhere, { callback: (_error, { reply }) => asked.resolve(reply as string) });
      foe.subscribe("foe.>", { callback: () => undefined });
      await foe.flush();
      const other = await join(rt, { name: "hostile", node: "other", build: "9", servers: server.url, beatMs: 60_000 });
      await using _ = other;
      // A changed answer can still be one, so it ends in one way or the other.
      const waiting = other.spawn(double, 21).then(() => true, () => true);
      const answer = await asked.promise;
      const js = jetstream(foe);
      const round = count / 8;
      for (let k = 0; k < round; k++) {
        foe.publish(names.task(id, "0"), made.message(...FIELDS.call), { reply: `foe.${k % 64}.${k}` });
        foe.publish(answer, made.message(made.below(2) === 0 ? KIND.failure : KIND.result, ["foe", { n: 7 }]));
        if (k % 2 === 0) foe.publish(answer, made.answers());
        foe.publish(names.control("cancel"), made.message(...FIELDS.calls));
        foe.publish(names.control("again"), made.message(...FIELDS.calls));
        foe.publish(names.beat(`n${k}`), made.message(...FIELDS.node));
        foe.publish(names.feed("feed"), made.message(...FIELDS.value));
        foe.publish(names.queue("jobs"), made.message(...FIELDS.value));
        foe.publish(names.inbox("x.1"), made.message(...FIELDS.value), { reply: `foe.reply.${k}` });
        // The stream's capacity, and the sockets, have their limits.
        if (k % 100 === 99) await js.publish(names.queue("jobs"), made.message(...FIELDS.value)).catch(() => undefined);
      }
      await foe.flush();
      foe.publish(answer, encodeMessage(space, KIND.result, ["foe", 42], "a test"));
      expect(await waiting).toBe(true);
      expect(await net.spawn(double, 4)).toBe(8);
      await queue.send({ word: "last" });
      await handled;
      while (prices.length > 0) await prices.recv();
      feed.publish({ word: "last" });
      expect(await prices.recv()).toEqual({ word: "last" });
      expect(prices.missed).toBeGreaterThan(0);
      expect(Number.isSafeInteger(prices.missed)).toBe(true);
      await untilNodes(net, "here", "other");
      expect((await net.dumps()).length).toBe(2);
      await until(async () => (await queue.state()).values === 0);
      expect(valid).toBeLessThan(round);
      // A log is not filled from outside.
      expect(warnings.length).toBeGreaterThan(0);
      expect(warnings.every(({ message }) => message.startsWith("warren/net: "))).toBe(true);
      await served.stop();
    } finally {
      process.off("warning", warned);
      await foe.close();
      await net.close();
    }
  };
  test(`${COUNT.quick} messages`, () => attack(COUNT.quick));
  test(`${COUNT.deep} messages`, { tags: ["deep"] }, () => attack(COUNT.deep));

  test("a value whose id cannot be a header is refused, and not kept forever", async () => {
    await using server = await startServer();
    await using rt = await start({ threads: 1 });
    await using net = await join(rt, { name: "ids", servers: server.url });
    const queue = await net.queue("jobs", utf8);
    await queue.send("first", { id: "日本 ü ✓" });
    await queue.send("again", { id: "日本 ü ✓" });
    await using deliveries = await queue.deliveries({ credit: 1 });
    const first = await deliveries.recv();
    expect(first).toMatchObject({ id: "日本 ü ✓", value: "first" });
    await first?.reject("poison");
    await until(async () => (await queue.state()).values === 0);
  });
});
