/**
 * One gain in words, with the times it is the ratio of. What may be said depends
 * on the interval: a gain or a loss if it leaves 1 outside, "nothing" if value
 * and interval are near 1, and otherwise that it cannot be told. A gain from
 * threads that had no processors of their own is no measure of threads, and the
 * phrase says so.
 */
import type { CellResult, GainResult } from "../../lab/result.ts";
import type { Row } from "../../lab/rows.ts";
import { printPercent, printRatio, printTime } from "../../lab/text.ts";

/** A row whose gains are known. */
export type Gained = Row & { readonly gain: GainResult };

/** Ratios this close to 1 are no gain, in words: the practical band of docs/method.md, "Comparison". */
const BAND = 0.03;
/** "Nothing" is only said if the interval, too, is this close to 1. */
const NARROW = 0.1;
/** A thread that ran tasks for less of the time than this had no work to speak of. */
const IDLE = 0.05;

/** A mean number of threads in the kernel's run queue above this has disturbed the run. */
export const DISTURBED = 0.1;

/** What an interval allows to be said of a gain. */
export type Strength = "gain" | "loss" | "none" | "unclear" | "unknown";

/** The strength of one gain; unknown: too few blocks for an interval. */
export function strengthOf(gain: GainResult, name: "C" | "P" | "S"): Strength {
  const interval = gain.ci[name];
  if (!interval) return "unknown";
  const [low, high] = interval;
  if (Math.abs(gain[name] - 1) <= BAND) return low >= 1 - NARROW && high <= 1 + NARROW ? "none" : "unclear";
  if (low <= 1 && high >= 1) return "unclear";
  return gain[name] < 1 ? "loss" : "gain";
}

/** What structure gave on one thread: "4.00× in the wait world (G1 924 ms, G6 231 ms; …)". */
export function structurePhrase(row: Gained, base: CellResult): string {
  const { cell } = row;
  const times = `${base.design} ${printTime(base.summary.medianNs)}, ${cell.design} ${printTime(cell.summary.medianNs)}`;
  return phrase(row, "C", times, strengthOf(row.gain, "C") === "gain" ? filled(cell, base) : "");
}

/** What threads gave: "1.98× in the cpu world (257 ms on one thread, 130 ms on 2; …; parallel)". */
export function threadsPhrase(row: Gained, single: CellResult): string {
  const { cell } = row;
  const times = `${printTime(single.summary.medianNs)} on one thread, ${printTime(cell.summary.medianNs)} on ${cell.threads}`;
  return phrase(row, "P", times, proof(cell));
}

/** Whether threads had to share processors, so that P says nothing of what threads can give. */
export function isSliced({ verdict }: CellResult): boolean {
  return verdict === "time-sliced" || verdict === "parallel, sliced";
}

/** "in the wait world". */
export function inWorld({ program, world }: CellResult): string {
  if (program === "dot") return `in the dot product (${world})`;
  return world === "pile" ? "with real files" : `in the ${world} world`;
}

function phrase(row: Gained, name: "C" | "P", times: string, remark: string): string {
  const { cell, gain } = row;
  const ratio = `${printRatio(gain[name])}×`;
  const interval = gain.ci[name];
  const strength = strengthOf(gain, name);
  const sliced = name === "P" && isSliced(cell);
  if (strength === "none" && !sliced) return `nothing ${inWorld(cell)} (${times}: ${ratio})`;
  const bounds = interval ? `95 %: ${printRatio(interval[0])} to ${printRatio(interval[1])}` : "";
  const called = { gain: "", unknown: "", none: "", loss: ", a loss,", unclear: ", not to be told from nothing," }[strength];
  return `${ratio}${called} ${inWorld(cell)} (${[times, bounds, remark].filter((part) => part !== "").join("; ")})`;
}

/** How the thread's time was used, from the traced runs. */
function filled({ trace }: CellResult, base: CellResult): string {
  if (trace.U === undefined || base.trace.U === undefined || trace.L === undefined) return "";
  const about = trace.approximate === true || base.trace.approximate === true ? "~" : "";
  if (base.trace.U >= IDLE) return `the thread's idle time is filled, from ${about}${printPercent(base.trace.U)} busy to ${about}${printPercent(trace.U)}`;
  return `${about}${trace.L.toFixed(1)} tasks in progress at once, the thread busy ${about}${printPercent(trace.U)} of the time`;
}

/** Whether threads ran at once, by the verdict. */
function proof({ verdict, threads, trace }: CellResult): string {
  const about = trace.approximate === true ? "~" : "";
  const processors = trace.Acpu === undefined ? "" : `${printRatio(trace.Acpu)} processors`;
  switch (verdict) {
    case "parallel": {
      const together = trace.Pi2 === undefined ? "" : `, ${threads === 2 ? "both" : "two or more"} running ${about}${printPercent(trace.Pi2)} of the time`;
      return `parallel: ${processors} at work${together}`;
    }
    case "parallel, sliced":
      return `parallel, sliced: ${processors}${trace.A === undefined ? "" : ` for ${about}${printRatio(trace.A)} running threads`}`;
    case "time-sliced":
      return `time-sliced: the threads took turns on ${processors}`;
    case "unconfirmed":
      return "unconfirmed: whether they ran at once is not known";
    case "concurrent only":
    case "sequential":
      return (trace.Rq ?? 0) > DISTURBED ? `${printRatio(trace.Rq ?? 0)} threads stood waiting for a processor` : "";
  }
}
