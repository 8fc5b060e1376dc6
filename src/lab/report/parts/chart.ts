/**
 * Charts by Observable Plot, drawn into a document without a browser and given
 * as SVG text. Colours are CSS variables of the page, so that one drawing does
 * for light, dark and paper. Deterministic: the same marks give the same text.
 */
import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { html, raw, type Html, type Piece } from "./html.ts";

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
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  return raw(svg.outerHTML.replace(OWN_STYLE, "").replaceAll(LONG_NUMBER, (number: string) => String(Number(Number(number).toFixed(2)))));
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
