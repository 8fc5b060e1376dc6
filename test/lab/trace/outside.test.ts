import { describe, expect, test } from "vitest";
import type { Trace, TraceEvent } from "../../../src/index.ts";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { dealt } from "../../../src/lab/trace/outside.ts";
import type { RestSlice, RunSlice } from "../../../src/lab/timeline.ts";
import { expectDisjoint, expectIdentities } from "./identities.ts";

const wait = (task: number, fromNs: number, toNs: number): RestSlice => [task, fromNs, toNs, "elsewhere"];
const childless = (): boolean => false;

describe("what a sleeping thread's event loop did", () => {
  const busy = [{ fromNs: 10, toNs: 20 }, { fromNs: 30, toNs: 40 }, { fromNs: 50, toNs: 60 }, { fromNs: 70, toNs: 80 }];

  test("was done by the task that waited for something outside warren", () => {
    expect(dealt(3, busy, [wait(1, 0, 45), wait(2, 45, 100)], [], childless)).toEqual([[3, 1, 10, 20], [3, 1, 30, 40], [3, 2, 50, 60], [3, 2, 70, 80]]);
  });

  test("is shared by those that waited at the same time, but not by one that has started others", () => {
    expect(dealt(0, busy, [wait(0, 0, 100), wait(1, 0, 100), wait(2, 0, 100)], [], (task) => task === 0).map(([, task]) => task)).toEqual([1, 2, 1, 2]);
    expect(dealt(0, busy, [wait(0, 0, 100)], [], (task) => task === 0)).toHaveLength(4);
  });

  test("was no task's where none waited for anything outside", () => {
    expect(dealt(0, busy, [wait(1, 0, 15), wait(1, 25, 45)], [], childless)).toEqual([[0, 1, 30, 40]]);
    expect(dealt(0, busy, [], [], childless)).toEqual([]);
  });

  test("is left out where something else is known to have run, and where it is too little to mean anything", () => {
    const seen: RunSlice[] = [[0, 5, 35, 38], [0, 5, 60, 70]];
    expect(dealt(0, busy, [wait(1, 0, 100)], seen, childless)).toEqual([[0, 1, 10, 20], [0, 1, 50, 60], [0, 1, 70, 80]]);
    expect(dealt(0, busy, [wait(1, 0, 801)], [], childless)).toEqual([]);
  });
});

test("a task that reads files without any operation of warren is seen to run, whatever other turns its thread takes", () => {
  const at = (timeNs: number): { timeNs: number; thread: number } => ({ timeNs, thread: 0 });
  const events: TraceEvent[] = [
    { kind: "start", ...at(0), task: 1, name: "reader" },
    { kind: "idle", ...at(10) },
    { kind: "outside", ...at(100), busyNs: 60 },
    { kind: "turn", ...at(110) },
    { kind: "start", ...at(112), task: 2, name: "other" },
    { kind: "end", ...at(118), task: 2, failed: false },
    { kind: "idle", ...at(120) },
    { kind: "outside", ...at(200), busyNs: 50 },
    { kind: "foreign", ...at(300), task: 1, sinceNs: 240 },
    { kind: "end", ...at(300), task: 1, failed: false },
  ];
  const trace: Trace = { threads: 1, startNs: 0, endNs: 300, events, lost: [0, 0], completeFromNs: 0 };
  const analysis = analyseTrace(trace);
  expectIdentities(analysis);
  expectDisjoint(analysis.timeline);
  expect(analysis.timeline.runs).toEqual([[0, 0, 0, 10], [0, 0, 40, 100], [0, 1, 112, 118], [0, 0, 150, 200], [0, 0, 240, 300]]);
  expect(analysis.activity.W).toBe(10 + 60 + 6 + 50 + 60);
});
