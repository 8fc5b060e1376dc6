import { describe, expect, test } from "vitest";
import type { Trace, TraceEvent } from "../../../src/index.ts";
import { analyseTrace, type Analysis } from "../../../src/lab/trace/analyse.ts";

type Told = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, "timeNs" | "thread"> : never) : never;

const MAIN = 2;

/** A recording of 1000 ns on two threads, from `[time, thread, event]`. */
function traceOf(...told: readonly (readonly [ns: number, thread: number, event: Told])[]): Trace {
  const events = told.map(([ns, thread, event]) => ({ ...event, thread, timeNs: 5000 + ns }) as TraceEvent);
  return { threads: 2, startNs: 5000, endNs: 6000, events, lost: [0, 0, 0], completeFromNs: 5000 };
}

/** What a task did: `[state, from, to]`. */
function didOf({ timeline }: Analysis, name: string): (readonly [string, number, number])[] {
  const place = timeline.tasks.findIndex((task) => task.name === name);
  const runs = timeline.runs.filter(([, task]) => task === place).map(([, , from, to]) => ["running", from, to] as const);
  const rests = timeline.rests.filter(([task]) => task === place).map(([, from, to, reason]) => [reason, from, to] as const);
  return [...runs, ...rests].toSorted((a, b) => a[1] - b[1]);
}

describe("what a task did", () => {
  test("ready until it starts, running, waiting for what it says, ready from when somebody ended the wait", () => {
    const analysis = analyseTrace(traceOf(
      [10, MAIN, { kind: "spawn", task: 0, child: 1, to: 0, place: "any" }],
      [50, 0, { kind: "start", task: 1, name: "one" }],
      [200, 0, { kind: "park", task: 1, reason: "receive", wait: 9 }],
      [210, 0, { kind: "idle" }],
      [400, 1, { kind: "wake", task: 0, wait: 9, to: 0 }],
      [430, 0, { kind: "ready", wait: 9 }],
      [450, 0, { kind: "resume", task: 1, wait: 9 }],
      [600, 0, { kind: "end", task: 1, failed: false }],
    ));
    expect(didOf(analysis, "one")).toEqual([["ready", 10, 50], ["running", 50, 200], ["receive", 200, 400], ["ready", 400, 450], ["running", 450, 600]]);
    // concurrency counts it from its start
    expect(analysis.view.counted).toEqual([{ fromNs: 50, toNs: 600 }]);
    expect(analysis.activity).toMatchObject({ T: 1000, W: 300, busy: [300, 0], L: 0.55, A: 0.3, U: 0.15, hist: [0.7, 0.3, 0], Pi2: 0 });
  });

  test("a yield is ready, what is not warren's is elsewhere, and it goes on since it is known to", () => {
    const analysis = analyseTrace(traceOf(
      [0, 0, { kind: "start", task: 1, name: "one" }],
      [100, 0, { kind: "yield", task: 1, hop: 1 }],
      [120, 0, { kind: "turn" }],
      [120, 0, { kind: "hop", hop: 1 }],
      [300, 0, { kind: "turn" }],
      [310, 0, { kind: "idle" }],
      [700, 0, { kind: "foreign", task: 1, sinceNs: 5650 }],
      [700, 0, { kind: "end", task: 1, failed: false }],
    ));
    expect(didOf(analysis, "one")).toEqual([["running", 0, 100], ["ready", 100, 120], ["running", 120, 300], ["elsewhere", 300, 650], ["running", 650, 700]]);
  });

  test("a mark shows that its task runs, and changes nothing else", () => {
    const events = [
      [0, 0, { kind: "start", task: 1, name: "one" }],
      [100, 0, { kind: "turn" }],
      [110, 0, { kind: "idle" }],
      [400, 0, { kind: "foreign", task: 1, sinceNs: 5350 }],
      [400, 0, { kind: "mark", task: 1, name: "half", n: 0.5 }],
      [450, MAIN, { kind: "mark", task: 0, name: "seen", n: 2 }],
      [500, 0, { kind: "end", task: 1, failed: false }],
    ] as const;
    const analysis = analyseTrace(traceOf(...events));
    expect(didOf(analysis, "one")).toEqual([["running", 0, 100], ["elsewhere", 100, 350], ["running", 350, 500]]);
    expect(analysis.view.marks).toEqual([{ ns: 400, thread: 0, task: 1, name: "half", n: 0.5 }, { ns: 450, thread: MAIN, task: 0, name: "seen", n: 2 }]);
    expect(analysis.timeline).toEqual(analyseTrace(traceOf(...events.filter(([, , { kind }]) => kind !== "mark"))).timeline);
    expect(analyseTrace(traceOf(...events), { startNs: 5420, endNs: 6000 }).view.marks).toEqual([{ ns: 30, thread: MAIN, task: 0, name: "seen", n: 2 }]);
  });

  test("of two waits at once the one that is left is what it waits for", () => {
    const analysis = analyseTrace(traceOf(
      [0, 0, { kind: "start", task: 1, name: "one" }],
      [100, 0, { kind: "park", task: 1, reason: "receive", wait: 7 }],
      [110, 0, { kind: "park", task: 1, reason: "sleep", wait: 8 }],
      [120, 0, { kind: "turn" }],
      [200, 0, { kind: "resume", task: 1, wait: 7 }],
      [230, 0, { kind: "turn" }],
    ));
    expect(didOf(analysis, "one")).toEqual([["running", 0, 110], ["sleep", 110, 200], ["running", 200, 230], ["sleep", 230, 1000]]);
  });

  test("a task that was there before the recording, and one that is there after it, are cut", () => {
    const analysis = analyseTrace(traceOf(
      [300, 0, { kind: "resume", task: 1, wait: 9 }],
      [400, 0, { kind: "park", task: 1, reason: "lock", wait: 9 }],
    ), { startNs: 5100, endNs: 5900 });
    expect(didOf(analysis, "task 1")).toEqual([["elsewhere", 0, 200], ["running", 200, 300], ["lock", 300, 800]]);
    expect(analysis.activity.L).toBe(1);
  });

  test("a thread's death ends its tasks", () => {
    const analysis = analyseTrace(traceOf(
      [0, 0, { kind: "start", task: 1, name: "one" }],
      [0, 1, { kind: "start", task: 2, name: "two" }],
      [500, 0, { kind: "died" }],
    ));
    expect(didOf(analysis, "one")).toEqual([["running", 0, 500]]);
    expect(didOf(analysis, "two")).toEqual([["running", 0, 1000]]);
    expect(analysis.activity).toMatchObject({ L: 1.5, A: 1.5, hist: [0, 0.5, 0.5], Pi2: 0.5 });
  });
});

describe("who is counted", () => {
  test("the main thread never: not its closures, and not what it does", () => {
    const { activity, timeline } = analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 1, to: MAIN, place: "any" }],
      [10, MAIN, { kind: "start", task: 1, name: "closure" }],
      [900, MAIN, { kind: "end", task: 1, failed: false }],
    ));
    expect(activity).toMatchObject({ W: 0, L: 0 });
    expect(timeline.tasks).toEqual([]);
  });

  test("not who only waits for those it has started; who sleeps itself is", () => {
    const of = (reason: "join" | "sleep"): Analysis => analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 1, to: 0, place: "any" }],
      [0, 0, { kind: "start", task: 1, name: "boss" }],
      [50, 0, { kind: "spawn", task: 1, child: 2, to: 1, place: "any" }],
      [60, 0, { kind: "park", task: 1, reason, wait: 5 }],
      [60, 1, { kind: "start", task: 2, name: "worker" }],
      [960, 1, { kind: "end", task: 2, failed: false }],
    ));
    expect(of("join").activity.L).toBeCloseTo(0.9, 12);
    expect(of("sleep").activity.L).toBeCloseTo(1.9, 12);
    // what it runs counts all the same
    expect(of("join").activity.W).toBe(960);
  });

  test("not who starts many and waits for one after the other, although they run as little as that takes", () => {
    const children = [2, 3, 4, 5, 6, 7];
    const { activity, view } = analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 1, to: 0, place: "any" }],
      [0, 0, { kind: "start", task: 1, name: "boss" }],
      ...children.map((child): readonly [number, number, Told] => [10, 0, { kind: "spawn", task: 1, child, to: 1, place: "any" }]),
      [20, 0, { kind: "park", task: 1, reason: "join", wait: 5 }],
      ...children.flatMap((child): readonly (readonly [number, number, Told])[] => [
        [100 * child, 1, { kind: "start", task: child, name: "worker" }],
        [100 * child + 20, 1, { kind: "end", task: child, failed: false }],
        [100 * child + 30, 0, { kind: "resume", task: 1, wait: 5 }],
        [100 * child + 50, 0, { kind: "park", task: 1, reason: "join", wait: 5 }],
      ]),
    ));
    expect(view.tasks.map(({ isCoordinator }) => isCoordinator)).toEqual([true, ...children.map(() => false)]);
    expect(activity.L).toBeCloseTo(0.12, 12);
  });

  test("not who waits for all at once, although its thread was kept from sleeping", () => {
    const { activity, view } = analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 1, to: 0, place: "any" }],
      [0, 0, { kind: "start", task: 1, name: "boss" }],
      [10, 0, { kind: "spawn", task: 1, child: 2, to: 1, place: "any" }],
      [20, 0, { kind: "idle" }],
      [20, 1, { kind: "start", task: 2, name: "worker" }],
      [30, 1, { kind: "park", task: 2, reason: "sleep", wait: 5 }],
      ...Array.from({ length: 8 }, (_, k): readonly [number, number, Told] => [100 + 100 * k, 0, { kind: "outside", busyNs: 20 }]),
    ));
    // nobody else waited for something outside warren: the boss is told to have run
    expect(activity.W).toBe(20 + 10 + 8 * 20);
    expect(view.tasks.map(({ isCoordinator }) => isCoordinator)).toEqual([true, false]);
  });

  test("who starts others and takes a part of the work itself is counted", () => {
    const turns = Array.from({ length: 6 }, (_, k): readonly [number, number, Told][] => [
      [100 + 100 * k, 0, { kind: "resume", task: 1, wait: 5 }],
      [130 + 100 * k, 0, { kind: "park", task: 1, reason: "join", wait: 5 }],
    ]).flat();
    const { activity, view } = analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 1, to: 0, place: "any" }],
      [0, 0, { kind: "start", task: 1, name: "boss" }],
      [10, 0, { kind: "spawn", task: 1, child: 2, to: 1, place: "any" }],
      [20, 0, { kind: "park", task: 1, reason: "join", wait: 5 }],
      [20, 1, { kind: "start", task: 2, name: "worker" }],
      ...turns,
    ));
    expect(view.tasks.map(({ isCoordinator }) => isCoordinator)).toEqual([false, false]);
    expect(activity.L).toBeCloseTo(1.98, 12);
  });

  test("tasks that cannot be told apart: their number and what they ran, by thread", () => {
    const { activity, timeline } = analyseTrace(traceOf(
      [0, MAIN, { kind: "spawn", task: 0, child: 11, to: 0, place: "any" }],
      [0, MAIN, { kind: "spawn", task: 0, child: 12, to: 0, place: "any" }],
      [100, 0, { kind: "start", task: 0, name: "many" }],
      [200, 0, { kind: "park", task: 0, reason: "sleep", wait: 5 }],
      [200, 0, { kind: "start", task: 0, name: "many" }],
      [300, 0, { kind: "end", task: 0, failed: false }],
      [400, 0, { kind: "resume", task: 0, wait: 5 }],
      [500, 0, { kind: "end", task: 0, failed: false }],
    ));
    expect(timeline.tasks).toEqual([{ id: 0, name: "others on thread 0" }]);
    expect(timeline.rests).toEqual([]);
    expect(activity).toMatchObject({ W: 300, L: 0.5 });
  });

  test("a region that is not in the trace is an error that says so", () => {
    expect(() => analyseTrace(traceOf(), { startNs: 7000, endNs: 8000 })).toThrow("the region from 7000 to 8000 is not in the trace, which is complete from 5000 to 6000");
  });
});
