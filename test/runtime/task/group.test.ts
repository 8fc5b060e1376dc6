import { describe, expect, test } from "vitest";
import { type WarrenError, chan, context, group, i32, shared, sleep, start } from "../../../src/index.ts";
import { contextsIn } from "../../context/roots.ts";
import { thrown } from "../until.ts";
import { failureOf, groupRuntime } from "./group-runtime.ts";
import { computes, crowd, double, endsWell, fail, failsLate, nestedGroup, untilCancelled } from "./group-tasks.ts";

const rt = groupRuntime();

describe("group", () => {
  test("joins tasks and closures; results as spawn gives them", async () => {
    const g = group();
    const results = [g.spawn(double, 1), g.spawn(async (n: number) => n + 1, 10), g.spawn(() => 5)];
    expect(g.go(double, 2)).toBeUndefined();
    await g.wait();
    expect(await Promise.all(results)).toEqual([2, 11, 5]);
    expect(g.context.cancelled).toBe(true);
  });

  test("an empty group ends immediately, and waiting twice is the same wait", async () => {
    const g = group();
    const waits = [g.wait(), g.wait()];
    expect(waits[0]).toBe(waits[1]);
    await waits[0];
  });

  test("await using joins, also what tasks of the group have started", async () => {
    const ended: string[] = [];
    {
      await using g = group();
      g.go(async () => {
        await sleep(2);
        g.go(async () => {
          await sleep(2);
          ended.push("inner");
        });
        ended.push("outer");
      });
    }
    expect(ended).toEqual(["outer", "inner"]);
  });

  test("leaves no context behind", async () => {
    const before = contextsIn(rt().arena);
    for (let k = 0; k < 20; k++) {
      await using g = group({ limit: 2 });
      for (let n = 0; n < 4; n++) g.go(double, n);
    }
    expect(contextsIn(rt().arena)).toBeLessThanOrEqual(before);
  });
});

describe("a failure", () => {
  test("is itself the rejection of wait; the other tasks are cancelled on their threads", async () => {
    const g = group();
    const started = chan(i32, 1);
    g.go(untilCancelled, g.context);
    g.go(computes, g.context, started);
    const well = g.spawn(endsWell, g.context);
    const closure = g.spawn(async () => sleep(1e9, { signal: g.context.signal }));
    await started.recv();
    const failing = g.spawn(fail, "first");
    const error = await failureOf(g);
    expect(error).toMatchObject({ name: "RangeError", message: "first", code: "E_MINE" });
    expect(await thrown(() => failing)).toBe(error);
    expect(await well).toBe("ended well");
    expect(await thrown(() => closure)).toMatchObject({ code: "ERR_CANCELLED", cause: error });
    expect(g.context.reason).toMatchObject({ code: "ERR_CANCELLED", message: "a task of the group failed: first", cause: { message: "first", code: "E_MINE" } });
    started.close();
  });

  test("of several, wait rejects with all of them, in their order; the first is the cause", async () => {
    const g = group();
    g.go(failsLate, g.context, "late");
    g.go(fail, "one");
    const first = await thrown(() => g.spawn(fail, "zero"));
    const error = (await failureOf(g)) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors.map(({ message }: Error) => message).toSorted()).toEqual(["late", "one", "zero"]);
    expect(error.errors[0].message).not.toBe("late");
    expect(error.errors).toContain(first);
    expect(error.cause).toBe(error.errors[0]);
    expect(error.message).toContain("3 tasks of the group failed");
  });

  test("two that look alike are two", async () => {
    const g = group();
    g.go(fail, "same");
    g.go(fail, "same");
    expect(((await failureOf(g)) as AggregateError).errors).toHaveLength(2);
  });

  test.each([["a string"], [undefined], [null], [0]])("may be anything that can be thrown: %s", async (value) => {
    const g = group();
    g.go(() => {
      throw value;
    });
    expect(await thrown(() => g.wait())).toBe(value);
  });

  test("that is a refused argument, or an unknown place of the arena, is one as well", async () => {
    const g = group();
    expect(await thrown(() => g.spawn(double, (() => 1) as never))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await failureOf(g)).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
  });

  test("starts nothing any more: not what waits for room, nor what comes later", async () => {
    const g = group({ limit: 1 });
    let started = 0;
    const failing = g.spawn(fail, "first", 3);
    const waiting = [g.spawn(async () => started++), g.spawn(double, 1)];
    const room = g.go(async () => started++);
    expect(room).toBeInstanceOf(Promise);
    expect(await thrown(() => failing)).toMatchObject({ message: "first" });
    expect(await thrown(() => room)).toMatchObject({ message: "first", code: "E_MINE" });
    const reasons = await Promise.all(waiting.map(async (promise) => thrown(() => promise)));
    for (const reason of reasons) expect(reason).toMatchObject({ code: "ERR_CANCELLED", cause: { message: "first" } });
    expect(await thrown(() => g.spawn(async () => started++))).toBe(g.context.reason);
    expect(await failureOf(g)).toMatchObject({ message: "first" });
    expect(started).toBe(0);
  });

  test("that no code awaits is not an unhandled rejection; await using rejects with it once", async () => {
    const error = await thrown(async () => {
      await using g = group();
      g.go(fail, "unheard");
      void g.spawn(fail, "unheard", 2);
    });
    expect(((error as AggregateError).errors as Error[]).map(({ message }) => message)).toEqual(["unheard", "unheard"]);
    const heard = await thrown(async () => {
      await using g = group();
      g.go(fail, "heard");
      await g.wait();
    });
    expect(heard).toMatchObject({ name: "RangeError", message: "heard" });
  });
});

describe("a limit", () => {
  test.each([1, 2, 5])("of %i: never more run at a time, and all run", async (limit) => {
    const counts = shared.int32(2);
    const g = group({ limit });
    for (let k = 0; k < 12; k++) g.go(crowd, counts, 1 + (k % 3));
    await g.wait();
    expect(counts.array[0]).toBe(0);
    expect(counts.array[1]).toBeGreaterThan(0);
    expect(counts.array[1]).toBeLessThanOrEqual(limit);
    counts.free();
  });

  test("those that wait for room start in their order; go waits for room only if there is none", async () => {
    const order: number[] = [];
    const g = group({ limit: 2 });
    for (let k = 0; k < 9; k++) {
      const room = g.go(async () => {
        order.push(k);
        await sleep(k % 2);
      });
      expect(room === undefined).toBe(k < 2);
    }
    await g.wait();
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("awaiting go keeps a producer at the pace of the group", async () => {
    const g = group({ limit: 3 });
    let live = 0;
    let most = 0;
    for (let k = 0; k < 30; k++) {
      await g.go(async () => {
        most = Math.max(most, ++live);
        await sleep(0);
        live--;
      });
    }
    await g.wait();
    expect([live, most]).toEqual([0, 3]);
  });

  test.each([[0], [-1], [1.5], [Number.NaN], ["2"], [null]])("of %s is refused", (limit) => {
    expect(() => group({ limit: limit as number })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });
});

describe("a context above", () => {
  test("cancels the group: wait rejects with its reason once, however many tasks end with a copy of it", async () => {
    using above = context();
    const g = group({ context: above });
    for (let k = 0; k < 6; k++) g.go(untilCancelled, g.context);
    above.cancel(new TypeError("from above"));
    expect(await failureOf(g)).toMatchObject({ name: "TypeError", message: "from above" });
    expect(above.cancelled).toBe(true);
  });

  test("that was cancelled before lets nothing start; a group's failure does not cancel it", async () => {
    using above = context();
    const failing = group({ context: above });
    failing.go(fail, "below");
    expect(await failureOf(failing)).toMatchObject({ message: "below" });
    expect(above.cancelled).toBe(false);
    above.cancel();
    const g = group({ context: above });
    expect(await thrown(() => g.spawn(double, 1))).toMatchObject({ code: "ERR_CANCELLED" });
    expect(await failureOf(g)).toMatchObject({ code: "ERR_CANCELLED" });
  });

  test("with a deadline: tasks that end well make a group that ended well", async () => {
    using above = context(undefined, { timeout: 5 });
    const g = group({ context: above });
    const ended = g.spawn(endsWell, g.context);
    await g.wait();
    expect(await ended).toBe("ended well");
  });

  test.each([[{}], [null], [new AbortController().signal]])("what is no context is refused: %o", (above) => {
    expect(() => group({ context: above as never })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });
});

describe("groups inside tasks", () => {
  test.each([0, 1])("on thread %i: results, and a failure inside that comes out", async (place) => {
    await using outer = group();
    expect(await rt().spawn.on(place)(nestedGroup, outer.context, false)).toEqual([2, 4, 6]);
    expect(await thrown(() => rt().spawn.on(place)(nestedGroup, outer.context, true))).toMatchObject({ message: "inside", code: "E_MINE" });
  });

  test("an outer failure cancels the inner groups, and is the only one", async () => {
    using above = context(undefined, { timeout: 1e6 });
    const outer = group({ context: above });
    for (let k = 0; k < 4; k++) outer.go(nestedGroup, outer.context, false);
    outer.go(fail, "the outer one", 10);
    expect(await failureOf(outer)).toMatchObject({ name: "RangeError", message: "the outer one" });
  });
});

describe("once it has ended", () => {
  test("it takes no more tasks", async () => {
    const g = group();
    await g.wait();
    for (const start of [() => g.spawn(double, 1), () => g.go(double, 1)]) expect(start).toThrow(expect.objectContaining({ code: "ERR_GROUP_DONE" }) as WarrenError);
  });

  test.each([[5], [undefined], [{}]])("what is no function is refused: %s", async (fn) => {
    await using g = group();
    expect(() => g.spawn(fn as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("a runtime that stops ends it with one failure", async () => {
    const other = await start({ threads: 1 });
    const g = other.group();
    const tasks = Array.from({ length: 3 }, () => g.spawn(untilCancelled, g.context));
    const waited = failureOf(g);
    await other.stop();
    expect(await waited).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    await Promise.allSettled(tasks);
  });
});
