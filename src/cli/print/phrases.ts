/**
 * One gain in words, with the two times. The interval decides what can be said: a
 * gain or "slower" if it excludes 1, "no gain" if value and interval are near 1,
 * and otherwise "no clear difference". A gain of threads that had no core each
 * does not measure threads, and the phrase says so.
 */
import type { CellResult, GainResult } from "../../lab/result.ts";
import { verdictWord } from "../../lab/figures/verdict.ts";
import type { Row } from "../../lab/rows.ts";
import { printPercent, printRatio, printTime } from "../../lab/text.ts";

/** A row whose gains are known. */
export type Gained = Row & { readonly gain: GainResult };

/** Ratios this close to 1 are no gain, in words: the practical band of docs/method.md, "Comparison". */
const BAND = 0.03;
/** "No gain" needs an interval that is this close to 1, too. */
const NARROW = 0.1;
/** A thread that ran tasks for less of the time than this had no work to speak of. */
const IDLE = 0.05;

/** A mean number of threads in the kernel's run queue above this has disturbed the run. */
export const DISTURBED = 0.1;

/** What an interval allows to be said of a gain. */
export type Strength = "gain" | "loss" | "none" | "unclear" | "unknown";

/** The strength of one gain; unknown: too few blocks for an interval. */
export function strengthOf(gain: GainResult, name: "C" | "P"): Strength {
  const interval = gain.ci[name];
  if (!interval) return "unknown";
  const [low, high] = interval;
  if (Math.abs(gain[name] - 1) <= BAND) return low >= 1 - NARROW && high <= 1 + NARROW ? "none" : "unclear";
  if (low <= 1 && high >= 1) return "unclear";
  return gain[name] < 1 ? "loss" : "gain";
}

/** Whether threads had to share cores, so that P does not show what threads can gain. */
export function isSliced({ verdict }: CellResult): boolean {
  return verdict === "time-sliced" || verdict === "parallel, sliced";
}

/** "in the wait world". */
export function inWorld({ program, world }: CellResult): string {
  if (program === "dot") return `in the dot product (${world})`;
  return world === "pile" ? "with real files" : `in the ${world} world`;
}

/**
 * A gain over the time of `base`. C, what structure gives on one thread: "4.00× in the wait world (G1 924 ms, G6 231 ms; …)".
 * P, what threads give: "1.98× in the cpu world (257 ms on one thread, 130 ms on 2; …; parallel)".
 */
export function phrase({ cell, gain }: Gained, name: "C" | "P", base: CellResult): string {
  const [before, after] = [base, cell].map(({ summary }) => printTime(summary.medianNs));
  const times = name === "C" ? `${base.design} ${before}, ${cell.design} ${after}` : `${before} on one thread, ${after} on ${cell.threads}`;
  const ratio = `${printRatio(gain[name])}×`;
  const strength = strengthOf(gain, name);
  if (strength === "none" && !(name === "P" && isSliced(cell))) return `no gain ${inWorld(cell)} (${times}: ${ratio})`;
  const remark = name === "P" ? proof(cell) : strength === "gain" ? filled(cell, base) : "";
  const bounds = gain.ci[name] ? `95 %: ${gain.ci[name].map(printRatio).join(" to ")}` : "";
  const called = { gain: ratio, unknown: ratio, none: ratio, loss: `${ratio} (slower)`, unclear: `no clear difference (${ratio})` }[strength];
  return `${called} ${inWorld(cell)} (${[times, bounds, remark].filter((part) => part !== "").join("; ")})`;
}

/** How the thread's time was used, from the traced runs. */
function filled({ trace }: CellResult, base: CellResult): string {
  if (trace.U === undefined || base.trace.U === undefined || trace.L === undefined) return "";
  const about = trace.approximate === true || base.trace.approximate === true ? "~" : "";
  if (base.trace.U >= IDLE) return `the thread runs tasks ${about}${printPercent(trace.U)} of the time instead of ${about}${printPercent(base.trace.U)}`;
  return `${about}${trace.L.toFixed(1)} tasks in progress, the thread running ${about}${printPercent(trace.U)} of the time`;
}

/** Whether threads ran at the same time, by the verdict. */
function proof({ verdict, threads, trace }: CellResult): string {
  const about = trace.approximate === true ? "~" : "";
  const cores = trace.Acpu === undefined ? "" : `${printRatio(trace.Acpu)} cores`;
  const word = verdictWord(verdict);
  switch (verdict) {
    case "parallel": {
      const together = trace.Pi2 === undefined ? "" : `, ${threads === 2 ? "both" : "two or more"} running ${about}${printPercent(trace.Pi2)} of the time`;
      return `${word}: ${cores} at work${together}`;
    }
    case "parallel, sliced":
      return `${word}: ${cores}${trace.A === undefined ? "" : ` for ${about}${printRatio(trace.A)} running threads`}`;
    case "time-sliced":
      return `${word}: the threads took turns on ${cores}`;
    case "unconfirmed":
      return `${word}: whether they ran at the same time is unknown`;
    case "concurrent only":
    case "sequential":
      return (trace.Rq ?? 0) > DISTURBED ? `${printRatio(trace.Rq ?? 0)} threads waited for a core` : "";
  }
}
