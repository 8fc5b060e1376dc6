/**
 * Predictions in the report: for each program a picture of the gain over processors, and
 * its figures as a table. As a section of the report, as an HTML file of its own without a
 * script, or as one SVG. Pure and deterministic.
 */
import { readFileSync } from "node:fs";
import { machineLine } from "../../machine/environment.ts";
import { count, printPercent, printTime, wrapped } from "../../text.ts";
import type { WhatIfProgram, WhatIfResult } from "../../whatif/result.ts";
import { documentOf, generatedBy } from "../parts/document.ts";
import { asTable, html, inlineJson, reading, type Html } from "../parts/html.ts";
import { coloured, paletteStyle } from "../parts/palette.ts";

const STYLE = readFileSync(new URL("../page/style.css", import.meta.url), "utf8");

const WIDTH = 720;
const LABEL = 90;
const BAR = 480;
const PITCH = 22;
const EDGE = 14;
const SIZE = 13;
/** Characters in a line of a picture. */
const LINE = 100;

/** The whole page. */
export function renderWhatIf(result: WhatIfResult): string {
  return documentOf({
    title: `What more cores would gain: ${["warren", ...result.command].join(" ")}`,
    policy: "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    style: paletteStyle() + STYLE,
    head: generatedBy(result.tool.version),
    body: html`<main>
<header><h1>What more cores would gain</h1>
<p class="lead">Recorded on one thread, replayed on more cores under warren's own rules.</p>
<p class="machine">${machineLine(result.env)}</p></header>
<section id="whatif" aria-labelledby="whatif-title"><h2 id="whatif-title">${WHATIF_TITLE}</h2>
${whatIfSection(result)}
</section>
</main>
<script type="application/json" id="warren-whatif">${inlineJson(result)}</script>`,
  });
}

export const WHATIF_TITLE = "Predicted gain by number of cores";

/** The content of the section: a picture and a table for each program. */
export function whatIfSection({ programs, handOff }: WhatIfResult): Html {
  return html`${reading("the bar is the expected gain P, the time on one core by the time on so many; the outline is the most that any schedule could gain; a mark is what was measured. To wake a task on another core is charged with ", printTime(handOff.awakeNs), " if it is awake and ", printTime(handOff.asleepNs), " if it sleeps.")}
${programs.map((program) => html`<h3>${program.name}</h3>
${program.foreseen === null ? html`<p class="absent">Cannot be predicted: ${program.refused?.message}</p>` : facts(program, program.foreseen)}`)}`;
}

function facts(program: WhatIfProgram, { limit, workNs, spanNs, criticalPath, doubts, predictions }: NonNullable<WhatIfProgram["foreseen"]>): Html {
  const { drawing, height } = bars(program, 0);
  return html`<p>${program.gap ?? limit.sentence}</p>
<figure><svg role="img" aria-label="gain of ${program.name} by number of cores" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-size="${SIZE}" fill="var(--ink)">${drawing}</svg></figure>
<p>Work ${printTime(workNs)}, span ${printTime(spanNs)}. Longest on the critical path: ${criticalPath.slice(0, 3).map(({ task, ns }) => `${task} ${printTime(ns)}`).join(", ")}.</p>
${asTable(`P of ${program.name}`, [
    { title: "cores", isNumber: true, text: ({ processors }) => processors },
    { title: "P at most", isNumber: true, text: ({ bound }) => bound.toFixed(2) },
    { title: "expected", isNumber: true, text: ({ expected }) => expected.toFixed(2) },
    { title: "band", text: ({ band }) => `${band[0].toFixed(2)} to ${band[1].toFixed(2)}` },
    { title: "used", isNumber: true, text: ({ used }) => printPercent(used) },
    { title: "measured", isNumber: true, text: ({ processors }) => program.measured.find((row) => row.processors === processors)?.gain.toFixed(2) ?? "" },
  ], predictions)}
<ul>${doubts.map((doubt) => html`<li>${doubt}</li>`)}</ul>`;
}

/** The bars of a program from `top` on. */
function bars({ foreseen, measured }: WhatIfProgram, top: number): { readonly drawing: Html; readonly height: number } {
  const predictions = foreseen?.predictions ?? [];
  const most = Math.max(1, ...predictions.map(({ bound }) => bound));
  const across = (gain: number): number => Math.round((gain / most) * BAR * 100) / 100;
  const drawing = html`${predictions.map(({ processors, bound, expected }, row) => {
    const y = top + row * PITCH;
    const gain = measured.find((each) => each.processors === processors)?.gain;
    return html`<text x="${LABEL - 8}" y="${y + 15}" text-anchor="end">${count(processors, "core")}</text><rect x="${LABEL}" y="${y + 4}" width="${across(expected)}" height="14" fill="var(--blue)"/><rect x="${LABEL}" y="${y + 4}" width="${across(bound)}" height="14" fill="none" stroke="var(--quiet)"/>${gain !== undefined && html`<rect x="${LABEL + across(gain) - 1.5}" y="${y + 1}" width="3" height="20" fill="var(--orange)"/>`}<text x="${LABEL + across(bound) + 8}" y="${y + 15}">${expected.toFixed(2)}${gain !== undefined && ` (measured ${gain.toFixed(2)})`}</text>`;
  })}`;
  return { drawing, height: predictions.length * PITCH + 4 };
}

/** All programs as one picture. */
export function whatIfPicture({ programs }: WhatIfResult): string {
  let y = EDGE;
  const parts = programs.map((program) => {
    const said = program.foreseen === null ? `Cannot be predicted: ${program.refused?.code}` : (program.gap ?? program.foreseen.limit.sentence);
    const lines = wrapped(said, LINE).split("\n");
    const top = y + 26 + lines.length * 18;
    const { drawing, height } = bars(program, top);
    const part = html`<text x="${EDGE}" y="${y + 18}" font-size="16" font-weight="700">${program.name}</text>${lines.map((line, k) => html`<text x="${EDGE}" y="${y + 36 + k * 18}" fill="var(--quiet)">${line}</text>`)}${drawing}`;
    y = top + height + EDGE;
    return part;
  });
  const { drawing, style } = coloured(html`<rect width="${WIDTH}" height="${y}" fill="var(--page)"/><g fill="var(--ink)">${parts}</g>`, "auto");
  return html`<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y}" viewBox="0 0 ${WIDTH} ${y}" role="img" font-size="${SIZE}" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif">
<title>What more cores would gain</title>
<desc>${programs.map(({ name, foreseen, gap }) => `${name}: ${gap ?? foreseen?.limit.sentence ?? "cannot be predicted."}`).join(" ")}</desc>
${style}${drawing}
</svg>
`.text;
}
