/** tracing.follow(): what its batches are together, what is lost, and how it ends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type Trace, type TraceBatch, type TraceEvent, type Tracing, assertQuiet, i32, leftovers, start } from "../../../src/index.ts";
import { computeForEver, square } from "../main/recycle-tasks.ts";
import { of } from "./trace-stage.ts";
import { litter, marks, marksForEver, pingPong, receive, send, yields } from "./trace-tasks.ts";
import { thrown, until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

/** A thread tells these later than they happened. */
const isAside = ({ kind }: TraceEvent): boolean => kind === "gc" || kind === "outside";

/** All batches, read to the end. What must hold for each is checked. */
async function all(batches: AsyncIterable<TraceBatch>): Promise<TraceBatch[]> {
  const got: TraceBatch[] = [];
  let before = { untilNs: 0, lost: [] as readonly number[] };
  for await (const batch of batches) {
    const { events, lost, untilNs } = batch;
    const times = events.map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(events.filter((event) => event.timeNs < before.untilNs && !isAside(event))).toEqual([]);
    expect(events.filter(({ timeNs }) => timeNs > untilNs)).toEqual([]);
    expect(untilNs).toBeGreaterThanOrEqual(before.untilNs);
    for (const [thread, count] of before.lost.entries()) expect(lost[thread]).toBeGreaterThanOrEqual(count);
    before = batch;
    got.push(batch);
  }
  return got;
}

const eventsOf = (batches: readonly TraceBatch[]): TraceEvent[] => batches.flatMap(({ events }) => events);
const onThread = (events: readonly TraceEvent[], thread: number): TraceEvent[] => events.filter((event) => event.thread === thread && !isAside(event));

/** The batches have exactly what the trace has, which lost nothing: each thread's events in their order, and all in the order of time. */
function expectWhole(batches: readonly TraceBatch[], trace: Trace): void {
  expect(trace.lost.every((lost) => lost === 0)).toBe(true);
  expect(batches.at(-1)).toMatchObject({ lost: trace.lost, untilNs: trace.endNs });
  const events = eventsOf(batches);
  expect(events.filter((event) => !isAside(event))).toEqual(trace.events.filter((event) => !isAside(event)));
  const byTime = (some: readonly TraceEvent[]): string[] => some.filter(isAside).map((event) => JSON.stringify(event)).toSorted();
  expect(byTime(events)).toEqual(byTime(trace.events));
}

/** Two threads and the main thread exchange values, mark and yield. */
async function busy(on: Runtime, count: number): Promise<void> {
  const there = on.chan(i32, 1);
  const back = on.chan(i32);
  await Promise.all([on.spawn.on(0)(pingPong, there, back, count), on.spawn.on(1)(send, there, count), on.spawn.on(0)(receive, back, count), on.spawn.on(1)(marks, count), on.spawn(async function mine() {
    for (let k = 0; k < 20; k++) await on.sleep(1);
  })]);
  there.close();
  back.close();
}

describe("what the batches are together", () => {
  test.each([1, 7, undefined])("every %s ms: in order, and exactly what stop() returns", async (everyMs) => {
    await busy(rt, 5);
    const tracing = await rt.trace({ events: 200_000 });
    const following = all(tracing.follow({ everyMs }));
    await busy(rt, 1500);
    const trace = await tracing.stop();
    const batches = await following;
    expect(batches.length).toBeGreaterThan(1);
    expectWhole(batches, trace);
  });

  test("garbage collections come, late", async () => {
    const tracing = await rt.trace({ events: 200_000 });
    const following = all(tracing.follow({ everyMs: 2 }));
    await rt.spawn.on(1)(litter);
    const trace = await tracing.stop();
    expect(of(trace, "gc").length).toBeGreaterThan(0);
    expectWhole(await following, trace);
  });

  test("while nothing happens, batches are empty and their time goes on", async () => {
    const tracing = await rt.trace();
    const batches = tracing.follow({ everyMs: 1 });
    const untilNs: number[] = [];
    await until(async () => {
      const { value } = await batches.next();
      untilNs.push(value?.untilNs ?? 0);
      return value?.events.length === 0 && untilNs.length > 5;
    });
    expect(new Set(untilNs).size).toBe(untilNs.length);
    await batches.return?.();
    await tracing.stop();
  });

  test("several follow, one of them from later on: each gets everything", async () => {
    const tracing = await rt.trace({ events: 200_000 });
    const first = all(tracing.follow({ everyMs: 1 }));
    await busy(rt, 300);
    const others = [all(tracing.follow({ everyMs: 3 })), all(tracing.follow())];
    const unread = tracing.follow();
    await busy(rt, 300);
    const trace = await tracing.stop();
    for (const following of [first, ...others, all(unread)]) expectWhole(await following, trace);
  });
});

describe("what is lost is counted", () => {
  test.each([1, 2, 50, 1000])("%i slots: given and lost are what was recorded, on each thread", async (events) => {
    await rt.spawn.on(0)(marks, 1);
    const tracing = await rt.trace({ events });
    const batches = all(tracing.follow({ everyMs: 1 }));
    await Promise.all([rt.spawn.on(0)(marks, 20_000), rt.spawn.on(1)(marks, 10_000)]);
    const trace = await tracing.stop();
    const got = await batches;
    const { lost } = got.at(-1) as TraceBatch;
    const given = eventsOf(got);
    for (const thread of [0, 1, 2]) {
      // stop() has the newest events, and has lost all others.
      const recorded = trace.events.filter((event) => event.thread === thread).length + trace.lost[thread];
      expect(given.filter((event) => event.thread === thread).length + lost[thread]).toBe(recorded);
      expect(lost[thread]).toBeLessThanOrEqual(trace.lost[thread]);
      // None is torn, and none comes twice.
      const numbers = of({ events: onThread(given, thread) }, "mark").map(({ n }) => n);
      expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    }
    for (const { name } of of({ events: given }, "mark")) expect(name).toBe("step");
    // The end is there: it is what stop() returns.
    expect(given.slice(-trace.events.length).map(({ timeNs }) => timeNs).toSorted((a, b) => a - b).slice(-events)).toEqual(trace.events.map(({ timeNs }) => timeNs).slice(-events));
  });

  test("whoever does not ask gets the rest at the end, and no more than the rings hold", async () => {
    const tracing = await rt.trace({ events: 100 });
    const batches = tracing.follow({ everyMs: 1 });
    await batches.next();
    await rt.spawn.on(0)(marks, 5000);
    const trace = await tracing.stop();
    const [rest, ...more] = await all(batches);
    expect(more).toEqual([]);
    expect(rest?.events.filter(({ thread }) => thread === 0).length).toBeLessThanOrEqual(200);
    expect(rest?.lost[0]).toBeGreaterThan(4000);
    expect(rest?.untilNs).toBe(trace.endNs);
  });

  test("a thread that computes and records without a pause", async () => {
    await using own = await start({ threads: 2 });
    await own.spawn.on(0)(marks, 1);
    const tracing = await own.trace({ events: 500 });
    using stopped = own.shared.int32(1);
    const running = own.spawn.on(0)(marksForEver, stopped);
    const given: TraceEvent[] = [];
    let batch: TraceBatch | undefined;
    const batches = tracing.follow({ everyMs: 1 });
    await until(async () => {
      ({ value: batch } = await batches.next());
      given.push(...(batch?.events ?? []));
      return of({ events: given }, "mark").length > 1500;
    });
    Atomics.store(stopped.array, 0, 1);
    const count = await running;
    const trace = await tracing.stop();
    const rest = eventsOf(await all(batches));
    const numbers = of({ events: [...given, ...rest] }, "mark").map(({ n }) => n);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    expect(numbers.at(-1)).toBe(count - 1);
    expect(trace.lost[0]).toBeGreaterThan(0);
  });
});

describe("how it ends", () => {
  test("break ends following only; the trace goes on, and can be followed again", async () => {
    const tracing = await rt.trace({ events: 200_000 });
    for await (const { events } of tracing.follow({ everyMs: 1 })) if (events.length >= 0) break;
    const again = all(tracing.follow({ everyMs: 1 }));
    await busy(rt, 50);
    const trace = await tracing.stop();
    expectWhole(await again, trace);
  });

  test("return while a batch is awaited", async () => {
    const tracing = await rt.trace();
    const batches = tracing.follow({ everyMs: 1_000_000 });
    await batches.next();
    const pending = batches.next();
    expect(await batches.return?.()).toEqual({ done: true, value: undefined });
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    await tracing.stop();
    expect(await batches.next()).toEqual({ done: true, value: undefined });
  });

  test("stop ends a long wait; calls that were made in advance are answered in order", async () => {
    const tracing = await rt.trace();
    const batches = tracing.follow({ everyMs: 1_000_000 });
    const calls = [batches.next(), batches.next(), batches.next(), batches.next()];
    await calls[0];
    const { endNs } = await tracing.stop();
    const results = await Promise.all(calls);
    expect(results.map(({ done }) => done)).toEqual([false, false, true, true]);
    expect(results[1]?.value?.untilNs).toBe(endNs);
  });

  test("after stop it is refused, and so are wrong options", async () => {
    const tracing = await rt.trace();
    for (const everyMs of [0, -1, 0.5, NaN, Infinity, 2 ** 31, "50", null]) expect(() => tracing.follow({ everyMs: everyMs as number })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    for (const options of [null, 50, { every: 5 }]) expect(() => tracing.follow(options as object)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    await tracing.stop();
    expect(() => tracing.follow()).toThrow(expect.objectContaining({ code: "ERR_TRACING" }));
    // also while another trace of the runtime is recorded
    await using _other = await rt.trace();
    expect(() => tracing.follow()).toThrow(expect.objectContaining({ code: "ERR_TRACING" }));
  });

  test.each([1, 1_000_000])("the runtime stops: what was recorded, and then the error (every %i ms)", async (everyMs) => {
    const own = await start({ threads: 1 });
    const tracing = await own.trace();
    const batches = tracing.follow({ everyMs });
    const unread = tracing.follow({ everyMs });
    await batches.next();
    const pending = batches.next();
    await own.spawn(marks, 3);
    await own.stop();
    const given = everyMs === 1 ? [] : [(await pending).value as TraceBatch];
    await pending;
    const error = await thrown(async () => {
      for await (const batch of batches) given.push(batch);
    });
    expect(error).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    if (everyMs > 1) expect(of({ events: eventsOf(given) }, "mark").map(({ n }) => n)).toEqual([0, 1, 2]);
    expect(await batches.next()).toEqual({ done: true, value: undefined });
    const { value } = await unread.next();
    expect(of({ events: value?.events ?? [] }, "mark")).toHaveLength(3);
    expect(await thrown(() => unread.next())).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    expect(() => tracing.follow()).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  });

  test("the runtime stops while the trace ends", { tags: ["deep"] }, async () => {
    const own = await start({ threads: 1 });
    const tracing = await own.trace();
    const batches = tracing.follow({ everyMs: 1_000_000 });
    await batches.next();
    const stopped = tracing.stop().catch((error: unknown) => error);
    await own.stop();
    await stopped;
    // whichever was first
    const results = [await batches.next(), await batches.next().catch((error: unknown) => error)];
    expect(results[0]).toMatchObject({ done: false });
    expect(results[1]).toSatisfy((result: { done?: boolean; code?: string }) => result.done === true || result.code === "ERR_RUNTIME_STOPPED");
  });
});

describe("a thread that dies", () => {
  test("its death comes, then what its replacement does; nothing is left behind", async () => {
    await using own = await start({ threads: 2 });
    const since = await leftovers(own);
    const tracing: Tracing = await own.trace({ events: 1000 });
    const following = all(tracing.follow({ everyMs: 1 }));
    for (let death = 0; death < 2; death++) {
      using running = own.shared.int32(1);
      const lost = own.spawn.on(0)(computeForEver, running).catch((error: unknown) => error);
      await until(() => Atomics.load(running.array, 0) === 1);
      const queued = own.spawn.on(0)(square, 3);
      await own.recycle(0);
      await lost;
      expect(await queued).toBe(9);
    }
    await own.spawn.on(1)(yields, 10);
    const trace = await tracing.stop();
    const batches = await following;
    expect(of({ events: eventsOf(batches) }, "died")).toHaveLength(2);
    expectWhole(batches, trace);
    await assertQuiet(own, { since });
  });
});
