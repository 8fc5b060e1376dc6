/** Random graphs: the laws of scheduling hold for each, and the placement is warren's own. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Arena } from "../../../src/memory/arena.ts";
import { processor, superblock } from "../../../src/memory/layout.ts";
import { placeFor as placeForReal } from "../../../src/scheduler/load.ts";
import { GraphBuilder, workOf, type Graph } from "../../../src/lab/whatif/graph.ts";
import { criticalPath, longestHeldNs } from "../../../src/lab/whatif/path.ts";
import { placeFor } from "../../../src/lab/whatif/placement.ts";
import { predictGraph } from "../../../src/lab/whatif/predict.ts";
import { replay } from "../../../src/lab/whatif/replay.ts";

const ns = fc.integer({ min: 0, max: 5_000_000 });
/** Tasks, each with its pieces; what each piece waits for, by a number that picks an earlier one; and which pieces hold a lock. */
const shape = fc.array(fc.record({ pieces: fc.array(ns, { minLength: 1, maxLength: 6 }), after: fc.array(fc.nat(1000), { maxLength: 4 }), locks: fc.boolean() }), { minLength: 1, maxLength: 12 });

/** A graph in which edges lead only to tasks that come later, so that there is no circle. @param moves tasks that are single pieces, which can always be moved */
function made(tasks: readonly { readonly pieces: readonly number[]; readonly after: readonly number[]; readonly locks: boolean }[], hasLocks: boolean): Graph {
  const builder = new GraphBuilder();
  builder.piece(0, 0);
  const lock = hasLocks ? builder.lock(1) : -1;
  const earlier: number[] = [];
  for (const { pieces, after, locks } of tasks) {
    const task = builder.task("task", 0);
    const first = builder.piece(task, pieces[0]);
    for (const pick of after) if (earlier.length > 0) builder.edge("value", earlier[pick % earlier.length], first);
    const own = [first, ...pieces.slice(1).map((cost) => builder.piece(task, cost))];
    if (hasLocks && locks && own.length > 2) {
      builder.take(own[0], lock);
      builder.give(own[1], lock);
    }
    earlier.push(...own);
  }
  return builder.graph();
}

const COUNTS = [1, 2, 3, 4, 8, 16];
const EPSILON = 1e-6;

describe("each replay of a random graph", () => {
  test("takes the work on one processor, and runs each piece once on any number", () => {
    fc.assert(fc.property(shape, fc.boolean(), (tasks, hasLocks) => {
      const graph = made(tasks, hasLocks);
      expect(replay(graph, 1).ns).toBeCloseTo(workOf(graph), 3);
      for (const count of COUNTS) expect(replay(graph, count)).toMatchObject({ left: 0, busyNs: expect.closeTo(workOf(graph), 3) });
    }), { numRuns: 50 });
  });

  test("obeys the work law, the span law and the law of the lock, also with hand-overs that cost something", () => {
    fc.assert(fc.property(shape, fc.boolean(), fc.nat(100), (tasks, hasLocks, seed) => {
      const graph = made(tasks, hasLocks);
      const least = (count: number): number => Math.max(workOf(graph) / count, criticalPath(graph).ns, longestHeldNs(graph));
      for (const count of COUNTS) {
        expect(replay(graph, count).ns).toBeGreaterThanOrEqual(least(count) - EPSILON);
        // One processor always runs something: more of them never cost more than one.
        expect(replay(graph, count).ns).toBeLessThanOrEqual(workOf(graph) + EPSILON);
        expect(replay(graph, count, { handOff: { awakeNs: 800, asleepNs: 160_000 }, seed }).ns).toBeGreaterThanOrEqual(least(count) - EPSILON);
      }
    }), { numRuns: 40 });
  });

  test("stays below Graham's bound where no task has started, so that no processor is idle while one has two tasks", () => {
    fc.assert(fc.property(fc.array(ns, { minLength: 1, maxLength: 40 }), (costs) => {
      const builder = new GraphBuilder();
      builder.piece(0, 0);
      for (const cost of costs) builder.piece(builder.task("task"), cost);
      const graph = builder.graph();
      for (const count of COUNTS) {
        const bound = workOf(graph) / count + criticalPath(graph).ns;
        // An idle processor looks for tasks again after 2 ms at most.
        expect(replay(graph, count).ns).toBeLessThanOrEqual(bound + 2e6 + EPSILON);
      }
    }), { numRuns: 50 });
  });

  test("a task that runs twice as fast never makes the work or the span longer; free locks never make the bound smaller", () => {
    fc.assert(fc.property(shape, (tasks) => {
      const graph = made(tasks, true);
      if (workOf(graph) === 0) return;
      const [plain, faster, free] = [{}, { faster: { task: 2 } }, { free: ["lock" as const] }].map((options) => predictGraph(graph, { ...options, processors: [4], seeds: 1 }));
      expect(faster.workNs).toBeCloseTo(plain.workNs / 2, 3);
      expect(faster.spanNs).toBeCloseTo(plain.spanNs / 2, 3);
      expect(free.predictions[0].bound).toBeGreaterThanOrEqual(plain.predictions[0].bound - EPSILON);
      for (const { bound, expected, band } of [...plain.predictions, ...free.predictions]) {
        expect(expected).toBeLessThanOrEqual(bound * (1 + EPSILON));
        expect(band[0]).toBeLessThanOrEqual(expected);
      }
    }), { numRuns: 20 });
  });
});

test("a new task goes where warren's scheduler would place it", () => {
  const arena = Arena.create(64, 16_777_216);
  fc.assert(fc.property(fc.array(fc.tuple(fc.nat(80), fc.nat(80)), { minLength: 1, maxLength: 64 }), fc.nat(63), fc.nat(1000), (loads, last, placed) => {
    arena.i32[superblock.front] = loads.length;
    for (let index = 0; index < 64; index++) {
      const at = arena.processorAt(index);
      [arena.i32[at + processor.held], arena.i32[at + processor.queueCount]] = loads[index] ?? [0, 0];
    }
    arena.i32[arena.here + processor.placed] = placed;
    expect(placeFor({ held: Int32Array.from(loads, ([held]) => held), queued: Int32Array.from(loads, ([, queued]) => queued) }, last, placed)).toBe(placeForReal(arena, last));
  }), { numRuns: 300 });
});
