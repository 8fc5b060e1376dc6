/**
 * What the numbers say, in three plain sentences: what structure gains on one
 * thread, what threads gain, and the control. Every number in them is measured.
 * A fourth warns of what makes the result unreliable, if there is anything.
 *
 * In a phrase about one gain the interval decides what can be said: a gain or
 * "slower" if it excludes 1, "no gain" if value and interval are near 1, and
 * otherwise "no clear difference". A gain of threads that had no core each does
 * not measure threads, and the phrase says so.
 */
import { REFERENCES } from "../../lab/cell.ts";
import { gainless } from "../../lab/figures/doubts.ts";
import { judge, verdictWord } from "../../lab/figures/verdict.ts";
import { isSliced, strengthOf } from "../../lab/figures/strength.ts";
import type { CellResult, GainResult, Result } from "../../lab/result.ts";
import { leadingDesign } from "../../lab/print/answer.ts";
import { allRows, type Row } from "../../lab/print/rows.ts";
import { capital, count, enumeration, printPercent, printRatio, printTime, spelt } from "../../lab/text.ts";

/** A row whose gains are known. */
type Gained = Row & { readonly gain: GainResult };

/** A thread that ran tasks for less of the time than this had no work to speak of. */
const IDLE = 0.05;

/** A mean number of threads in the kernel's run queue above this has disturbed the run. */
const DISTURBED = 0.1;

/** Worlds in the order in which structure has most to gain. */
const IDLE_FIRST = ["wait", "mixed", "pile", "cpu"];

/** Of more worlds than this only two are described: those in which threads gain most and least. */
const MOST_WORLDS = 3;

/** What the sentences are about: one design in each world, its reference, and a number of threads. */
interface Story {
  readonly rows: readonly Gained[];
  readonly reference: string;
  readonly design: string;
  readonly worlds: readonly string[];
  /** Of those measured, the largest number that the machine has cores for. */
  readonly threads: number;
}

/** Three sentences at most, and a warning. */
export function sentences(result: Result): string[] {
  const gophers = storyOf(result, "gophers");
  const dot = storyOf(result, "dot");
  const all = gophers === null ? (dot === null ? [] : [structure(dot), threads(dot), control(dot)]) : [structure(gophers), threads(gophers), lastOf(gophers, dot)];
  const said = all.filter((sentence) => sentence !== null);
  const why = gainless(result);
  if (why !== null) return [why];
  return said.length === 0 ? [] : [...said, ...cautions(result)];
}

/** The control; in the headline, the product takes the place of the two together. */
function lastOf(gophers: Story, dot: Story | null): string | null {
  const threadsAlone = control(gophers, dot === null);
  const product = dot === null ? null : productSentence(dot);
  return threadsAlone === null || product === null ? (threadsAlone ?? product) : `${threadsAlone.slice(0, -1)}; ${product.charAt(0).toLowerCase()}${product.slice(1)}`;
}

function storyOf(result: Result, program: string): Story | null {
  const rows = allRows(result).filter((row): row is Gained => row.gain !== null && row.cell.program === program);
  const reference = REFERENCES.get(program);
  if (reference === undefined || rows.every(({ cell }) => cell.design === reference && cell.threads === 1)) return null;
  const counts = rows.map(({ cell }) => cell.threads);
  const usable = Math.max(...counts.filter((threads) => threads <= result.env.usable));
  const threads = usable > 1 ? usable : Math.max(...counts);
  const all = [...new Set(rows.map(({ cell }) => cell.world))].toSorted((a, b) => IDLE_FIRST.indexOf(a) - IDLE_FIRST.indexOf(b));
  const design = leadingDesign(rows.filter(({ cell }) => cell.world === all[0])) ?? reference;
  const worlds = all.length <= MOST_WORLDS ? all : extremes(rows.filter(({ cell }) => cell.design === design && cell.threads === threads));
  return { rows, reference, design, worlds, threads };
}

function extremes(rows: readonly Gained[]): readonly string[] {
  const sorted = rows.toSorted((a, b) => b.gain.P - a.gain.P);
  return [sorted[0], sorted.at(-1)].flatMap((row) => (row === undefined ? [] : [row.cell.world]));
}

function rowOf({ rows }: Story, design: string, world: string, threads: number): Gained | undefined {
  return rows.find(({ cell }) => cell.design === design && cell.world === world && cell.threads === threads);
}

/** "On one thread, the structure of G6 gives 4.00× in the wait world (…) and no gain in the cpu world (…)." */
function structure(story: Story): string | null {
  const { reference, design } = story;
  const phrases = design === reference ? [] : phrasesOf(story, "C", design);
  return phrases.length === 0 ? null : `On one thread, the structure of ${design} gives ${enumeration(phrases)}.`;
}

/** "Two threads give G6 no gain in the wait world (…) and 1.98× in the cpu world (…)." */
function threads(story: Story): string | null {
  const { reference, design, threads } = story;
  if (threads === 1) return "Only one thread was measured, so the result does not show parallelism.";
  const phrases = design === reference ? [] : phrasesOf(story, "P", design);
  return phrases.length === 0 ? null : `${capital(spelt(threads))} threads give ${design} ${enumeration(phrases)}.`;
}

/** Threads without structure: the reference on as many threads; then both together. */
function control(story: Story, withProduct = true): string | null {
  const { reference, threads } = story;
  const phrases = threads === 1 ? [] : phrasesOf(story, "P", reference);
  if (phrases.length === 0) return null;
  const both = withProduct ? together(story) : "";
  return `Threads without structure: ${spelt(threads)} threads give ${reference} ${enumeration(phrases)}${both}.`;
}

/** In each world, the gain of a design: C over the reference on one thread, P over itself on one thread. */
function phrasesOf(story: Story, name: "C" | "P", design: string): string[] {
  return story.worlds.flatMap((world) => {
    const row = rowOf(story, design, world, name === "C" ? 1 : story.threads);
    const base = rowOf(story, name === "C" ? story.reference : design, world, 1);
    return row === undefined || base === undefined ? [] : [phrase(story, row, name, base)];
  });
}

/** Where both gain: S = C × P. */
function together(story: Story): string {
  const { reference, design, worlds, threads } = story;
  for (const world of worlds) {
    const [row, base] = [rowOf(story, design, world, threads), rowOf(story, reference, world, 1)];
    if (row === undefined || base === undefined || isSliced(row.cell) || strengthOf(row.gain, "C") !== "gain" || strengthOf(row.gain, "P") !== "gain") continue;
    const times = `${reference} on one thread ${time(base)}, ${design} on ${count(threads, "thread")} ${time(row)}`;
    return `; structure and threads together, S = C × P, give ${printRatio(row.printed.gains.S as number)}× ${inWorld(row.cell)} (${times})`;
  }
  return "";
}

/** The product in one sentence: what chunks alone give, and what threads give. */
function productSentence(story: Story): string | null {
  const { reference, design, worlds, threads } = story;
  const [row, base] = [rowOf(story, design, worlds[0] as string, 1), rowOf(story, reference, worlds[0] as string, 1)];
  if (row === undefined || base === undefined || design === reference) return null;
  const [first] = threads === 1 ? [] : phrasesOf(story, "P", design);
  const place = ` ${inWorld(row.cell)}`;
  const more = first === undefined ? "" : `, and ${spelt(threads)} threads ${first.replace(place, "")}`;
  return `In the dot product, structure alone gives ${phrase(story, row, "C", base).replace(place, "")}${more}.`;
}

/** Mean number of threads that waited for a core. */
const queue = ({ trace }: CellResult): number => trace.Rq ?? 0;

/** What makes the result unreliable. */
function cautions({ env, cells, config }: Result): string[] {
  const waited = cells.filter((cell) => cell.threads === 1 && queue(cell) > DISTURBED).toSorted((a, b) => queue(b) - queue(a));
  const found = [
    ...(config.interrupted ? ["the measurement was interrupted"] : []),
    ...(cells.some(isSliced) ? ["in the time-sliced rows the threads did not get a core each, so P there does not show what threads can gain"] : []),
    ...(cells.some(({ summary }) => summary.ci === null) ? ["there are too few blocks for intervals"] : []),
    ...waited.slice(0, 1).map((worst) => `${count(waited.length, "cell")} on one thread waited for a core more than a tenth of the time, up to ${Math.round(100 * queue(worst))} % (${worst.design}, ${worst.world})`),
    ...env.warnings,
  ];
  return found.length === 0 ? [] : [`Caution: ${found.join("; ")}.`];
}

/** "in the wait world". */
function inWorld({ program, world }: CellResult): string {
  if (program === "dot") return `in the dot product (${world})`;
  return world === "pile" ? "with real files" : `in the ${world} world`;
}

/**
 * A gain over the time of `base`. C, what structure gives on one thread: "4.00× in the wait world (G1 924 ms, G6 231 ms; …)".
 * P, what threads give: "1.98× in the cpu world (257 ms on one thread, 130 ms on 2; …; parallel)".
 */
function phrase(story: Story, row: Gained, name: "C" | "P", reference: Gained): string {
  const [{ cell, gain, printed }, { cell: base }] = [row, reference];
  const [before, after] = [reference, row].map(time);
  const times = name === "C" ? `${base.design} ${before}, ${cell.design} ${after}` : `${before} on one thread, ${after} on ${cell.threads}`;
  const ratio = `${printRatio(printed.gains[name] as number)}×`;
  const strength = strengthOf(rowOf(story, cell.design, cell.world, story.threads)?.gain ?? gain, name);
  if (strength === "none" && !(name === "P" && isSliced(cell))) return `no gain ${inWorld(cell)} (${times}: ${ratio})`;
  const remark = name === "P" ? proof(cell) : strength === "gain" ? filled(cell, base) : "";
  const bounds = gain.ci[name] ? `95 %: ${gain.ci[name].map(printRatio).join(" to ")}` : "";
  const called = { gain: ratio, unknown: ratio, none: ratio, loss: `${ratio} (slower)`, unclear: `no clear difference (${ratio})` }[strength];
  return `${called} ${inWorld(cell)} (${[times, bounds, remark].filter((part) => part !== "").join("; ")})`;
}

/** The time of a row, as the table prints it. */
function time({ cell, printed }: Row): string {
  return printTime(cell.summary.medianNs, printed.figures);
}

/** How the thread's time was used, from the traced runs. */
function filled({ trace }: CellResult, base: CellResult): string {
  if (trace.U === undefined || base.trace.U === undefined || trace.L === undefined) return "";
  const about = trace.approximate === true || base.trace.approximate === true ? "~" : "";
  if (base.trace.U >= IDLE) return `the thread runs tasks ${about}${printPercent(trace.U)} of the time instead of ${about}${printPercent(base.trace.U)}`;
  return `${about}${trace.L.toFixed(1)} tasks in progress, the thread running ${about}${printPercent(trace.U)} of the time`;
}

/** Whether threads ran at the same time, by the verdict. */
function proof(cell: CellResult): string {
  const { verdict, threads, trace } = cell;
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
    case "unclear":
      return `${word}: ${judge(cell).why}`;
    case "unconfirmed":
      return `${word}: whether they ran at the same time is unknown`;
    case "concurrent only":
    case "sequential":
      return (trace.Rq ?? 0) > DISTURBED ? `${printRatio(trace.Rq ?? 0)} threads waited for a core` : "";
  }
}
