/** Every cell with its time, its gains and the figures of its threads, world by world. */
import { printBounds } from "../../interval.ts";
import { COLUMNS, knownColumns, legendOf, TABLE, type Column as Figure } from "../../print/columns.ts";
import { verdictMeaning, verdictWord } from "../../figures/verdict.ts";
import type { Result } from "../../result.ts";
import { groupTitle, rowGroups, type Row } from "../../print/rows.ts";
import { html, type Html, type Piece } from "../parts/html.ts";
import { reading, table, type Column } from "../parts/section.ts";

/** Below the figure, in small letters. */
const UNDER: ReadonlyMap<Figure, (row: Row) => Piece> = new Map<Figure, (row: Row) => Piece>([
  [COLUMNS.median_ns, (row) => (row.cell.summary.ci === null ? "no interval" : COLUMNS.half_width.text(row))],
  [COLUMNS.of_predicted, COLUMNS.predicted_ns.text],
  ...[COLUMNS.C, COLUMNS.P, COLUMNS.S].map((gain) => [gain, (row: Row) => gain.text(row) !== "—" && printBounds(gain.bounds(row))] as const),
]);

function columnOf(figure: Figure): Column<Row> {
  const under = UNDER.get(figure);
  const what = figure === COLUMNS.median_ns ? COLUMNS.half_width.title : figure === COLUMNS.of_predicted ? COLUMNS.predicted_ns.title : figure.what;
  return {
    title: html`${figure.title}${what !== "" && html`<small>${what}</small>`}`,
    isNumber: figure.align === "right",
    text: (row) => html`${textOf(figure, row)}${small(under?.(row))}${figure === COLUMNS.median_ns && flags(row)}`,
  };
}

function textOf(figure: Figure, row: Row): Piece {
  const text = figure.text(row);
  if (text === "" || text === "?" || text === "—") return html`<span class="quiet">${text || "?"}</span>`;
  return figure === COLUMNS.verdict ? html`<span class="verdict">${text}</span>` : text;
}

function small(text: Piece): Piece {
  return text !== undefined && text !== false && text !== "" && html`<small>${text}</small>`;
}

function flags({ cell: { summary } }: Row): Piece {
  return summary.flags.length > 0 && html`<small class="flag">${summary.flags.map((flag) => flag.replace(":", " ")).join(", ")}</small>`;
}

/** The tables of all groups. */
export function resultsTable(result: Result): Html {
  const groups = rowGroups(result);
  const rows = groups.flatMap((group) => group.rows);
  const figures = TABLE.filter((figure) => figure !== COLUMNS.half_width);
  const shown = knownColumns(figures, rows).flatMap((figure) => (figure === COLUMNS.of_predicted ? [COLUMNS.predicted_ns, figure] : [figure]));
  const verdicts = [...new Set(result.cells.map(({ verdict }) => verdict))].map((verdict) => [verdictWord(verdict), verdictMeaning(verdict)] as const);
  const terms = [...legendOf(shown, rows), ...verdicts];
  return html`${reading(
    "each row is one design on one number of threads. ", html`<b>C</b>`, " is what its structure alone gains over the reference on one thread, ", html`<b>P</b>`,
    " what more threads gain for the same structure, and ", html`<b>S = C × P</b>`, " is both together. The 95 % interval is below each ratio.",
  )}
${groups.map((group) => table(groupTitle(group), knownColumns(figures, group.rows).map(columnOf), group.rows))}
<dl class="terms">${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}
