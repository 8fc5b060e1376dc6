/** The gain plane: what structure gives across, what threads give upwards, and their product on the diagonals. */
import { printCell, printWorld } from "../../cell.ts";
import { gainless } from "../../figures/doubts.ts";
import { count, printBounds, printRatio } from "../../text.ts";
import type { GainResult, Result } from "../../result.ts";
import { drawn, figure, Plot, worldLegend, worldMarks, type WorldMark } from "../parts/chart.ts";
import { absent, asTable, html, reading, type Html } from "../parts/html.ts";
import { placed } from "./labels.ts";

const WIDTH = 1040;
const MARGIN = { left: 60, right: 30, top: 24, bottom: 46 };
const TICKS = [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

/** The plane of all cells with gains: those on several threads, or, where there are none, all. */
export function gainPlane(result: Result): Html {
  const many = result.gains.filter(({ threads }) => threads > 1);
  const gains = many.length > 0 ? many : result.gains;
  if (gains.length === 0) return absent(gainless(result) ?? "There are no gains, because the reference was not measured on one thread.");
  const worlds = worldMarks(gains.map((gain) => ({ ...gain, gophers: 1, params: {} })));
  return html`${reading(
    "each mark is a design. The further right it is, the more its ", html`<b>structure alone</b>`, " gains on one thread (C); the higher, the more the same structure gains from ",
    html`<b>more threads</b>`, " (P). On a dotted diagonal the product S = C × P is the same. ", gains.some(({ ci }) => ci.P) ? "The crosses are 95 % intervals." : "There were too few blocks for intervals.", " Both scales are logarithmic.",
    new Set(gains.map(({ threads }) => threads)).size > 1 && " G6·4 is G6 on 4 threads.",
    many.length === 0 && " Only one thread was measured, so every mark is at P = 1.",
  )}
${worldLegend(worlds.values())}
${figure(plane(gains, worlds))}
${asTable("Gains with their 95 % intervals", [
    { title: "cell", text: printCell },
    ...(["C", "P", "S", "P0", "I"] as const).map((name) => ({ title: name === "P0" ? html`P<sub>0</sub>` : name, isNumber: true, text: (gain: GainResult) => valueOf(gain, name) })),
  ], result.gains)}
<p class="quiet">P<sub>0</sub> is the control: what more threads gain for the reference. I = P / P<sub>0</sub>: how much more they gain with structure than without.</p>`;
}

function plane(gains: readonly GainResult[], worlds: ReadonlyMap<string, WorldMark>): Html {
  const [x0, x1] = domainOf(gains.flatMap(({ C, ci }) => [C, ...(ci.C ?? [])]));
  const [y0, y1] = domainOf(gains.flatMap(({ P, ci }) => [P, ...(ci.P ?? [])]));
  const inner = WIDTH - MARGIN.left - MARGIN.right;
  // as many pixels for a doubling upwards as across, so that the diagonals are diagonals, as far as that fits a page
  const height = MARGIN.top + MARGIN.bottom + Math.min(460, Math.max(260, (inner * Math.log(y1 / y0)) / Math.log(x1 / x0)));
  const x = Plot.scale({ x: { type: "log", domain: [x0, x1], range: [MARGIN.left, WIDTH - MARGIN.right] } });
  const y = Plot.scale({ y: { type: "log", domain: [y0, y1], range: [height - MARGIN.bottom, MARGIN.top] } });
  const products = TICKS.filter((S) => Number.isInteger(Math.log2(S)) && S > x0 * y0 * 1.1 && S < x1 * y1 / 1.1).map((S) => {
    const [from, to] = [Math.max(x0, S / y1), Math.min(x1, S / y0)];
    return { S, x1: from, y1: S / from, x2: to, y2: S / to };
  });
  const shown = gains.map((gain) => ({ gain, world: worlds.get(printWorld(gain)) as WorldMark }));
  const severalThreads = new Set(gains.map(({ threads }) => threads)).size > 1;
  const names = gains.map((gain) => ({ x: x.apply(gain.C), y: y.apply(gain.P), name: severalThreads ? `${gain.design}·${gain.threads}` : gain.design, group: gain.program === "gophers" ? gain.world : gain.program }));
  const frame = { left: MARGIN.left + 2, right: WIDTH - 2, top: MARGIN.top - 12, bottom: height - MARGIN.bottom - 2 };
  const productBoxes = products.map((line) => ({ left: x.apply(line.x1), right: x.apply(line.x1) + 56, top: y.apply(line.y1), bottom: y.apply(line.y1) + 20 }));
  const labels = placed(names, frame, productBoxes).map((label) => ({ text: label.text, x: x.invert?.(label.x), y: y.invert?.(label.y) }));
  const ticks = (low: number, high: number): number[] => TICKS.filter((tick) => tick >= low && tick <= high);
  return drawn(`Gain plane of ${count(gains.length, "cell")}`, {
    width: WIDTH, height, marginLeft: MARGIN.left, marginRight: MARGIN.right, marginTop: MARGIN.top, marginBottom: MARGIN.bottom,
    x: { type: "log", domain: [x0, x1], ticks: ticks(x0, x1), tickFormat: String, label: "C, what structure gains (×)", labelAnchor: "center", labelOffset: 40, grid: true },
    y: { type: "log", domain: [y0, y1], ticks: ticks(y0, y1), tickFormat: String, label: "P, what threads gain (×)", grid: true },
    symbol: { type: "identity" } as never,
    marks: [
      Plot.link(products, { x1: "x1", y1: "y1", x2: "x2", y2: "y2", stroke: "var(--quiet)", strokeDasharray: "2 4", ariaDescription: "equal S" }),
      Plot.text(products, { x: "x1", y: "y1", text: ({ S }: { S: number }) => `S = ${S}`, dx: 6, dy: 10, textAnchor: "start", fill: "var(--quiet)" }),
      Plot.ruleX([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
      Plot.ruleY([1], { stroke: "currentColor", strokeOpacity: 0.5 }),
      Plot.link(shown.filter(({ gain }) => gain.ci.C), { x1: ({ gain }) => gain.ci.C?.[0], x2: ({ gain }) => gain.ci.C?.[1], y1: ({ gain }) => gain.P, y2: ({ gain }) => gain.P, stroke: ({ world }) => world.color, strokeWidth: 1.5, ariaDescription: "interval of C" }),
      Plot.link(shown.filter(({ gain }) => gain.ci.P), { x1: ({ gain }) => gain.C, x2: ({ gain }) => gain.C, y1: ({ gain }) => gain.ci.P?.[0], y2: ({ gain }) => gain.ci.P?.[1], stroke: ({ world }) => world.color, strokeWidth: 1.5, ariaDescription: "interval of P" }),
      ...[...worlds.values()].map((world) => Plot.dot(shown.filter((mark) => mark.world === world), {
        x: ({ gain }) => gain.C, y: ({ gain }) => gain.P, r: 5, symbol: world.symbol as "circle", fill: world.color, stroke: "var(--page)", strokeWidth: 1, ariaDescription: "gain", title: ({ gain }) => `${printCell(gain)}: C ${printRatio(gain.C)}, P ${printRatio(gain.P)}, S ${printRatio(gain.S)}`,
      })),
      Plot.text(labels, { x: "x", y: "y", text: "text", textAnchor: "start", stroke: "var(--page)", strokeWidth: 4, fill: "currentColor", fontWeight: 600 }),
    ],
  });
}

/** Ends of an axis: all values and 1, with room. */
function domainOf(values: readonly number[]): [number, number] {
  const finite = values.filter((value) => Number.isFinite(value) && value > 0);
  return [Math.min(0.85, ...finite.map((value) => value / 1.12)), Math.max(1.5, ...finite.map((value) => value * 1.3))];
}

function valueOf(gain: GainResult, name: "C" | "P" | "S" | "P0" | "I"): string {
  const value = gain[name];
  if (value === undefined) return "?";
  return gain.ci[name] ? `${printRatio(value)} (${printBounds(gain.ci[name])})` : printRatio(value);
}
