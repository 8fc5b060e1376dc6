/** What an interval allows to be said of a gain (docs/method.md, "Statistics"). */
import { BAND } from "../comparison.ts";
import type { GainResult, Verdict } from "../result.ts";

/** The strength of a gain; unknown: too few blocks for an interval. */
export type Strength = "gain" | "loss" | "none" | "unclear" | "unknown";

/** "No gain" needs an interval that is this close to 1, too. */
const NARROW = 0.1;

/**
 * The strength of one gain. One that is no larger than that of the control (more threads for
 * the reference, which cannot use them) is unclear. So of C, too, ask the gain on several threads.
 */
export function strengthOf(gain: GainResult, name: "C" | "P" | "P0"): Strength {
  const [value, interval] = [gain[name], gain.ci[name]];
  if (value === undefined || !interval) return "unknown";
  const [low, high] = interval;
  if (Math.abs(value - 1) <= BAND) return low >= 1 - NARROW && high <= 1 + NARROW ? "none" : "unclear";
  if (low <= 1 && high >= 1) return "unclear";
  if (name !== "P0" && Math.abs(Math.log(value)) <= Math.abs(Math.log(gain.P0 ?? 1))) return "unclear";
  return value < 1 ? "loss" : "gain";
}

/** Whether threads had to share cores, so that P does not show what threads can gain. */
export function isSliced({ verdict }: { readonly verdict: Verdict }): boolean {
  return verdict === "time-sliced" || verdict === "parallel, sliced";
}
