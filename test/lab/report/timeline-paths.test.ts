import { expect, test } from "vitest";
import { restOf, restPaths, runPaths, stepPath, UNITS } from "../../../src/lab/report/timeline/paths.ts";
import { WAIT_REASONS } from "../../../src/wait/wait-reason.ts";
import type { Timeline } from "../../../src/lab/timeline.ts";

const TIMELINE: Timeline = {
  durationNs: 1000, threads: 2, isCoarse: false,
  tasks: [{ id: 1, name: "a" }, { id: 2, name: "b" }],
  runs: [[0, 0, 0, 500], [1, 1, 250, 750], [0, 0, 900, 1000]],
  rests: [[0, 500, 900, "receive"], [1, 0, 250, "ready"], [1, 750, 1000, "sleep"]],
  handOffs: [], r: [1, 2, 1, 0.4], c: [2, 2, 2, 2],
};
const ROWS = { pitch: 20, bar: 14 };

test("a run is a bar from its first to its last unit of time, in the row asked for", () => {
  const paths = runPaths(TIMELINE, ROWS, (thread) => thread, (_, task) => task);
  expect(paths.get(0)).toBe(`M0 3h${UNITS / 2}v14h-${UNITS / 2}zM${0.9 * UNITS} 3h${UNITS / 10}v14h-${UNITS / 10}z`);
  expect(paths.get(1)).toBe(`M${UNITS / 4} 23h${UNITS / 2}v14h-${UNITS / 2}z`);
  expect(runPaths(TIMELINE, ROWS, () => null, () => 0).size).toBe(0);
});

test("ready is half a bar, waits are lines", () => {
  const paths = restPaths(TIMELINE, ROWS, (task) => task);
  expect([...paths.keys()].toSorted()).toEqual(["channel", "ready", "timer"]);
  expect(paths.get("ready")).toBe(`M0 26.5h${UNITS / 4}v7h-${UNITS / 4}z`);
  expect(paths.get("channel")).toBe(`M${UNITS / 2} 10H${0.9 * UNITS}`);
});

test("every reason to wait has a mark", () => {
  expect(Object.fromEntries([...WAIT_REASONS, "ready", "elsewhere"].map((reason) => [reason, restOf(reason)]))).toEqual({
    send: "channel", receive: "channel", select: "channel", lock: "channel", acquire: "channel", wait: "channel", once: "channel", barrier: "channel", load: "channel",
    sleep: "timer", join: "other", elsewhere: "other", yield: "ready", ready: "ready",
  });
});

test("a curve goes through its steps and back to the ground", () => {
  expect(stepPath(TIMELINE.r, 2, 40)).toBe("M0 40V20H5000V0H10000V20H15000V32H20000V40Z");
});
