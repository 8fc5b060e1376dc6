/** What rt.trace() records: exact sequences of small programs, and what holds between threads. How it begins and ends: trace-ends.test.ts. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, i32, start } from "../../../src/index.ts";
import { script } from "./trace-script.ts";
import { expectOrder, of, traced } from "./trace-stage.ts";
import { crowd, fails, failsAtOnce, foreign, hoard, joins, litter, pair, pingPong, receive, send, touch, uses, waits, yields } from "./trace-tasks.ts";
import { until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

describe("on one thread, exactly", () => {
  test("a rendezvous: a hand-off each way, then the join", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(pair, 0));
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
      "sender comes back to pair",
      "pair ends",
    ]);
    expectOrder(trace);
  });

  test("a buffer of one: the second value needs no wait", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(pair, 1));
    expect(script(trace, { thread: 0 })).toEqual(["pair starts", "pair spawns sender on 0", "pair waits: receive", "sender starts", "sender wakes pair", "pair is ready", "sender ends", "sender comes back to pair", "pair goes on", "pair ends"]);
    expectOrder(trace);
  });

  test.each([
    ["sleep", ["waits waits: sleep", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["after", ["waits waits: receive", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["deadline", ["waits waits: receive", "nobody wakes waits", "waits is ready", "waits goes on"]],
    ["select", ["waits spawns other on 0", "waits waits: select", "other starts", "other wakes waits", "waits is ready", "other ends", "waits goes on"]],
    // It continues immediately, and so does the task that has ended its wait.
    ["timeout", ["waits waits: receive", "nobody wakes waits", "waits goes on"]],
    ["signal", ["waits spawns aborter on 0", "waits waits: receive", "aborter starts", "nobody wakes waits", "waits goes on", "aborter ends"]],
  ] as const)("%s", async (how, lines) => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(waits, how));
    expect(script(trace, { thread: 0 })).toEqual(["waits starts", ...lines, "waits ends"]);
    expectOrder(trace);
  });

  test("uses of channels, a lock and a group of waits, one event for each value", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(uses));
    expect(of(trace, "use").map(({ use, room }) => `${use} ${room}`)).toEqual([
      "send 4", "send 4", "receive 0", "receive 0", "miss 0", "send 4", "receive 0", "close 0", "receive 0",
      "lock 1", "unlock 0", "lock 0", "unlock 0", "lock 3", "lock 3", "unlock 3", "unlock 3", "signal 0", "await 0",
    ]);
    expect(of(trace, "choice").map(({ ready }) => ready)).toEqual([2]);
  });

  test("a timer that fires says when it was due", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(waits, "sleep"));
    const [due] = of(trace, "due");
    const [park] = of(trace, "park");
    const start = of(trace, "start").find(({ name }) => name.endsWith("waits"))!;
    const own = trace.events.filter(({ thread, kind }) => thread === due.thread && kind !== "gc" && kind !== "outside");
    const wake = own[own.indexOf(due) + 1];
    expect(wake).toMatchObject({ kind: "wake", task: 0, wait: park.wait });
    // Two milliseconds from a moment between the start of the task and its wait, however long the thread stood still there.
    expect(due.dueNs).toBeGreaterThanOrEqual(start.timeNs + 2e6);
    expect(due.dueNs).toBeLessThanOrEqual(park.timeNs + 2e6);
    expect(due.dueNs).toBeLessThanOrEqual(due.timeNs);
  });

  test("yieldNow: a hop in a later turn each time", async () => {
    const trace = await traced(rt, (on) => on.spawn.on(0)(yields, 2));
    // A bell of another thread may add a turn. The trace may be over before the turn that follows the end.
    expect(script(trace, { thread: 0, also: ["turn"] }).join(" · ")).toMatch(
      /yields starts · yields yields( · turn)+ · yields hops · yields yields( · turn)+ · yields hops · yields ends( · turn|$)/,
    );
  });

  test("the end of a time slice is a yield, too", async () => {
    const trace = await traced(rt, (on) => {
      const ch = on.chan(i32, 100_000);
      return on.spawn.on(0)(send, ch, 100_000).then(() => ch.close());
    }, { events: 200_000 });
    expect(trace.lost.every((count) => count === 0)).toBe(true);
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
    const trace = await traced(rt, (on) => on.spawn.on(0)(task as (...values: unknown[]) => unknown, ...args));
    expect(script(trace, { thread: 0 })).toEqual(lines);
  });

  test("a task that Node's timer resumed has been running since the loop woke, and a turn follows", async () => {
    // The loop waits for most of the two milliseconds, unless the thread has no core during that time.
    await until(async () => {
      const trace = await traced(rt, async (on) => {
        const ch = on.chan(i32);
        const got = ch.recv();
        await on.spawn.on(0)(foreign, ch);
        await got;
        ch.close();
      });
      const lines = script(trace, { thread: 0, also: ["idle", "turn"] });
      // On a busy machine the timer can be due before the loop begins to wait.
      if (lines.indexOf("idle", lines.indexOf("foreign starts")) > lines.indexOf("foreign wakes nobody")) return false;
      // Or the trace ends before the thread has got through its turn.
      if (!lines.includes("idle", lines.indexOf("foreign ends"))) return false;
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
  test("a closure is a task like any other, placed on the main thread; code outside tasks is nobody", async () => {
    const trace = await traced(rt, (on) =>
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
      "mine ends",
      "mine comes back to nobody",
    ]);
    expect(script(trace, { thread: 1 })).toEqual(["touch starts", "touch ends"]);
  });

  test("waits of its own code", async () => {
    const trace = await traced(rt, (on) => Promise.resolve(on.sleep(1)));
    expect(script(trace)).toEqual(["nobody waits: sleep", "nobody wakes nobody", "nobody is ready", "nobody goes on"]);
  });

  test("a closure without a name", async () => {
    const trace = await traced(rt, (on) => on.spawn(async () => on.sleep(0)));
    expect(of(trace, "start").map(({ name }) => name)).toEqual(["(closure)"]);
  });
});

describe("between threads", () => {
  test("a task that waits for one of another thread gets its result after that has ended, and has not gone on before", async () => {
    const trace = await traced(rt, async (on) => {
      for (let k = 0; k < 5; k++) await on.spawn.on(1)(joins);
    });
    const napped = of(trace, "end").filter(({ thread }) => thread === 0);
    const joined = of(trace, "join").filter(({ thread }) => thread === 1);
    expect(joined).toHaveLength(5);
    expect(of(trace, "foreign").filter(({ thread }) => thread === 1)).toEqual([]);
    // to within the grain of the clocks of two threads
    for (const [k, { timeNs }] of joined.entries()) expect(timeNs).toBeGreaterThan((napped[k]?.timeNs ?? Infinity) - 1e6);
  });

  test.each([
    ["two threads", 0, 1, 0],
    ["two threads, buffered", 0, 1, 4],
    ["one thread", 1, 1, 0],
  ])("%s: wakes come before what they resume, spawns before starts", async (_what, first, second, capacity) => {
    const trace = await traced(rt, async (on) => {
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
    // The waking task acts on its own thread; the task that it wakes waits on thread `to`.
    const places = new Map(of(trace, "start").map(({ task, thread }) => [task, thread]));
    for (const { task, thread } of of(trace, "wake")) expect(places.get(task)).toBe(thread);
    // A task that waits does nothing before it continues.
    const parked = new Set<number>();
    for (const event of trace.events) {
      if (event.kind === "resume") parked.delete(event.task);
      else if ("task" in event && event.task !== 0) expect(parked).not.toContain(event.task);
      if (event.kind === "park") parked.add(event.task);
    }
  });

  test("the main thread and a thread", async () => {
    const trace = await traced(rt, async (on) => {
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
    const trace = await traced(rt, (on) => {
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
  const trace = await traced(rt, (on) => on.spawn.on(1)(litter));
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
  const trace = await traced(rt, (on) => Promise.resolve(on.sleep(30)));
  for (const thread of [0, 1]) {
    // The thread can be stopped in its turn: what is seen of that is not counted.
    const kinds = trace.events.filter((event) => event.thread === thread && event.kind !== "gc" && event.kind !== "outside").map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "idle").length).toBeLessThanOrEqual(1);
    expect(kinds.length).toBeLessThanOrEqual(3);
  }
});
