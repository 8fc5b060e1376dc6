/** Numbers as people read them. Units are chosen so that three figures suffice. */
import { stripVTControlCharacters } from "node:util";

/** "812 ms", "1.23 s", "45.1 µs", "3 min 20 s"; with four figures "812.3 ms", "1.234 s". */
export function printTime(ns: number, figures: Figures = 3): string {
  const { value, unit } = timeOf(ns, figures);
  return unit === "min" ? `${Math.floor(value / 60)} min ${value % 60} s` : `${value.toFixed(decimals(value, figures))} ${unit}`;
}

/** The time that {@link printTime} prints, nanoseconds: rounded as there. */
export function printedTime(ns: number, figures: Figures): number {
  const { value, scale } = timeOf(ns, figures);
  return value * scale;
}

/** How many figures a time has. */
export type Figures = 3 | 4;

/** A time in its unit, rounded; from two minutes on in whole seconds. */
function timeOf(ns: number, figures: Figures): { value: number; scale: number; unit: string } {
  if (ns >= 120e9) return { value: Math.round(ns / 1e9), scale: 1e9, unit: "min" };
  const least = figures === 3 ? 0.9995 : 0.99995;
  const [scale, unit] = ([[1e9, "s"], [1e6, "ms"], [1e3, "µs"]] as const).find(([its]) => ns >= least * its) ?? [1, "ns"];
  const value = ns / scale;
  return { value: Number(value.toFixed(decimals(value, figures))), scale, unit };
}

/** Decimals with which a value from 1 to 999 has so many figures. */
function decimals(value: number, figures: Figures): number {
  const half = figures === 3 ? 0.05 : 0.005;
  return figures - (value >= 100 - half ? 3 : value >= 10 - half / 10 ? 2 : 1);
}

/** "3.96", "12.3", "104": three figures, never in exponents. */
export function threeFigures(value: number): string {
  return value.toFixed(decimals(value, 3));
}

/** A figure of a report: words as they are, whole numbers with separators ("517,383"), others to three figures ("2.01", "0.512", "0.0042"). */
export function figure(value: number | string): string {
  if (typeof value === "string") return value;
  if (Number.isNaN(value)) return "none";
  if (Number.isInteger(value)) return value.toLocaleString("en-US");
  const size = Math.abs(value);
  if (size >= 999.5) return Math.round(value).toLocaleString("en-US");
  return size >= 0.9995 ? `${value < 0 ? "-" : ""}${threeFigures(size)}` : String(Number(value.toPrecision(size >= 0.0995 ? 3 : 2)));
}

/** A ratio with two decimals: "3.96". */
export function printRatio(value: number): string {
  return value.toFixed(2);
}

/** "±1.2 %", for half of an interval's width as a share. */
export function printShare(share: number): string {
  const percent = share * 100;
  return `±${percent.toFixed(percent < 9.95 ? 1 : 0)} %`;
}

/** "97 %", "0.4 %": a part of a whole. */
export function printPercent(share: number): string {
  const percent = share * 100;
  return `${percent.toFixed(percent >= 9.95 || percent === 0 ? 0 : 1)} %`;
}

/** A flag of a cell for people: "drift −12 %" of "drift:-12%". */
export function printFlag(flag: string): string {
  return flag.replace(/:-?/, (mark) => (mark === ":" ? " " : " −")).replace(/%$/, " %");
}

/** "once", "one run", "3 runs". */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** A number in words up to twelve: "four". */
export function spelt(number: number): string {
  return NUMERALS[number] ?? String(number);
}

const NUMERALS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];

/** With a capital at its beginning. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** "G1", "G1 and G4", "G1, G4 and G6". */
export function enumeration(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** Spaces where a line may end: not between a number and its unit. */
const BREAKS = / (?!(?<=\d )(?:ns|µs|ms|s|min|%)(?!\w))/;

/** Breaks text at spaces so that no line is wider than `width`, colours not counted; later lines start with `indent`. */
export function wrapped(text: string, width: number, indent = ""): string {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(BREAKS)) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && stripVTControlCharacters(longer).length > width) {
      lines.push(line);
      line = indent + word;
    } else {
      line = longer;
    }
  }
  return [...lines, line].join("\n");
}

/** Its lower and upper end. */
export type Interval = readonly [low: number, high: number];

/** Half of an interval's width as a share of `middle`. */
export function halfWidth(middle: number, [low, high]: Interval): number {
  return (high - low) / 2 / middle;
}

/** "1.98–2.01", for ratios; empty without an interval. */
export function printBounds(bounds: Interval | null | undefined): string {
  return bounds ? `${printRatio(bounds[0])}–${printRatio(bounds[1])}` : "";
}
