/** Every cell with its time, its gains and what is known of its threads, world by world. */
import { BASELINES } from "../../reference.ts";
import type { CellResult, Result } from "../../result.ts";
import { groupTitle, rowGroups, type Row } from "../../rows.ts";
import { halfWidth, type Interval } from "../../figures/statistics.ts";
import { printRatio, printShare, printTime } from "../../text.ts";
import type { Verdict } from "../../figures/verdict.ts";
import { html, type Piece } from "../html.ts";
import { reading, table, type Column, type Section } from "../section.ts";

/** 1 by definition, not by measurement. */
const BY_DEFINITION = html`<span class="quiet">—</span>`;
const UNKNOWN = html`<span class="quiet">?</span>`;

const isBaseline = ({ program, design }: CellResult): boolean => design === BASELINES.get(program);

/** A title, and under it what it is. */
const titled = (title: string, what: string): Piece => html`${title}<small>${what}</small>`;

const COLUMNS: readonly Column<Row>[] = [
  { title: "design", text: ({ cell }) => cell.design },
  { title: "gophers", isNumber: true, text: ({ cell }) => cell.gophers },
  { title: "threads", isNumber: true, text: ({ cell }) => cell.threads },
  { title: titled("time", "95 %"), isNumber: true, text: ({ cell }) => time(cell) },
  { title: titled("C", "structure"), isNumber: true, text: ({ cell, gain }) => (gain === null ? UNKNOWN : isBaseline(cell) ? BY_DEFINITION : ratio(gain.C, gain.ci.C)) },
  { title: titled("P", "threads"), isNumber: true, text: ({ cell, gain }) => (gain === null ? UNKNOWN : cell.threads === 1 ? BY_DEFINITION : ratio(gain.P, gain.ci.P)) },
  { title: titled("S = C·P", "both"), isNumber: true, text: ({ cell, gain }) => (gain === null ? UNKNOWN : isBaseline(cell) && cell.threads === 1 ? BY_DEFINITION : ratio(gain.S, gain.ci.S)) },
  { title: titled("A", "running"), isNumber: true, text: ({ cell }) => known(cell.trace.A, (value) => approximate(cell, printRatio(value))) },
  { title: titled("CPU A", "on a CPU"), isNumber: true, text: ({ cell }) => known(cell.trace.Acpu, printRatio) },
  { title: titled("Π₂", "≥ 2 run"), isNumber: true, text: ({ cell }) => (cell.threads === 1 ? BY_DEFINITION : known(cell.trace.Pi2, (value) => approximate(cell, `${Math.round(100 * value)} %`))) },
  { title: titled("model", "of it"), isNumber: true, text: ({ cell: { predicted, summary } }) => predicted && html`${predicted.isBound === true && "≥ "}${printTime(predicted.ns)}<small>${Math.round((100 * summary.medianNs) / predicted.ns)} %</small>` },
  { title: "verdict", text: ({ cell }) => html`<span class="verdict">${cell.verdict}</span>` },
  { title: "noise", text: ({ cell }) => cell.summary.grade ?? UNKNOWN },
];

/** The rules of docs/method.md, "Verdicts", in words. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  parallel: "several threads had a processor at once, for nine tenths of the time in which they ran tasks, or more",
  "parallel, sliced": "several threads had a processor at once, but for less than nine tenths of the time in which they ran tasks",
  "time-sliced": "threads overlapped by the clock only: they took turns on one processor's worth of CPU",
  "concurrent only": "several tasks in progress, at most one of them running at a time",
  sequential: "one task in progress at a time",
  unconfirmed: "not known: under 100 ms, or no source of CPU time, or nothing that tells how many threads ran tasks",
};

/** The tables of all groups. */
export function resultsTable(result: Result): Section {
  const verdicts = [...new Set(result.cells.map(({ verdict }) => verdict))];
  const bounded = result.cells.some(({ predicted }) => predicted?.isBound === true);
  const flagged = result.cells.some(({ trace }) => trace.approximate === true);
  const body = html`${reading(
    "each row is one design on so many threads. ", html`<b>C</b>`, " is what its structure alone gains over the first row on one thread, ", html`<b>P</b>`,
    " what more threads gain for the same structure; ", html`<b>S = C·P</b>`, " is both. Under a ratio stands its 95 % interval. ", html`<b>A</b>`,
    " is the mean number of threads running a task, ", html`<b>CPU A</b>`, " the mean number that had a processor. — is 1 by definition, ? is not known.",
  )}
${rowGroups(result).map((group) => table(groupTitle(group), COLUMNS, group.rows))}
<dl class="terms">${verdicts.map((verdict) => html`<div><dt>${verdict}</dt><dd>${VERDICTS[verdict]}</dd></div>`)}
<div><dt>noise</dt><dd>half the interval of the time: A ≤ 2 %, B ≤ 5 %, C ≤ 10 %, D above</dd></div>
${bounded && html`<div><dt>≥</dt><dd>the model knows only the least time: gophers that compute and gophers that wait share a thread</dd></div>`}
${flagged && html`<div><dt>≈</dt><dd>approximate: tracing cost more than 5 %, or lost events</dd></div>`}</dl>`;
  return { id: "results", title: "Results", body };
}

function time({ summary }: CellResult): Piece {
  const flags = summary.flags.length > 0 && html`<small class="flag">${summary.flags.map((flag) => flag.replace(":", " ")).join(", ")}</small>`;
  return html`${printTime(summary.medianNs)}<small>${summary.ci === null ? "no interval" : printShare(halfWidth(summary.medianNs, summary.ci))}</small>${flags}`;
}

function ratio(value: number, interval: Interval | null | undefined): Piece {
  return html`${printRatio(value)}${interval && html`<small>${printRatio(interval[0])}–${printRatio(interval[1])}</small>`}`;
}

function known<Value>(value: Value | undefined, print: (value: Value) => Piece): Piece {
  return value === undefined ? UNKNOWN : print(value);
}

function approximate({ trace }: CellResult, text: string): string {
  return trace.approximate === true ? `≈ ${text}` : text;
}
