/** A timeline for the pictures, always the same: two threads, four tasks, 100 ms. */
import type { Timeline } from "../../../src/lab/timeline.ts";

const ms = 1e6;

export const TIMELINE: Timeline = {
  durationNs: 100 * ms,
  threads: 2,
  isCoarse: false,
  tasks: [{ id: 7, name: "loader" }, { id: 8, name: "mover" }, { id: 9, name: "burner" }, { id: 10, name: "burner" }],
  runs: [
    [0, 0, 0, 40 * ms],
    [0, 1, 40 * ms, 70 * ms],
    [0, 0, 80 * ms, 80.5 * ms],
    [1, 2, 20 * ms, 45 * ms],
    [1, 3, 60 * ms, 64 * ms],
    [1, 3, 68 * ms, 100 * ms],
  ],
  rests: [[0, 40 * ms, 80 * ms, "send"]],
  handOffs: [[0, 1, 39 * ms, 40 * ms]],
  r: Array.from({ length: 100 }, (_, k) => (k < 20 ? 1 : k < 45 ? 2 : k < 60 ? 1 : k < 64 ? 2 : k < 68 ? 1 : k < 70 ? 2 : 1)),
  c: Array.from({ length: 100 }, (_, k) => (k < 50 ? 4 : 2)),
};
