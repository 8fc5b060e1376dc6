/** Programs with given costs: recording, graph and replay together give what the closed form gives, to 1 %. Each kind of edge is needed for it. */
import { describe, expect, test } from "vitest";
import { EDGES, withoutEdges, withoutLocks, workOf, type Graph } from "../../../src/lab/whatif/graph.ts";
import { criticalPath } from "../../../src/lab/whatif/path.ts";
import { readRecording } from "../../../src/lab/whatif/read.ts";
import { replay } from "../../../src/lab/whatif/replay.ts";
import { KNOWN, type Known } from "./programs.ts";

const graphOf = ({ trace }: Known): Graph => readRecording(trace).graph;
/** How far a replay is from the closed form, at most, as a share. */
const flawOf = (known: Known, graph: Graph): number => Math.max(...known.processors.map((count) => Math.abs(replay(graph, count).ns / known.ns(count) - 1)));

describe.each(KNOWN.map((known) => [known.name, known] as const))("%s", (_name, known) => {
  test("time on each number of processors", () => {
    const graph = graphOf(known);
    for (const count of known.processors) expect.soft([count, replay(graph, count).ns / known.ns(count)]).toEqual([count, expect.closeTo(1, 2)]);
    expect(flawOf(known, graph)).toBeLessThanOrEqual(0.01);
  });

  test("the span, and every piece is run", () => {
    const graph = graphOf(known);
    expect(criticalPath(graph).ns / known.span).toBeCloseTo(1, 2);
    for (const count of known.processors) expect(replay(graph, count)).toMatchObject({ left: 0, busyNs: expect.closeTo(workOf(graph), 0) });
  });
});

describe("without one kind of edge, a closed form is missed by more than 1 %", () => {
  test.each(EDGES)("%s", (kind) => {
    const missed = KNOWN.filter((known) => flawOf(known, withoutEdges(graphOf(known), [kind])) > 0.01);
    expect(missed.map(({ name }) => name)).not.toEqual([]);
  });

  test("locks", () => {
    expect(KNOWN.filter((known) => flawOf(known, withoutLocks(graphOf(known))) > 0.01).map(({ name }) => name)).toEqual(["a lock that each of 8 tasks holds for a part", "a semaphore with two permits"]);
  });
});
