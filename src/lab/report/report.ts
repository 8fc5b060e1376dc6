/**
 * The report: one HTML file that needs only a browser. No network, no
 * font, no library; every picture is in it as SVG and every number as JSON
 * (`#warren-result`). A content security policy in the page itself forbids it to
 * fetch anything and to run any script but its own.
 *
 * Pure and deterministic: the same result gives the same bytes.
 */
import { createHash } from "node:crypto";
import type { Result } from "../result.ts";
import { comparisonSection } from "./tables/comparison.ts";
import { factorsSection } from "./tables/factors.ts";
import { gainPlane } from "./charts/gain-plane.ts";
import { printHead, type ReportFrame } from "./head.ts";
import { html, inlineJson, raw } from "./parts/html.ts";
import { parallelismSection } from "./charts/parallelism.ts";
import { predictedSection } from "./charts/predicted.ts";
import { resultsTable } from "./tables/results.ts";
import { samplesSection } from "./charts/samples.ts";
import { SCRIPT } from "./page/script.ts";
import { printSection, type Section } from "./parts/section.ts";
import { speedUp } from "./charts/speed-up.ts";
import { STYLE } from "./page/style.ts";
import { again, surroundings } from "./tables/surroundings.ts";
import { timelineSection } from "./timeline/section.ts";

/** The whole file. */
export function renderReport(result: Result, frame: ReportFrame): string {
  const sections: readonly Section[] = [
    resultsTable(result), ...[comparisonSection(result.comparison)].filter((section) => section !== null), timelineSection(result), parallelismSection(result), gainPlane(result), speedUp(result), predictedSection(result),
    samplesSection(result), factorsSection(result), surroundings(result), again(result, frame.program),
  ];
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
${sections.map(printSection)}
</main>
<script type="application/json" id="warren-result">${inlineJson(result)}</script>
<script>${raw(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}
