/** How a group starts tasks: failures by way of `go`; `tryGo` and `trySpawn`, which never wait. */
import { describe, expect, test } from "vitest";
import { type Group, chan, context, group, i32, sleep } from "../../../src/index.ts";
import { thrown } from "../until.ts";
import { failureOf, groupRuntime } from "./group-runtime.ts";
import { double, fail, triesInGroup } from "./group-tasks.ts";

const rt = groupRuntime();

describe("a failure that reaches the block of `await using` by way of go", () => {
  const block = async (limit: number | undefined, body: (g: Group) => Promise<void>): Promise<unknown> =>
    thrown(async () => {
      await using g = group(limit === undefined ? {} : { limit });
      await body(g);
    });

  test.each([1, 2])("is thrown as it is, not in a SuppressedError (limit %i)", async (limit) => {
    const error = await block(limit, async (g) => {
      for (let k = 0; k < 10; k++) await g.go(fail, "broken");
    });
    expect(error).toMatchObject({ name: "RangeError", message: "broken", code: "E_MINE" });
  });

  test("also if the block awaits something else after it, and then starts one more", async () => {
    const error = await block(undefined, async (g) => {
      void g.go(fail, "broken");
      await g.context.done.recv();
      await g.go(double, 1);
    });
    expect(error).toMatchObject({ message: "broken" });
  });

  test("is thrown by the end of the block if no start was awaited", async () => {
    const error = await block(1, async (g) => {
      for (let k = 0; k < 5; k++) void g.go(fail, "broken");
    });
    expect(error).toMatchObject({ message: "broken" });
  });

  test("is not thrown again where the block has caught it", async () => {
    const caught: unknown[] = [];
    await using g = group({ limit: 1 });
    for (let k = 0; k < 3; k++) {
      try {
        await g.go(fail, "broken");
      } catch (error) {
        caught.push(error);
      }
    }
    expect(caught.length).toBeGreaterThan(0);
    for (const error of caught) expect(error).toMatchObject({ message: "broken" });
  });

  test("a cancelled parent is no failure: its reason", async () => {
    using parent = context();
    parent.cancel(new Error("enough"));
    const error = await thrown(async () => {
      await using g = group({ context: parent });
      await g.go(double, 1);
    });
    expect(error).toMatchObject({ message: "enough" });
  });
});

describe("tryGo and trySpawn", () => {
  test.each([["a task", double], ["a closure", async (n: number) => 2 * n]] as const)("start %s only while the limit leaves room", async (_name, fn) => {
    const g = group({ limit: 2 });
    const go = chan(i32);
    const waits = async (n: number): Promise<number> => {
      await go.recv();
      return n;
    };
    const first = g.trySpawn(waits, 1);
    expect([first instanceof Promise, g.tryGo(waits, 2), g.tryGo(fn, 3), g.trySpawn(fn, 4)]).toEqual([true, true, false, undefined]);
    const queued = g.spawn(fn, 5);
    await go.send(1);
    expect(await first).toBe(1);
    // The place that it leaves belongs to the task that waits for one.
    expect(await queued).toBe(10);
    const again = await g.trySpawn(fn, 6);
    expect(again).toBe(12);
    await go.send(1);
    await g.wait();
    go.close();
  });

  test("a task that waits for the limit is never overtaken", async () => {
    const g = group({ limit: 1 });
    const order: number[] = [];
    const add = async (n: number): Promise<void> => {
      order.push(n);
      await sleep(1);
    };
    g.go(add, 0);
    for (let n = 1; n <= 5; n++) g.go(add, n);
    let started = 0;
    while (order.length < 6) {
      if (g.tryGo(add, 100)) started++;
      await sleep(0);
    }
    await g.wait();
    expect(order.filter((n) => n < 100)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(order.slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(order.length).toBe(6 + started);
  });

  test("without a limit they always start; failures are those of the group", async () => {
    const g = group();
    expect(g.tryGo(fail, "one")).toBe(true);
    expect(await failureOf(g)).toMatchObject({ message: "one", code: "E_MINE" });
  });

  test("after a failure, a cancellation, and the end", async () => {
    const g = group({ limit: 5 });
    g.go(fail, "stops");
    await g.context.done.recv();
    expect([g.tryGo(double, 1), g.trySpawn(double, 1)]).toEqual([false, undefined]);
    expect(await failureOf(g)).toMatchObject({ message: "stops" });
    for (const start of [() => g.tryGo(double, 1), () => g.trySpawn(double, 1)]) expect(start).toThrow(expect.objectContaining({ code: "ERR_GROUP_DONE" }));
    using ctx = context();
    const h = group({ context: ctx });
    ctx.cancel();
    expect(h.tryGo(double, 1)).toBe(false);
    await h.wait();
    const k = group({ limit: 1 });
    for (const bad of [undefined, 5, {}]) expect(() => k.tryGo(bad as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    await k.wait();
  });

  test("on threads", async () => {
    for (const thread of [0, 1]) expect(await rt().spawn.on(thread)(triesInGroup, 3, 10)).toEqual({ most: 3, started: 3, done: 3 });
  });
});
