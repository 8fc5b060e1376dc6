/**
 * Charts by Observable Plot, drawn into a document without a browser and given
 * as SVG text. Colours are CSS variables of the page, so that one drawing does
 * for light, dark and paper. Deterministic: the same marks give the same text.
 *
 * Each world has a colour and a shape, each design its name next to the mark: no
 * picture distinguishes by colour alone.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { html, raw, type Html, type Piece } from "./html.ts";
import { printWorld, type Cell } from "../../cell.ts";

export { Plot };

const { document } = parseHTML("<!doctype html><html></html>");

/** Plot's own rules are in the page's style sheet once, not in every drawing. */
const OWN_STYLE = /<style>[^<]*<\/style>/;
/** Coordinates beyond a hundredth of a pixel are only bytes. */
const LONG_NUMBER = /-?\d+\.\d{3,}/g;

/** Draws. `label` is what a screen reader says instead of the picture. */
export function drawn(label: string, options: Plot.PlotOptions): Html {
  const svg = Plot.plot({ document, className: "plot", figure: false, ...options } as Plot.PlotOptions);
  // what is in a picture is no part of the page to a screen reader; descriptions name marks for tests and scripts
  for (const part of svg.querySelectorAll("[aria-label], [aria-description]")) {
    const mark = part.getAttribute("aria-description");
    if (mark !== null) part.setAttribute("data-mark", mark);
    part.removeAttribute("aria-label");
    part.removeAttribute("aria-description");
  }
  const text = svg.outerHTML.replace(OWN_STYLE, "").replaceAll(LONG_NUMBER, (number: string) => String(Number(Number(number).toFixed(2))));
  // linkedom escapes quotation marks alone in an attribute
  return raw(text.replace("<svg", () => html`<svg role="img" aria-label="${label}"`.text));
}

/** A drawing that scrolls inside its figure where the page is narrower than it. */
export function figure(drawing: Html, caption: Piece = null): Html {
  return html`<figure>${scrolling(drawing)}${caption && html`<figcaption>${caption}</figcaption>`}</figure>`;
}

/** Wide content that scrolls by itself, with the keyboard too. */
export function scrolling(content: Piece, label = "picture, scrolls sideways"): Html {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}">${content}</div>`;
}

/** Drawings of one kind side by side, as many as there is room for. */
export function multiples(drawings: readonly { readonly title: Piece; readonly drawing: Html }[]): Html {
  return html`<div class="multiples">${drawings.map(({ title, drawing }) => html`<figure><figcaption>${title}</figcaption>${drawing}</figure>`)}</div>`;
}

/** A world's name, colour and shape (a symbol of Observable Plot). */
export interface WorldMark {
  readonly name: string;
  readonly color: string;
  readonly symbol: string;
}

const MARKS: Readonly<Record<string, Omit<WorldMark, "name">>> = {
  cpu: { color: "var(--blue)", symbol: "circle" },
  wait: { color: "var(--orange)", symbol: "triangle" },
  mixed: { color: "var(--green)", symbol: "square" },
  pile: { color: "var(--brown)", symbol: "star" },
};
const OTHERS: readonly Omit<WorldMark, "name">[] = [
  { color: "var(--purple)", symbol: "diamond" },
  { color: "var(--brown)", symbol: "star" },
  { color: "var(--red)", symbol: "cross" },
  { color: "var(--blue)", symbol: "wye" },
];

/** The mark of every world of these cells, in their order. */
export function worldMarks(cells: readonly Cell[]): Map<string, WorldMark> {
  const names = [...new Set(cells.map(printWorld))];
  const others = names.filter((name) => MARKS[name] === undefined);
  return new Map(names.map((name) => [name, { name, ...(MARKS[name] ?? (OTHERS[others.indexOf(name) % OTHERS.length] as Omit<WorldMark, "name">)) }]));
}

/** Shapes as paths around 0,0, for legends. */
const SHAPES: Readonly<Record<string, string>> = {
  circle: "M5 0A5 5 0 1 1-5 0A5 5 0 1 1 5 0Z",
  triangle: "M0-5.5L5.2 4H-5.2Z",
  square: "M-4.4-4.4h8.8v8.8h-8.8Z",
  diamond: "M0-6L4.4 0L0 6L-4.4 0Z",
  star: "M0-6L1.4-1.9H5.7L2.3.7L3.5 4.9L0 2.3L-3.5 4.9L-2.3.7L-5.7-1.9H-1.4Z",
  cross: "M-1.7-5h3.4v3.3h3.3v3.4h-3.3v3.3h-3.4v-3.3h-3.3v-3.4h3.3Z",
  wye: "M-1.5 6V1.5L-5.5-.8L-4-3.4L0-1L4-3.4L5.5-.8L1.5 1.5V6Z",
};

/** The shape of a world, around 0,0. */
export function worldShape({ color, symbol }: WorldMark): Html {
  return html`<path d="${raw(SHAPES[symbol] ?? "")}" fill="${color}"/>`;
}

/** The shape of a world for a line of text. */
export function worldSign(mark: WorldMark): Html {
  return html`<svg class="sign" viewBox="-7 -7 14 14" width="14" height="14" aria-hidden="true">${worldShape(mark)}</svg>`;
}

/** Which shape and colour is which world. */
export function worldLegend(worlds: Iterable<WorldMark>): Html {
  return html`<ul class="legend">${[...worlds].map((mark) => html`<li>${worldSign(mark)}${mark.name}</li>`)}</ul>`;
}
