/**
 * The report: one HTML file that needs only a browser. No network, no
 * font, no library; every picture is in it as SVG and every number as JSON
 * (`#warren-result`). A content security policy in the page itself forbids it to
 * fetch anything and to run any script but its own.
 *
 * It opens with the answer, then shows what ran when, then has the tables; pictures of
 * detail are folded away. Paper shows what is open.
 *
 * Pure and deterministic: the same result gives the same bytes.
 */
import { readFileSync } from "node:fs";
import type { Result } from "../result.ts";
import type { WhatIfResult } from "../whatif/result.ts";
import { count } from "../text.ts";
import { answerSection } from "./charts/answer.ts";
import { parallelismSection } from "./charts/parallelism.ts";
import { predictedSection } from "./charts/predicted.ts";
import { samplesSection } from "./charts/samples.ts";
import { speedUp, threadCounts } from "./charts/speed-up.ts";
import { factsOf } from "./head.ts";
import { firstDoubts } from "../print/doubts.ts";
import { documentOf, generatedBy, hashSource } from "./parts/document.ts";
import { html, inlineJson, raw, type Html } from "./parts/html.ts";
import { paletteStyle } from "./parts/palette.ts";
import { comparisonSection } from "./tables/comparison.ts";
import { factorsSection, resultsTable } from "./tables/results.ts";
import { again, checksSection, surroundings } from "./tables/surroundings.ts";
import { LEAST_NUMBERED, MOST_ARROWS, UNITS } from "./timeline/paths.ts";
import { timelineSection } from "./timeline/section.ts";
import { WHATIF_TITLE, whatIfSection } from "./whatif/section.ts";

const [SCRIPT = "", STYLE = ""] = ["page/script.js", "page/style.css"].map((file) => readFileSync(new URL(file, import.meta.url), "utf8"));

/** What the caller adds to a result: sentences about it, and how the program was called. */
export interface ReportFrame {
  /** What the numbers say, in whole sentences. */
  readonly sentences: readonly string[];
  /** How this program is started: "warren". */
  readonly program: string;
  /** Predictions to show next to the result. */
  readonly whatIf?: WhatIfResult | undefined;
}

/** A section of the report. */
interface Section {
  readonly id: string;
  readonly title: string;
  /** `null`: it is left out. */
  readonly body: (result: Result, frame: ReportFrame) => Html | null;
  /** Whether it is folded away. */
  readonly isFolded?: (result: Result) => boolean;
}

const folded = (): boolean => true;

/** In their order. */
const SECTIONS: readonly Section[] = [
  { id: "answer", title: "What structure gains, what threads gain", body: answerSection },
  { id: "comparison", title: "Compared with the baseline", body: comparisonSection },
  { id: "timelines", title: "What ran when", body: timelineSection },
  { id: "findings", title: "In words", body: findings },
  { id: "results", title: "All figures", body: resultsTable },
  { id: "factors", title: "Where the gains come from", body: factorsSection },
  // with two numbers of threads it says what the gains say
  { id: "speed-up", title: "Speed-up by number of threads", body: speedUp, isFolded: (result) => threadCounts(result) < 3 },
  { id: "parallelism", title: "How many threads ran at the same time", body: parallelismSection, isFolded: folded },
  { id: "predicted", title: "Measured and predicted times", body: predictedSection, isFolded: folded },
  { id: "whatif", title: WHATIF_TITLE, body: (_, { whatIf }) => (whatIf === undefined ? null : whatIfSection(whatIf)) },
  { id: "samples", title: "Every run", body: samplesSection, isFolded: folded },
  { id: "checks", title: "Checks", body: checksSection },
  { id: "environment", title: "Environment and configuration", body: surroundings },
  { id: "again", title: "How to get this again", body: again },
];

/** The whole file. */
export function renderReport(result: Result, frame: ReportFrame): string {
  const sections = SECTIONS.map((section) => ({ section, body: section.body(result, frame) })).filter(({ body }) => body !== null);
  const policy = `default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src ${hashSource(SCRIPT)}; base-uri 'none'; form-action 'none'`;
  const [answer, ...others] = sections.map(({ section, body }) => printSection(section, result, body));
  return documentOf({
    title: `Concurrency is not parallelism: ${["warren", ...result.config.command].join(" ")}`,
    policy,
    style: paletteStyle() + STYLE,
    head: generatedBy(result.tool.version),
    body: html`<a class="skip" href="#results">Skip to the figures</a>
<main>
${printHead(result)}
${answer}
<nav aria-label="Sections"><ul>${sections.slice(1).map(({ section: { id, title } }) => html`<li><a href="#${id}">${title}</a></li>`)}</ul></nav>
${others}
</main>
<script type="application/json" id="warren-result">${inlineJson(result)}</script>
<script data-units="${UNITS}" data-least-numbered="${LEAST_NUMBERED}" data-most-arrows="${MOST_ARROWS}">${raw(SCRIPT)}</script>`,
  });
}

function printSection({ id, title, isFolded }: Section, result: Result, body: Html | null): Html {
  const heading = html`<h2 id="${id}-title">${title}</h2>`;
  const content = isFolded?.(result) === true ? html`<details class="folded"><summary>${heading}</summary>${body}</details>` : html`${heading}${body}`;
  return html`<section id="${id}" aria-labelledby="${id}-title">${content}</section>
`;
}

/** What was measured, and what must be known before any number is read. */
function printHead(result: Result): Html {
  const { machine, moment, duration, checks, exactness } = factsOf(result);
  return html`<header>
<h1>Concurrency is not parallelism</h1>
<p class="lead">One program, other structure, more threads: what does each gain?</p>
<p class="machine">${machine}</p>
<p class="machine"><time datetime="${result.config.startedAt}">${moment}</time>, ${duration}${checks !== null && html` · <a href="#checks">${checks}</a>`}${exactness !== null && ` · ${exactness}`}</p>
${troubles(result)}
${doubts(result)}
</header>`;
}

/** What makes the figures unreliable: the first in a line, the rest folded away. */
function doubts(result: Result): Html | null {
  const [first, ...rest] = firstDoubts(result);
  if (first === undefined) return null;
  if (rest.length === 0) return html`<p class="doubts">⚠ ${first}</p>`;
  return html`<details class="doubts"><summary>⚠ ${first} <span class="more">(${rest.length} more)</span></summary><ul>${rest.map((warning) => html`<li>${warning}</li>`)}</ul></details>`;
}

/** Shown before any number: a failed check, a run on pinned cores. */
function troubles({ config, checks }: Result): Html {
  const failed = checks.filter(({ ok }) => !ok);
  return html`${failed.length > 0 && html`<div class="notice wrong" role="note"><h2>✗ ${count(failed.length, "check")} failed: do not rely on these numbers</h2><ul>${failed.map(({ name, detail }) => html`<li><strong>${name}</strong>: ${detail}</li>`)}</ul></div>`}
${config.cpus !== undefined && html`<div class="notice" role="note"><p>The threads were pinned to the cores <code>${config.cpus}</code> (<code>--cpus</code>).</p></div>`}
${config.isolation === "in-process" && html`<div class="notice" role="note"><p>All blocks ran in one process instead of a fresh process each.</p></div>`}`;
}

function findings(_: Result, { sentences }: ReportFrame): Html {
  if (sentences.length === 0) return html`<p class="absent">Nothing can be said, because there are no gains without the reference.</p>`;
  return html`<div class="sentences">${sentences.map((sentence) => html`<p>${unbroken(sentence)}</p>`)}</div>`;
}

/** A number and its unit stay on one line. */
function unbroken(sentence: string): string {
  return sentence.replaceAll(/(?<=\d) (?=(?:ns|µs|ms|s|min|%)(?![a-z]))/g, "\u00a0");
}
