/** Where the two ends of a channel run: every conformance case runs in all three. */
import { describe } from "vitest";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";

/** Starts one side's task there; its result. */
type Side = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;

export interface Placement {
  readonly left: Side;
  readonly right: Side;
}

const on =
  (rt: OpenRuntime, thread: number): Side =>
  (fn, ...args) =>
    rt.spawn.on(thread)(fn, ...args);

const onMain =
  (rt: OpenRuntime): Side =>
  (fn, ...args) =>
    rt.spawn(() => fn(...args)) as never;

/** The placements by name. */
export const PLACEMENTS = {
  "one thread": (rt: OpenRuntime): Placement => ({ left: on(rt, 0), right: on(rt, 0) }),
  "two threads": (rt: OpenRuntime): Placement => ({ left: on(rt, 0), right: on(rt, 1) }),
  "main and a thread": (rt: OpenRuntime): Placement => ({ left: onMain(rt), right: on(rt, 1) }),
} as const;

export type PlacementName = keyof typeof PLACEMENTS;
export const PLACEMENT_NAMES = Object.keys(PLACEMENTS) as PlacementName[];

/** Registers `body` for each placement; the quick set has those on threads. */
export function onPlacements(body: (name: PlacementName) => void): void {
  for (const name of PLACEMENT_NAMES) describe(name, { tags: name === "main and a thread" ? ["deep"] : [] }, () => body(name));
}
