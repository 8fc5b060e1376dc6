/**
 * The timelines: the two most instructive cells side by side; the reader can
 * choose others. Without scripting the two are shown and the rest is folded away.
 */
import { printCell } from "../../cell.ts";
import type { CellResult, Result } from "../../result.ts";
import { gainOf } from "../../print/rows.ts";
import { count } from "../../text.ts";
import { html, type Html } from "../parts/html.ts";
import { absent, reading } from "../parts/section.ts";
import { timelineLegend, timelinePicture, type TimelineCell } from "./picture.ts";

const isTraced = (cell: CellResult): cell is TimelineCell => cell.timeline !== undefined && cell.timeline.durationNs > 0;

/** All traced cells. */
export function timelineSection(result: Result): Html {
  const traced = result.cells.filter(isTraced);
  if (traced.length === 0) return absent("No cell has a timeline: there was no traced run, so there is nothing to draw.");
  const first = firstCells(traced, result);
  const rest = traced.filter((cell) => !first.includes(cell));
  const picture = (cell: TimelineCell): Html => timelinePicture(cell, result.cells.indexOf(cell));
  return html`${reading(
    "the upper rows are threads, the lower ones tasks, over the same time. ", html`<b>Concurrency</b>`, " is many tasks in progress (c(t) high); ", html`<b>parallelism</b>`,
    " is several full bars above each other at the same moment (r(t) of 2 or more). The number in a thread's bar is the row of the task that it runs. Tasks that wait need no thread.",
  )}
${timelineLegend()}
<div class="choices" hidden>${first.map((cell, slot) => chooser(slot, first.length, cell, traced, result))}
<p class="quiet small">Zoom and move with the buttons, with <kbd>Ctrl</kbd> and the wheel, or, when a picture has the focus, with <kbd>+</kbd> <kbd>-</kbd> <kbd>←</kbd> <kbd>→</kbd>; <kbd>0</kbd> shows all. Point at a bar to see what it is.</p></div>
<div class="slots">${first.map((cell, slot) => html`<div class="slot" data-slot="${slot}">${picture(cell)}</div>`)}</div>
${rest.length > 0 && html`<details class="more-timelines"><summary>${count(rest.length, "more timeline")}</summary>${rest.map(picture)}</details>
<p class="only-print quiet">The file has ${count(rest.length, "more timeline")}: choose what to print before printing.</p>`}`;
}

/** The design shown first where it is there: few gophers, and all that the talk says can be seen of them. */
const FIRST = "G6";

/**
 * Concurrency without parallelism, then parallelism: the greatest C on one
 * thread, and the same design on several threads with most of them running.
 */
function firstCells(traced: readonly TimelineCell[], result: Result): TimelineCell[] {
  const single = greatest(traced.filter(({ threads }) => threads === 1), (cell) => gainOf(cell, result)?.C ?? 0, FIRST);
  const many = greatest(traced.filter(({ threads }) => threads > 1), ({ trace }) => trace.A ?? 0, single?.design);
  return [single, many].filter((cell) => cell !== undefined);
}

/** The cell with the largest value, of a design if it has cells. A difference of less than a tenth does not count: the first stays. */
function greatest(cells: readonly TimelineCell[], value: (cell: TimelineCell) => number, design: string | undefined): TimelineCell | undefined {
  const preferred = cells.filter((cell) => cell.design === design);
  const from = preferred.length > 0 ? preferred : cells;
  return from.reduce<TimelineCell | undefined>((best, cell) => (best === undefined || value(cell) > 1.1 * value(best) ? cell : best), undefined);
}

function chooser(slot: number, slots: number, chosen: TimelineCell, traced: readonly TimelineCell[], { cells }: Result): Html {
  const name = slots === 1 ? "Picture" : slot === 0 ? "First picture" : "Second picture";
  return html`<label>${name} <select data-slot="${slot}">${traced.map((cell) => html`<option value="${cells.indexOf(cell)}"${cell === chosen && html` selected`}>${printCell(cell)}</option>`)}</select></label>`;
}
