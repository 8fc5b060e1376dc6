/**
 * Draws the README's picture and prints its screen, from the results in
 * docs/results. The picture: how many times as fast as G1 on one thread two
 * designs are, on one thread and on two, in each world; one SVG for light pages
 * and one for dark ones. The screen: what the command prints of two designs.
 *
 *   node scripts/picture.ts           writes docs/results/gains-light.svg, gains-dark.svg
 *                                     and the screen in README.md
 *   node scripts/picture.ts --check   writes nothing; exit code 1 when a file is not
 *                                     what would be written
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { printBars } from "../src/cli/print/screen.ts";
import { parseResult } from "../src/cli/saved/result-file.ts";
import type { GainResult, Result } from "../src/lab/result.ts";

const README = new URL("../README.md", import.meta.url);
const RESULTS = new URL("../docs/results/", import.meta.url);
const REPORTS = ["wait-world.html", "cpu-and-mixed-world.html"];

const WORLDS = [
  ["wait", "each step waits for a timer"],
  ["mixed", "each step waits and computes"],
  ["cpu", "each step computes"],
] as const;
const ROWS = [
  ["G1", 1, "one gopher (G1), 1 thread"],
  ["G1", 2, "one gopher (G1), 2 threads"],
  ["G6", 1, "four gophers (G6), 1 thread"],
  ["G6", 2, "four gophers (G6), 2 threads"],
] as const;

type Theme = Readonly<Record<"text" | "muted" | "line" | "G1" | "G6", string>>;
const THEMES: Readonly<Record<string, Theme>> = {
  light: { text: "#1f2328", muted: "#59636e", line: "#d1d9e0", G1: "#8c959f", G6: "#0969da" },
  dark: { text: "#f0f6fc", muted: "#9198a1", line: "#3d444d", G1: "#818b98", G6: "#4493f8" },
};

/** Of the screen. */
const DESIGNS = new Set(["G1", "G6"]);
const SCREEN_WIDTH = 100;

const WIDTH = 900;
/** Where the bars of the first world begin, the distance to the next world, and the length of a gain of 1. */
const LEFT = 222;
const STEP = 228;
const UNIT = 43;
const TOP = 74;
const ROW = 27;
const BAR = 17;
const HEIGHT = TOP + ROWS.length * ROW + 76;

/** The result that a report carries. */
function resultOf(report: string): Result {
  const html = readFileSync(new URL(report, RESULTS), "utf8");
  const json = /<script type="application\/json" id="warren-result">([\s\S]*?)<\/script>/.exec(html)?.[1];
  if (json === undefined) throw new Error(`docs/results/${report} carries no result`);
  return parseResult(json, report);
}

function text(x: number, y: number, words: string, fill: string, more = ""): string {
  return `<text x="${x}" y="${y}" fill="${fill}"${more}>${words}</text>`;
}

/** The picture in one theme. */
function drawGains(theme: Theme, gains: readonly GainResult[]): string {
  const find = (world: string, design: string, threads: number): GainResult => {
    const gain = gains.find((each) => each.world === world && each.design === design && each.threads === threads);
    if (gain === undefined) throw new Error(`no gain of ${design} on ${threads} threads in the ${world} world`);
    return gain;
  };
  const baseline = TOP + ROWS.length * ROW;
  const parts = [text(0, 18, "How many times as fast as one gopher on one thread", theme.text, ' font-size="16" font-weight="600"')];
  for (const [k, [, , label]] of ROWS.entries()) parts.push(text(0, TOP + k * ROW + BAR - 4, label, theme.text));
  for (const [w, [world, what]] of WORLDS.entries()) {
    const x = LEFT + w * STEP;
    parts.push(text(x, 45, `<tspan font-weight="600">${world}</tspan>`, theme.text), text(x, 62, what, theme.muted, ' font-size="12"'));
    for (const [k, [design, threads]] of ROWS.entries()) {
      const { S } = find(world, design, threads);
      const y = TOP + k * ROW;
      parts.push(`<rect x="${x}" y="${y}" width="${(S * UNIT).toFixed(1)}" height="${BAR}" rx="2" fill="${theme[design]}"/>`);
      parts.push(text(x + Math.round(S * UNIT) + 6, y + BAR - 4, `${S.toFixed(2)}×`, theme.text));
    }
    parts.push(`<path d="M${x} ${TOP - 6}V${baseline}" stroke="${theme.line}"/>`);
    const { C, P } = find(world, "G6", 2);
    parts.push(text(x, baseline + 22, `${C.toFixed(2)}×`, theme.text, ' font-weight="600"'), text(x, baseline + 43, `${P.toFixed(2)}×`, theme.text, ' font-weight="600"'));
  }
  parts.push(text(0, baseline + 22, "G6 gains from its structure", theme.text), text(0, baseline + 43, "G6 gains from 2 threads", theme.text));
  parts.push(text(0, baseline + 68, "Measured on two cores; docs/results has all eleven designs, with intervals and conditions.", theme.muted, ' font-size="12"'));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" font-family="system-ui, 'Segoe UI', 'DejaVu Sans', sans-serif" font-size="13">\n${parts.join("\n")}\n</svg>\n`;
}

/** Those of two designs. */
function chosen<T extends { readonly design: string }>(all: readonly T[]): T[] {
  return all.filter(({ design }) => DESIGNS.has(design));
}

/** What the command prints of two designs, without the lines above and below the bars. */
function printExcerpt(results: readonly [Result, ...Result[]]): string {
  const result = { ...results[0], cells: chosen(results.flatMap(({ cells }) => cells)), gains: chosen(results.flatMap(({ gains }) => gains)) };
  return printBars(result, { width: SCREEN_WIDTH, paint: (_, text) => text, plain: false }).join("\n");
}

/** The README with the screen below its mark. */
function withExcerpt(readme: string, excerpt: string): string {
  const changed = readme.replace(/(<!-- first run -->\n```text\n)[\s\S]*?\n```/, (_match, before: string) => `${before}${excerpt}\n\`\`\``);
  if (!changed.includes(excerpt)) throw new Error("README.md has no place for the screen");
  return changed;
}

if (import.meta.main) {
  const results = REPORTS.map(resultOf) as [Result, ...Result[]];
  const gains = results.flatMap((result) => result.gains);
  const written = new Map<URL, string>([[README, withExcerpt(readFileSync(README, "utf8"), printExcerpt(results))]]);
  for (const [name, theme] of Object.entries(THEMES)) written.set(new URL(`gains-${name}.svg`, RESULTS), drawGains(theme, gains));
  for (const [file, content] of written) {
    if (!process.argv.includes("--check")) writeFileSync(file, content);
    else if (readFileSync(file, "utf8") !== content) {
      console.error(`${fileURLToPath(file)} is not what scripts/picture.ts writes; run: node scripts/picture.ts`);
      process.exitCode = 1;
    }
  }
}
