/** The identities of docs/method.md, "Definitions", to 1e-9. */
import { expect } from "vitest";
import type { Analysis } from "../../../src/lab/trace/analyse.ts";
import type { Timeline } from "../../../src/lab/timeline.ts";

export function expectIdentities({ activity, timeline, view }: Analysis): void {
  const { T, W, busy, A, L, U, hist, Pi2 } = activity;
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  close(sum(hist), 1);
  close(sum(hist.map((share, j) => j * share)), A);
  close(A, W / T);
  close(W, sum(busy));
  close(U, A / timeline.threads);
  close(Pi2, sum(hist.slice(2)));
  close(L * T, sum(view.counted.map(({ fromNs, toNs }) => toNs - fromNs)));
  close(sum(timeline.runs.map(([, , fromNs, toNs]) => toNs - fromNs)), W);
  close(sum(timeline.r) / timeline.r.length, A);
  close(sum(timeline.c) / timeline.c.length, L);
  expectDisjoint(timeline);
  for (const [place, { life }] of view.tasks.entries()) {
    if (life !== null) expect(statesOf(timeline, place)).toEqual({ fromNs: life.fromNs, toNs: life.toNs, totalNs: life.toNs - life.fromNs });
  }
}

function close(value: number, expected: number): void {
  expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
}

/** No two runs of a thread overlap, and no two states of a task. */
export function expectDisjoint(timeline: Timeline): void {
  const wrong: string[] = [];
  const check = (what: string, spans: (readonly [fromNs: number, toNs: number])[]): void => {
    let endNs = 0;
    for (const [fromNs, toNs] of spans.toSorted((a, b) => a[0] - b[0])) {
      if (fromNs < endNs || toNs <= fromNs || toNs > timeline.durationNs) wrong.push(`${what}: ${fromNs} to ${toNs} after ${endNs}`);
      endNs = toNs;
    }
  };
  for (const [thread, runs] of Map.groupBy(timeline.runs, ([thread]) => thread)) check(`thread ${thread}`, runs.map(([, , fromNs, toNs]) => [fromNs, toNs]));
  for (const [place, { id }] of timeline.tasks.entries()) if (id !== 0) check(`task ${id}`, spansOf(timeline, place));
  expect(wrong).toEqual([]);
}

function spansOf({ runs, rests }: Timeline, place: number): (readonly [number, number])[] {
  return [...runs.filter(([, task]) => task === place).map(([, , fromNs, toNs]) => [fromNs, toNs] as const), ...rests.filter(([task]) => task === place).map(([, fromNs, toNs]) => [fromNs, toNs] as const)];
}

/** From the first state of a task to the last, and all of them together. */
function statesOf(timeline: Timeline, place: number): { fromNs: number; toNs: number; totalNs: number } {
  const spans = spansOf(timeline, place);
  return {
    fromNs: Math.min(...spans.map(([fromNs]) => fromNs)),
    toNs: Math.max(...spans.map(([, toNs]) => toNs)),
    totalNs: spans.reduce((total, [fromNs, toNs]) => total + toNs - fromNs, 0),
  };
}
