/**
 * The first screen of a result: a bar for each cell, three gains, a sentence for each
 * world, the checks, what makes the figures doubtful, and what to do next. On a narrow
 * terminal there are fewer gains; for screen readers there are words instead of bars.
 * Pure; characters that a terminal may not have are replaced where it is written.
 */
import { answerOf, GAIN_WORDS, inWords, isNoisy, noiseRemark, type AnsweredWorld, type Bar, type GainWord } from "../../lab/print/answer.ts";
import { firstDoubts } from "../../lab/print/doubts.ts";
import { displayWidth } from "../../lab/print/text-table.ts";
import type { Result } from "../../lab/result.ts";
import { count, printTime, wrapped } from "../../lab/text.ts";
import type { Paint } from "./table.ts";

/** How to draw. */
export interface ScreenStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly paint: Paint;
  /** In words, one line for each bar: for screen readers. */
  readonly plain: boolean;
}

/** The screen's widest form. */
const WIDEST = 100;
/** The gains that are shown, as far as there is room for a bar next to them. */
const FORMS: readonly (readonly GainWord[])[] = [GAIN_WORDS, ["together"], []];
const LEAST_BAR = 6;
const MOST_BAR = 24;

/** The bars of a result, with their titles and sentences, as far as it has come. */
export function printBars(result: Result, style: ScreenStyle): string[] {
  return printAnswer(answerOf(result), style);
}

function printAnswer(worlds: readonly AnsweredWorld[], style: ScreenStyle): string[] {
  return style.plain ? worlds.flatMap(worldInWords) : drawn(worlds, style);
}

function drawn(worlds: readonly AnsweredWorld[], { width, paint }: ScreenStyle): string[] {
  const bars = worlds.flatMap((world) => world.bars);
  const [label, time] = [widest(bars.map((bar) => bar.label)), widest(bars.map((bar) => bar.time))];
  const roomWith = (words: readonly GainWord[]): number => Math.min(width, WIDEST) - INDENT.length - label - 2 - time - words.length * (GAP + widest(words));
  const words = FORMS.find((its) => roomWith(its) >= LEAST_BAR) ?? [];
  const length = Math.min(MOST_BAR, Math.max(0, roomWith(words)));
  const title = length + 1 + time >= TIME.length ? TIME : "time";
  const titles = `${" ".repeat(INDENT.length + label + 1)}${title.padEnd(length + 1 + time)}${words.map((word) => " ".repeat(GAP) + word).join("")}`.trimEnd();
  const lineOf = (bar: Bar): string => {
    const block = blocks(bar.share, length);
    const figures = words.map((word) => " ".repeat(GAP) + bar.gains[word].padStart(word.length)).join("");
    return `${INDENT}${bar.label.padEnd(label)} ${paint("cyan", block)} ${bar.time}${" ".repeat(length - block.length + time - bar.time.length)}${figures}`.trimEnd();
  };
  return [
    paint("dim", titles),
    ...worlds.flatMap((world) => [wrapped(headingOf(world, paint), width, "  "), ...world.bars.map(lineOf)]),
  ];
}

const TIME = "time (shorter is better)";
const INDENT = "  ";
const GAP = 2;

/** "Gophers that WAIT: structure gains 3.66×, threads add nothing" */
function headingOf(world: AnsweredWorld, paint: Paint): string {
  const [{ title, sentence }, remark] = [world, noiseRemark(world)];
  return `${paint("bold", title)}${sentence === "" ? "" : `: ${sentence}`}${paint(isNoisy(world) ? "yellow" : "dim", remark === "" ? "" : ` (${remark})`)}`;
}

/** A bar of so many characters at most, with a resolution of a half. */
function blocks(share: number, length: number): string {
  const halves = length === 0 ? 0 : Math.max(1, Math.round(2 * share * length));
  return "█".repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? "▌" : "");
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(displayWidth));
}

function worldInWords(world: AnsweredWorld): string[] {
  return [`${headingOf(world, (_, text) => text).replaceAll("×", " times")}.`, ...world.bars.map(inWords)];
}

/** What to do next, and what it is for. */
export type Next = readonly (readonly [what: string, command: string])[];

/** The whole screen of a finished result. */
export function printScreen(result: Result, next: Next, style: ScreenStyle): string {
  const { width, paint } = style;
  const worlds = answerOf(result);
  const lines = [
    headLine(result, width, paint),
    ...printAnswer(worlds, style),
    wrapped(checksLine(result, paint), width, "  "),
    ...doubtLines(result).map((line) => wrapped(paint("yellow", line), width, "  ")),
    ...nextLines(next, style).map((line) => paint("dim", line)),
  ];
  return lines.join("\n");
}

/** "Concurrency is not parallelism: …   2 cores, 43 s" */
function headLine({ env, config }: Result, width: number, paint: Paint): string {
  const where = `${count(Math.floor(env.usable), "core")}, ${printTime(config.seconds * 1e9)}`;
  const title = "Concurrency is not parallelism: the same work, restructured, on more threads.";
  return wrapped(`${paint("bold", title)}  ${where}`, Math.min(width, WIDEST), "  ");
}

function checksLine({ checks }: Result, paint: Paint): string {
  const failed = checks.filter(({ ok }) => !ok);
  if (checks.length === 0) return "Nothing was checked.";
  if (failed.length === 0) return checks.length === 1 ? "The one check held." : `All ${checks.length} checks held.`;
  return paint("red", `${failed.length} of ${count(checks.length, "check")} FAILED: ${failed.map(({ name }) => name).join("; ")}.`);
}

/** The first of what makes the figures doubtful. */
function doubtLines(result: Result): string[] {
  const [doubt, ...more] = firstDoubts(result);
  return doubt === undefined ? [] : [`Doubt: ${doubt}${more.length > 0 ? ` (${more.length} more: -v)` : ""}.`];
}

/** Two to a line where there is room; where there is too little for one, the command has a line of its own. */
function nextLines(next: Next, { width, plain }: ScreenStyle): string[] {
  const texts = next.map(([what, command]) => `${what}: ${command}`);
  const column = Math.max(0, ...texts.filter((_, at) => at % 2 === 0).map(({ length }) => length)) + 3;
  const lines = texts.flatMap((text, at) => (at % 2 === 0 ? [at + 1 < texts.length ? `${text.padEnd(column)}${texts[at + 1]}` : text] : []));
  if (!plain && lines.every(({ length }) => length <= Math.min(width, WIDEST))) return lines;
  return next.flatMap(([what, command], at) => ((texts[at] as string).length <= width ? [texts[at] as string] : [`${what}:`, `${INDENT}${command}`]));
}
