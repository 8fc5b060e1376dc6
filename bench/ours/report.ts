/**
 * The rows as a table for people.
 */
import { textTable } from "../../src/lab/text-table.ts";
import type { RivalOutcome } from "../rivals/outcome.ts";
import type { Failure } from "./figure.ts";
import type { Comparison, Judgement, Row } from "./rows.ts";

/** The table, then what could not be measured, a line each. */
export function printRows(rows: readonly Row[], failures: readonly Failure[], rivals: readonly RivalOutcome[]): string {
  const table = [["scenario", "form", "threads", "warren", "others (× = how many times better warren is)", "targets"]];
  for (const [index, { figure, comparisons, judgements }] of rows.entries()) {
    const { scenario, form, threads, value, unit } = figure;
    const others = comparisons.map((comparison) => printComparison(comparison, unit)).join("\n");
    const isFirst = rows[index - 1]?.figure.scenario !== scenario;
    table.push([isFirst ? scenario : "", form, `${threads}`, `${rounded(value)} ${unit}`, others, judgements.map(printJudgement).join("\n")]);
  }
  const lines = [
    ...failures.map(({ scenario, form, threads, reason }) => `FAILED: ${scenario}, ${form}, threads ${threads}: ${reason}`),
    ...rivals.flatMap((outcome) => (outcome.kind === "result" ? [] : [`${outcome.kind}: ${outcome.rival}${outcome.scenario === undefined ? "" : `, ${outcome.scenario}`}: ${outcome.reason}`])),
  ];
  return [...(rows.length > 0 ? textTable(table, ["left", "left", "right", "right", "left", "left"]) : []), ...lines].join("\n");
}

function printComparison({ name, value, ratio }: Comparison, unit: string): string {
  return `${name} ${rounded(value)} ${unit} (${rounded(ratio)} ×)`;
}

function printJudgement({ kind, text, ratio, met }: Judgement): string {
  const verdict = met === null ? "no figure to compare with" : met ? "met" : "NOT met";
  return `${kind}: ${text}: ${verdict}${ratio === null ? "" : ` (${rounded(ratio)} ×)`}`;
}

/** Three significant digits, and all digits of the whole part. */
function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
