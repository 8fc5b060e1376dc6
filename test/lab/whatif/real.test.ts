/** Recordings of real runs: most have the same shape (an interruption can change the order of two tasks), the edges that its program has, and a replay that ends. No assertion on a time. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { start, type Runtime } from "../../../src/index.ts";
import { EDGES } from "../../../src/lab/whatif/graph.ts";
import { predict } from "../../../src/lab/whatif/index.ts";
import { shapeOf } from "../../../src/lab/whatif/merge.ts";
import { readRecording } from "../../../src/lab/whatif/read.ts";
import { replay } from "../../../src/lab/whatif/replay.ts";
import { fan, locks, pipe, selects } from "./real-tasks.ts";
import type { Trace } from "../../../src/index.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 1 });
});
afterAll(() => rt.stop());

async function recordings(run: () => Promise<unknown>, count = 5): Promise<Trace[]> {
  await run();
  const traces: Trace[] = [];
  for (let k = 0; k < count; k++) {
    const tracing = await rt.trace();
    await run();
    traces.push(await tracing.stop());
  }
  return traces;
}

describe.each([
  ["fan", () => rt.spawn(fan, 12), { spawn: 13, join: 12 }],
  // a stage gets ten values and the end, the sink ten and the end; two go into each buffer without waiting for room
  ["pipe", () => rt.spawn(pipe, 10), { spawn: 3, value: 22, room: 32 }],
  ["locks", () => rt.spawn(locks, 6), { spawn: 7, signal: 6 }],
  ["selects", () => rt.spawn(selects, 8), { spawn: 2, value: 17, room: 16, wait: 1 }],
] as const)("%s", (_name, run, edges) => {
  test("has these edges, and mostly one shape", async () => {
    const graphs = (await recordings(run)).map((trace) => readRecording(trace).graph);
    const alike = Object.values(Object.groupBy(graphs, (graph) => shapeOf(graph))).toSorted((a, b) => (b?.length ?? 0) - (a?.length ?? 0))[0] ?? [];
    expect(alike.length).toBeGreaterThan(graphs.length / 2);
    const counts: Record<string, number> = {};
    for (const kind of alike[0].edgeKind) counts[EDGES[kind]] = (counts[EDGES[kind]] ?? 0) + 1;
    expect(counts).toMatchObject(edges);
    for (const graph of graphs) for (const count of [1, 2, 16]) expect(replay(graph, count).left).toBe(0);
  });
});

test("a lock is taken and given back by each task, and predict says what it says of any recording", async () => {
  const traces = await recordings(() => rt.spawn(locks, 6));
  const { takes, gives } = readRecording(traces[0]).graph;
  expect([takes.filter((lock) => lock > 0).length, gives.filter((lock) => lock > 0).length]).toEqual([6, 6]);
  const { predictions, checks, tasks } = predict(traces, { processors: [1, 2] });
  expect([tasks, predictions.length, checks.filter(({ ok }) => !ok)]).toEqual([7, 2, []]);
});
