/** What rt.trace() records: exact sequences of small programs, what holds between threads, what is lost, and how it begins and ends. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, type Trace, type TraceEvent, assertQuiet, i32, leftovers, start } from "../../src/index.ts";
import { computeForEver, square } from "./recycle-tasks.ts";
import { script } from "./trace-script.ts";
import { crowd, fails, failsAtOnce, foreign, hoard, joins, litter, pair, pingPong, receive, send, touch, waits, yields } from "./trace-tasks.ts";
import { thrown, until } from "./until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

/** The trace of a program that has run before, so that its module is there. */
async function traced(run: (on: Runtime) => Promise<unknown>, on = rt): Promise<Trace> {
  await run(on).catch(() => undefined);
  const tracing = await on.trace();
  await run(on).catch(() => undefined);
  return tracing.stop();
}

const of = <K extends TraceEvent["kind"]>({ events }: Trace, kind: K): Extract<TraceEvent, { kind: K }>[] => events.filter((event) => event.kind === kind) as Extract<TraceEvent, { kind: K }>[];

/** Every event that follows from another one comes after it, and each thread's are in order. */
function expectOrder(trace: Trace): void {
  const { events, threads } = trace;
  for (let thread = 0; thread <= threads; thread++) {
    const times = events.filter((event) => event.thread === thread).map(({ timeNs }) => timeNs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  }
  const spawned = new Set<number>();
  const woken = new Map<number, number>();
  for (const event of events) {
    if (event.kind === "spawn") spawned.add(event.child);
    if (event.kind === "start") expect(spawned).toContain(event.task);
    if (event.kind === "wake") woken.set(event.wait, event.to);
    if (event.kind === "ready") expect(woken.get(event.wait)).toBe(event.thread);
    if (event.kind !== "resume") continue;
    expect(woken.get(event.wait)).toBe(event.thread);
    woken.delete(event.wait);
  }
}

describe("on one thread, exactly", () => {
  test("a rendezvous: a hand-off each way; the join is none of warren's waits", async () => {
    const trace = await traced((on) => on.spawn.on(0)(pair, 0));
    expect(script(trace, { thread: 0 })).toEqual([
      "pair starts",
      "pair spawns sender on 0",
      "pair waits: receive",
      "sender starts",
      "sender wakes pair",
      "pair is ready",
      "sender waits: send",
      "pair goes on",
      "pair wakes sender",
      "sender is ready",
      "sender goes on",
      "sender ends",
      "pair went on by itself",
      "pair ends",
    ]);
    expectOrder(trace);
  });

  test("a buffer of one: the second value needs no wait", async () => {
    const trace = await traced((on) => on.spawn.on(0)(pair, 1));
    expect(script(trace, { thread: 0 })).toEqual(["pair starts", "pair spawns sender on 0", "pair waits: receive", "sender starts", "sender wakes pair", "pair is ready", "sender ends", "pair goes on", "pair ends"]);
    expectOrder(trace);
  });

  test.each([
    ["sleep", ["waits waits: sleep", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["after", ["waits waits: receive", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["deadline", ["waits waits: receive", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["select", ["waits spawns other on 0", "waits waits: select", "other starts", "other wakes waits", "waits is ready", "other ends", "waits goes on"]],
    // It goes on at once, and the one that has ended its wait as well.
    ["timeout", ["waits waits: receive", "nobody wakes waits", "waits goes on"]],
    ["signal", ["waits spawns aborter on 0", "waits waits: receive", "aborter starts", "nobody wakes waits", "waits goes on", "aborter ends"]],
  ] as const)("%s", async (how, lines) => {
    const trace = await traced((on) => on.spawn.on(0)(waits, how));
    expect(script(trace, { thread: 0 })).toEqual(["waits starts", ...lines, "waits ends"]);
    expectOrder(trace);
  });

  test("yieldNow: a hop in a later turn each time", async () => {
    const trace = await traced((on) => on.spawn.on(0)(yields, 2));
    expect(script(trace, { thread: 0, also: ["turn"] }).join(" · ")).toContain(
      "yields starts · yields yields · turn · yields hops · yields yields · turn · yields hops · yields ends · turn",
    );
  });

  test("the end of a time slice is a yield, too", async () => {
    const trace = await traced((on) => {
      const ch = on.chan(i32, 100_000);
      return on.spawn.on(0)(send, ch, 100_000).then(() => ch.close());
    });
    const hops = of(trace, "yield").map(({ hop }) => hop);
    expect(hops.length).toBeGreaterThan(0);
    expect(of(trace, "hop").map(({ hop }) => hop)).toEqual(hops);
    expect(of(trace, "park")).toEqual([]);
    expectOrder(trace);
  });

  test.each([
    ["a task", fails, ["at once"], ["fails starts", "fails fails"]],
    ["a task, later", fails, ["later"], ["fails starts", "fails yields", "fails hops", "fails fails"]],
    ["a task without a promise", failsAtOnce, [], ["failsAtOnce starts", "failsAtOnce fails"]],
  ] as const)("%s fails", async (_what, task, args, lines) => {
    const trace = await traced((on) => on.spawn.on(0)(task as (...values: unknown[]) => unknown, ...args));
    expect(script(trace, { thread: 0 })).toEqual(lines);
  });

  test("a task that Node's timer resumed has been running since the loop woke, and a turn follows", async () => {
    // The loop waits for most of the two milliseconds, unless the thread has no core meanwhile: then it is another time.
    await until(async () => {
      const trace = await traced(async (on) => {
        const ch = on.chan(i32);
        const got = ch.recv();
        await on.spawn.on(0)(foreign, ch);
        await got;
        ch.close();
      });
      const lines = script(trace, { thread: 0, also: ["idle", "turn"] });
      expect(lines.slice(lines.indexOf("foreign starts"))).toEqual(["foreign starts", "turn", "idle", "foreign went on by itself", "foreign wakes nobody", "foreign ends", "turn", "idle"]);
      const [{ sinceNs, timeNs }] = of(trace, "foreign");
      const [idle] = of(trace, "idle").filter((event) => event.thread === 0 && event.timeNs < timeNs).slice(-1);
      expect(sinceNs).toBeGreaterThanOrEqual(idle.timeNs);
      expect(sinceNs).toBeLessThanOrEqual(timeNs);
      return sinceNs - idle.timeNs > (timeNs - idle.timeNs) / 2;
    });
  });
});

test("tasks without an identity of their own have number 0", async () => {
  const tracing = await rt.trace({ events: 200_000 });
  await rt.spawn.on(0)(crowd, 10_100);
  const trace = await tracing.stop();
  expect(trace.lost).toEqual([0, 0, 0]);
  const members = of(trace, "start").filter(({ name }) => name === "member");
  expect(members).toHaveLength(10_100);
  expect(new Set(members.map(({ task }) => task)).size).toBe(10_000);
  expect(of(trace, "end").filter(({ task }) => task === 0)).toHaveLength(members.filter(({ task }) => task === 0).length);
  expect(of(trace, "park").filter(({ reason }) => reason === "receive")).toHaveLength(10_100);
});

describe("on the main thread", () => {
  test("a closure is a task as any other, placed on the main thread; code outside tasks is nobody", async () => {
    const trace = await traced((on) =>
      on.spawn(async function mine() {
        await on.sleep(1);
        await on.spawn.on(1)(touch, on.shared.int32(1));
      }),
    );
    expect(script(trace).filter((line) => !line.startsWith("touch "))).toEqual([
      "nobody spawns mine on 2",
      "mine starts",
      "mine waits: sleep",
      "nobody wakes mine",
      "mine is ready",
      "mine goes on",
      "mine spawns touch on 1",
      "mine went on by itself",
      "mine ends",
    ]);
    expect(script(trace, { thread: 1 })).toEqual(["touch starts", "touch ends"]);
  });

  test("waits of its own code", async () => {
    const trace = await traced((on) => Promise.resolve(on.sleep(1)));
    expect(script(trace)).toEqual(["nobody waits: sleep", "nobody wakes nobody", "nobody is ready", "nobody goes on"]);
  });

  test("a closure without a name", async () => {
    const trace = await traced((on) => on.spawn(async () => on.sleep(0)));
    expect(of(trace, "start").map(({ name }) => name)).toEqual(["(closure)"]);
  });
});

describe("between threads", () => {
  test("a task that waits through a foreign promise has not gone on before what it waits for has ended", async () => {
    const trace = await traced(async (on) => {
      for (let k = 0; k < 5; k++) await on.spawn.on(1)(joins);
    });
    const napped = of(trace, "end").filter(({ thread }) => thread === 0);
    const wentOn = of(trace, "foreign").filter(({ thread }) => thread === 1);
    expect(wentOn).toHaveLength(5);
    // to within the grain of the clocks of two threads
    for (const [k, { sinceNs }] of wentOn.entries()) expect(sinceNs).toBeGreaterThan((napped[k]?.timeNs ?? Infinity) - 1e6);
  });

  test.each([
    ["two threads", 0, 1, 0],
    ["two threads, buffered", 0, 1, 4],
    ["one thread", 1, 1, 0],
  ])("%s: wakes come before what they resume, spawns before starts", async (_what, first, second, capacity) => {
    const trace = await traced(async (on) => {
      const there = on.chan(i32, capacity);
      const back = on.chan(i32, capacity);
      await Promise.all([on.spawn.on(first)(pingPong, there, back, 300), on.spawn.on(second)(send, there, 300), on.spawn.on(second)(receive, back, 300)]);
      there.close();
      back.close();
    });
    expectOrder(trace);
    expect(trace.lost).toEqual([0, 0, 0]);
    expect(trace.completeFromNs).toBe(trace.startNs);
    expect(of(trace, "resume").length).toBeGreaterThan(0);
    expect(of(trace, "start").map(({ name, thread }) => `${name} ${thread}`).toSorted()).toEqual([`pingPong ${first}`, `receive ${second}`, `send ${second}`]);
    expect(of(trace, "end").map(({ failed }) => failed)).toEqual([false, false, false]);
    // Who wakes, acts on its own thread; whom it wakes, waits on thread `to`.
    const places = new Map(of(trace, "start").map(({ task, thread }) => [task, thread]));
    for (const { task, thread } of of(trace, "wake")) expect(places.get(task)).toBe(thread);
    // A task that has parked does nothing before it goes on.
    const parked = new Set<number>();
    for (const event of trace.events) {
      if (event.kind === "resume") parked.delete(event.task);
      else if ("task" in event && event.task !== 0) expect(parked).not.toContain(event.task);
      if (event.kind === "park") parked.add(event.task);
    }
  });

  test("the main thread and a thread", async () => {
    const trace = await traced(async (on) => {
      const ch = on.chan(i32);
      on.go.on(1)(send, ch, 50);
      for (let k = 0; k < 50; k++) await ch.recv();
      ch.close();
    });
    expectOrder(trace);
    expect(of(trace, "wake").length).toBeGreaterThan(0);
    expect(script(trace, { thread: 0 })).toEqual([]);
  });

  test("tasks taken by another thread", async () => {
    const done = rt.shared.int32(1);
    const trace = await traced((on) => {
      Atomics.store(done.array, 0, 0);
      return on.spawn.on(0)(hoard, 200, done);
    });
    done.free();
    const steals = of(trace, "steal");
    expect(steals.length).toBeGreaterThan(0);
    expect(steals.every(({ from, thread, count }) => from !== thread && count > 0)).toBe(true);
    expect(of(trace, "start")).toHaveLength(201);
    expectOrder(trace);
  });
});

test("collections of garbage, at their time", async () => {
  const trace = await traced((on) => on.spawn.on(1)(litter));
  const gcs = of(trace, "gc").filter(({ thread }) => thread === 1);
  const [started] = of(trace, "start");
  const [ended] = of(trace, "end");
  const within = gcs.filter(({ timeNs, durationNs }) => timeNs - durationNs >= started.timeNs && timeNs <= ended.timeNs);
  expect(within.length).toBeGreaterThan(0);
  for (const { type, durationNs } of gcs) {
    expect(["minor", "major", "incremental", "weak callbacks"]).toContain(type);
    expect(durationNs).toBeGreaterThan(0);
  }
  expectOrder(trace);
});

test("an idle thread says so once", async () => {
  const trace = await traced((on) => Promise.resolve(on.sleep(30)));
  for (const thread of [0, 1]) {
    const kinds = trace.events.filter((event) => event.thread === thread && event.kind !== "gc").map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "idle").length).toBeLessThanOrEqual(1);
    expect(kinds.length).toBeLessThanOrEqual(3);
  }
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

  test("rings larger than the arena", async () => {
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
    const round = async (): Promise<Trace> => traced((on) => on.spawn.on(0)(pair, 0));
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
  test("holds up neither the beginning nor the end; its ring is freed once it cannot write any more", async () => {
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

  test("what it did before is there", async () => {
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
  test("its events stay, its death is told, and its successor records on from the first task", async () => {
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

  test("while the trace ends: its rings are freed once its successor is up, which records into that of the next", async () => {
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
