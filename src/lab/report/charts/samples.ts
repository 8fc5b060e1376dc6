/** Every timed run of every cell, in the order of the blocks: nothing is dropped, what lies far out is marked. */
import { printDesign, printCell, printWorld } from "../../cell.ts";
import { fences } from "../../figures/statistics.ts";
import type { CellResult, Result, Sample } from "../../result.ts";
import { rowGroups } from "../../print/rows.ts";
import { count, printTime } from "../../text.ts";
import { drawn, multiples, Plot, worldMarks, type WorldMark } from "../parts/chart.ts";
import { absent, asTable, html, reading, type Html } from "../parts/html.ts";

/** A run as a point: percent from the cell's median. */
interface Run {
  readonly block: number;
  readonly percent: number;
  readonly isFar: boolean;
  readonly wallNs: number;
}

/** One strip for each cell, on one scale within a group. */
export function samplesSection(result: Result): Html {
  const cells = result.cells.filter(({ samples }) => samples.length > 0);
  if (cells.length === 0) return absent("No run was timed.");
  const worlds = worldMarks(cells);
  return html`${reading(
    "each mark is one timed run: blocks from left to right in the order of time, upwards how much longer than the cell's median it took. The grey band is the 95 % interval of the median. ",
    "A slope is drift, a step another program; ", html`<b>×</b>`, " marks runs beyond 1.5 interquartile ranges: flagged, never dropped.",
  )}
${rowGroups({ ...result, cells }).map(({ rows }) => {
    const group = rows.map(({ cell }) => ({ cell, runs: runsOf(cell) }));
    const reach = Math.max(2, ...group.flatMap(({ runs }) => runs.map(({ percent }) => Math.abs(percent)))) * 1.1;
    const name = printWorld((group[0] as { cell: CellResult }).cell);
    return html`<h3>${name}</h3>${multiples(group.map(({ cell, runs }) => ({
      title: html`${printDesign(cell)} <span class="quiet">${printTime(cell.summary.medianNs)}</span>`,
      drawing: strip(cell, runs, worlds.get(name) as WorldMark, reach),
    })))}`;
  })}
${asTable("Runs by cell", [
    { title: "cell", text: printCell },
    { title: "runs", isNumber: true, text: ({ samples }) => samples.length },
    { title: "blocks", isNumber: true, text: ({ summary }) => summary.n },
    { title: "shortest", isNumber: true, text: ({ samples }) => printTime(Math.min(...samples.map(({ wallNs }) => wallNs))) },
    { title: "median", isNumber: true, text: ({ summary }) => printTime(summary.medianNs) },
    { title: "longest", isNumber: true, text: ({ samples }) => printTime(Math.max(...samples.map(({ wallNs }) => wallNs))) },
    { title: "far out", isNumber: true, text: (cell) => runsOf(cell).filter(({ isFar }) => isFar).length },
  ], cells)}`;
}

function runsOf({ samples, summary }: CellResult): Run[] {
  const [low, high] = fences(samples.map(({ wallNs }) => wallNs));
  // runs of a block stand side by side within its width
  const inBlock = Map.groupBy(samples, ({ block }) => block);
  const place = (sample: Sample): number => {
    const runs = inBlock.get(sample.block) as Sample[];
    return sample.block + 0.7 * ((runs.indexOf(sample) + 0.5) / runs.length - 0.5);
  };
  return samples.map((sample) => ({
    block: place(sample), percent: 100 * (sample.wallNs / summary.medianNs - 1), isFar: sample.wallNs < low || sample.wallNs > high, wallNs: sample.wallNs,
  }));
}

/** Five blocks at most, evenly. */
function blockTicks({ samples }: CellResult): number[] {
  const blocks = [...new Set(samples.map(({ block }) => block))].toSorted((a, b) => a - b);
  const step = Math.ceil(blocks.length / 5);
  return blocks.filter((_, index) => index % step === 0);
}

function strip(cell: CellResult, runs: readonly Run[], { color, symbol }: WorldMark, reach: number): Html {
  const { medianNs, ci } = cell.summary;
  const blocks = runs.map(({ block }) => block);
  const far = runs.filter(({ isFar }) => isFar);
  return drawn(`${printDesign(cell)}: ${count(runs.length, "run")}, ${far.length} far out`, {
    width: 245, height: 140, marginLeft: 42, marginRight: 8, marginTop: 8, marginBottom: 40,
    x: { type: "linear", domain: [Math.min(...blocks) - 0.6, Math.max(...blocks) + 0.6], ticks: blockTicks(cell), tickFormat: (at: number) => String(at + 1), label: "block", labelAnchor: "center", labelArrow: "none", labelOffset: 36 },
    // "+2", "0 %", "−2": of few letters, the unit at zero
    y: { domain: [-reach, reach], ticks: 4, tickFormat: (at: number) => (at === 0 ? "0 %" : `${at > 0 ? "+" : "−"}${Math.abs(at)}`), grid: true, label: null },
    marks: [
      ...(ci === null ? [] : [Plot.rect([ci], { x1: Math.min(...blocks) - 0.6, x2: Math.max(...blocks) + 0.6, y1: ([low]: readonly [number, number]) => 100 * (low / medianNs - 1), y2: ([, high]: readonly [number, number]) => 100 * (high / medianNs - 1), fill: "currentColor", fillOpacity: 0.12, ariaDescription: "interval" })]),
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.6 }),
      Plot.dot(runs.filter(({ isFar }) => !isFar), { x: "block", y: "percent", r: 2.6, symbol: symbol as "circle", fill: color, fillOpacity: 0.8, ariaDescription: "run" }),
      Plot.dot(far, { x: "block", y: "percent", r: 3.6, symbol: "times", stroke: "currentColor", strokeWidth: 1.6, ariaDescription: "far run", title: ({ percent, wallNs }: Run) => `${printTime(wallNs)}, ${percent > 0 ? "+" : ""}${percent.toFixed(1)} %` }),
    ],
  });
}
