/**
 * The colours of the report and of the pictures: the only place where they are. The
 * hues are those of Okabe and Ito's palette for colour-blind readers, darkened or
 * lightened until marks have 3:1 and text 4.5:1 against the page. Drawings name a
 * colour as a CSS variable; a picture of its own gets the colours themselves, because
 * most programs that draw SVG outside a browser know no variables.
 */
import { html, raw, type Html } from "./html.ts";

/** The colours for which a picture is made; `auto`: those that the reader's system asks for. */
export type Theme = "light" | "dark" | "auto";

/** By name, on light and on dark pages. */
const COLOURS: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  page: ["#ffffff", "#0f1419"], ink: ["#1c2128", "#e6ebf0"], quiet: ["#57606a", "#9ba7b4"], line: ["#d0d7de", "#323b45"], ground: ["#f3f5f8", "#1a2129"], link: ["#0550ae", "#7cb8ff"],
  blue: ["#0063a6", "#62b0f0"], orange: ["#b35300", "#f2a24d"], green: ["#00785a", "#45c79d"], purple: ["#8f3f8a", "#d898d4"], brown: ["#7a6200", "#d9bf4d"], red: ["#b3261e", "#ff8a80"], sky: ["#2f7fb5", "#9fd3ff"], grey: ["#5b6570", "#aab4bf"],
  "shade-0": ["#e3e8ee", "#27313c"], "shade-1": ["#8fb4d8", "#48779f"], "shade-2": ["#0a5a9c", "#8fcbff"], "bar-text": ["#ffffff", "#0f1419"],
  wrong: ["#ffe9e7", "#371a19"], "wrong-line": ["#b3261e", "#ff8a80"],
};

const LIGHT = 0;
const DARK = 1;

/** The variables of a page: light, or dark on a screen that asks for it. Paper is light. */
export function paletteStyle(): string {
  const variables = (theme: typeof LIGHT | typeof DARK): string => Object.entries(COLOURS).map(([name, colours]) => `--${name}: ${colours[theme]};`).join(" ");
  return `:root { color-scheme: light dark; ${variables(LIGHT)} }
@media screen and (prefers-color-scheme: dark) {
:root { ${variables(DARK)} }
}
@media print {
:root { color-scheme: light; }
}
`;
}

/**
 * A drawing with the colours themselves. For `auto` they are the light ones, and a
 * style sheet in the drawing exchanges them where the reader's system is dark: what
 * knows no style sheets draws the light picture.
 */
export function coloured(drawing: Html, theme: Theme): { readonly drawing: Html; readonly style: Html | null } {
  const used = new Set<string>();
  const text = drawing.text.replaceAll(/var\(--([\w-]+)\)|currentColor/g, (_, name: string | undefined) => {
    used.add(name ?? "ink");
    return colourOf(name ?? "ink", theme === "dark" ? DARK : LIGHT);
  });
  if (theme !== "auto") return { drawing: raw(text), style: null };
  const rules = [...used].flatMap((name) => ["fill", "stroke"].map((kind) => `[${kind}="${colourOf(name, LIGHT)}"]{${kind}:${colourOf(name, DARK)}}`));
  return { drawing: raw(text), style: html`<style>@media (prefers-color-scheme: dark){${raw(rules.join(""))}}</style>` };
}

function colourOf(name: string, theme: typeof LIGHT | typeof DARK): string {
  const colours = COLOURS[name];
  if (colours === undefined) throw new RangeError(`there is no colour ${JSON.stringify(name)}`);
  return colours[theme];
}
