/** Where the two ends of a channel run: every conformance case runs in all three. */
import type { World } from "../../../src/runtime/runtime.ts";

/** Starts one side's task there; its result. */
type Side = <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;

export interface Placement {
  readonly left: Side;
  readonly right: Side;
}

const on =
  (rt: World, thread: number): Side =>
  (fn, ...args) =>
    rt.spawn.on(thread)(fn, ...args);

const onMain =
  (rt: World): Side =>
  (fn, ...args) =>
    rt.spawn(() => fn(...args)) as never;

/** The placements by name. */
export const PLACEMENTS = {
  "one thread": (rt: World): Placement => ({ left: on(rt, 0), right: on(rt, 0) }),
  "two threads": (rt: World): Placement => ({ left: on(rt, 0), right: on(rt, 1) }),
  "main and a thread": (rt: World): Placement => ({ left: onMain(rt), right: on(rt, 1) }),
} as const;

export type PlacementName = keyof typeof PLACEMENTS;
export const PLACEMENT_NAMES = Object.keys(PLACEMENTS) as PlacementName[];
