/**
 * What the numbers say, in three plain sentences: what structure gained, what
 * threads gained, and the control. Every number in them is measured; a gain
 * that cannot be told from none is said to be none.
 */
import { BASELINES } from "../lab/baseline.ts";
import type { GainResult, Result } from "../lab/result.ts";
import { allRows, type Row } from "./rows.ts";
import { count, enumeration, printRatio, printTime } from "./text.ts";

type Gained = Row & { readonly gain: GainResult };

/** Ratios this close to 1 are no gain, in words: the practical band of measurement.md section 3. */
const BAND = 0.03;

/** Worlds in the order in which structure has most to gain. */
const IDLE_FIRST = ["wait", "mixed", "pile", "cpu"];

/** What a gain comes from, with its verbs. */
interface Subject {
  readonly name: string;
  readonly gains: string;
  readonly gives: string;
  readonly costs: string;
}

const STRUCTURE: Subject = { name: "structure alone", gains: "gains", gives: "gives", costs: "costs" };
const THREADS: Subject = { name: "threads", gains: "gain", gives: "give", costs: "cost" };

/** Three sentences at most: about the gophers if there are any, then about the dot product. */
export function sentences(result: Result): string[] {
  const rows = allRows(result).filter((row): row is Gained => row.gain !== null);
  const of = (program: string): Gained[] => rows.filter(({ cell }) => cell.program === program);
  const gophers = programSentences(of("gophers"));
  const dot = programSentences(of("dot"));
  if (gophers.length === 0) return dot;
  // the headline has room for one sentence on the product: what threads gave it
  return dot.length === 0 ? gophers : [...gophers.slice(0, 2), dot[1] ?? dot[0]].filter((line) => line !== undefined);
}

function programSentences(rows: readonly Gained[]): string[] {
  const baseline = BASELINES.get(rows[0]?.cell.program ?? "");
  if (baseline === undefined || rows.every(({ cell }) => cell.design === baseline && cell.threads === 1)) return [];
  return [concurrencySentence(rows, baseline), parallelismSentence(rows, baseline), controlSentence(rows, baseline)].filter((line) => line !== null);
}

/** The greatest C, in the world with most to gain, and what the same design gains where every step computes. */
function concurrencySentence(rows: readonly Gained[], baseline: string): string | null {
  const single = rows.filter(({ cell }) => cell.threads === 1);
  const others = single.filter(({ cell }) => cell.design !== baseline);
  const best = greatest(inFirstWorld(others), "C");
  if (best === null) return null;
  const base = single.find(({ cell }) => cell.design === baseline && cell.world === best.cell.world);
  const elsewhere = others.find(({ cell }) => cell.design === best.cell.design && cell.world !== best.cell.world && cell.world === "cpu");
  const against = base === undefined ? "" : `, where ${baseline} takes ${printTime(base.cell.summary.medianNs)}`;
  const first = `On one thread ${best.cell.design} takes ${printTime(best.cell.summary.medianNs)} in the ${worldName(best)}${against}: ${gainText(best, "C", STRUCTURE)}`;
  if (elsewhere === undefined) return `${first}.`;
  return `${first}; in the ${worldName(elsewhere)} the same structure on one thread gives ${factorText(elsewhere, "C")}.`;
}

/** The greatest P at the most threads, with the verdict, and what the same threads give where every step waits. */
function parallelismSentence(rows: readonly Gained[], baseline: string): string | null {
  const threads = Math.max(...rows.map(({ cell }) => cell.threads));
  if (threads === 1) return "Only one thread was measured, so there is nothing to say about parallelism.";
  const many = rows.filter(({ cell }) => cell.threads === threads && cell.design !== baseline);
  const best = sameDesignAs(greatest(inFirstWorld(rows.filter(({ cell }) => cell.threads === 1 && cell.design !== baseline)), "C"), many);
  if (best === null) return null;
  const single = rows.find(({ cell }) => cell.threads === 1 && cell.design === best.cell.design && cell.world === best.cell.world);
  const waiting = many.find(({ cell }) => cell.design === best.cell.design && cell.world === "wait" && best.cell.world !== "wait");
  const from = single === undefined ? "" : `${printTime(single.cell.summary.medianNs)} on one, `;
  const first = `On ${threads} threads ${best.cell.design} takes ${printTime(best.cell.summary.medianNs)} in the ${worldName(best)} (${from}verdict: ${best.cell.verdict}): ${gainText(best, "P", THREADS)}`;
  if (waiting === undefined) return `${first}.`;
  return `${first}; in the wait world, where processors have little to do, the same threads give ${factorText(waiting, "P")}.`;
}

/** Threads without structure: the baseline on as many threads. */
function controlSentence(rows: readonly Gained[], baseline: string): string | null {
  const threads = Math.max(...rows.map(({ cell }) => cell.threads));
  const controls = rows.filter(({ cell }) => cell.design === baseline && cell.threads === threads && threads > 1);
  if (controls.length === 0) return null;
  const factors = controls.map((row) => `${factorText(row, "P")} in the ${worldName(row)}`);
  const best = greatest(rows.filter(({ cell }) => cell.threads === threads && cell.design !== baseline), "S");
  const product = best === null ? "" : `; both together, S = C·P, come to ${printRatio(best.gain.S)}× for ${best.cell.design} in the ${worldName(best)}`;
  return `Threads without structure: ${baseline} on ${count(threads, "thread")} gets ${enumeration(factors)}${product}.`;
}

/** The greatest P; of gains that are practically equal, that of the design already spoken of. */
function sameDesignAs(spokenOf: Gained | null, rows: readonly Gained[]): Gained | null {
  const best = greatest(rows, "P");
  const same = rows.find(({ cell }) => cell.design === spokenOf?.cell.design && cell.world === best?.cell.world);
  return best !== null && same !== undefined && same.gain.P >= best.gain.P * (1 - BAND) ? same : best;
}

function inFirstWorld(rows: readonly Gained[]): readonly Gained[] {
  const world = IDLE_FIRST.find((name) => rows.some(({ cell }) => cell.world === name));
  return world === undefined ? rows : rows.filter((row) => row.cell.world === world);
}

function greatest(rows: readonly Gained[], name: "C" | "P" | "S"): Gained | null {
  return rows.length === 0 ? null : rows.reduce((best, row) => (row.gain[name] > best.gain[name] ? row : best));
}

/** "structure alone gives 3.96× (95 %: 3.91 to 4.01)", or that it gives nothing, or nothing that can be shown. */
function gainText({ gain }: Gained, name: "C" | "P", subject: Subject): string {
  const interval = gain.ci[name];
  if (!interval) return `${subject.name} ${subject.gives} ${printRatio(gain[name])}×, from too few blocks for an interval`;
  const value = `${printRatio(gain[name])}× (95 %: ${printRatio(interval[0])} to ${printRatio(interval[1])})`;
  switch (strengthOf(gain, name)) {
    case "none":
      return `${subject.name} ${subject.gains} nothing, ${value}`;
    case "unclear":
      return `no gain or loss from ${subject.name} can be shown, ${value}`;
    case "loss":
      return `${subject.name} ${subject.costs} time, ${value}`;
    case "gain":
      return `${subject.name} ${subject.gives} ${value}`;
  }
}

function factorText({ gain }: Gained, name: "C" | "P"): string {
  if (!gain.ci[name]) return `${printRatio(gain[name])}×`;
  const remark = { none: " (no gain)", unclear: " (not to be told from no gain)", loss: " (slower)", gain: "" }[strengthOf(gain, name)];
  return `${printRatio(gain[name])}×${remark}`;
}

/** None: within the practical band. Unclear: beyond it, but the interval holds 1, or there is none. */
function strengthOf(gain: GainResult, name: "C" | "P"): "none" | "unclear" | "loss" | "gain" {
  if (Math.abs(gain[name] - 1) <= BAND) return "none";
  const interval = gain.ci[name];
  if (!interval) return "unclear";
  if (interval[0] <= 1 && interval[1] >= 1) return "unclear";
  return gain[name] < 1 ? "loss" : "gain";
}

function worldName({ cell }: Row): string {
  return cell.program === "dot" ? `dot product (${cell.world})` : `${cell.world} world`;
}
