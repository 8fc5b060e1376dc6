import { Readable } from "node:stream";
import { MessageChannel, MessagePort } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Chan, type Runtime, type WarrenError, chanOf, i32, start } from "../../../src/index.ts";
import { answer, areSame, echo, fill, kindOf, makeChannel, makeChannelOfChannels, makeShared, mutate, returnUnsendable } from "./transfer-tasks.ts";
import { thrown, until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

describe("values come back as they went", () => {
  const cyclic: Record<string, unknown> = { name: "loop" };
  cyclic["self"] = cyclic;
  test.each<[string, unknown]>([
    ["undefined", undefined],
    ["null", null],
    ["booleans", [true, false]],
    ["numbers", [0, -0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53, 0.1, NaN, Infinity, -Infinity]],
    ["strings", ["", "a", "Übung", "ワーレン", "🐹", "a\0b"]],
    ["a lone surrogate", "\ud800x"],
    ["bigints", [0n, -1n, 2n ** 64n, -(2n ** 100n)]],
    ["nested objects", { a: { b: [{ c: null }] }, "": 1, "key with space": 2 }],
    ["an array with holes", [1, , 3]], // oxlint-disable-line no-sparse-arrays
    ["a Map of Maps", new Map<unknown, unknown>([["a", 1], [{ key: 1 }, new Map([[2, "two"]])]])],
    ["a Set", new Set([1, "1", null])],
    ["dates", [new Date(0), new Date(NaN)]],
    ["a regular expression", /a+b/giu],
    ["bytes", new Uint8Array([0, 1, 255])],
    ["typed arrays", [new Float64Array([1.5, NaN]), new Int16Array([-1, 2]), new BigInt64Array([-1n]), new Float32Array([0.5])]],
    ["a buffer", new Uint8Array([1, 2, 3]).buffer],
    ["a million bytes", new Uint8Array(1_000_000).fill(7)],
    ["a cycle", cyclic],
    ["__proto__ as a key", JSON.parse('{"__proto__": {"polluted": true}}')],
  ])("%s", async (_name, value) => {
    expect(await rt.spawn(echo, value)).toEqual(value);
  });

  test("minus zero and holes stay what they are", async () => {
    expect(Object.is(await rt.spawn(echo, -0), -0)).toBe(true);
    expect(1 in (await rt.spawn(echo, [1, , 3]))).toBe(false); // oxlint-disable-line no-sparse-arrays
  });

  test("the thread sees the kinds that were sent", async () => {
    const kinds = await rt.spawn(kindOf, 1, "a", null, [1], new Map(), new Set(), new Date(), new Uint8Array(1), new ArrayBuffer(1), new TypeError("t"), 1n);
    expect(kinds).toEqual(["Number", "String", "Null", "Array", "Map", "Set", "Date", "Uint8Array", "ArrayBuffer", "Error", "BigInt"]);
  });

  test("what arrives is a copy", async () => {
    const list = [1, 2];
    const bytes = new Uint8Array([1, 2]);
    expect(await rt.spawn(mutate, list, bytes)).toBe(3);
    expect(list).toEqual([1, 2]);
    expect(bytes[0]).toBe(1);
  });

  test("two references to one object arrive as one", async () => {
    const shared = { x: 1 };
    expect(await rt.spawn(areSame, shared, shared, { a: shared })).toBe(true);
  });
});

describe("what is shared and not copied", () => {
  test("a shared array that main made is written on a thread", async () => {
    using array = rt.shared.float64(1000);
    await rt.spawn(fill, array, 2.5);
    expect(array.array.every((value) => value === 2.5)).toBe(true);
  });

  test("a shared array that a task made is read here", async () => {
    using array = await rt.spawn(makeShared, 5);
    expect([...array.array]).toEqual([0, 1, 4, 9, 16]);
    expect(array.kind).toBe("i32");
  });

  test("a channel that a task made is received from here, after the task has ended", async () => {
    const numbers = await rt.spawn(makeChannel, 3);
    expect([await numbers.recv(), await numbers.recv(), await numbers.recv()]).toEqual([1, 2, 3]);
    expect(numbers.capacity).toBe(3);
    numbers.close();
  });

  test("a request carries its own reply channel", async () => {
    const requests = rt.chan(chanOf(i32));
    const server = rt.spawn(answer, requests as Chan<Chan<number>>);
    for (let k = 1; k <= 100; k++) {
      const reply = rt.oneshot(i32);
      await requests.send(reply);
      expect(await reply.recv()).toBe(k);
    }
    requests.close();
    expect(await server).toBe(100);
  });

  test("a channel through a channel out of a task", async () => {
    const outer = await rt.spawn(makeChannelOfChannels);
    const inner = (await outer.recv()) as Chan<number>;
    expect(await inner.recv()).toBe(7);
    inner.close();
    outer.close();
  });
});

describe("what cannot travel is refused with its path", () => {
  test.each<[string, unknown, string]>([
    ["a function", { deep: [1, () => 1] }, "[0].deep[1]"],
    ["a symbol", [Symbol("s")], "[0][0]"],
    ["a WeakMap", new Map([["k", new WeakMap()]]), "k"],
    ["an instance of a class", new (class Point {})(), "[0]"],
    ["a URL", new URL("https://example.org"), "[0]"],
  ])("%s as an argument, at the call", async (_name, value, path) => {
    const before = (await rt.stats()).arena.used;
    const error = (await thrown(() => rt.spawn(echo, value))) as WarrenError;
    expect(error).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(error.details["path"]).toContain(path);
    expect(() => rt.go(echo, value)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
    expect((await rt.stats()).arena.used).toBe(before);
  });

  test.each<[string, () => unknown, string]>([
    ["a promise", () => Promise.resolve(1), "await it first"],
    ["a signal", () => new AbortController().signal, "send a context"],
    ["a controller of a signal", () => new AbortController(), "send a context"],
    ["a URL", () => new URL("https://example.org"), "String(url)"],
    ["parameters of a URL", () => new URLSearchParams("a=1"), "String(url)"],
    ["shared memory that is not warren's", () => new SharedArrayBuffer(8), "shared.float64"],
    ["a port", () => new MessageChannel().port1, "send a channel"],
    ["a blob", () => new Blob(["x"]), "await blob.arrayBuffer()"],
    ["headers", () => new Headers({ a: "1" }), "[...entries]"],
    ["a stream of the web", () => new ReadableStream(), "through a channel"],
    ["a stream of Node", () => Readable.from(["x"]), "through a channel"],
    ["an object whose getters throw", () => new (class { get [Symbol.toStringTag](): string { throw new Error("hostile"); } })(), "an instance of a class"],
  ])("%s is refused with what to send in its place", async (_name, make, hint) => {
    const value = make();
    expect(await thrown(() => rt.spawn(echo, value))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining(hint) });
    if (value instanceof MessagePort) value.close();
  });

  test.each(["function", "symbol", "class", "weakmap"])("a %s as a result rejects the join; the thread goes on", async (which) => {
    expect(await thrown(() => rt.spawn(returnUnsendable, which))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("returnUnsendable") });
    expect(await rt.spawn(echo, 1)).toBe(1);
  });

  test("a closure may take and return anything: nothing is copied", async () => {
    const fn = (): number => 1;
    expect(await rt.spawn((value: unknown) => value, fn)).toBe(fn);
  });

  test("a channel of a stopped runtime is stale here", async () => {
    const other = await start({ threads: 1 });
    const foreign = other.chan(i32, 1);
    expect(await thrown(() => rt.spawn(echo, foreign))).toMatchObject({ code: "ERR_STALE_HANDLE" });
    await other.stop();
    expect(await thrown(() => rt.spawn(echo, foreign))).toMatchObject({ code: "ERR_STALE_HANDLE" });
  });
});

test("nothing is left", async () => {
  await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
  expect((await rt.dump()).threads.flatMap(({ tasks, parked }) => [...tasks, ...parked])).toEqual([]);
});
