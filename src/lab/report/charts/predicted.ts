/** Every cell that the model predicts: measured time over predicted time. */
import { printCell, printWorld } from "../../cell.ts";
import { COLUMNS } from "../../print/columns.ts";
import type { CellResult, Result } from "../../result.ts";
import { count, printTime } from "../../text.ts";
import { drawn, figure, Plot, worldLegend, worldMarks, type WorldMark } from "../parts/chart.ts";
import { absent, asTable, html, reading, type Html } from "../parts/html.ts";
import { placed } from "./labels.ts";

type Predicted = CellResult & { readonly predicted: { readonly ns: number } };

const isPredicted = (cell: CellResult): cell is Predicted => cell.predicted !== undefined;

const WIDTH = 1040;
const HEIGHT = 500;
const MARGIN = { left: 78, right: 40, top: 20, bottom: 46 };
/** How far from the model a cell may be to count as explained by it. */
const BAND = 0.1;

const ratioOf = ({ summary, predicted }: Predicted): number => summary.medianNs / predicted.ns;
/** Whether the model gives only a lower bound. */
const isBound = ({ predicted }: Predicted): boolean => predicted.isBound === true;

/** Measured against predicted. */
export function predictedSection(result: Result): Html {
  const cells = result.cells.filter(isPredicted);
  if (cells.length === 0) return absent("There is no model for any of these cells.");
  const exact = cells.filter((cell) => !isBound(cell));
  const within = exact.filter((cell) => Math.abs(ratioOf(cell) - 1) <= BAND);
  const worlds = worldMarks(cells);
  return html`${reading(
    "each mark is a cell. On the line it took as long as the model says; above, longer; the band is ± 10 %. Cells outside the band are named, G6·2 for G6 on 2 threads. ",
    exact.length > 0 && `${within.length} of ${count(exact.length, "cell")} ${within.length === 1 ? "is" : "are"} inside. `,
    exact.length < cells.length && "For hollow marks the model gives only a lower bound; they can be anywhere above the line.",
  )}
${worldLegend(worlds.values())}
${figure(scatter(cells, worlds))}
${asTable("Measured and predicted time", [
    { title: "cell", text: printCell },
    { title: "measured", isNumber: true, text: ({ summary }) => printTime(summary.medianNs) },
    { title: "predicted", isNumber: true, text: (cell) => `${isBound(cell) ? "≥ " : ""}${printTime(cell.predicted.ns)}` },
    { title: COLUMNS.of_predicted.title, isNumber: true, text: (cell) => `${Math.round(100 * ratioOf(cell))} %` },
  ], cells)}`;
}

function scatter(cells: readonly Predicted[], worlds: ReadonlyMap<string, WorldMark>): Html {
  const times = cells.flatMap(({ summary, predicted }) => [summary.medianNs, predicted.ns]);
  const domain: [number, number] = [Math.min(...times) / 1.35, Math.max(...times) * 1.35];
  const x = Plot.scale({ x: { type: "log", domain, range: [MARGIN.left, WIDTH - MARGIN.right] } });
  const y = Plot.scale({ y: { type: "log", domain, range: [HEIGHT - MARGIN.bottom, MARGIN.top] } });
  const outside = cells.filter((cell) => ratioOf(cell) < 1 - BAND || (ratioOf(cell) > 1 + BAND && !isBound(cell)));
  const frame = { left: MARGIN.left, right: WIDTH, top: MARGIN.top, bottom: HEIGHT - MARGIN.bottom };
  const marks = cells.map((cell) => ({ x: x.apply(cell.predicted.ns), y: y.apply(cell.summary.medianNs) }));
  const labels = placed(outside.map((cell) => ({ x: x.apply(cell.predicted.ns), y: y.apply(cell.summary.medianNs), name: `${cell.design}·${cell.threads}`, group: printWorld(cell) })), frame, marks.map((mark) => ({ left: mark.x - 6, right: mark.x + 6, top: mark.y - 6, bottom: mark.y + 6 })))
    .map(({ text, x: left, y: middle }) => ({ text, x: x.invert?.(left), y: y.invert?.(middle) }));
  const ticks = ticksOf(domain);
  return drawn(`Measured against predicted time of ${count(cells.length, "cell")}, ${outside.length} outside ten percent`, {
    width: WIDTH, height: HEIGHT, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom,
    x: { type: "log", domain, ticks, tickFormat: (ns: number) => printTime(ns), label: "predicted", labelAnchor: "center", labelOffset: 40, grid: true },
    y: { type: "log", domain, ticks, tickFormat: (ns: number) => printTime(ns), label: "measured", grid: true },
    marks: [
      Plot.areaY(bandOf(domain), { x: "at", y1: "low", y2: "high", fill: "currentColor", fillOpacity: 0.1, ariaDescription: "ten percent" }),
      Plot.line(domain, { x: (at: number) => at, y: (at: number) => at, stroke: "currentColor", strokeOpacity: 0.6, ariaDescription: "as predicted" }),
      ...[...worlds.values()].map((world) => Plot.dot(cells.filter((cell) => worlds.get(printWorld(cell)) === world), {
        x: ({ predicted }) => predicted.ns, y: ({ summary }) => summary.medianNs, r: 4.5, symbol: world.symbol as "circle", fill: (cell: Predicted) => (isBound(cell) ? "var(--page)" : world.color), fillOpacity: 0.85, stroke: (cell: Predicted) => (isBound(cell) ? world.color : "var(--page)"), strokeWidth: 1.4, ariaDescription: "cell",
        title: (cell: Predicted) => `${printCell(cell)}: ${printTime(cell.summary.medianNs)}, predicted ${printTime(cell.predicted.ns)}`,
      })),
      Plot.text(labels, { x: "x", y: "y", text: "text", textAnchor: "start", stroke: "var(--page)", strokeWidth: 4, fill: "currentColor" }),
    ],
  });
}

/** The band's edges, cut off where it leaves the picture: at its corners, between which it is straight. */
function bandOf([from, to]: readonly [number, number]): { at: number; low: number; high: number }[] {
  return [from, from / (1 - BAND), to / (1 + BAND), to].map((at) => ({ at, low: Math.max(from, at * (1 - BAND)), high: Math.min(to, at * (1 + BAND)) }));
}

/** 1, 2 and 5 times powers of ten. */
function ticksOf([low, high]: readonly [number, number]): number[] {
  const first = Math.floor(Math.log10(low));
  const powers = Array.from({ length: Math.ceil(Math.log10(high)) - first + 1 }, (_, index) => 10 ** (first + index));
  return powers.flatMap((power) => [power, 2 * power, 5 * power]).filter((tick) => tick >= low && tick <= high);
}
