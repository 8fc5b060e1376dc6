/**
 * The marks of a timeline as SVG paths in a space of their own: x is time, cut
 * into {@link UNITS} whole steps of the duration, y is pixels. The page stretches
 * that space over the width of the picture and zooms by showing a part of it.
 *
 * Shapes show what a task is doing, not colours alone: running is a
 * full bar, ready half a bar, waiting a line (dashed for a timer, dotted for a
 * join or for what is not warren's).
 */
import type { Timeline } from "../../timeline.ts";

/** Steps of the time axis. */
export const UNITS = 20_000;

/** More hand-offs than this would hide the picture: they are drawn only where few are in view. */
export const MOST_ARROWS = 40;
/** Narrower bars have no number in them, pixels. */
export const LEAST_NUMBERED = 11;

/** Height of a row and of the bar within it, pixels. */
export interface Rows {
  readonly pitch: number;
  readonly bar: number;
}

/** How rests are drawn: the words of the legend by kind. */
export const RESTS = {
  ready: "ready: could continue, but its thread runs another task",
  channel: "waiting for another task (send, receive, select, lock)",
  timer: "sleeping",
  other: "waiting for the end of tasks, or outside warren",
} as const;
/** A kind of rest. */
export type Rest = keyof typeof RESTS;

/** The kind of a reason. */
export function restOf(reason: string): Rest {
  if (reason === "ready" || reason === "yield") return "ready";
  if (reason === "sleep") return "timer";
  return reason === "join" || reason === "elsewhere" ? "other" : "channel";
}

/** Bars of what ran, by the key that colours them. `rowOf` and `keyOf` get thread and task. */
export function runPaths(timeline: Timeline, { pitch, bar }: Rows, rowOf: (thread: number, task: number) => number | null, keyOf: (thread: number, task: number) => number): Map<number, string> {
  const paths = new Map<number, string>();
  const top = (pitch - bar) / 2;
  for (const [thread, task, fromNs, toNs] of timeline.runs) {
    const row = rowOf(thread, task);
    if (row === null) continue;
    const [from, to] = [unitsOf(fromNs, timeline), unitsOf(toNs, timeline)];
    const key = keyOf(thread, task);
    paths.set(key, `${paths.get(key) ?? ""}M${from} ${row * pitch + top}h${to - from}v${bar}h${from - to}z`);
  }
  return paths;
}

/** Rests of the tasks that have a row, by kind: ready as bars, waits as lines. */
export function restPaths(timeline: Timeline, { pitch, bar }: Rows, rowOf: (task: number) => number | null): Map<Rest, string> {
  const paths = new Map<Rest, string>();
  for (const [task, fromNs, toNs, reason] of timeline.rests) {
    const row = rowOf(task);
    if (row === null) continue;
    const [from, to] = [unitsOf(fromNs, timeline), unitsOf(toNs, timeline)];
    const middle = row * pitch + pitch / 2;
    const kind = restOf(reason);
    const half = bar / 4;
    const mark = kind === "ready" ? `M${from} ${middle - half}h${to - from}v${2 * half}h${from - to}z` : `M${from} ${middle}H${to}`;
    paths.set(kind, (paths.get(kind) ?? "") + mark);
  }
  return paths;
}

/** A curve of equal steps as an area over `height` pixels, `most` at the top. */
export function stepPath(values: readonly number[], most: number, height: number): string {
  const at = (index: number): number => Math.round((index / values.length) * UNITS);
  const y = (value: number): number => Math.round(10 * (height - (value / most) * height)) / 10;
  return `M0 ${height}${values.map((value, index) => `V${y(value)}H${at(index + 1)}`).join("")}V${height}Z`;
}

/** A moment on the axis. */
export function unitsOf(ns: number, { durationNs }: Timeline): number {
  return Math.round((ns / durationNs) * UNITS);
}
