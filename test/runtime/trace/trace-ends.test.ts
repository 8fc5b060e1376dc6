/** How rt.trace() begins and ends, and what is lost: no room, threads that compute or die, a runtime that stops. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type Trace, assertQuiet, i32, leftovers, start } from "../../../src/index.ts";
import { computeForEver, square } from "../main/recycle-tasks.ts";
import { script } from "./trace-script.ts";
import { expectOrder, of, traced } from "./trace-stage.ts";
import { pair, send, yields } from "./trace-tasks.ts";
import { thrown, until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

describe("what has no room", () => {
  test("the newest stay, the others are counted, and it says from when on it is complete", async () => {
    await rt.spawn.on(0)(yields, 1);
    const tracing = await rt.trace({ events: 100 });
    await rt.spawn.on(0)(yields, 1000);
    const trace = await tracing.stop();
    // Each time a yield, a turn and a hop; a start and an end.
    const kept = trace.events.filter(({ thread }) => thread === 0);
    expect(kept).toHaveLength(100);
    expect(trace.lost[0]).toBeGreaterThanOrEqual(3002 - 100);
    expect(trace.lost.slice(1)).toEqual([0, 0]);
    expect(trace.completeFromNs).toBe(kept.find(({ kind }) => kind !== "gc")?.timeNs);
    expect(of(trace, "hop").at(-1)?.hop).toBe(1000);
    expect(of(trace, "start")).toEqual([]);
  });

  test("rings larger than the arena", { tags: ["deep"] }, async () => {
    const since = await leftovers(rt);
    expect(await thrown(() => rt.trace({ events: 1e9 }))).toMatchObject({ code: "ERR_ARENA_FULL" });
    // Two have room, the third has not.
    const small = await start({ threads: 2, arenaBytes: 8_388_608 });
    const before = await leftovers(small);
    expect(await thrown(() => small.trace({ events: 120_000 }))).toMatchObject({ code: "ERR_ARENA_FULL" });
    await assertQuiet(small, { since: before });
    await (await small.trace({ events: 50_000 })).stop();
    await assertQuiet(small, { since: before });
    await small.stop();
    await assertQuiet(rt, { since });
  });
});

describe("beginning and ending", () => {
  test("what is there before and after is the same, and a second trace holds nothing of the first", async () => {
    const round = async (): Promise<Trace> => traced(rt, (on) => on.spawn.on(0)(pair, 0));
    const first = await round();
    const since = await leftovers(rt);
    const second = await round();
    await assertQuiet(rt, { since });
    expect(second.events.every(({ timeNs }) => timeNs > first.endNs && timeNs <= second.endNs)).toBe(true);
    expect(script(second, { thread: 0 })).toEqual(script(first, { thread: 0 }));
    expect(second.startNs).toBeGreaterThan(first.endNs);
  });

  test("one at a time; stop may be called again", async () => {
    const tracing = await rt.trace();
    const refusals = await Promise.all([thrown(() => rt.trace()), thrown(() => rt.trace({ events: 5 }))]);
    for (const refusal of refusals) expect(refusal).toMatchObject({ code: "ERR_TRACING" });
    const stopping = tracing.stop();
    expect(await thrown(() => rt.trace())).toMatchObject({ code: "ERR_TRACING" });
    const trace = await stopping;
    expect(await tracing.stop()).toBe(trace);
    await using again = await rt.trace();
    expect(await tracing.stop()).toBe(trace);
    expect((await again.stop()).startNs).toBeGreaterThan(trace.endNs);
  });

  test("disposing stops it", async () => {
    {
      await using tracing = await rt.trace();
      expect(tracing.stop).toBeTypeOf("function");
    }
    await (await rt.trace()).stop();
  });

  test.each([[null], [5], [{ event: 1 }], [{ events: 0 }], [{ events: 1.5 }], [{ events: "many" }], [{ events: Number.NaN }]])("options that are refused: %j", async (options) => {
    expect(await thrown(() => rt.trace(options as never))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("nothing is lost of a task that was running before, but its start", async () => {
    const ch = rt.chan(i32);
    const sent = rt.spawn.on(0)(send, ch, 2);
    await until(async () => (await rt.stats()).threads[0].parked.send === 1);
    const tracing = await rt.trace();
    await ch.recv();
    await ch.recv();
    await sent;
    const trace = await tracing.stop();
    ch.close();
    expect(of(trace, "start")).toEqual([]);
    expect(of(trace, "end")).toHaveLength(1);
    expect(of(trace, "wake").some(({ thread, to }) => thread === 2 && to === 0)).toBe(true);
  });

  test("a hop that was made before the trace began, or is made good after it has ended", async () => {
    const running = rt.spawn.on(0)(yields, 3000);
    let first = 0;
    for (let k = 0; k < 5; k++) {
      const trace = await (await rt.trace()).stop();
      const yielded = new Set(of(trace, "yield").map(({ hop }) => hop));
      for (const { hop } of of(trace, "hop")) expect(yielded).toContain(hop);
      first += yielded.size;
    }
    await running;
    expect(first).toBeGreaterThanOrEqual(0);
  });
});

describe("a thread that computes", () => {
  test("holds up neither the beginning nor the end; its ring is freed once it cannot write any more", { tags: ["deep"] }, async () => {
    await using own = await start({ threads: 2 });
    await own.spawn.on(1)(square, 1);
    const since = await leftovers(own);
    using running = own.shared.int32(1);
    const lost = own.spawn.on(0)(computeForEver, running).catch((error: unknown) => error);
    await until(() => Atomics.load(running.array, 0) === 1);
    const tracing = await own.trace({ events: 1000 });
    await own.spawn.on(1)(square, 2);
    const trace = await tracing.stop();
    expect(script(trace, { thread: 0 })).toEqual([]);
    expect(script(trace, { thread: 1 })).toEqual(["square starts", "square ends"]);
    expect(trace.completeFromNs).toBe(trace.endNs);
    // Another trace does not wait for it either.
    await (await own.trace({ events: 1000 })).stop();
    await own.recycle(0);
    expect(await lost).toMatchObject({ code: "ERR_THREAD_DIED" });
    running.free();
    await assertQuiet(own, { since });
  });

  test("what it did before is there", { tags: ["deep"] }, async () => {
    await using own = await start({ threads: 1 });
    const since = await leftovers(own);
    const tracing = await own.trace({ events: 1000 });
    using running = own.shared.int32(1);
    const lost = own.spawn.on(0)(computeForEver, running).catch((error: unknown) => error);
    await until(() => Atomics.load(running.array, 0) === 1);
    const trace = await tracing.stop();
    expect(script(trace, { thread: 0 })).toEqual(["computeForEver starts"]);
    expect(trace.completeFromNs).toBe(trace.startNs);
    await own.recycle(0);
    await lost;
    running.free();
    await assertQuiet(own, { since });
  });
});

describe("a thread that dies", () => {
  test("its events stay, its death is recorded, and its replacement records from its first task on", async () => {
    await using own = await start({ threads: 2 });
    const since = await leftovers(own);
    const tracing = await own.trace({ events: 1000 });
    for (let death = 0; death < 2; death++) {
      using running = own.shared.int32(1);
      const lost = own.spawn.on(0)(computeForEver, running).catch((error: unknown) => error);
      await until(() => Atomics.load(running.array, 0) === 1);
      const queued = own.spawn.on(0)(square, 3);
      await own.recycle(0);
      await lost;
      expect(await queued).toBe(9);
    }
    const trace = await tracing.stop();
    const life = ["computeForEver starts", "died", "square starts", "square ends"];
    expect(script(trace, { thread: 0 })).toEqual([...life, ...life]);
    expect(trace.completeFromNs).toBe(trace.startNs);
    expectOrder(trace);
    await assertQuiet(own, { since });
  });

  test("while the trace ends: its rings are freed once its replacement is ready, which records into the ring of the next trace", { tags: ["deep"] }, async () => {
    await using own = await start({ threads: 2 });
    await Promise.all([own.spawn.on(0)(square, 1), own.spawn.on(1)(square, 1)]);
    const since = await leftovers(own);
    for (let death = 0; death < 3; death++) {
      const tracing = await own.trace({ events: 1000 });
      using running = own.shared.int32(1);
      const lost = own.spawn.on(1)(computeForEver, running).catch((error: unknown) => error);
      await until(() => Atomics.load(running.array, 0) === 1);
      const recycled = own.recycle(1);
      // The one is dead, and the other on its way with the ring of this trace.
      await lost;
      const trace = await tracing.stop();
      expect(script(trace, { thread: 1 })).toEqual(["computeForEver starts", "died"]);
      await (await own.trace({ events: 1000 })).stop();
      const next = await own.trace({ events: 1000 });
      await recycled;
      await own.spawn.on(1)(square, death);
      await own.spawn.on(1)(square, death);
      expect(script(await next.stop(), { thread: 1 })).toContain("square ends");
    }
    await assertQuiet(own, { since });
  });
});

describe("when the runtime stops", () => {
  test("stop of the trace rejects; disposing it does not", async () => {
    const own = await start({ threads: 1 });
    const tracing = await own.trace();
    await own.spawn(square, 2);
    await own.stop();
    expect(await thrown(() => tracing.stop())).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    await tracing[Symbol.asyncDispose]();
    expect(await thrown(() => own.trace())).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
  });

  test("a trace that was over keeps what it had", async () => {
    const own = await start({ threads: 1 });
    const tracing = await own.trace();
    await own.spawn(square, 2);
    const trace = await tracing.stop();
    await own.stop();
    expect(await tracing.stop()).toBe(trace);
  });
});
