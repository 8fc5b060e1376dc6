/**
 * What the fitted laws say, in lines under the table. Shown where there are
 * enough thread counts for a fit; with fewer, `verbose` gets the reason why not.
 */
import { isFitted, printParameter, serialText, type Fit } from "../../lab/fit.ts";
import { gainless } from "../../lab/figures/doubts.ts";
import { enoughCounts, fitsOf } from "../../lab/figures/scaling.ts";
import type { Result } from "../../lab/result.ts";
import { count, enumeration, printPercent, printRatio, threeFigures } from "../../lab/text.ts";

/** One line for each design and world; none where there is nothing to say. */
export function fitLines(result: Pick<Result, "cells" | "env" | "config">, verbose: boolean): string[] {
  if (gainless(result) !== null) return [];
  const enough = enoughCounts(fitsOf(result));
  if (typeof enough === "string") return verbose ? [enough] : [];
  const [{ points }] = enough as readonly [Fit];
  const note = enough.some(({ oversubscribed }) => oversubscribed)
    ? [`Some threads had no core of their own (${count(result.env.usable, "core")}), so the fits describe the machine as much as the programs.`]
    : [];
  return [`How throughput grows over ${enumeration(points.map(({ threads }) => String(threads)))} threads (σ: contention, κ: coherency, e: Karp–Flatt serial fraction):`, ...enough.map(line), ...note];
}

function line(fit: Fit): string {
  return `  ${fit.program} ${fit.design}, ${fit.world}: ${[universalText(fit), amdahlText(fit), fit.serial.length === 0 ? "" : `e ${serialText(fit)}`].filter((text) => text !== "").join("; ")}.`;
}

function universalText({ universal, points }: Fit): string {
  if (!isFitted(universal)) return `no fit: ${universal.refused}`;
  const { lambda, sigma, kappa, peak, ahead } = universal;
  const most = Math.max(...points.map(({ threads }) => threads));
  const end = peak === null ? `no peak up to ${ahead.threads} threads` : `maximum at ${threeFigures(peak.threads)} threads, ${printRatio(peak.perSecond / lambda)}× one thread${peak.threads > most ? " (extrapolated)" : ""}`;
  return `USL λ ${threeFigures(lambda)}/s, σ ${printParameter(sigma)}, κ ${printParameter(kappa)} (${quality(universal)}): ${end}`;
}

function amdahlText({ amdahl, universal }: Fit): string {
  // refused for the same reason: once is enough
  if (!isFitted(amdahl)) return isFitted(universal) ? `Amdahl: ${amdahl.refused}` : "";
  return `Amdahl: ${printPercent(amdahl.sigma)} serial (${quality(amdahl)})`;
}

function quality({ r2, residual }: { r2: number | null; residual: number }): string {
  return `${r2 === null ? "" : `R² ${r2.toFixed(3)}, `}residual ${printPercent(residual)}`;
}
