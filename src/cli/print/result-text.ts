/** A finished result as text, in each format: what a measurement writes, and what `warren report` writes again. */
import type { Theme } from "../../lab/report/picture.ts";
import type { Result } from "../../lab/result.ts";
import { wrapped } from "../../lab/text.ts";
import type { WhatIfResult } from "../../lab/whatif/result.ts";
import { printBenchfmt } from "./benchfmt.ts";
import { comparisonMarkdown, printComparison } from "./comparison.ts";
import { fitLines } from "./fit-lines.ts";
import { printCsv, printHtml, printJson, printMarkdown, printPlain, printSvg } from "./formats.ts";
import { printScreen, type Next } from "./screen.ts";
import { sentences } from "./sentences.ts";
import { painter, printTable } from "./table.ts";

/** How a result is written. */
export interface ResultStyle {
  readonly format: "table" | "json" | "csv" | "markdown" | "benchfmt" | "html" | "svg";
  /** Characters in a line of the table. */
  readonly width: number;
  readonly color: boolean;
  /** Of the table: in words; with `verbose` one line of values for each cell. */
  readonly plain: boolean;
  /** Of the table: everything. */
  readonly verbose: boolean;
  /** Share by which a cell may be slower than the baseline. */
  readonly most: number | null;
  /** Of the picture: its colours. */
  readonly theme: Theme;
  /** Of the table: what to do next. */
  readonly next: Next;
  /** Of the report: predictions to show with it. */
  readonly whatIf?: WhatIfResult | undefined;
}

/** The result in one format. */
export async function resultText(result: Result, style: ResultStyle): Promise<string> {
  switch (style.format) {
    case "json":
      return printJson(result);
    case "csv":
      return printCsv(result);
    case "markdown":
      return [printMarkdown(result), ...(result.comparison === undefined ? [] : [comparisonMarkdown(result.comparison, style)])].join("\n\n");
    case "benchfmt":
      return printBenchfmt(result);
    case "html":
      return printHtml(result, style.whatIf);
    case "svg":
      return printSvg(result, style.theme);
    case "table":
      return style.plain && style.verbose ? printPlain(result) : readable(result, style);
  }
}

/** The first screen; then the comparison with the baseline; with `verbose` the tables, the laws and the sentences, too. */
function readable(result: Result, { width, color, plain, verbose, most, next }: ResultStyle): string {
  const paint = painter(color);
  const compared = result.comparison === undefined ? [] : [printComparison(result.comparison, { width, paint, most, verbose })];
  return [printScreen(result, next, { width, paint, plain }), ...compared, ...(verbose ? everything(result, { width, color }) : [])].join("\n\n");
}

function everything(result: Result, { width, color }: Pick<ResultStyle, "width" | "color">): string[] {
  const laws = fitLines(result, true).map((line) => wrapped(line, width, "    ")).join("\n");
  const names = wrapped(`Checks: ${result.checks.map(({ name, ok }) => (ok ? name : `${name} (FAILED)`)).join("; ")}.`, width);
  const said = sentences(result).map((sentence) => wrapped(sentence, width));
  return [printTable(result, { width, color, verbose: true }), ...(laws === "" ? [] : [laws]), names, ...said];
}
