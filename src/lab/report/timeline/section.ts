/**
 * The timelines: the two most instructive cells side by side; the reader can
 * choose others. Without scripting the two are shown and the rest is folded away.
 *
 * A timeline is one traced run as a picture: which thread ran which task, what
 * every task did, and under both r(t) and c(t), all over one time axis. Everything
 * that depends on time is in inner drawings that stretch (`class="time"`), so that
 * page/script.js can zoom by changing their part of the axis; words and arrows are
 * outside and keep their shape.
 */
import { printCell } from "../../cell.ts";
import type { CellResult, Result } from "../../result.ts";
import { gainOf } from "../../figures/gains.ts";
import { count, printTime } from "../../text.ts";
import { absent, asTable, html, raw, reading, type Html, type Piece } from "../parts/html.ts";
import type { Timeline } from "../../timeline.ts";
import { scrolling } from "../parts/chart.ts";
import { LEAST_NUMBERED, MOST_ARROWS, restOf, restPaths, RESTS, runPaths, stepPath, UNITS, unitsOf, type Rest, type Rows } from "./paths.ts";

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
${rest.length > 0 && html`<details class="more-timelines"><summary>${count(rest.length, "more timeline")}</summary>${rest.map(picture)}</details>`}`;
}

/** The design shown first where it is there: few tasks, and all that the talk says can be seen of them. */
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

/** A cell that was traced. */
type TimelineCell = CellResult & { readonly timeline: Timeline };

const WIDTH = 1040;
const LEFT = 136;
const RIGHT = 30;
const INNER = WIDTH - LEFT - RIGHT;
const THREADS: Rows = { pitch: 26, bar: 18 };
const CURVE = 44;
/** More tasks than this are not drawn one by one. */
const MOST_ROWS = 40;
const COLORS = 8;

/** A task as a row: its place among the rows, and its name, numbered where several have the same. */
interface Line {
  readonly task: number;
  readonly name: string;
}

/** Draws one cell; `index` is its place in the result. */
function timelinePicture(cell: TimelineCell, index: number): Html {
  const { timeline } = cell;
  const lines = linesOf(timeline);
  const shown = lines.slice(0, MOST_ROWS);
  const rows: Rows = shown.length <= 16 ? { pitch: 20, bar: 14 } : { pitch: 12, bar: 8 };
  const tops = { threads: 22, tasks: 0, r: 0, c: 0 };
  tops.tasks = tops.threads + timeline.threads * THREADS.pitch + 26;
  tops.r = tops.tasks + shown.length * rows.pitch + 26;
  tops.c = tops.r + CURVE + 26;
  const bottom = tops.c + CURVE;
  const rowOf = new Map(shown.map(({ task }, row) => [task, row]));
  const places = new Map(lines.map(({ task }, place) => [task, place]));
  const colorOf = (_: number, task: number): number => (places.get(task) ?? 0) % COLORS;
  // a hair above a whole number is no further task
  const mostC = Math.max(1, ...timeline.c.map((tasks) => Math.ceil(tasks - 0.05)));
  const svg = html`<svg class="timeline" viewBox="0 0 ${WIDTH} ${bottom + 38}" width="${WIDTH}" height="${bottom + 38}" role="img" aria-label="${describe(cell)}">
${heading(tops.threads, "by thread")}
${Array.from({ length: timeline.threads }, (_, thread) => rowName(tops.threads, thread, THREADS, `thread ${thread}`))}
${stretched("threads", tops.threads, timeline.threads * THREADS.pitch, { pitch: THREADS.pitch }, drawnPaths(runPaths(timeline, THREADS, (thread) => thread, colorOf)))}
<g class="numbers" data-top="${tops.threads}" data-pitch="${THREADS.pitch}">${numbers(timeline, rowOf, tops.threads)}</g>
${heading(tops.tasks, timeline.tasks.length > shown.length ? `by task (the busiest ${shown.length} of ${timeline.tasks.length})` : "by task")}
${shown.map(({ name }, row) => html`${rowName(tops.tasks, row, rows, name, LEFT - 30)}<text class="row place" x="${LEFT - 8}" y="${tops.tasks + row * rows.pitch + rows.pitch / 2 + 4}">${row + 1}</text>`)}
${stretched("tasks", tops.tasks, shown.length * rows.pitch, { pitch: rows.pitch, rows: JSON.stringify(shown.map(({ task }) => task)) }, html`${drawnPaths(restPaths(timeline, rows, (task) => rowOf.get(task) ?? null))}
${drawnPaths(runPaths(timeline, rows, (_, task) => rowOf.get(task) ?? null, colorOf))}`)}
<g class="arrows" data-top="${tops.tasks}" data-pitch="${rows.pitch}">${arrows(timeline, rowOf, rows, tops.tasks)}</g>
${heading(tops.r, "r(t): threads running a task")}${curveAxis(tops.r, timeline.threads)}
${stretched("r", tops.r, CURVE, {}, html`<path class="area r" d="${raw(stepPath(timeline.r, timeline.threads, CURVE))}"/>`)}
${heading(tops.c, "c(t): tasks in progress")}${curveAxis(tops.c, mostC)}
${stretched("c", tops.c, CURVE, {}, html`<path class="area c" d="${raw(stepPath(timeline.c, mostC, CURVE))}"/>`)}
${timeAxis(timeline, bottom, tops.threads)}
</svg>`;
  return html`<figure class="timeline-figure" data-cell="${index}" data-left="${LEFT}" data-inner="${INNER}" data-bottom="${bottom}">
<figcaption><span><strong>${printCell(cell)}</strong> <span class="quiet">${describe(cell)}</span></span></figcaption>
${scrolling(svg, `timeline of ${printCell(cell)}`)}
${note(timeline)}
${tasksTable(cell, lines)}</figure>`;
}

/** The legend of these pictures. */
function timelineLegend(): Html {
  return html`<ul class="legend"><li>${sample("run")}running on a thread, in the colour of the task</li>${(Object.keys(RESTS) as Rest[]).map((kind) => html`<li>${sample(kind)}${RESTS[kind]}</li>`)}</ul>`;
}

function sample(kind: Rest | "run"): Html {
  const mark = kind === "run" ? html`<path class="run k0" d="M1 1h34v14h-34z"/>` : html`<path class="rest ${kind}" d="${kind === "ready" ? "M1 4.5h34v7h-34z" : "M1 8H35"}"/>`;
  return html`<svg viewBox="0 0 36 16" width="36" height="16" aria-hidden="true">${mark}</svg>`;
}

/** The tasks that were seen, in the order in which they were named; those that ran most first where there are too many. */
function linesOf({ tasks, runs, rests }: Timeline): Line[] {
  const busy = new Map<number, number>();
  for (const [task] of rests) busy.set(task, 0);
  for (const [, task, from, to] of runs) busy.set(task, (busy.get(task) ?? 0) + to - from);
  const total = Map.groupBy(tasks, ({ name }) => name);
  const lines = tasks.map(({ name, id }, task) => {
    const same = total.get(name) as Timeline["tasks"];
    const called = name === "" ? (id === 0 ? "others" : `task ${id}`) : name;
    return { task, name: same.length > 1 ? `${called} ${same.indexOf(tasks[task] as Timeline["tasks"][number]) + 1}` : called };
  }).filter(({ task }) => busy.has(task));
  if (lines.length <= MOST_ROWS) return lines;
  const busiest = lines.toSorted((a, b) => (busy.get(b.task) as number) - (busy.get(a.task) as number));
  return [...busiest.slice(0, MOST_ROWS).toSorted((a, b) => a.task - b.task), ...busiest.slice(MOST_ROWS)];
}

function heading(top: number, text: string): Html {
  return html`<text class="heading" x="${LEFT}" y="${top - 8}">${text}</text>`;
}

function rowName(top: number, row: number, { pitch }: Rows, name: string, x = LEFT - 8): Html {
  const short = name.length > 17 ? `${name.slice(0, 16)}…` : name;
  return html`<text class="row" x="${x}" y="${top + row * pitch + pitch / 2 + 4}">${short}</text>`;
}

/** A drawing whose x axis is time, with the data that the script needs. */
function stretched(kind: string, top: number, height: number, data: Readonly<Record<string, string | number>>, marks: Piece): Html {
  const known = Object.entries(data).map(([name, value]) => html` data-${raw(name)}="${value}"`);
  return html`<rect class="ground" x="${LEFT}" y="${top}" width="${INNER}" height="${height}"/>
<svg class="time" data-kind="${kind}"${known} x="${LEFT}" y="${top}" width="${INNER}" height="${height}" viewBox="0 0 ${UNITS} ${height}" preserveAspectRatio="none">${marks}</svg>`;
}

/** Runs by colour, or rests by kind. */
function drawnPaths(paths: ReadonlyMap<number | Rest, string>): Piece {
  return [...paths].map(([key, path]) => html`<path class="${typeof key === "number" ? `run k${key}` : `rest ${key}`}" d="${raw(path)}"/>`);
}

/** In the bars of the threads, the number of the row of the task that runs. */
function numbers(timeline: Timeline, rowOf: ReadonlyMap<number, number>, top: number): Piece {
  const scale = INNER / timeline.durationNs;
  return timeline.runs.filter(([, task, from, to]) => rowOf.has(task) && (to - from) * scale >= LEAST_NUMBERED).map(([thread, task, from, to]) =>
    html`<text x="${(LEFT + ((from + to) / 2) * scale).toFixed(1)}" y="${top + (thread + 0.5) * THREADS.pitch + 4}">${(rowOf.get(task) as number) + 1}</text>`);
}

/** Hand-offs between rows, if there are few. */
function arrows(timeline: Timeline, rowOf: ReadonlyMap<number, number>, { pitch }: Rows, top: number): Piece {
  const drawn = timeline.handOffs.filter(([from, to]) => rowOf.has(from) && rowOf.has(to) && from !== to);
  if (drawn.length > MOST_ARROWS) return null;
  return drawn.map(([from, to, , resumedNs]) => {
    const [start, end] = [from, to].map((task) => top + (rowOf.get(task) as number) * pitch + pitch / 2) as [number, number];
    const head = end > start ? -4 : 4;
    return html`<path d="M${Math.round(10 * (LEFT + (unitsOf(resumedNs, timeline) / UNITS) * INNER)) / 10} ${start}V${end}m-3 ${head}l3 ${-head}l3 ${head}"/>`;
  });
}

function curveAxis(top: number, most: number): Html {
  return html`<text class="row" x="${LEFT - 8}" y="${top + 9}">${most}</text><text class="row" x="${LEFT - 8}" y="${top + CURVE}">0</text>`;
}

/** Ticks at round times in milliseconds, a step 1, 2 or 5 times a power of ten; the script draws them anew when it zooms. */
function timeAxis(timeline: Timeline, bottom: number, top: number): Html {
  const least = timeline.durationNs / 8;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = ([1, 2, 5].find((factor) => factor * power >= least) ?? 10) * power;
  const digits = Math.max(0, -Math.floor(Math.log10(step / 1e6)));
  const times = Array.from({ length: Math.floor(timeline.durationNs / step) + 1 }, (_, index) => index * step);
  return html`<g class="axis" data-top="${top}">${times.map((ns) => {
    const x = LEFT + (ns / timeline.durationNs) * INNER;
    return html`<line x1="${x.toFixed(1)}" x2="${x.toFixed(1)}" y1="${top}" y2="${bottom + 5}"/><text x="${x.toFixed(1)}" y="${bottom + 19}">${ns === 0 ? "0" : `${(ns / 1e6).toFixed(digits)} ms`}</text>`;
  })}</g><text class="heading" x="${WIDTH - RIGHT}" y="${bottom + 34}" text-anchor="end">time from the start of the traced region</text>`;
}

function describe({ timeline, trace }: TimelineCell): string {
  const running = trace.A === undefined ? "" : `, ${trace.A.toFixed(2)} threads running`;
  const inProgress = trace.L === undefined ? "" : `, ${trace.L.toFixed(2)} tasks in progress`;
  return `${printTime(timeline.durationNs)}${running}${inProgress} (traced run)`;
}

function note({ isCoarse, handOffs }: Timeline): Html | null {
  const parts = [
    isCoarse ? "Slices too short to be seen were joined." : null,
    handOffs.length > MOST_ARROWS ? `${count(handOffs.length, "hand-off")}: arrows appear once ${MOST_ARROWS} or fewer are in view.` : null,
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : html`<p class="quiet small">${parts.join(" ")}</p>`;
}

/** What each task did, in numbers. */
function tasksTable(cell: TimelineCell, lines: readonly Line[]): Html {
  const { timeline } = cell;
  const spent = new Map<string, number>();
  const spend = (task: number, kind: Rest | "run", ns: number): unknown => spent.set(`${task} ${kind}`, (spent.get(`${task} ${kind}`) ?? 0) + ns);
  for (const [, task, from, to] of timeline.runs) spend(task, "run", to - from);
  for (const [task, from, to, reason] of timeline.rests) spend(task, restOf(reason), to - from);
  const time = (title: string, kind: Rest | "run") => ({ title, isNumber: true, text: ({ task }: Line) => (spent.get(`${task} ${kind}`) ? printTime(spent.get(`${task} ${kind}`) as number) : "0") });
  return asTable(`${printCell(cell)}: what each task did`, [
    { title: "task", text: ({ name }) => name },
    time("running", "run"), time("ready", "ready"), time("waiting for a task", "channel"), time("sleeping", "timer"), time("waiting for ends", "other"),
  ], lines.slice(0, MOST_ROWS));
}
