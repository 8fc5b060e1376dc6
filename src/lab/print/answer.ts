/**
 * A result as a person should see it first: for each world a bar for each cell, the
 * three gains next to it, and one sentence. The first screen, the head of the report
 * and the pictures for slides draw it. Pure.
 *
 * The sentence is about one design, G6 where it was measured, on the largest number of
 * threads for which there are cores. It says of each gain only what its interval allows.
 */
import { isReference } from "../cell.ts";
import { isSliced, strengthOf, type Strength } from "../figures/strength.ts";
import type { CellResult, Result } from "../result.ts";
import { count, type Interval, printRatio, printTime, spelt } from "../text.ts";
import { rowGroups, type Row, type RowGroup } from "./rows.ts";

/** One world, or one kind of dot product. */
export interface AnsweredWorld {
  readonly program: string;
  /** "wait", "simd-DRAM" */
  readonly world: string;
  /** "Gophers that WAIT" */
  readonly title: string;
  /** What the bars show, as half a sentence; "": there are too few blocks to say. */
  readonly sentence: string;
  /** How far the widest interval of a gain reaches from its value, as a share; `null` without intervals. */
  readonly noise: number | null;
  readonly bars: readonly Bar[];
}

/** One cell. */
export interface Bar {
  readonly cell: CellResult;
  /** "four gophers, 2 threads" */
  readonly label: string;
  /** Its time as a share of the longest of its world: the length of the bar. */
  readonly share: number;
  readonly time: string;
  /** The gains as printed, quotients of the printed times: "3.66×"; "—": always 1; "?": one of the times is not known. */
  readonly gains: Readonly<Record<GainWord, string>>;
}

/** C, P and S in words. */
export type GainWord = "structure" | "threads" | "together";
export const GAIN_WORDS: readonly GainWord[] = ["structure", "threads", "together"];

/** A bar in words: "four gophers, 2 threads: 186 ms; structure 3.66 times, threads 0.96 times, together 3.52 times." */
export function inWords({ label, time, gains }: Bar): string {
  const said = GAIN_WORDS.flatMap((word) => (isKnown(gains[word]) ? [`${word} ${gains[word].replace("×", " times")}`] : []));
  return `${label}: ${time}${said.length === 0 ? "" : `; ${said.join(", ")}`}.`;
}

/** Whether a printed gain is a figure. */
export function isKnown(gain: string): boolean {
  return gain.endsWith("×");
}

/** Intervals wider than this are marked as noisy. */
const NOISY = 0.1;

/** How exact the gains of a world are: "±2 %", "noisy: ±41 %"; "": there are no intervals. */
export function noiseRemark(world: AnsweredWorld): string {
  if (world.noise === null) return "";
  return `${isNoisy(world) ? "noisy: " : ""}±${Math.max(1, Math.ceil(100 * world.noise))} %`;
}

/** Whether the gains of a world are less exact than is usual. */
export function isNoisy({ noise }: AnsweredWorld): boolean {
  return noise !== null && noise > NOISY;
}

/** The worlds in the order in which they tell the story. */
const ORDER = ["wait", "cpu", "mixed", "pile"];

/** The answer of a result. */
export function answerOf(result: Result): AnsweredWorld[] {
  return rowGroups(result).toSorted((a, b) => placeOf(a) - placeOf(b)).map((group) => answered(group, result.env.usable));
}

function placeOf({ program, world }: RowGroup): number {
  return program === "gophers" && ORDER.includes(world) ? ORDER.indexOf(world) : ORDER.length;
}

/** How exact the gains are: "ratios good to ±2 %", by the widest interval of the worlds that are not marked as noisy; `null`: there are no intervals. */
export function exactness(worlds: readonly AnsweredWorld[]): string | null {
  const known = worlds.flatMap(({ noise }) => (noise === null ? [] : [noise]));
  const usual = known.filter((noise) => noise <= NOISY);
  if (known.length === 0) return null;
  if (usual.length === 0) return "ratios noisy";
  return `ratios good to ±${Math.max(1, Math.ceil(100 * Math.max(...usual)))} %${usual.length < known.length ? " where not marked as noisy" : ""}`;
}

function answered({ program, world, rows }: RowGroup, usable: number): AnsweredWorld {
  const longest = Math.max(...rows.map(({ cell }) => cell.summary.medianNs));
  const designs = new Set(rows.map(({ cell }) => cell.design));
  const widths = rows.flatMap(({ gain }) => (gain === null ? [] : (["C", "P", "S"] as const).flatMap((name) => (gain.ci[name] ? [reach(gain[name], gain.ci[name])] : []))));
  return {
    program, world,
    title: titleOf(program, world),
    sentence: sentenceOf(rows, usable, designs.size > 2),
    noise: widths.length === 0 ? null : Math.max(...widths),
    bars: rows.map((row) => barOf(row, longest, designs.size > 2)),
  };
}

/** "Gophers that WAIT", "DOT PRODUCT, simd kernel, DRAM" */
function titleOf(program: string, world: string): string {
  if (program === "gophers") return TITLES[world] ?? `Gophers, ${world}`;
  if (program !== "dot") return `${program}, ${world}`;
  const [kernel, size] = world.split("-") as [string, string];
  return `DOT PRODUCT, ${kernel} kernel, ${/^\d+$/.test(size) ? `${Number(size).toLocaleString("en-US")} numbers` : size}`;
}

const TITLES: Readonly<Record<string, string>> = { wait: "Gophers that WAIT", cpu: "Gophers that COMPUTE", mixed: "Gophers that do BOTH", pile: "Gophers that burn REAL FILES" };

/** How far an interval reaches from its value, as a share: the further side. */
function reach(value: number, [low, high]: Interval): number {
  return Math.max(high / value, value / low) - 1;
}

function barOf({ cell, printed }: Row, longest: number, isNamed: boolean): Bar {
  const { C, P, S } = printed.gains;
  const [reference, single] = [isReference(cell), cell.threads === 1];
  return {
    cell,
    label: `${isNamed && cell.program === "gophers" ? `${cell.design} ` : ""}${workersOf(cell)}, ${count(cell.threads, "thread")}`,
    share: cell.summary.medianNs / longest,
    time: printTime(cell.summary.medianNs, printed.figures),
    gains: { structure: gainText(C, reference), threads: gainText(P, single), together: gainText(S, reference && single) },
  };
}

function gainText(gain: number | undefined, isOne: boolean): string {
  if (isOne) return "—";
  return gain === undefined ? "?" : `${printRatio(gain)}×`;
}

/** "four gophers", "one loop", "eight chunks" */
function workersOf({ program, design, gophers }: CellResult): string {
  const one = program === "gophers" ? "gopher" : isReference({ program, design }) ? design : design.replace(/s$/, "");
  return `${spelt(gophers)} ${one}${gophers === 1 ? "" : "s"}`;
}

/** The design that the talk makes its claim about: "four times G1, if all is arranged right". */
const CLAIMED = "G6";

/** The design of a world that is spoken of: G6, or the one that gains most; `null`: only the reference was measured. */
export function leadingDesign(rows: readonly Row[]): string | null {
  const others = rows.filter(({ cell, gain }) => gain !== null && !isReference(cell)).toSorted((a, b) => (b.gain?.S ?? 0) - (a.gain?.S ?? 0));
  return others.some(({ cell }) => cell.design === CLAIMED) ? CLAIMED : (others[0]?.cell.design ?? null);
}

/** The row that the sentence is about; `null`: only the reference was measured. */
function heroOf(rows: readonly Row[], usable: number): Row | null {
  const design = leadingDesign(rows);
  const its = rows.filter(({ cell, gain }) => gain !== null && cell.design === design).toSorted((a, b) => b.cell.threads - a.cell.threads);
  // two threads on one core are all there is: better than none
  return its.find(({ cell }) => cell.threads > 1 && cell.threads <= usable) ?? its[0] ?? null;
}

/** "structure gains 3.66×, threads add nothing"; where there are several structures, "the structure of G6 gains …" */
function sentenceOf(rows: readonly Row[], usable: number, isNamed: boolean): string {
  const hero = heroOf(rows, usable);
  if (hero === null || hero.gain === null) return "";
  const [C, P] = [strengthOf(hero.gain, "C"), strengthOf(hero.gain, "P")];
  if (C === "unknown" || (hero.cell.threads > 1 && P === "unknown")) return "";
  const ratio = (name: "C" | "P"): string => `${printRatio(hero.printed.gains[name] as number)}×`;
  const its = isNamed ? `the structure of ${hero.cell.design}` : "structure";
  const structure: Record<Strength, string> = {
    gain: `${its} gains ${ratio("C")}`, none: `${its} alone gains nothing`, loss: `${its} alone costs time (${ratio("C")})`,
    unclear: `${its} alone makes no clear difference (${ratio("C")})`, unknown: "",
  };
  if (hero.cell.threads === 1) return `${structure[C]}; one thread only`;
  if (isSliced(hero.cell)) return `${structure[C]}; the threads had to share a core`;
  const alone = strengthOf(hero.gain, "P0");
  const threads: Record<Strength, string> = {
    gain: C === "gain" ? `, threads another ${ratio("P")}` : `, ${alone === "none" ? "but lets threads gain" : "threads gain"} ${ratio("P")}`,
    none: C === "none" ? ", nor do threads" : ", threads add nothing", loss: `, threads cost time (${ratio("P")})`,
    unclear: `, threads make no clear difference (${ratio("P")})`, unknown: "",
  };
  return structure[C] + threads[P];
}

