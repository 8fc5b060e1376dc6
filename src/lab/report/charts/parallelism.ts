/** π_j: for what share of the time exactly j threads ran a task, cell by cell. */
import { printDesign, printCell, printWorld } from "../../cell.ts";
import type { CellResult, Result } from "../../result.ts";
import { rowGroups } from "../../print/rows.ts";
import { drawn, multiples, Plot } from "../parts/chart.ts";
import { absent, asTable, html, reading, type Html } from "../parts/html.ts";

type Traced = CellResult & { readonly trace: { readonly hist: readonly number[] } };

const isTraced = (cell: CellResult): cell is Traced => cell.trace.hist !== undefined;

/** Nothing, one, several: darker is more; the axis says it too. */
const FILLS = ["var(--shade-0)", "var(--shade-1)", "var(--shade-2)"];

/** With more columns than this only the high ones have their share above them. */
const ROOMY = 5;

/** One histogram for each traced cell. */
export function parallelismSection(result: Result): Html {
  const traced = result.cells.filter(isTraced);
  if (traced.length === 0) return absent("No cell was traced, so it is unknown how many threads ran a task at the same time. The column “on CPU” of the results is an upper bound.");
  const most = Math.max(...traced.map(({ threads }) => threads));
  return html`${reading(
    "the column over ", html`<i>j</i>`, " is the share of the time in which exactly ", html`<i>j</i>`,
    " threads ran a task, by the trace. Two or more is parallelism; a design that only waits is at 0. The mean of the columns is “running” in the results.",
  )}
${rowGroups({ ...result, cells: traced }).map(({ rows }) => html`<h3>${printWorld((rows[0] as { cell: CellResult }).cell)}</h3>${multiples(rows.map(({ cell }) => ({ title: printDesign(cell), drawing: histogram(cell as Traced) })))}`)}
${asTable("Share of the time with exactly j threads running", [
    { title: "cell", text: printCell },
    ...Array.from({ length: most + 1 }, (_, j) => ({ title: html`π<sub>${j}</sub>`, isNumber: true, text: ({ trace }: Traced) => (trace.hist[j] === undefined ? "" : percent(trace.hist[j])) })),
  ], traced)}`;
}

function histogram(cell: Traced): Html {
  const bars = cell.trace.hist.map((share, j) => ({ j, share }));
  const ticks = bars.length <= 9 ? bars.map(({ j }) => j) : bars.map(({ j }) => j).filter((j) => j % Math.ceil(bars.length / 8) === 0);
  return drawn(`${printCell(cell)}: ${bars.map(({ j, share }) => `${j} running ${percent(share)}`).join(", ")}`, {
    width: 245, height: 136, marginLeft: 14, marginRight: 14, marginTop: 20, marginBottom: 38,
    x: { type: "band", domain: bars.map(({ j }) => j), ticks, label: "threads running", labelArrow: "none", labelAnchor: "center", labelOffset: 34, padding: 0.2, tickSize: 0 },
    y: { domain: [0, 1], axis: null },
    marks: [
      Plot.barY(bars, { x: "j", y: "share", fill: ({ j }: { j: number }) => FILLS[Math.min(j, 2)] as string, stroke: "currentColor", strokeWidth: 0.8, ariaDescription: "share", title: ({ j, share }: { j: number; share: number }) => `${j} running: ${percent(share)}` }),
      Plot.text(bars.filter(({ share }) => bars.length <= ROOMY || share >= 0.1), { x: "j", y: "share", text: ({ share }: { share: number }) => percent(share), dy: -8 }),
      Plot.ruleY([0]),
    ],
  });
}

/** "0 %" is none at all; "<1 %" a little. */
function percent(share: number): string {
  return share > 0 && share < 0.005 ? "<1 %" : `${Math.round(100 * share)} %`;
}
