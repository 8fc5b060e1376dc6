import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TraceEvent } from "../../../src/index.ts";
import { randomSource } from "../../../src/lab/random.ts";
import { Reducer } from "../../../src/lab/watch/reduce.ts";
import { senselessTraces } from "../trace/senseless-traces.ts";
import { simulateTrace } from "../trace/simulated-trace.ts";
import { analysed, didOf, expectHonest, inBatches } from "./replayed.ts";

const simulations = fc.record({ seed: fc.nat(), threads: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 1, max: 25 }), withForeign: fc.boolean() });

describe("simulated runs", () => {
  test("cut anywhere, the messages say what an analysis of the whole trace says", () => {
    fc.assert(fc.property(simulations, fc.integer({ min: 2, max: 40 }), (options, most) => {
      const { trace } = simulateTrace(options);
      const messages = inBatches(trace, randomSource(options.seed, "batches"), most);
      expect(didOf(messages, trace.endNs - trace.startNs)).toEqual(analysed(trace));
    }));
  });

  test("every message is honest about its own time", () => {
    fc.assert(fc.property(simulations, (options) => {
      const { trace } = simulateTrace({ ...options, withForeign: false });
      expectHonest(inBatches(trace, randomSource(options.seed, "batches")));
    }));
  });
});

test("of events without sense nothing is thrown, and a thread runs one task at a time", () => {
  fc.assert(fc.property(senselessTraces, fc.nat(), (trace, seed) => {
    const messages = inBatches(trace, randomSource(seed, "batches"));
    expect(messages.at(-1)?.open).toEqual([]);
    for (const slices of Map.groupBy(messages.flatMap((message) => message.slices), ([thread]) => thread).values()) {
      for (const [k, [, , fromMs, toMs]] of slices.entries()) {
        expect(toMs).toBeGreaterThan(fromMs);
        expect(fromMs).toBeGreaterThanOrEqual(slices[k - 1]?.[3] ?? 0);
      }
    }
  }));
});

type Told = TraceEvent extends infer E ? (E extends TraceEvent ? Omit<E, "timeNs" | "thread"> : never) : never;

/** Events on two threads and the main thread, from `[ms, thread, event]`. */
function eventsOf(...told: readonly (readonly [ms: number, thread: number, event: Told])[]): TraceEvent[] {
  return told.map(([ms, thread, event]) => ({ ...event, thread, timeNs: 9e9 + ms * 1e6 }) as TraceEvent);
}

describe("one batch after the other", () => {
  test("a task that computes is open until it stops, and then a slice", () => {
    const reducer = new Reducer(7, { threads: 2, startNs: 9e9 });
    const first = reducer.take({ events: eventsOf([0, 2, { kind: "spawn", task: 0, child: 5, to: 0, place: "any" }], [1, 0, { kind: "start", task: 5, name: "loader" }], [2, 0, { kind: "mark", task: 5, name: "load", n: 3 }]), lost: [0, 2, 0], untilNs: 9.05e9 });
    expect(first).toEqual({ kind: "events", run: 7, untilMs: 50, lost: 2, tasks: [[5, "loader", 0, 1]], ends: [], marks: [[2, 5, 0, "load", 3]], slices: [], waits: [[5, 0, "ready"]], open: [[0, 5, 1]] });
    expect(reducer.take({ events: [], lost: [0, 2, 0], untilNs: 9.1e9 })).toMatchObject({ untilMs: 100, tasks: [], slices: [], open: [[0, 5, 1]] });
    const last = reducer.take({ events: eventsOf([120, 0, { kind: "park", task: 5, reason: "sleep", wait: 1 }], [121, 0, { kind: "idle" }]), lost: [0, 2, 0], untilNs: 9.15e9 });
    expect(last).toMatchObject({ slices: [[0, 5, 1, 120]], waits: [[5, 120, "sleep"]], open: [] });
  });

  test("a task that runs on after its slice was sent gets one more, right behind it", () => {
    const reducer = new Reducer(1, { threads: 1, startNs: 9e9 });
    const first = reducer.take({ events: eventsOf([1, 0, { kind: "start", task: 5, name: "one" }], [2, 0, { kind: "park", task: 5, reason: "receive", wait: 1 }]), lost: [0, 0], untilNs: 9.05e9 });
    expect(first.slices).toEqual([[0, 5, 1, 2]]);
    const second = reducer.take({ events: eventsOf([60, 0, { kind: "park", task: 5, reason: "sleep", wait: 2 }], [61, 0, { kind: "idle" }]), lost: [0, 0], untilNs: 9.1e9 });
    expect(second.slices).toEqual([[0, 5, 2, 60]]);
  });

  test("what the main thread does is left out: its closures, and their marks", () => {
    const reducer = new Reducer(1, { threads: 2, startNs: 9e9 });
    const message = reducer.take({ events: eventsOf([0, 2, { kind: "spawn", task: 0, child: 4, to: 2, place: "here" }], [1, 2, { kind: "start", task: 4, name: "closure" }], [2, 2, { kind: "mark", task: 4, name: "load", n: 0 }], [3, 2, { kind: "end", task: 4, failed: false }]), lost: [0, 0, 0], untilNs: 9.05e9 });
    expect(message).toMatchObject({ tasks: [], marks: [], waits: [], ends: [] });
  });

  test("the end closes what runs", () => {
    const reducer = new Reducer(1, { threads: 1, startNs: 9e9 });
    reducer.take({ events: eventsOf([1, 0, { kind: "start", task: 5, name: "one" }]), lost: [0, 0], untilNs: 9.05e9 });
    expect(reducer.end(9.08e9)).toMatchObject({ untilMs: 80, slices: [[0, 5, 1, 80]], open: [] });
  });

  test("a thread's death ends its tasks", () => {
    const reducer = new Reducer(1, { threads: 1, startNs: 9e9 });
    const message = reducer.take({ events: eventsOf([1, 0, { kind: "start", task: 5, name: "one" }], [9, 0, { kind: "died" }]), lost: [0, 0], untilNs: 9.05e9 });
    expect(message).toMatchObject({ slices: [[0, 5, 1, 9]], ends: [[5, 9]], open: [] });
  });
});
