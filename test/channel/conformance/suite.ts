/**
 * The conformance suite: what every kind of channel promises, wherever its two
 * ends run.
 */
import { describe } from "vitest";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { blockingCases } from "./blocking-cases.ts";
import { cancelCases } from "./cancel-cases.ts";
import { closeCases } from "./close-cases.ts";
import { PLACEMENTS, PLACEMENT_NAMES, type Placement, type PlacementName } from "../tasks/placements.ts";
import { streamCases } from "./stream-cases.ts";
import { verbCases } from "./verb-cases.ts";

/** What a group of cases needs to know. */
export interface Setup {
  /** Values the channel buffers; 0 is a rendezvous. */
  readonly capacity: number;
  readonly rt: () => OpenRuntime;
  readonly place: () => Placement;
}

/** What the quick set runs: the least capacities and one that wraps, on one thread and on two. */
const QUICK_CAPACITIES = new Set([0, 1, 3]);
const QUICK_PLACEMENTS = new Set<PlacementName>(["one thread", "two threads"]);

/** Registers the suite for channels of one capacity. */
export function conformance(the: { readonly rt: OpenRuntime }, capacity: number): void {
  describe(`capacity ${capacity}`, () => {
    for (const name of PLACEMENT_NAMES) {
      const setup: Setup = { capacity, rt: () => the.rt, place: () => PLACEMENTS[name](the.rt) };
      const isQuick = QUICK_CAPACITIES.has(capacity) && QUICK_PLACEMENTS.has(name);
      describe(name, { tags: isQuick ? [] : ["deep"] }, () => {
        verbCases(setup);
        blockingCases(setup);
        streamCases(setup);
        closeCases(setup);
        cancelCases(setup);
      });
    }
  });
}
