import { threadId } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, go, i32, spawn, start } from "../../src/index.ts";
import { add, addAtOnce, countWithClosures, leaves, placeFrom, sendSum, tree, waitAt, whereAmI } from "./start-tasks.ts";
import { until } from "./until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

const nothingIsLeft = async (): Promise<void> =>
  until(async () => (await rt.stats()).threads.every(({ load, started, finished }) => load === 0 && started === finished), "all tasks have ended");

describe("from the main thread", () => {
  test("spawn runs a task on a thread and brings its result", async () => {
    expect(await spawn(add, 2, 3)).toBe(5);
    expect(await rt.spawn(add, 2, 4)).toBe(6);
    expect(await spawn(addAtOnce, 1, 1)).toBe(2);
    expect(await spawn(whereAmI)).not.toBe(threadId);
  });

  test("go runs a task and forgets it", async () => {
    const out = rt.chan(i32);
    go(sendSum, out, 20, 22);
    expect(await out.recv()).toBe(42);
    await nothingIsLeft();
  });

  test("a task is still a function", async () => {
    expect(await add(4, 5)).toBe(9);
  });

  test("a closure stays here, shares memory, and starts in a later turn", async () => {
    const events: string[] = [];
    const joined = spawn(async (name: string) => {
      events.push(name);
      return threadId;
    }, "closure");
    go(() => {
      events.push("not even async");
    });
    events.push("caller");
    expect(await joined).toBe(threadId);
    await until(() => events.length === 3);
    expect(events).toEqual(["caller", "closure", "not even async"]);
  });
});

describe("from a task", () => {
  test("nested spawn: a tree of 127 tasks that join each other", async () => {
    expect(await spawn(tree, 6)).toBe(64);
    await nothingIsLeft();
  });

  test("nested go: no joins, a channel collects", async () => {
    const out = rt.chan(i32);
    go(leaves, 6, out);
    for (let k = 0; k < 64; k++) expect(await out.recv()).toBe(1);
    expect(out.tryRecv()).toBeUndefined();
    await nothingIsLeft();
  });

  test("closures share the memory of their maker and stay on its thread", async () => {
    const { count, joined, threads, own } = await spawn(countWithClosures, 50);
    expect(count).toBe(101);
    expect(joined).toBe("joined 101");
    expect(threads).toEqual([own]);
  });
});

describe("on(place)", () => {
  test("an index is that thread, again and again", async () => {
    for (const index of [0, 1]) {
      const seen = new Set<number>();
      for (let k = 0; k < 20; k++) seen.add(await spawn.on(index)(whereAmI));
      expect(seen.size).toBe(1);
    }
    expect(await spawn.on(0)(whereAmI)).not.toBe(await spawn.on(1)(whereAmI));
  });

  test("a placed task is not taken by an idle thread", async () => {
    const gate = rt.chan(i32);
    const waiting = Array.from({ length: 10 }, () => spawn.on(0)(waitAt, gate));
    await until(async () => (await rt.stats()).threads[0].load === 10);
    expect((await rt.stats()).threads[1].load).toBe(0);
    gate.close();
    await Promise.all(waiting);
  });

  test("here is the caller's own thread, in a task", async () => {
    for (const index of [0, 1]) {
      const other = await spawn.on(1 - index)(whereAmI);
      const { own, here, there, closure } = await spawn.on(index)(placeFrom, 1 - index);
      expect(own).not.toBe(other);
      expect({ here, there, closure }).toEqual({ here: own, there: other, closure: `closure on ${own}` });
    }
  });

  test("here on the main thread: a task of the pool goes to a thread, a closure stays", async () => {
    expect(await spawn.on("here")(whereAmI)).not.toBe(threadId);
    expect(await spawn.on("here")(async () => threadId)).toBe(threadId);
  });

  test.each([-1, 2, 1.5, NaN, "0", 1n])("%s is refused", (place) => {
    expect(() => spawn.on(place as number)(whereAmI)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(() => go.on(place as number)(whereAmI)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("a closure cannot be placed on another thread", () => {
    expect(() => spawn.on(0)(async () => 1)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("closure") }));
  });
});

describe("what is no function", () => {
  test.each([[undefined], [null], [1], ["add"], [{}], [Symbol("s")]])("%s is refused at the call", async (fn) => {
    const refusal = expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" });
    expect(() => rt.spawn(fn as never)).toThrow(refusal);
    expect(() => rt.go(fn as never)).toThrow(refusal);
    await nothingIsLeft();
  });
});
