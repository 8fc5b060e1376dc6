/**
 * The answer of a result as one picture, for slides and pages: the bars and the gains
 * plane in an SVG file that needs nothing else. Its text is text. Pure and deterministic.
 *
 * In `auto` the reader's system chooses between light and dark. A page that chooses by
 * itself, such as GitHub's, needs a file for each.
 */
import { printWorld } from "../cell.ts";
import { answerOf, GAIN_WORDS, inWords, noiseRemark, type AnsweredWorld, type Bar } from "../print/answer.ts";
import type { Result } from "../result.ts";
import { wrapped } from "../text.ts";
import { barsLayout, barTitles, textWidth, worldBars, type BarsForm, type BarsLayout } from "./charts/answer-bars.ts";
import { gainPlane } from "./charts/gain-plane.ts";
import { factsOf } from "./head.ts";
import { firstDoubts } from "../print/doubts.ts";
import { worldMarks, worldShape, type WorldMark } from "./parts/chart.ts";
import { html, type Html } from "./parts/html.ts";
import { coloured, type Theme } from "./parts/palette.ts";

export type { Theme };

const BARS: BarsForm = { width: 580, size: 13, pitch: 22, words: GAIN_WORDS };
const PLANE = { width: 352, leastHeight: 300, mostHeight: 420 };
const EDGE = 14;
const GAP = 20;
const WIDTH = EDGE + BARS.width + GAP + PLANE.width + EDGE;
const TITLE = 20;
const LINE = 18;
const TEXT = 13;
const SMALL = 11;

/** The whole file. */
export function renderPicture(result: Result, theme: Theme): string {
  const worlds = answerOf(result);
  const layout = barsLayout(worlds, BARS);
  const marks = worldMarks(result.cells);
  const top = EDGE + TITLE + 10;
  const bars: Html[] = [];
  let bottom = top + BARS.pitch;
  for (const world of worlds) {
    const { drawing, height } = worldPart(world, marks.get(printWorld((world.bars[0] as Bar).cell)) as WorldMark, layout);
    bars.push(moved(EDGE, bottom, drawing));
    bottom += height;
  }
  const plane = gainPlane(result, PLANE);
  bottom = Math.max(bottom, top + (plane?.height ?? 0)) + 8;
  const foot = footLines(result);
  const height = bottom + foot.length * (SMALL + 4) + EDGE;
  const { drawing, style } = coloured(html`${theme === "auto" && html`<rect width="${WIDTH}" height="${height}" fill="var(--page)"/>`}
<g fill="var(--ink)">
<text x="${EDGE}" y="${EDGE + TITLE}" font-size="${TITLE}" font-weight="700">Concurrency is not parallelism</text>
${moved(EDGE, top, barTitles(layout))}
${bars}
${plane !== null && moved(EDGE + BARS.width + GAP, top, plane.drawing)}
<g font-size="${SMALL}">${foot.map(({ text, isDoubt }, line) => html`<text x="${EDGE}" y="${bottom + (line + 1) * (SMALL + 4)}" fill="${isDoubt ? "var(--orange)" : "var(--quiet)"}">${text}</text>`)}</g>
</g>`, theme);
  const said = worlds.map((world) => `${world.title}: ${world.sentence}. ${world.bars.map(inWords).join(" ")}`);
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">
<title>Concurrency is not parallelism: what structure gains, what threads gain</title>
<desc>${said.join(" ")}</desc>
${style}${drawing}
</svg>`.text;
}

/** A world's title, sentence and bars. */
function worldPart(world: AnsweredWorld, mark: WorldMark, layout: BarsLayout): { readonly drawing: Html; readonly height: number } {
  const remark = noiseRemark(world);
  const said = [world.sentence, ...(remark === "" ? [] : [`(${remark})`])].join(" ").trim();
  const lines = said === "" ? [] : wrapped(said, layout.width / textWidth("m", TEXT)).split("\n");
  const top = (1 + lines.length) * LINE + 4;
  const drawing = html`${moved(7, LINE / 2 + 1, worldShape(mark))}<text x="20" y="${TEXT + 1}" font-size="${TEXT + 1}" font-weight="700">${world.title}</text>
${lines.map((line, at) => html`<text x="0" y="${(at + 1) * LINE + TEXT}" font-size="${TEXT}">${line}</text>`)}
${moved(0, top, worldBars(world, layout, mark.color))}`;
  return { drawing, height: top + world.bars.length * layout.pitch + 8 };
}

function moved(x: number, y: number, drawing: Html): Html {
  return html`<g transform="translate(${x} ${y})">${drawing}</g>`;
}

/** A line below the pictures. */
interface FootLine {
  readonly text: string;
  readonly isDoubt: boolean;
}

/** Where and when it was measured; and the first thing that makes it unreliable. */
function footLines(result: Result): FootLine[] {
  const { machine, moment, checks, exactness } = factsOf(result);
  const [doubt] = firstDoubts(result);
  const facts = [machine, moment, checks, exactness].filter((fact) => fact !== null);
  return [...footLine(facts.join(" · "), result.checks.some(({ ok }) => !ok)), ...(doubt === undefined ? [] : footLine(`⚠ ${doubt}`, true))];
}

function footLine(text: string, isDoubt: boolean): FootLine[] {
  return wrapped(text, (WIDTH - 2 * EDGE) / textWidth("m", SMALL)).split("\n").map((line) => ({ text: line, isDoubt }));
}
