import { afterEach, describe, expect, test } from "vitest";
import { chan, i32, parallelFor, parallelMap, parallelReduce, shared, sleep, spawn, start } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { world } from "../channel/tasks/world.ts";
import { contextsIn } from "../context/roots.ts";
import { thrown } from "../runtime/until.ts";
import { addTo, burnFor, countInto, failAt, failingStep, nameLater, nested, plus, square, squareLater, where } from "./parallel-tasks.ts";

const the = world(2);
afterEach(() => {
  expect(contextsIn(the.rt.arena)).toBe(0);
});

const numbers = (count: number): number[] => Array.from({ length: count }, (_, k) => k);
const add = (a: number, b: number): number => a + b;

describe("parallelFor", () => {
  test.each([[0], [1], [2], [17], [1000], [5000]])("calls a task once for each of %i indices, sync or async", async (count) => {
    for (const body of [square, squareLater]) {
      const out = shared.float64(count);
      await parallelFor(count, body, { args: [out] });
      expect([...out.array]).toEqual(numbers(count).map((k) => k * k));
      out.free();
    }
  });

  test.each([[1], [3], [16], [1000], [1e9]])("with a grain of %i too", async (grain) => {
    const out = shared.float64(100);
    await parallelFor(100, square, { args: [out], grain });
    expect([...out.array]).toEqual(numbers(100).map((k) => k * k));
    out.free();
  });

  test("calls a closure here, and the waits of several overlap", async () => {
    const seen: number[] = [];
    let live = 0;
    let most = 0;
    await parallelFor(20, async (index) => {
      most = Math.max(most, ++live);
      await sleep(1);
      seen.push(index);
      live--;
    });
    expect(seen.toSorted((a, b) => a - b)).toEqual(numbers(20));
    expect(most).toBeGreaterThan(1);
    await parallelFor(3, (index, by: number) => seen.push(index + by), { args: [100] });
    expect(seen.slice(20).toSorted((a, b) => a - b)).toEqual([100, 101, 102]);
  });

  test("lets others of its thread have a turn between indices", async () => {
    const controller = new AbortController();
    const work = thrown(() => parallelFor(1_000_000, burnFor, { args: [1], grain: 500_000, signal: controller.signal }));
    // Without a turn these would wait for a quarter of an hour.
    for (let k = 0; k < 5; k++) await Promise.all([0, 1].map((place) => spawn.on(place)(plus, 1, 1)));
    controller.abort("enough");
    expect(await work).toBe("enough");
  });
});

describe("parallelMap", () => {
  test("results in the order of the items, whatever they are", async () => {
    expect(await parallelMap(numbers(1000), plus, { args: [5] })).toEqual(numbers(1000).map((k) => k + 5));
    const words = ["a", "", "ccc", "dd", "", "e"];
    expect(await parallelMap(words, nameLater, { grain: 1 })).toEqual(words.map((word) => (word === "" ? undefined : [word, word.length])));
    expect(await parallelMap([], plus, { args: [1] })).toEqual([]);
    expect(await parallelMap({ length: 3, 0: 10, 1: 20, 2: 30 }, plus, { args: [1] })).toEqual([11, 21, 31]);
  });

  test("of typed and shared arrays", async () => {
    expect(await parallelMap(Float64Array.of(0.5, -0, 2), plus, { args: [0] })).toEqual([0.5, 0, 2]);
    const array = shared.int32(50);
    array.array.set(numbers(50));
    expect(await parallelMap(array.array, plus, { args: [1], grain: 4 })).toEqual(numbers(50).map((k) => k + 1));
    array.free();
  });

  test("of closures, by this thread", async () => {
    const by = { added: 0 };
    expect(await parallelMap(["x", "yy"], async (item, suffix: string) => {
      by.added++;
      return item + suffix;
    }, { args: ["!"] })).toEqual(["x!", "yy!"]);
    expect(by.added).toBe(2);
  });

  test("works on all threads", async () => {
    const [there, back] = [chan(i32), chan(i32)];
    const ids = parallelMap(numbers(8), where, { args: [there, back], grain: 1 });
    for (let k = 0; k < 8; k++) await there.recv();
    for (let k = 0; k < 8; k++) await back.send(1);
    expect(new Set(await ids).size).toBe(2);
    there.close();
    back.close();
  });
});

describe("parallelReduce", () => {
  test("is the fixed tree: chunks in order, then neighbours in pairs, level by level", async () => {
    const merged: string[] = [];
    const merge = (a: string, b: string): string => {
      merged.push(`(${a}+${b})`);
      return `(${a}+${b})`;
    };
    const result = await parallelReduce([..."abcdefghi"], async (state: string, item: string) => state + item, merge, "", { grain: 2 });
    expect(result).toBe("(((ab+cd)+(ef+gh))+i)");
    expect(merged).toHaveLength(4);
  });

  test("each chunk has its own copy of the initial value, which stays as it was", async () => {
    const words = numbers(500).map((k) => `word ${k % 7}`);
    const initial = new Map<string, number>();
    const merge = (a: Map<string, number>, b: Map<string, number>): Map<string, number> => {
      for (const [word, count] of b) a.set(word, (a.get(word) ?? 0) + count);
      return a;
    };
    for (const step of [countInto, (counts: Map<string, number>, word: string) => counts.set(word, (counts.get(word) ?? 0) + 1)]) {
      const counts = await parallelReduce(words, step, merge, initial, { grain: 9 });
      expect([...counts.values()].reduce(add, 0)).toBe(500);
      expect(counts.get("word 0")).toBe(72);
    }
    expect(initial.size).toBe(0);
  });

  test("without items it is the initial value; merge may be asynchronous", async () => {
    expect(await parallelReduce([], addTo, add, 42)).toBe(42);
    expect(await parallelReduce(numbers(100), addTo, async (a, b) => a + b, 0, { grain: 10 })).toBe(4950);
  });

  test("inside a task, of what a map made", async () => {
    expect(await Promise.all([0, 1].map((place) => spawn.on(place)(nested, 30)))).toEqual([465, 465]);
  });
});

describe("failures", () => {
  test("the first is what it rejects with, the rest is not called any more, and nothing is left running", async () => {
    const calls = shared.int32(1);
    const error = await thrown(() => parallelFor(2000, failAt, { args: [[3], calls], grain: 100 }));
    expect(error).toMatchObject({ name: "RangeError", message: "at 3", code: "E_AT" });
    expect(calls.array[0]).toBeLessThan(2000);
    const after = calls.array[0];
    await sleep(5);
    expect(calls.array[0]).toBe(after);
    calls.free();
  });

  test("of several, it is one of them; of a closure, an index that throws undefined", async () => {
    const calls = shared.int32(1);
    const error = (await thrown(() => parallelFor(50, failAt, { args: [numbers(50), calls], grain: 1 }))) as Error;
    expect(error.message).toMatch(/^at \d+$/);
    calls.free();
    expect(await thrown(() => parallelFor(3, () => {
      throw undefined;
    }))).toBeUndefined();
    expect(await thrown(() => parallelReduce(numbers(100), failingStep, add, 0))).toMatchObject({ message: "at 77" });
    expect(await thrown(() => parallelReduce(numbers(100), addTo, () => Promise.reject(new Error("merge")), 0))).toMatchObject({ message: "merge" });
  });

  test("what cannot travel is refused with its path", async () => {
    expect(await thrown(() => parallelMap([1, () => 2], plus as never, { grain: 1 }))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await thrown(() => parallelFor(3, square, { args: [Symbol("no")] as never }))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
  });

  test("a signal ends it with its reason: before, and while it runs", async () => {
    const reason = new Error("enough");
    expect(await thrown(() => parallelFor(0, square, { signal: AbortSignal.abort(reason), args: [] as never }))).toBe(reason);
    const controller = new AbortController();
    const calls = shared.int32(1);
    const work = thrown(() => parallelFor(100_000, failAt, { args: [[], calls], signal: controller.signal }));
    while (calls.array[0] === 0) await sleep(1);
    controller.abort(reason);
    expect(await work).toBe(reason);
    expect(calls.array[0]).toBeLessThan(100_000);
    calls.free();
  });

  test.each([
    ["a count", () => parallelFor(-1, square as never)],
    ["a count", () => parallelFor(1.5, square as never)],
    ["a count", () => parallelFor("3" as never, square as never)],
    ["a body", () => parallelFor(3, undefined as never)],
    ["items", () => parallelMap("abc" as never, plus as never)],
    ["items", () => parallelMap(undefined as never, plus as never)],
    ["items", () => parallelReduce({} as never, addTo, add, 0)],
    ["a function", () => parallelMap([1], {} as never)],
    ["a step", () => parallelReduce([1], 5 as never, add, 0)],
    ["a merge", () => parallelReduce([1], addTo, undefined as never, 0)],
    ["a grain", () => parallelFor(3, square as never, { grain: 0 })],
    ["a grain", () => parallelFor(3, square as never, { grain: 2.5 })],
    ["args", () => parallelFor(3, square as never, { args: 5 as never })],
    ["a signal", () => parallelFor(3, square as never, { signal: {} as never })],
    ["options", () => parallelFor(3, square as never, null as never)],
  ])("%s that is none is refused (case %#)", async (_what, call) => {
    expect(await thrown(call)).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("not ") });
  });
});

test("the loops of a runtime are those of that runtime, also while another one is open, and a closure stays here", async () => {
  await using other = await start({ threads: 1 });
  for (const rt of [the.rt, other]) {
    expect(await rt.parallelMap([1, 2, 3], plus, { args: [rt.threads] })).toEqual([1, 2, 3].map((k) => k + rt.threads));
    const seen: number[] = [];
    await rt.parallelFor(3, (index) => seen.push(index));
    expect(seen.toSorted()).toEqual([0, 1, 2]);
    expect(await rt.parallelReduce(numbers(100), addTo, add, 0)).toBe(4950);
    expect(await rt.parallelReduce(numbers(100), (sum: number, k) => sum + k, add, 0)).toBe(4950);
    const vector = rt.shared.float64(10);
    vector.array.fill(2);
    expect(await rt.dot(vector, vector)).toBe(40);
    vector.free();
    expect(contextsIn((rt as OpenRuntime).arena)).toBe(0);
  }
  expect(await thrown(() => parallelMap([1], plus, { args: [1] }))).toMatchObject({ code: "ERR_WHICH_RUNTIME" });
});
