/** The tables of a result: every cell with its time, its gains and the figures of its threads; and the factors that the gains come from, from the traced runs. */
import { printBounds, printFlag, printRatio } from "../../text.ts";
import { COLUMNS, knownColumns, legendOf, TABLE, type Column as Figure } from "../../print/columns.ts";
import { judge, verdictMeaning, verdictWord } from "../../figures/verdict.ts";
import type { Factors, GainResult, Result } from "../../result.ts";
import { groupTitle, rowGroups, type Row } from "../../print/rows.ts";
import { absent, groupedTable, html, reading, table, type Column, type Html, type Piece } from "../parts/html.ts";
import { printCell } from "../../cell.ts";

/** Below the figure, in small letters. */
const UNDER: ReadonlyMap<Figure, (row: Row) => Piece> = new Map<Figure, (row: Row) => Piece>([
  [COLUMNS.median_ns, (row) => (row.cell.summary.ci === null ? "no interval" : COLUMNS.half_width.text(row))],
  [COLUMNS.of_predicted, COLUMNS.predicted_ns.text],
  [COLUMNS.verdict, reasonOf],
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

/** Why it is this verdict, where that is more than the verdict's meaning. */
function reasonOf({ cell }: Row): Piece {
  const { verdict, why } = judge(cell);
  return verdict === cell.verdict && why !== verdictMeaning(verdict) && html`<span class="why">${why}</span>`;
}

/** "drift −5 %", "outliers 1" */
function flags({ cell: { summary } }: Row): Piece {
  return summary.flags.length > 0 && html`<small class="flag">${summary.flags.map(printFlag).join(", ")}</small>`;
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
    " what more threads gain for the same structure, and ", html`<b>S = C × P</b>`, " is both together. Each is the quotient of two of the times; its 95 % interval is below it.",
  )}
${[...Map.groupBy(groups, ({ program }) => program)].map(([program, its]) => groupedTable(
    program === "dot" ? "The dot product" : `The ${program}`, knownColumns(figures, its.flatMap((group) => group.rows)).map(columnOf), its.map((group) => ({ title: groupTitle(group), rows: group.rows })),
  ))}
<dl class="terms">${terms.map(([term, meaning]) => html`<div><dt>${term}</dt><dd>${meaning}</dd></div>`)}</dl>`;
}

const { fill, work, LB, CommE, CompS } = COLUMNS;

type Factored = GainResult & { readonly factors: Factors };

const isFactored = (gain: GainResult): gain is Factored => gain.factors !== undefined;

const column = (title: string, of: (factors: Factors, gain: Factored) => string): Column<Factored> => ({ title, isNumber: true, text: (gain) => of(gain.factors, gain) });
/** For figures that have no meaning on one thread. */
const ifMany = (value: (factors: Factors) => number) => (factors: Factors, { threads }: Factored): string => (threads === 1 ? "—" : printRatio(value(factors)));

/** The table of factors. */
export function factorsSection({ gains }: Result): Html {
  const factored = gains.filter(isFactored);
  // on one thread there is only C, and the rows of more threads have it too
  const many = factored.filter(({ threads }) => threads > 1);
  const rows = many.length > 0 ? many : factored;
  if (rows.length === 0) return absent("No cell was traced together with its reference, so the gains cannot be taken apart.");
  return html`${reading(
    html`<b>C = ${fill.title} × ${work.title}</b>`, ": how much more of the time the one thread runs tasks, and how much less work it has to do. ",
    html`<b>P = ${LB.title} × ${CommE.title} × p × ${CompS.title} / U₁</b>`, ": uneven threads (mean running time of the threads / that of the busiest), waiting for others (running time of the busiest thread / the whole time), ",
    "p threads, extra work on more threads (below 1: the work grew), and U₁, the share of the time that one thread ran tasks. All figures in this table, C and P too, are from one traced run of each cell. So C and P differ from the gains above, which are from the timed runs.",
  )}
${table("Factors of C and P in the traced runs", [
    { title: "cell", text: printCell },
    column("C", ({ C }) => printRatio(C)), column(fill.title, ({ fill }) => printRatio(fill)), column(work.title, ({ work }) => printRatio(work)),
    column("P", ifMany(({ P }) => P)), column(LB.title, ifMany(({ LB }) => LB)), column(CommE.title, ifMany(({ CommE }) => CommE)),
    column("p", (_, { threads }) => String(threads)), column(CompS.title, ifMany(({ CompS }) => CompS)), column("U₁", ({ U1 }) => printRatio(U1)),
  ], rows)}`;
}
