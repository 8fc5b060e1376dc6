/**
 * The report: one HTML file that needs only a browser. No network, no
 * font, no library; every picture is in it as SVG and every number as JSON
 * (`#warren-result`). A content security policy in the page itself forbids it to
 * fetch anything and to run any script but its own.
 *
 * Pure and deterministic: the same result gives the same bytes.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { machineLine } from "../machine/environment.ts";
import type { Check, Result } from "../result.ts";
import { count } from "../text.ts";
import { comparisonSection } from "./tables/comparison.ts";
import { factorsSection, resultsTable } from "./tables/results.ts";
import { gainPlane } from "./charts/gain-plane.ts";
import { html, inlineJson, raw, type Html } from "./parts/html.ts";
import { parallelismSection } from "./charts/parallelism.ts";
import { predictedSection } from "./charts/predicted.ts";
import { samplesSection } from "./charts/samples.ts";
import { speedUp } from "./charts/speed-up.ts";
import { again, surroundings } from "./tables/surroundings.ts";
import { LEAST_NUMBERED, MOST_ARROWS, UNITS } from "./timeline/paths.ts";
import { timelineSection } from "./timeline/section.ts";

const [SCRIPT = "", STYLE = ""] = ["page/script.js", "page/style.css"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8"));

/** What the caller adds to a result: sentences about it, and how the program was called. */
export interface ReportFrame {
  /** What the numbers say, in whole sentences. */
  readonly sentences: readonly string[];
  /** How this program is started: "warren". */
  readonly program: string;
}

/** Its sections in their order; one without a body is left out. */
const SECTIONS: readonly (readonly [id: string, title: string, body: (result: Result, frame: ReportFrame) => Html | null])[] = [
  ["results", "Results", resultsTable],
  ["comparison", "Compared with the baseline", comparisonSection],
  ["timelines", "What ran when", timelineSection],
  ["parallelism", "How many threads ran at the same time", parallelismSection],
  ["gains", "Gains: structure across, threads upwards", gainPlane],
  ["speed-up", "Speed-up against threads", speedUp],
  ["predicted", "Measured against predicted", predictedSection],
  ["samples", "Every run", samplesSection],
  ["factors", "Where the gains come from", factorsSection],
  ["environment", "Environment and configuration", surroundings],
  ["again", "How to get this again", again],
];

/** The whole file. */
export function renderReport(result: Result, frame: ReportFrame): string {
  const sections = SECTIONS.map(([id, title, body]) => ({ id, title, body: body(result, frame) })).filter(({ body }) => body !== null);
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-${createHash("sha256").update(SCRIPT).digest("base64")}'; base-uri 'none'; form-action 'none'`;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="warren ${result.tool.version}">
<title>warren: ${["warren", ...result.config.command].join(" ")}</title>
<link rel="icon" href="data:,">
<style>${raw(STYLE)}</style>
</head>
<body>
<a class="skip" href="#results">Skip to the results</a>
<main>
${printHead(result, frame)}
<nav aria-label="Sections"><ul>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${sections.map(({ id, title, body }) => html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${body}</section>`)}
</main>
<script type="application/json" id="warren-result">${inlineJson(result)}</script>
<script data-units="${UNITS}" data-least-numbered="${LEAST_NUMBERED}" data-most-arrows="${MOST_ARROWS}">${raw(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** Title, machine, warnings, sentences, checks. */
function printHead(result: Result, { sentences, program }: ReportFrame): Html {
  const { env, config, checks, tool } = result;
  return html`<header>
<h1>What structure gains, what threads gain</h1>
<p class="machine">${machineLine(env)}</p>
<p class="machine">Measured <time datetime="${config.startedAt}">${moment(config.startedAt)}</time> in ${config.seconds.toFixed(0)} s with <code>${[program, ...config.command].join(" ")}</code> (warren ${tool.version}): ${count(config.blocks, "block")} of ${count(config.runs, "run")}, seed ${config.seed}.</p>
${troubles(result)}
${env.warnings.length > 0 && html`<div class="notice doubt" role="note"><h2>What makes this measurement unreliable</h2><ul>${env.warnings.map((warning) => html`<li>${warning}</li>`)}</ul></div>`}
</header>
<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">What it says</h2>
${sentences.length === 0 ? html`<p class="absent">Nothing can be said, because there are no gains without the reference.</p>` : html`<div class="sentences">${sentences.map((sentence) => html`<p>${unbroken(sentence)}</p>`)}</div>`}
${printChecks(checks)}
</section>`;
}

/** A number and its unit stay on one line. */
function unbroken(sentence: string): string {
  return sentence.replaceAll(/(?<=\d) (?=(?:ns|µs|ms|s|min|%)(?![a-z]))/g, "\u00a0");
}

/** Shown before any number: a failed check, an interruption, a run on pinned cores. */
function troubles({ config, checks }: Result): Html {
  const failed = checks.filter(({ ok }) => !ok);
  return html`${failed.length > 0 && html`<div class="notice wrong" role="note"><h2>✗ ${count(failed.length, "check")} failed: do not rely on these numbers</h2><ul>${failed.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`)}</ul></div>`}
${config.interrupted && html`<div class="notice doubt" role="note"><p><strong>Interrupted.</strong> ${count(config.blocksDone, "block")} of ${config.blocks} complete; what was measured is kept.</p></div>`}
${config.cpus !== undefined && html`<div class="notice" role="note"><p>The threads were pinned to the cores <code>${config.cpus}</code> (<code>--cpus</code>).</p></div>`}
${config.isolation === "in-process" && html`<div class="notice" role="note"><p>All blocks ran in one process instead of a fresh process each.</p></div>`}`;
}

function printChecks(checks: readonly Check[]): Html {
  const kept = checks.filter(({ ok }) => ok).length;
  if (checks.length === 0) return html`<p class="absent">No checks were made.</p>`;
  return html`<details class="checks"><summary>${kept === checks.length ? `✓ All ${count(kept, "check")} held` : `✗ ${checks.length - kept} of ${count(checks.length, "check")} failed`}</summary>
<ul>${checks.map(({ name, ok, detail }) => html`<li>${ok ? "✓" : "✗ failed:"} ${name}${detail !== "" && html` <span class="quiet">${detail}</span>`}</li>`)}</ul></details>`;
}

/** "1 January 2026, 00:00 UTC"; a time that is none is shown as it is. */
function moment(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}, ${date.toISOString().slice(11, 16)} UTC`;
}
