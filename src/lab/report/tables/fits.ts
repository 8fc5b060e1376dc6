/** The scaling laws fitted to the measured points, or why there are none. */
import { printWorld } from "../../cell.ts";
import { isFitted, type Fit } from "../../fit.ts";
import { fitsOf, LEAST_THREAD_COUNTS } from "../../figures/fits.ts";
import type { Result } from "../../result.ts";
import { count, threeFigures } from "../../text.ts";
import { html, type Html } from "../parts/html.ts";
import { table } from "../parts/section.ts";

/** The fits of a result: those that it carries, or made now. */
export function fitsIn(result: Result): readonly Fit[] {
  return result.fits ?? fitsOf(result);
}

/** One row for each design with enough thread counts. */
export function fitsTable(fits: readonly Fit[]): Html | null {
  const enough = fits.filter(({ points }) => points.length >= LEAST_THREAD_COUNTS);
  if (fits.length === 0) return null;
  if (enough.length === 0) {
    const most = Math.max(...fits.map(({ points }) => points.length));
    return html`<p class="quiet">No scaling law is fitted: ${count(most, "thread count")} measured, ${LEAST_THREAD_COUNTS} needed.</p>`;
  }
  const oversubscribed = enough.some((fit) => fit.oversubscribed);
  return html`${table("Scaling laws", [
    { title: "design", text: (fit: Fit) => `${printWorld(fit)} · ${fit.design}` },
    { title: html`<abbr title="Universal Scalability Law: contention">σ</abbr>`, isNumber: true, text: ({ universal }) => (isFitted(universal) ? small(universal.sigma) : "") },
    { title: html`<abbr title="Universal Scalability Law: coherency">κ</abbr>`, isNumber: true, text: ({ universal }) => (isFitted(universal) ? small(universal.kappa) : "") },
    { title: "peak", text: ({ universal }) => (isFitted(universal) ? (universal.peak === null ? `none up to ${universal.ahead.threads}` : `${threeFigures(universal.peak.threads)} threads`) : universal.refused) },
    { title: "serial by Amdahl", isNumber: true, text: ({ amdahl }) => (isFitted(amdahl) ? `${(100 * amdahl.sigma).toFixed(1)} %` : "") },
    { title: "residual", isNumber: true, text: ({ universal }) => (isFitted(universal) ? `${(100 * universal.residual).toFixed(1)} %` : "") },
    { title: "Karp–Flatt", text: ({ serial }) => serial.map(({ threads, fraction }) => `${small(fraction)} at ${threads}`).join(", ") },
  ], enough)}
<p class="quiet small">σ is contention and κ coherency of the Universal Scalability Law. ${oversubscribed && "Some threads had no core of their own, so the laws describe the machine as much as the programs."}</p>`;
}

/** "0.0277", "1.0e-4", "0". */
function small(value: number): string {
  const size = Math.abs(value);
  if (size < 1e-6) return "0";
  return size < 1e-3 ? value.toExponential(1) : String(Number(value.toFixed(size < 0.1 ? 4 : 3)));
}
