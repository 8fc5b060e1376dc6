import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inRows, shownOn, statesOf } from "../../../src/cli/print/trace-columns.ts";
import type { RestSlice, RunSlice, Timeline } from "../../../src/lab/timeline.ts";

const itself = (task: number): number => task;

function timelineOf(runs: readonly RunSlice[], rests: readonly RestSlice[] = [], { tasks = 4, durationNs = 100 } = {}): Timeline {
  const threads = 1 + Math.max(0, ...runs.map(([thread]) => thread));
  return { durationNs, threads, isCoarse: false, tasks: Array.from({ length: tasks }, (_, k) => ({ id: k + 1, name: `t${k}` })), runs, rests, handOffs: [], r: [1], c: [1] };
}

describe("what a thread shows", () => {
  test("many short turns as turns of all, in proportion", () => {
    // three tasks in turn, two of them for 2 and one for 4 of every 8; a column is 10
    const turns = Array.from({ length: 13 }, (_, k): RunSlice[] => [[0, 0, 8 * k, 8 * k + 2], [0, 1, 8 * k + 2, 8 * k + 4], [0, 2, 8 * k + 4, Math.min(100, 8 * k + 8)]]).flat().filter(([, , from, to]) => to > from);
    const shown = shownOn(timelineOf(turns), 0, 10, itself).map((its) => its?.task);
    expect(Object.fromEntries(Map.groupBy(shown, (task) => task).entries().map(([task, its]) => [task, its.length]))).toEqual({ 0: 3, 1: 2, 2: 5 });
  });

  test("nothing where it ran nothing, and whether it was busy for half of the time", () => {
    expect(shownOn(timelineOf([[0, 1, 0, 5], [0, 2, 20, 24]]), 0, 10, itself)).toEqual([{ task: 1, isBusy: true }, null, { task: 2, isBusy: false }, ...Array.from({ length: 7 }, () => null)]);
  });

  test("of tasks that are shown alike first which group, then which of it", () => {
    const runs: RunSlice[] = [[0, 0, 0, 4], [0, 1, 4, 7], [0, 2, 7, 10]];
    expect(shownOn(timelineOf(runs), 0, 10, (task) => (task === 0 ? 0 : 1))[0]).toEqual({ task: 1, isBusy: true });
    expect(shownOn(timelineOf(runs), 0, 10, itself)[0]).toEqual({ task: 0, isBusy: true });
  });
});

describe("what a task does", () => {
  const rests: RestSlice[] = [[0, 20, 40, "sleep"], [0, 40, 60, "receive"], [0, 60, 70, "ready"], [0, 70, 80, "elsewhere"]];

  test("is the state that took most of each column, and nothing before and after its life", () => {
    const timeline = timelineOf([[0, 0, 10, 20]], rests);
    expect(statesOf(timeline, new Set([0]), 10, [shownOn(timeline, 0, 10, itself)])).toEqual(["none", "running", "sleeping", "sleeping", "waiting", "waiting", "ready", "waiting", "none", "none"]);
  });

  test("is running only where its thread shows it: never more tasks than threads", () => {
    const timeline = timelineOf([[0, 0, 0, 6], [0, 1, 6, 10], [0, 1, 10, 13]], [[1, 0, 6, "ready"], [0, 6, 13, "ready"]]);
    const threads = [shownOn(timeline, 0, 10, itself)];
    expect(statesOf(timeline, new Set([0]), 10, threads).slice(0, 2)).toEqual(["running", "ready"]);
    expect(statesOf(timeline, new Set([1]), 10, threads).slice(0, 2)).toEqual(["ready", "part"]);
  });

  test("in every picture as many tasks run as threads show one", () => {
    const slices = fc.array(fc.tuple(fc.nat(1), fc.nat(3), fc.integer({ min: 1, max: 9 })), { maxLength: 60 });
    fc.assert(fc.property(slices, fc.integer({ min: 1, max: 40 }), (raw, columns) => {
      const ends = [0, 0];
      // a task runs on one thread
      const runs = raw.map(([thread, task, length]): RunSlice => {
        const fromNs = ends[thread] as number;
        ends[thread] = fromNs + length;
        return [thread, task % 2 === thread ? task : (task + 1) % 4, fromNs, fromNs + length];
      });
      const timeline = timelineOf(runs, [], { durationNs: Math.max(1, ...ends) });
      const threads = [0, 1].map((thread) => shownOn(timeline, thread, columns, itself));
      const states = [0, 1, 2, 3].map((task) => statesOf(timeline, new Set([task]), columns, threads));
      for (let column = 0; column < columns; column++) {
        expect(states.filter((row) => row[column] === "running" || row[column] === "part")).toHaveLength(threads.filter((row) => row[column] !== null).length);
      }
    }));
  });
});

test("tasks that follow each other share a row, those that exist at the same time do not", () => {
  const timeline = timelineOf([[0, 0, 0, 10], [0, 1, 10, 30], [0, 2, 5, 8], [0, 3, 31, 40]], [[2, 8, 30, "sleep"]]);
  expect(inRows(timeline, [0, 1, 2, 3])).toEqual([[0, 1, 3], [2]]);
  expect(inRows(timeline, [])).toEqual([]);
});
