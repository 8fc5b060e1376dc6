/** The gain plane: what structure gains across, what threads gain upwards, and their product on the diagonals. */
import { isReference, printCell, printWorld } from "../../cell.ts";
import { gainless } from "../../figures/doubts.ts";
import { count, printBounds, printRatio, spelt } from "../../text.ts";
import type { GainResult, Result } from "../../result.ts";
import { allRows, type GainName, type Row } from "../../print/rows.ts";
import { drawn, Plot, worldMarks, type WorldMark } from "../parts/chart.ts";
import { absent, asTable, html, type Html } from "../parts/html.ts";
import { placed, type Box } from "./labels.ts";

const MARGIN = { left: 34, right: 14, top: 26, bottom: 38 };
const TICKS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/** What lies behind a text does not cross it. */
const HALO = { stroke: "var(--page)", strokeWidth: 4 };

/** A cell with gains. */
type Gained = Row & { readonly gain: GainResult };

/** The size of a plane, pixels. */
export interface PlaneForm {
  readonly width: number;
  readonly leastHeight: number;
  readonly mostHeight: number;
}

/** The plane with its height. */
export interface Plane {
  readonly drawing: Html;
  readonly height: number;
}

/** The plane of all cells with gains: those on several threads, or, where there are none, all. `null`: there are no gains. */
export function gainPlane(result: Result, form: PlaneForm): Plane | null {
  const gained = gainedRows(result);
  const many = gained.filter(({ cell }) => cell.threads > 1);
  const rows = many.length > 0 ? many : gained;
  return rows.length === 0 ? null : plane(rows, worldMarks(result.cells), form);
}

/** How to read the plane, and its figures as a table. */
export function planeTable(result: Result): Html {
  const gained = gainedRows(result);
  if (gained.length === 0) return absent(gainless(result) ?? "There are no gains, because the reference was not measured on one thread.");
  const isSingle = gained.every(({ cell }) => cell.threads === 1);
  const many = gained.filter(({ cell }) => cell.threads > 1);
  const last = new Set(many.map(({ cell }) => cell.threads)).size > 1 ? many.at(-1) : undefined;
  return html`<p class="reading small">Each mark is a structure on several threads. The further right it is, the more its <b>structure alone</b> gains on one thread (C); the higher it is, the more it gains from <b>more threads</b> (P). On a dotted line the product of both, S = C × P, is the same. ${gained.some(({ gain }) => gain.ci.P) ? "Crosses are 95 % intervals." : "There were too few blocks for intervals."} Both scales are logarithmic.${last !== undefined && ` After a dot stands the number of threads: ${namesFor(many)(last).name}.`}${isSingle && " Only one thread was measured, so every mark is at P = 1."}</p>
${asTable("Gains with their 95 % intervals", [
    { title: "cell", text: ({ cell }: Gained) => printCell(cell) },
    ...(["C", "P", "S", "P0", "I"] as const).map((name) => ({ title: name === "P0" ? html`P<sub>0</sub>` : name, isNumber: true, text: (row: Gained) => valueOf(row, name) })),
  ], gained, html`<p class="quiet small">P<sub>0</sub> is the control: what more threads gain for the reference. I = P / P<sub>0</sub>: how much more they gain with structure than without.</p>`)}`;
}

function gainedRows(result: Result): Gained[] {
  return allRows(result).filter((row): row is Gained => row.gain !== null);
}

function plane(rows: readonly Gained[], worlds: ReadonlyMap<string, WorldMark>, { width, leastHeight, mostHeight }: PlaneForm): Plane {
  const gains = rows.map(({ gain }) => gain);
  const [x0, x1] = domainOf(gains.flatMap(({ C, ci }) => [C, ci.C ?? []].flat()));
  const [y0, y1] = domainOf(gains.flatMap(({ P, ci }) => [P, ci.P ?? []].flat()));
  const inner = width - MARGIN.left - MARGIN.right;
  // as many pixels for a doubling upwards as across, so that the diagonals are diagonals, as far as that fits the page
  const height = Math.round(Math.min(mostHeight, Math.max(leastHeight, MARGIN.top + MARGIN.bottom + (inner * Math.log(y1 / y0)) / Math.log(x1 / x0))));
  const x = Plot.scale({ x: { type: "log", domain: [x0, x1], range: [MARGIN.left, width - MARGIN.right] } });
  const y = Plot.scale({ y: { type: "log", domain: [y0, y1], range: [height - MARGIN.bottom, MARGIN.top] } });
  const products = TICKS.filter((S) => S > 1 && Number.isInteger(Math.log2(S)) && S > x0 * y0 * 1.1 && S < x1 * y1 / 1.3).map((S) => {
    const [from, to] = [Math.max(x0, S / y1), Math.min(x1, S / y0)];
    return { S, x1: from, y1: S / from, x2: to, y2: S / to };
  });
  const shown = rows.map(({ cell, gain, printed }) => ({ cell, gain, printed, world: worlds.get(printWorld(cell)) as WorldMark }));
  const nameOf = namesFor(rows);
  const names = rows.map((row) => ({ x: x.apply(row.gain.C), y: y.apply(row.gain.P), ...nameOf(row) }));
  const frame = { left: MARGIN.left + 2, right: width - 2, top: MARGIN.top - 8, bottom: height - MARGIN.bottom - 2 };
  const regions = regionsOf(frame, x.apply(1), y.apply(1));
  const sums = products.map(({ x2, y2 }) => ({ left: x.apply(x2) - 68, right: x.apply(x2), top: y.apply(y2) - 14, bottom: y.apply(y2) + 2 }));
  const labels = placed(names, frame, [...regions.map(({ box }) => box), ...sums]).map((label) => ({ text: label.text, x: x.invert?.(label.x), y: y.invert?.(label.y) }));
  const ticks = (low: number, high: number): number[] => TICKS.filter((tick) => tick >= low && tick <= high);
  const said = rows.map((row) => `${nameOf(row).spoken} structure ${printRatio(row.printed.gains.C as number)}, threads ${printRatio(row.printed.gains.P as number)}`);
  const drawing = drawn(`Gains, structure across and threads upwards, of ${count(rows.length, "cell")}: ${said.join("; ")}`, {
    width, height, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom, style: { fontSize: "12px" },
    x: { type: "log", domain: [x0, x1], ticks: ticks(x0, x1), tickFormat: String, label: "what structure gains (C, times)", labelAnchor: "right", labelOffset: 34, grid: true },
    y: { type: "log", domain: [y0, y1], ticks: ticks(y0, y1), tickFormat: String, label: "what threads gain (P, times)", grid: true },
    symbol: { type: "identity" } as never,
    marks: [
      Plot.link(products, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "var(--quiet)", strokeDasharray: "2 4", ariaDescription: "equal S" }),
      Plot.text(products, { x: "x2", y: "y2", text: ({ S }: { S: number }) => `together ${S}×`, dx: -3, dy: -6, textAnchor: "end", fill: "var(--quiet)", fontSize: 11, ...HALO }),
      Plot.ruleX([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
      Plot.ruleY([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
      Plot.text(regions, { x: ({ box }: Region) => x.invert?.(box.left), y: ({ box }: Region) => y.invert?.((box.top + box.bottom) / 2), text: "text", textAnchor: "start", fill: "var(--quiet)", fontStyle: "italic", ...HALO, ariaDescription: "region" }),
      Plot.link(shown.filter(({ gain }) => gain.ci.C), { x1: ({ gain }) => gain.ci.C?.[0], x2: ({ gain }) => gain.ci.C?.[1], y1: ({ gain }) => gain.P, y2: ({ gain }) => gain.P, stroke: ({ world }) => world.color, strokeWidth: 1.5, ariaDescription: "interval of C" }),
      Plot.link(shown.filter(({ gain }) => gain.ci.P), { x1: ({ gain }) => gain.C, x2: ({ gain }) => gain.C, y1: ({ gain }) => gain.ci.P?.[0], y2: ({ gain }) => gain.ci.P?.[1], stroke: ({ world }) => world.color, strokeWidth: 1.5, ariaDescription: "interval of P" }),
      ...[...worlds.values()].map((world) => Plot.dot(shown.filter((mark) => mark.world === world), {
        x: ({ gain }) => gain.C, y: ({ gain }) => gain.P, r: 5.5, symbol: world.symbol as "circle", fill: world.color, stroke: "var(--page)", strokeWidth: 1, ariaDescription: "gain",
        title: ({ cell, printed: { gains: its } }) => `${printCell(cell)}: structure C ${printRatio(its.C as number)}, threads P ${printRatio(its.P as number)}, together S ${printRatio(its.S as number)}`,
      })),
      Plot.text(labels, { x: "x", y: "y", text: "text", textAnchor: "start", fill: "currentColor", fontWeight: 600, ...HALO }),
    ],
  });
  return { drawing, height };
}

/** A part of the plane that has a name. */
interface Region {
  readonly text: string;
  readonly box: Box;
}

/** What it means to be on an axis, and away from both: names in the corners. */
function regionsOf(frame: Box, one: number, level: number): Region[] {
  const right = frame.right - 12;
  return [regionAt("only structure gains", right, level - 9, true), regionAt("only threads gain", one + 5, frame.top + 16), regionAt("both gain", right, frame.top + 16, true)];
}

/** A name that begins or ends at `x`. */
function regionAt(text: string, x: number, middle: number, isEnd = false): Region {
  const width = text.length * 6.8;
  return { text, box: { left: isEnd ? x - width : x, right: isEnd ? x : x + width, top: middle - 8, bottom: middle + 8 } };
}

/** What marks are called. With one structure in each world next to the reference, the world is its name. */
function namesFor(rows: readonly Gained[]): (row: Gained) => { readonly name: string; readonly group: string; readonly spoken: string } {
  const severalThreads = new Set(rows.map(({ cell }) => cell.threads)).size > 1;
  const isPair = [...Map.groupBy(rows, ({ cell }) => printWorld(cell)).values()].every((its) => new Set(its.map(({ cell }) => cell.design)).size <= 2);
  return ({ cell }) => {
    const { program, world, design, gophers, threads } = cell;
    const on = severalThreads ? `·${threads}` : "";
    const spoken = `${printCell(cell)}:`;
    if (!isPair) return { name: `${design}${on}`, group: program === "gophers" ? world : program, spoken };
    const name = isReference(cell) ? `${spelt(gophers)} ${program === "gophers" ? "gopher" : design}` : program === "gophers" ? (WORLDS[world] ?? world) : "dot product";
    return { name: `${name}${on}`, group: "", spoken };
  };
}

/** As in the titles of the bars. */
const WORLDS: Readonly<Record<string, string>> = { wait: "wait", cpu: "compute", mixed: "both", pile: "real files" };

/** Ends of an axis: all values and 1, with room. */
function domainOf(values: readonly number[]): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  return [Math.min(0.85, ...finite.map((value) => value / 1.12)), Math.max(1.5, ...finite.map((value) => value * 1.3))];
}

function valueOf({ gain, printed }: Gained, name: GainName): string {
  const value = printed.gains[name];
  if (value === undefined) return "?";
  return gain.ci[name] ? `${printRatio(value)} (${printBounds(gain.ci[name])})` : printRatio(value);
}
