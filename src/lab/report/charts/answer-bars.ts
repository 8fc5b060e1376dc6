/**
 * The bars of a world as SVG: for each cell what it is, a bar as long as its time, the
 * time, and the gains. The report and the pictures for slides draw it; there is a form
 * for each width, because text that is scaled down cannot be read.
 */
import { isReference } from "../../cell.ts";
import { GAIN_WORDS, inWords, isKnown, type AnsweredWorld, type Bar, type GainWord } from "../../print/answer.ts";
import { html, type Html } from "../parts/html.ts";

/** How the bars are drawn, in pixels. */
export interface BarsForm {
  readonly width: number;
  /** Size of the text. */
  readonly size: number;
  /** From one bar to the next. */
  readonly pitch: number;
  /** The gains that there is room for. */
  readonly words: readonly GainWord[];
}

/** For pages and slides. */
export const WIDE: BarsForm = { width: 640, size: 13, pitch: 22, words: GAIN_WORDS };
/** For a phone. */
export const NARROW: BarsForm = { width: 358, size: 12, pitch: 18, words: ["together"] };

/** A form with its columns, which are the same in all worlds of a result. */
export interface BarsLayout extends BarsForm {
  /** Where the bars begin, and the length of the longest. */
  readonly left: number;
  readonly longest: number;
  /** Where the gains end. */
  readonly ends: readonly number[];
}

/** Between two columns. */
const GAP = 8;

/** Finds the columns. */
export function barsLayout(worlds: readonly AnsweredWorld[], form: BarsForm): BarsLayout {
  const bars = worlds.flatMap((world) => world.bars);
  const widest = (texts: readonly string[], size = form.size): number => Math.max(0, ...texts.map((text) => textWidth(text, size)));
  const gain = Math.max(widest(form.words, form.size - 1), widest(["12.34×"])) + GAP;
  const left = widest(bars.map(({ label }) => label)) + GAP;
  const longest = form.width - left - widest(bars.map(({ time }) => time)) - GAP - form.words.length * gain;
  return { ...form, left, longest, ends: form.words.map((_, column) => form.width - (form.words.length - 1 - column) * gain) };
}

/** The width of a text: usual fonts are not wider than this. */
export function textWidth(text: string, size: number): number {
  return text.length * size * 0.54;
}

/** The titles of the columns, on a line of the height of a bar. */
export function barTitles({ left, ends, size, pitch, words }: BarsLayout): Html {
  const base = baseline(0, pitch, size);
  return html`<g font-size="${size - 1}" fill="var(--quiet)"><text x="${round(left)}" y="${base}">time (shorter is better)</text>${words.map((word, column) => html`<text x="${round(ends[column] as number)}" y="${base}" text-anchor="end">${word}</text>`)}</g>`;
}

/** The bars of a world in its colour; those of the reference are grey. */
export function worldBars({ bars }: AnsweredWorld, layout: BarsLayout, colour: string): Html {
  return html`<g font-size="${layout.size}" fill="var(--ink)">${bars.map((bar, row) => oneBar(bar, row, layout, isReference(bar.cell) ? "var(--grey)" : colour))}</g>`;
}

function oneBar(bar: Bar, row: number, { left, longest, ends, size, pitch, words }: BarsLayout, colour: string): Html {
  const base = baseline(row, pitch, size);
  const length = Math.max(2, bar.share * longest);
  const gains = words.map((word, column) => html`<text x="${round(ends[column] as number)}" y="${base}" text-anchor="end"${!isKnown(bar.gains[word]) && html` fill="var(--quiet)"`}>${bar.gains[word]}</text>`);
  return html`
<g data-mark="bar"><title>${inWords(bar)}</title><text x="0" y="${base}">${bar.label}</text><rect x="${round(left)}" y="${round(row * pitch + 3)}" width="${round(length)}" height="${pitch - 6}" rx="2" fill="${colour}"/><text x="${round(left + length + 6)}" y="${base}">${bar.time}</text>${gains}</g>`;
}

/** Where the text of a row stands. */
function baseline(row: number, pitch: number, size: number): number {
  return round((row + 0.5) * pitch + 0.36 * size);
}

function round(pixels: number): number {
  return Math.round(10 * pixels) / 10;
}
