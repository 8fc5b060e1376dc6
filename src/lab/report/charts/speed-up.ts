/** What more threads gain for the same structure, against the most that they could and what the model says. */
import { printWorld } from "../../cell.ts";
import { isFitted, printParameter, serialText, type Fit } from "../../fit.ts";
import type { CellResult, Result } from "../../result.ts";
import { rowGroups, type RowGroup } from "../../print/rows.ts";
import { gainless } from "../../figures/doubts.ts";
import { enoughCounts, fitsOf, throughputAt } from "../../figures/scaling.ts";
import { printRatio, threeFigures } from "../../text.ts";
import { drawn, multiples, Plot, worldMarks, type WorldMark } from "../parts/chart.ts";
import { absent, asTable, html, reading, table, type Html } from "../parts/html.ts";

/** A design on one number of threads: measured and by the model. */
interface Point {
  readonly design: string;
  readonly threads: number;
  readonly P: number;
  readonly ci: readonly [number, number] | null;
  readonly model: number | null;
}

/** How many numbers of threads were measured. */
export function threadCounts({ cells }: Result): number {
  return new Set(cells.map(({ threads }) => threads)).size;
}

/** One picture for each group with two thread counts or more. */
export function speedUp(result: Result): Html {
  const groups = rowGroups(result)
    .map((group) => ({ group, points: pointsOf(group) }))
    .filter(({ points }) => new Set(points.map(({ threads }) => threads)).size > 1);
  if (groups.length === 0) return absent(gainless(result) ?? "Only one number of threads was measured: there is no curve to draw.");
  const worlds = worldMarks(result.cells);
  const fits = fitsOf(result);
  const top = 1.1 * Math.max(...groups.flatMap(({ points }) => points.flatMap(({ P, threads, ci }) => [P, threads, ci?.[1] ?? 0])));
  return html`${reading(
    "each line is a design: P, how many times faster than itself on one thread. The dashed line is the maximum, ", html`<i>p</i>`, " threads for ", html`<i>p</i>`,
    " times; a hollow ring is what the model predicts, a dotted curve the Universal Scalability Law where one fits. A line that stays at 1 gains nothing from threads: nothing is left to run at the same time.",
  )}
${multiples(groups.map(({ group, points }) => {
    const cell = group.rows[0]?.cell as CellResult;
    return { title: printWorld(cell), drawing: curves(printWorld(cell), points, worlds.get(printWorld(cell)) as WorldMark, top, lawPoints(cell, fits)) };
  }))}
${asTable("P by threads", [
    { title: "world", text: ({ world }) => world },
    { title: "design", text: ({ point }) => point.design },
    { title: "threads", isNumber: true, text: ({ point }) => point.threads },
    { title: "P", isNumber: true, text: ({ point }) => printRatio(point.P) },
    { title: "model", isNumber: true, text: ({ point }) => (point.model === null ? "" : printRatio(point.model)) },
  ], groups.flatMap(({ group, points }) => points.map((point) => ({ world: printWorld(group.rows[0]?.cell as CellResult), point }))))}
${fitsTable(fits)}`;
}

function pointsOf({ rows }: RowGroup): Point[] {
  return rows.flatMap(({ cell, gain, printed }) => {
    const single = rows.find((row) => row.cell.design === cell.design && row.cell.threads === 1);
    if (gain === null || single === undefined) return [];
    const model = cell.predicted === undefined || single.cell.predicted === undefined ? null : single.cell.predicted.ns / cell.predicted.ns;
    return [{ design: cell.design, threads: cell.threads, P: printed.gains.P as number, ci: cell.threads === 1 ? null : (gain.ci.P ?? null), model }];
  });
}

/** Points of the laws that were found for the designs of a group: P by the law, between the threads measured. */
function lawPoints({ program, world }: CellResult, fits: readonly Fit[]): { design: string; threads: number; P: number }[] {
  return fits.filter((fit) => fit.program === program && fit.world === world).flatMap(({ design, universal, points }) => {
    if (!isFitted(universal)) return [];
    const most = Math.max(...points.map(({ threads }) => threads));
    const single = throughputAt(universal, 1);
    return Array.from({ length: 41 }, (_, step) => 1 + ((most - 1) * step) / 40).map((threads) => ({ design, threads, P: throughputAt(universal, threads) / single }));
  });
}

function curves(world: string, points: readonly Point[], { color, symbol }: WorldMark, top: number, law: readonly { design: string; threads: number; P: number }[]): Html {
  const counts = [...new Set(points.map(({ threads }) => threads))].toSorted((a, b) => a - b);
  const most = counts.at(-1) as number;
  const height = 240;
  const y = Plot.scale({ y: { type: "linear", domain: [0, top], range: [height - 40, 20] } });
  const ends = apart(points.filter(({ threads }) => threads === most).map(({ design, P }) => ({ name: design, at: y.apply(P) })), 14)
    .map(({ name, at }) => ({ threads: most, P: y.invert?.(at), name }));
  const modelled = points.filter(({ model, threads }) => model !== null && threads > 1);
  return drawn(`Speed-up in ${world}: ${points.filter(({ threads }) => threads === most).map(({ design, P }) => `${design} ${printRatio(P)}`).join(", ")} on ${most} threads`, {
    width: 333, height, marginLeft: 36, marginRight: 100, marginTop: 20, marginBottom: 40,
    x: { type: "linear", domain: [1, most], ticks: counts.length <= 8 ? counts : 6, tickFormat: String, label: "threads", labelAnchor: "center", labelArrow: "none" },
    y: { domain: [0, top], ticks: 5, grid: true, label: "P (×)", labelArrow: "none" },
    marks: [
      Plot.line([{ threads: 1, P: 1 }, { threads: most, P: most }], { x: "threads", y: "P", stroke: "var(--quiet)", strokeDasharray: "6 4", ariaDescription: "ideal" }),
      Plot.line(points, { x: "threads", y: "P", z: "design", stroke: color, strokeWidth: 1.6, ariaDescription: "design" }),
      Plot.line(law, { x: "threads", y: "P", z: "design", stroke: "currentColor", strokeWidth: 1, strokeDasharray: "1 3", ariaDescription: "law" }),
      Plot.ruleX(points.filter(({ ci }) => ci !== null), { x: "threads", y1: ({ ci }: Point) => ci?.[0], y2: ({ ci }: Point) => ci?.[1], stroke: color, strokeWidth: 1.5 }),
      Plot.dot(modelled, { x: "threads", y: "model", r: 6, stroke: "currentColor", strokeWidth: 1, fill: "none", ariaDescription: "model", title: ({ design, model }: Point) => `${design}: model ${printRatio(model as number)}` }),
      Plot.dot(points, { x: "threads", y: "P", r: 3.5, symbol: symbol as "circle", fill: color, ariaDescription: "speed-up", title: ({ design, threads, P }: Point) => `${design} on ${threads}: ${printRatio(P)}` }),
      Plot.text(ends, { x: "threads", y: "P", text: "name", textAnchor: "start", dx: 10, fill: "currentColor" }),
    ],
  });
}

/** The scaling laws fitted to the measured points: one row for each design with enough thread counts; or why there are none. */
function fitsTable(fits: readonly Fit[]): Html | null {
  if (fits.length === 0) return null;
  const enough = enoughCounts(fits);
  if (typeof enough === "string") return html`<p class="quiet">${enough}</p>`;
  const oversubscribed = enough.some((fit) => fit.oversubscribed);
  return html`${table("Scaling laws", [
    { title: "design", text: (fit: Fit) => `${printWorld(fit)} · ${fit.design}` },
    { title: html`<abbr title="Universal Scalability Law: contention">σ</abbr>`, isNumber: true, text: ({ universal }) => (isFitted(universal) ? printParameter(universal.sigma) : "") },
    { title: html`<abbr title="Universal Scalability Law: coherency">κ</abbr>`, isNumber: true, text: ({ universal }) => (isFitted(universal) ? printParameter(universal.kappa) : "") },
    { title: "peak", text: ({ universal }) => (isFitted(universal) ? (universal.peak === null ? `none up to ${universal.ahead.threads}` : `${threeFigures(universal.peak.threads)} threads`) : universal.refused) },
    { title: "serial by Amdahl", isNumber: true, text: ({ amdahl }) => (isFitted(amdahl) ? `${(100 * amdahl.sigma).toFixed(1)} %` : "") },
    { title: "residual", isNumber: true, text: ({ universal }) => (isFitted(universal) ? `${(100 * universal.residual).toFixed(1)} %` : "") },
    { title: "Karp–Flatt", text: serialText },
  ], enough)}
<p class="quiet small">σ is contention and κ coherency of the Universal Scalability Law. ${oversubscribed && "Some threads had no core of their own, so the laws describe the machine as much as the programs."}</p>`;
}

/** Names at the same height are joined ("G1, G4, G6 + 2"), the others moved until no two are nearer than `least` pixels. */
function apart(names: readonly { name: string; at: number }[], least: number): { name: string; at: number }[] {
  const joined: { names: string[]; at: number; from: number }[] = [];
  for (const { name, at } of names.toSorted((a, b) => a.at - b.at)) {
    const last = joined.at(-1);
    if (last !== undefined && at - last.from < 4) last.names.push(name);
    else joined.push({ names: [name], at: Math.max(at, (last?.at ?? -Infinity) + least), from: at });
  }
  const order = names.map(({ name }) => name);
  return joined.map(({ names: together, at }) => {
    const sorted = together.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
    return { name: `${sorted.slice(0, 3).join(", ")}${sorted.length > 3 ? ` + ${sorted.length - 3}` : ""}`, at };
  });
}
