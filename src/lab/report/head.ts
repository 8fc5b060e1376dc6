/** The top of the report: what was measured, where, when, how sure, and what it says. */
import { machineLine } from "../machine/environment.ts";
import type { Check, Result } from "../result.ts";
import { count } from "../text.ts";
import { html, type Html } from "./parts/html.ts";

/** What the caller adds to a result: sentences about it, and how the program was called. */
export interface ReportFrame {
  /** What the numbers say, in whole sentences. */
  readonly sentences: readonly string[];
  /** How this program is started: "warren". */
  readonly program: string;
}

/** Title, machine, warnings, sentences, checks. */
export function printHead(result: Result, { sentences, program }: ReportFrame): Html {
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
