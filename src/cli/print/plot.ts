/**
 * A plot in plain text: marks for what was measured with their intervals, dots
 * for what was predicted. Told apart by characters, so colours are not needed.
 * Pure.
 *
 * Not done: a charts library. Those for terminals (asciichart,
 * simple-ascii-chart) draw lines through evenly spaced values; none has
 * intervals or marks over a curve.
 */
import type { Plot, PlotAxis, PlotSeries } from "../../lab/plot.ts";
import { wrapped } from "../../lab/text.ts";

const MARKS = ["o", "x", "+", "#"] as const;
const CURVES = ["·", "-", ":", "~"] as const;
/** Marks of several series at one place. */
const SEVERAL = "*";
const BAR = "|";

const ROWS = 13;
/** Wider than this a plot does not get easier to read. */
const MOST_WIDTH = 78;
const LEAST_COLUMNS = 16;
const TICKS_Y = 5;

/** Draws a plot into lines no wider than `width` (at least 30). */
export function printPlot(plot: Plot, width: number): string {
  const ticks = ticksTo(topOf(plot));
  const top = ticks.at(-1) as number;
  const margin = Math.max(...ticks.map((tick) => tickText(tick).length));
  const columns = Math.max(LEAST_COLUMNS, Math.min(width, MOST_WIDTH) - margin - 2);
  const grid = gridOf(columns, plot, top);
  const names = { measured: plot.series.filter(({ kind }) => kind === "measured"), predicted: plot.series.filter(({ kind }) => kind === "predicted") };
  for (const [at, series] of names.predicted.entries()) grid.curve(series, CURVES[at % CURVES.length] as string);
  for (const series of names.measured) grid.intervals(series);
  for (const [at, series] of names.measured.entries()) grid.marks(series, MARKS[at % MARKS.length] as string);

  const labels = new Map(ticks.map((tick) => [grid.row(tick), tickText(tick)]));
  const lines = grid.lines.map((line, row) => `${(labels.get(row) ?? "").padStart(margin)} ${labels.has(row) ? "+" : BAR}${line.join("")}`.trimEnd());
  const indent = " ".repeat(margin + 2);
  return [
    wrapped(plot.title, width),
    ...lines,
    `${" ".repeat(margin)} +${"-".repeat(columns)}`,
    ...tickLines(plot.x, ticksX(plot), grid.column, columns).map((line) => (indent + line).trimEnd()),
    ...(plot.x.label === "" ? [] : [`${indent}${plot.x.label}`]),
    ...legend(names, plot).map((line) => wrapped(line, width, "  ").replaceAll("\u00a0", " ")),
  ].join("\n");
}

/** The characters between the axes, row 0 at the top. */
function gridOf(columns: number, { x: { scale, names = [] }, series: all }: Plot, top: number) {
  const lines = Array.from({ length: ROWS }, () => Array.from({ length: columns }, () => " "));
  const scaled = (x: number): number => (scale === "log" ? Math.log(x) : x);
  const at = all.flatMap(({ points }) => points.map(({ x }) => scaled(x)));
  const [low, high] = [Math.min(...at), Math.max(...at)];
  const row = (y: number): number => Math.round((1 - y / top) * (ROWS - 1));
  const column = (x: number): number => {
    if (scale === "names") return Math.floor(((x + 0.5) * columns) / names.length);
    return high === low ? Math.floor(columns / 2) : 1 + Math.round(((scaled(x) - low) / (high - low)) * (columns - 3));
  };
  /** What lies outside is left out. */
  const put = (place: number, line: number, character: string): void => {
    if (lines[line] !== undefined && place >= 0 && place < columns) lines[line][place] = character;
  };
  return {
    lines, row, column,
    /** A line through the points; over names a level at each. */
    curve({ points }: PlotSeries, character: string): void {
      const reach = Math.max(1, Math.min(3, Math.floor(columns / names.length / 2) - 1));
      for (const [index, { x, y }] of points.entries()) {
        if (scale === "names") for (let by = -reach; by <= reach; by++) put(column(x) + by, row(y), character);
        if (scale === "names") continue;
        const next = points[index + 1] ?? { x, y };
        const [from, to] = [column(x), column(next.x)];
        let before = row(y);
        for (let place = from; place <= to; place++) {
          const line = row(y + (next.y - y) * (to === from ? 0 : (place - from) / (to - from)));
          // without a gap where it is steep
          for (let step = before; step !== line; step += Math.sign(line - before)) if (step !== before) put(place, step, character);
          put(place, line, character);
          before = line;
        }
      }
    },
    intervals({ points }: PlotSeries): void {
      for (const { x, interval } of points) {
        if (interval !== null) for (let line = row(interval[1]); line <= row(interval[0]); line++) put(column(x), line, BAR);
      }
    },
    marks({ points }: PlotSeries, character: string): void {
      for (const { x, y } of points) {
        if (!Number.isFinite(y)) continue;
        const there = lines[row(y)]?.[column(x)] ?? "";
        put(column(x), row(y), (MARKS as readonly string[]).includes(there) && there !== character ? SEVERAL : character);
      }
    },
  };
}

/** The highest mark or curve; the intervals only as far as they do not make those small. */
function topOf({ series }: Plot): number {
  const values = series.flatMap(({ points }) => points.map(({ y }) => y)).filter(Number.isFinite);
  const highest = Math.max(0, ...values);
  const intervals = series.flatMap(({ points }) => points.map(({ interval }) => interval?.[1] ?? 0));
  return Math.max(highest, Math.min(1.25 * highest, Math.max(...intervals))) || 1;
}

/** 0, 1, 2, 3, 4: round numbers that reach `top`. */
function ticksTo(top: number): number[] {
  const rough = top / TICKS_Y;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) as number) * power;
  return Array.from({ length: Math.ceil(top / step - 1e-9) + 1 }, (_, at) => at * step);
}

function tickText(value: number): string {
  return String(Number(value.toPrecision(6)));
}

/** Where labels belong: at what was measured, or at every name. */
function ticksX({ x, series }: Plot): number[] {
  if (x.scale === "names") return (x.names ?? []).map((_, at) => at);
  const measured = series.filter(({ kind }) => kind === "measured");
  const at = (measured.length > 0 ? measured : series).flatMap(({ points }) => points.map((point) => point.x));
  return [...new Set(at)].toSorted((a, b) => a - b);
}

/** Labels under the axis; names are broken into lines, and what would touch its neighbour is left out. */
function tickLines({ scale, names = [] }: PlotAxis, ticks: readonly number[], columnOf: (x: number) => number, columns: number): string[] {
  const room = scale === "names" ? Math.max(1, Math.floor(columns / names.length) - 1) : columns;
  const labels = ticks.map((tick) => (scale === "names" ? wrapped(names[tick] ?? "", room).split("\n") : [tickText(tick)]));
  const lines = Array.from({ length: Math.max(0, ...labels.map(({ length }) => length)) }, () => "");
  for (const [at, tick] of ticks.entries()) {
    for (const [row, text] of (labels[at] as string[]).entries()) {
      const before = lines[row] as string;
      const from = Math.max(0, Math.min(columnOf(tick) - Math.floor((text.length - 1) / 2), columns - text.length));
      if (before === "" || before.length < from) lines[row] = before.padEnd(from) + text;
    }
  }
  return lines;
}

/** What the characters stand for; a character stays with its name. */
function legend({ measured, predicted }: { readonly measured: readonly PlotSeries[]; readonly predicted: readonly PlotSeries[] }, { y }: Plot): string[] {
  const isInterval = measured.some(({ points }) => points.some(({ interval }) => interval !== null));
  const named = (series: readonly PlotSeries[], characters: readonly string[]): string[] => series.map(({ name }, at) => entry(characters[at % characters.length] as string, name));
  const marks = [...named(measured, MARKS), ...(measured.length > 1 ? [entry(SEVERAL, "several")] : []), ...(isInterval ? [entry(BAR, "95 % interval of the median")] : [])];
  return [
    ...(predicted.length === 0 ? [] : [`${y.label}, predicted: ${named(predicted, CURVES).join(", ")}`]),
    ...(measured.length === 0 ? [] : [`${y.label}, measured: ${marks.join(", ")}`]),
  ];
}

/** Is not broken at its blanks. */
function entry(character: string, name: string): string {
  return `${character} ${name}`.replaceAll(" ", "\u00a0");
}
