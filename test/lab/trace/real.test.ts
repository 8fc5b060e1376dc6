// @module-tag deep
/** Traces of real threads. No assertion on how long anything took. */
import { setTimeout as nodeTimer } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Cell } from "../../../src/lab/cell.ts";
import { start, type Runtime, type Trace } from "../../../src/index.ts";
import { programOf } from "../../../src/lab/talk/measured/programs.ts";
import { analyseTrace } from "../../../src/lab/trace/analyse.ts";
import { coarse } from "../../../src/lab/trace/coarse.ts";
import { traceCell } from "../../../src/lab/trial/trace-cell.ts";
import { mainTrace, tracing } from "../../../src/cli/commands/trace-runs.ts";
import { expectDisjoint, expectIdentities } from "./identities.ts";
import { overseer, reader, type Report } from "./toilers.ts";

const THREADS = 2;

let runtime: Runtime;
beforeAll(async () => {
  runtime = await start({ threads: THREADS });
  await runtime.spawn(overseer, 4);
});
afterAll(() => runtime.stop());

async function recorded(count = 60): Promise<{ trace: Trace; reports: readonly Report[] }> {
  await using trace = await runtime.trace();
  const reports = await runtime.spawn(overseer, count);
  return { trace: await trace.stop(), reports };
}

describe("a trace of real threads", () => {
  test("the identities hold", async () => {
    const { trace } = await recorded();
    const analysis = analyseTrace(trace);
    expectIdentities(analysis);
    expect(analysis.activity).toMatchObject({ lost: 0, events: trace.events.length });
    expectDisjoint(coarse(analysis.timeline, 100));
  });

  test("whenever a task computes it is seen to run", async () => {
    const { trace, reports } = await recorded();
    const { timeline } = analyseTrace(trace);
    for (const { name, toils } of reports) {
      const place = timeline.tasks.findIndex((its) => its.name === name);
      const runs = timeline.runs.filter(([, task]) => task === place);
      // the clocks of threads differ by less than this
      const slackNs = 2_000;
      // what it did last before its end may be told of who followed in the same turn: no event lies between
      const unseen = toils.slice(0, -1).filter(([from, to]) => !runs.some(([, , fromNs, toNs]) => fromNs - slackNs <= from - trace.startNs && to - trace.startNs <= toNs + slackNs));
      expect(toils.length).toBeGreaterThan(0);
      expect(unseen).toEqual([]);
    }
  });

  test("a task that awaits nothing of warren's is seen to run as long as it did, although its thread takes other turns", async () => {
    await using trace = await runtime.trace();
    const read = runtime.spawn.on(0)(reader, 100);
    for (let k = 0; k < 8; k++, await nodeTimer(10)) await runtime.stats();
    const toilNs = (await read).toils.reduce((sum, [fromNs, toNs]) => sum + toNs - fromNs, 0);
    const { activity, timeline } = analyseTrace(await trace.stop());
    expect(timeline.runs.filter(([thread]) => thread === 0).reduce((sum, [, , fromNs, toNs]) => sum + toNs - fromNs, 0)).toBeGreaterThan(0.9 * toilNs);
    expect(activity.busy[0]).toBeLessThanOrEqual(activity.T);
  });

  test("who only waits for the tasks it has started is not counted", async () => {
    // So long that a thread that stands still for a while in `overseer` is not half of it.
    const { trace } = await recorded(1000);
    // on a busy machine it takes a while to start them: the region begins where all are at work
    const startNs = trace.events.find(({ kind }) => kind === "park")?.timeNs as number;
    const { view, activity } = analyseTrace(trace, { startNs, endNs: trace.endNs });
    const coordinators = view.tasks.filter(({ isCoordinator }) => isCoordinator).map(({ name }) => name);
    expect(coordinators).toEqual(["overseer"]);
    // three at work, and three closures that wait for them
    expect(activity.L).toBeLessThanOrEqual(6);
    expect(view.counted).toHaveLength(6);
  });

  test("values that are handed over are hand-offs from who sent to who received", async () => {
    const { trace } = await recorded();
    const { timeline } = analyseTrace(trace);
    const names = (task: number): string => timeline.tasks[task]?.name ?? "";
    const kinds = new Set(timeline.handOffs.map(([from, to]) => `${names(from)} to ${names(to)}`));
    expect([...kinds].some((kind) => kind === "producer to consumer" || kind === "consumer to producer")).toBe(true);
    expect([...kinds].filter((kind) => kind.includes("sleeper"))).toEqual([]);
    for (const [, , sentNs, resumedNs] of timeline.handOffs) expect(resumedNs).toBeGreaterThanOrEqual(sentNs);
  });
});

test("a run of a cell: its region, the gophers at work in it, and runs without a trace", async () => {
  const program = programOf({ kind: "gophers", grid: { designs: ["G6"], worlds: ["wait"], threads: [2], unitMs: 1, books: 240, lanes: null, carts: null, pile: null, seed: 1 } });
  const run = await traceCell(program, program.cells[0] as Cell, { warmupMs: 1, minTimeMs: 1, events: 65_536, progress: () => undefined });
  expect(run.untracedNs).toHaveLength(3);
  expect(run.checks.every(({ ok }) => ok)).toBe(true);
  const analysis = analyseTrace(run.trace, run.region);
  expectIdentities(analysis);
  expect(Math.abs(analysis.activity.T - run.wallNs)).toBeLessThanOrEqual(1);
  expect(analysis.timeline.tasks.map(({ name }) => name).toSorted()).toEqual(["burner", "gophers", "loader", "mover", "returner"]);
  expect(analysis.activity.L).toBeGreaterThan(2);
  expect(analysis.activity.L).toBeLessThanOrEqual(4);
});

test("traces of the runtimes that a program opens", async () => {
  const traces = tracing(1024);
  {
    await using opened = await start({ threads: 1 });
    await using _trace = await traces.trace(opened);
    await opened.spawn(overseer, 4);
    expect(traces.all).toEqual([]);
  }
  expect(traces.all).toHaveLength(1);
  expect(traces.all[0]?.threads).toBe(1);
  expect(mainTrace(traces.all)).toBe(traces.all[0]);
  expectIdentities(analyseTrace(traces.all[0] as Trace));
});
