/** Compared with a baseline, if the result has a comparison: the ratio of the times of every cell, with its interval. */
import { printCell } from "../../cell.ts";
import { COMPARED, outcomeWord, type CellComparison, type Outcome } from "../../comparison.ts";
import type { Result } from "../../result.ts";
import { count } from "../../text.ts";
import { drawn, figure, Plot } from "../parts/chart.ts";
import { asTable, html, reading, type Html } from "../parts/html.ts";

const WIDTH = 1040;
const ROW = 22;

/** Shape and colour of an outcome, which is also in words next to every mark. */
const MARKS: Readonly<Record<Outcome, { readonly symbol: string; readonly color: string }>> = {
  faster: { symbol: "triangle", color: "var(--blue)" },
  slower: { symbol: "square", color: "var(--red)" },
  equal: { symbol: "circle", color: "var(--grey)" },
  inconclusive: { symbol: "times", color: "var(--quiet)" },
};

/** The section, or nothing. */
export function comparisonSection({ comparison }: Result): Html | null {
  if (comparison === undefined || comparison.cells.length === 0) return null;
  const { a, cells, rule, warnings } = comparison;
  return html`${reading(
    "each row is a cell of this measurement against the same cell of ", html`<b>${a.name}</b>`, ` (${a.startedAt.slice(0, 10)}, ${count(a.blocks, "block")}). Left of 1 it is faster now, right of 1 slower; `,
    `the line is the 95 % interval, the band of ±${Math.round(100 * rule.band)} % has no practical meaning.`,
  )}
${warnings.length > 0 && html`<ul>${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
${figure(forest(cells, rule.band))}
${asTable(`Times in ${a.name} and here`, [
    { title: "cell", text: ({ cell }: CellComparison) => printCell(cell) },
    ...COMPARED.map(({ title, align, text }) => ({ title, isNumber: align === "right", text })),
    { title: "why", text: ({ why }) => why },
  ], cells)}`;
}

function forest(cells: readonly CellComparison[], band: number): Html {
  const rows = cells.map((compared, row) => ({ ...compared, row }));
  const values = [...rows.flatMap(({ ratio, ci }) => [ratio, ...(ci ?? [])]), 1 - 2 * band, 1 + 2 * band].filter((value) => value > 0 && Number.isFinite(value));
  const domain: [number, number] = [Math.min(...values) / 1.02, Math.max(...values) * 1.02];
  return drawn(`Ratio of times for ${count(cells.length, "cell")}`, {
    width: WIDTH, height: cells.length * ROW + 60, marginLeft: 230, marginRight: 140, marginTop: 10, marginBottom: 50,
    x: { type: "log", domain, ticks: 7, tickFormat: (value: number) => String(Number(value.toFixed(2))), label: "time after / time before", labelAnchor: "center", labelArrow: "none", labelOffset: 40, grid: true },
    y: { type: "linear", domain: [-0.6, cells.length - 0.4], reverse: true, axis: null },
    marks: [
      Plot.rect([band], { x1: 1 / (1 + band), x2: 1 + band, y1: -0.6, y2: cells.length - 0.4, fill: "currentColor", fillOpacity: 0.1 }),
      Plot.ruleX([1], { stroke: "currentColor", strokeOpacity: 0.6 }),
      Plot.ruleY(rows.filter(({ ci }) => ci !== null), { y: "row", x1: ({ ci }) => ci?.[0], x2: ({ ci }) => ci?.[1], stroke: ({ outcome }: CellComparison) => MARKS[outcome].color, strokeWidth: 1.5, ariaDescription: "interval" }),
      ...Object.entries(MARKS).map(([name, { symbol, color }]) => Plot.dot(rows.filter(({ outcome }) => outcome === name), {
        x: "ratio", y: "row", symbol: symbol as "circle", r: 4.5, fill: symbol === "times" ? "none" : color, stroke: color, ariaDescription: "ratio", title: ({ why }) => why,
      })),
      Plot.text(rows, { frameAnchor: "left", y: "row", text: ({ cell }) => printCell(cell), dx: -222, textAnchor: "start" }),
      Plot.text(rows, { frameAnchor: "right", y: "row", text: ({ outcome }) => outcomeWord(outcome), dx: 8, textAnchor: "start" }),
    ],
  });
}
