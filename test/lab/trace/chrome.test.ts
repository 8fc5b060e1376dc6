import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Trace } from "../../../src/index.ts";
import { analyseTrace, type Analysis } from "../../../src/lab/trace/analyse.ts";
import { chromeTrace, micros, type ChromeEvent, type ChromeTrace } from "../../../src/lab/trace/chrome.ts";
import { stepsOf } from "../../../src/lab/trace/steps.ts";
import { simulateTrace } from "./simulated-trace.ts";

/** As Perfetto reads a time. */
const ns = (us: number): number => Math.trunc(us * 1000);

type Slice = Extract<ChromeEvent, { ph: "X" }>;
type Flow = Extract<ChromeEvent, { ph: "s" | "f" }>;

/** What a reader sees: the text, parsed. */
function fileOf(analysis: Analysis): { events: readonly ChromeEvent[]; slices: readonly Slice[]; flows: readonly Flow[] } {
  const file = JSON.parse(JSON.stringify(chromeTrace(analysis.view, { program: "test" }))) as ChromeTrace;
  expect(file.displayTimeUnit).toBe("ms");
  const events = file.traceEvents;
  return { events, slices: events.filter((event) => event.ph === "X"), flows: events.filter((event): event is Flow => event.ph === "s" || event.ph === "f") };
}

const traces = fc.record({ seed: fc.nat(), threads: fc.integer({ min: 1, max: 4 }), tasks: fc.integer({ min: 1, max: 20 }), withForeign: fc.boolean() }).map((options) => simulateTrace(options).trace);

const holds = (check: (file: ReturnType<typeof fileOf>, analysis: Analysis) => void): void =>
  fc.assert(fc.property(traces, (trace) => {
    const analysis = analyseTrace(trace);
    check(fileOf(analysis), analysis);
  }), { numRuns: 25 });

describe("what readers of the format need", () => {
  test("every field is there and has its type", () => {
    holds(({ events }) => {
      for (const event of events) {
        expect(Number.isInteger(event.pid) && event.pid > 0).toBe(true);
        expect(event.name).not.toBe("");
        if ("tid" in event) expect(Number.isInteger(event.tid) && (event.tid as number) > event.pid).toBe(true);
        if (event.ph !== "M") expect(Number.isFinite(event.ts) && event.ts >= 0).toBe(true);
        if (event.ph === "X") expect(Number.isFinite(event.dur) && event.dur > 0).toBe(true);
        if (event.ph === "C") for (const value of Object.values(event.args)) expect(Number.isInteger(value)).toBe(true);
      }
    });
  });

  test("names: each once, a thread id in one process only, a name for every track", () => {
    holds(({ events, slices }) => {
      const metadata = events.filter((event) => event.ph === "M");
      const keys = metadata.map(({ name, pid, tid }) => `${name} ${pid} ${tid}`);
      expect(new Set(keys).size).toBe(keys.length);
      const tids = metadata.filter(({ name }) => name === "thread_name").map(({ tid }) => tid);
      expect(new Set(tids).size).toBe(tids.length);
      for (const { tid } of slices) expect(tids).toContain(tid);
      // all before the first event with a time
      expect(events.findIndex((event) => event.ph !== "M")).toBe(metadata.length);
    });
  });

  test("slices of a track are disjoint, and times never go back", () => {
    holds(({ events, slices }) => {
      const times = events.flatMap((event) => (event.ph === "M" ? [] : [ns(event.ts)]));
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const track of Map.groupBy(slices, ({ pid, tid }) => `${pid}/${tid}`).values()) {
        let endNs = 0;
        for (const { ts, dur } of track) {
          expect(ns(ts)).toBeGreaterThanOrEqual(endNs);
          endNs = ns(ts) + ns(dur);
        }
      }
    });
  });

  test("each flow goes forward from a running slice into a running slice", () => {
    holds(({ events, flows }, { view }) => {
      // the slice that was last begun on each track, as a reader in one pass knows it
      const open = new Map<number, Slice>();
      const from = new Map<number, number>();
      for (const event of events) {
        if (event.ph === "X") open.set(event.tid, event);
        if (event.ph !== "s" && event.ph !== "f") continue;
        const slice = open.get(event.tid) as Slice;
        expect(slice.name).toBe("running");
        expect(ns(event.ts)).toBeGreaterThanOrEqual(ns(slice.ts));
        expect(ns(event.ts)).toBeLessThan(ns(slice.ts) + ns(slice.dur));
        if (event.ph === "s") expect(from.has(event.id)).toBe(false);
        if (event.ph === "s") from.set(event.id, ns(event.ts));
        else expect(from.get(event.id)).toBeLessThanOrEqual(ns(event.ts));
      }
      expect(flows.length).toBe(2 * from.size);
      expect(from.size).toBeLessThanOrEqual(view.handOffs.length);
    });
  });

  test("counters say what the slices say", () => {
    holds(({ events, slices }, { view }) => {
      const valuesOf = (name: string): { ns: number; count: number }[] => events.flatMap((event) => (event.ph === "C" && event.name === name ? [{ ns: ns(event.ts), count: Object.values(event.args)[0] as number }] : []));
      const running = slices.filter(({ pid, cat }) => pid === 1 && cat === "run").map(({ ts, dur }) => ({ fromNs: ns(ts), toNs: ns(ts) + ns(dur) }));
      expect(valuesOf("threads running r(t)")).toEqual(stepsOf(running));
      expect(valuesOf("tasks in progress c(t)")).toEqual(stepsOf(view.counted));
    });
  });

  test("both processes show the same running", () => {
    holds(({ slices }) => {
      const running = (pid: number): string[] => slices.filter((slice) => slice.pid === pid && slice.cat === "run").map(({ ts, dur }) => `${ts} ${dur}`).toSorted();
      expect(running(1)).toEqual(running(2));
    });
  });
});

test("a hand-off is an arrow; a timer's is none; collections have a track of their own", () => {
  const at = (timeNs: number): { timeNs: number; thread: number } => ({ timeNs, thread: 0 });
  const trace: Trace = {
    threads: 1, startNs: 0, endNs: 2000, lost: [0, 0], completeFromNs: 0,
    events: [
      { ...at(0), kind: "turn" },
      { ...at(10), kind: "start", task: 1, name: "receiver" },
      { ...at(100), kind: "park", task: 1, reason: "receive", wait: 7 },
      { ...at(100), kind: "start", task: 2, name: "sender" },
      { ...at(300), kind: "wake", task: 2, wait: 7, to: 0 },
      { ...at(400), kind: "gc", durationNs: 50, type: "minor" },
      { ...at(500), kind: "park", task: 2, reason: "sleep", wait: 8 },
      { ...at(510), kind: "resume", task: 1, wait: 7 },
      { ...at(900), kind: "end", task: 1, failed: false },
      { ...at(1000), kind: "wake", task: 0, wait: 8, to: 0 },
      { ...at(1000), kind: "turn" },
      { ...at(1001), kind: "resume", task: 2, wait: 8 },
      { ...at(1200), kind: "end", task: 2, failed: false },
    ],
  };
  const { slices, flows } = fileOf(analyseTrace(trace));
  expect(flows).toEqual([
    { ph: "s", name: "hand-off", cat: "flow", id: 1, pid: 2, tid: 1002, ts: 0.3 },
    { ph: "f", name: "hand-off", cat: "flow", id: 1, pid: 2, tid: 1001, ts: 0.51, bp: "e" },
  ]);
  expect(slices.filter(({ tid }) => tid === 1001).map(({ name, ts, dur }) => [name, ts, dur])).toEqual([["running", 0.01, 0.09], ["waiting: receive", 0.1, 0.2], ["ready", 0.3, 0.21], ["running", 0.51, 0.39]]);
  expect(slices.filter(({ cat }) => cat === "gc")).toEqual([{ ph: "X", name: "minor collection", cat: "gc", pid: 1, tid: 501, ts: 0.35, dur: 0.05 }]);
});

test("marks are instants on the tracks of their threads, the main thread's only if it has some", () => {
  const trace: Trace = {
    threads: 1, startNs: 0, endNs: 2000, lost: [0, 0], completeFromNs: 0,
    events: [
      { timeNs: 10, thread: 0, kind: "start", task: 4, name: "burner" },
      { timeNs: 250, thread: 0, kind: "mark", task: 4, name: "burnt", n: 17 },
      { timeNs: 300, thread: 1, kind: "mark", task: 0, name: "seen", n: -0.5 },
    ],
  };
  const { events } = fileOf(analyseTrace(trace));
  expect(events.filter(({ ph }) => ph === "i")).toEqual([
    { ph: "i", s: "t", name: "burnt", cat: "mark", pid: 1, tid: 101, ts: 0.25, args: { n: 17, task: 4 } },
    { ph: "i", s: "t", name: "seen", cat: "mark", pid: 1, tid: 102, ts: 0.3, args: { n: -0.5, task: 0 } },
  ]);
  expect(events).toContainEqual({ ph: "M", name: "thread_name", pid: 1, tid: 102, args: { name: "main thread" } });
  expect(fileOf(analyseTrace({ ...trace, events: trace.events.slice(0, 2) })).events.filter((event) => "tid" in event && event.tid === 102)).toEqual([]);
});

test("microseconds keep every nanosecond", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e13 }), (value) => ns(micros(value)) === value));
  expect(micros(1001)).not.toBe(1.001); // 1.001 · 1000 is a little less than 1001
});
