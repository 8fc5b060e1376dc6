/**
 * A traced run for people: the figures, and what ran when as text: a line for each
 * thread, a line for each task, under them r(t) and c(t) over the same columns, a time
 * axis and what the characters mean. Pure.
 *
 * A column is one stretch of time (trace-columns.ts). A thread's column shows the letter
 * of a task that ran in it (of more tasks than letters: of a function): a capital if the
 * thread ran tasks for half of the column or more, a small letter if less. The characters
 * carry all information; colours repeat it.
 */
import { styleText } from "node:util";
import type { TraceRecord } from "../../lab/trace/trace-file.ts";
import type { Timeline, TimelineTask } from "../../lab/timeline.ts";
import { count, printPercent, printTime, threeFigures, wrapped } from "../../lab/text.ts";
import { inRows, shownOn, statesOf, type Shown, type TaskState } from "./trace-columns.ts";

/** How to draw. */
export interface GanttStyle {
  /** Characters in a line. */
  readonly width: number;
  readonly color: boolean;
  /** ASCII only; r(t) and c(t) as digits. */
  readonly plain: boolean;
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/** For all tasks beyond the letters. */
const REST = { busy: "#", less: "+" } as const;
const SPARKS = "▁▂▃▄▅▆▇█";
const STATES: Readonly<Record<TaskState, readonly [drawn: string, plain: string]>> = {
  running: ["█", "#"], part: ["▂", "+"], ready: ["░", "="], waiting: ["─", "-"], sleeping: ["·", "."], none: [" ", " "],
};
/** More tasks than this are not drawn one by one. */
const MOST_ROWS = 20;
/** A name takes this part of a line at most. */
const NAME_PART = 4;
const COLORS = ["cyan", "magenta", "yellow", "green", "blue", "red"] as const;

/** The figures and, with a timeline, the picture. */
export function printTrace(record: TraceRecord, timeline: Timeline | null, style: GanttStyle): string {
  const figures = printFigures(record, style);
  return timeline === null ? figures : [printGantt(timeline, style), figures].join("\n\n");
}

function printFigures({ title, activity, untracedNs, cost, notes }: TraceRecord, { width, plain }: GanttStyle): string {
  const { T, W, A, L, U, hist, Pi2, busy, events, lost } = activity;
  const pi = (j: number): string => (plain ? `pi_${j}` : `π${String(j).replaceAll(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)] as string)}`);
  const lines = [
    title,
    `T ${printTime(T)}, W ${W === 0 ? "0" : printTime(W)}, A = W/T ${threeFigures(A)}, L ${threeFigures(L)}, U ${printPercent(U)}`,
    `${hist.map((share, j) => `${pi(j)} ${printPercent(share)}`).join(", ")}; ${plain ? "Pi_2" : "Π₂"} ${printPercent(Pi2)} (two or more at the same time)`,
    `running: ${busy.map((ns, thread) => `thread ${thread} ${ns === 0 ? "0" : printTime(ns)}`).join(", ")}`,
    [
      `${count(events, "event")}, ${lost === 0 ? "none lost" : `${lost} LOST, so the figures cover only the time after that (raise --events)`}`,
      ...(cost === null ? [] : [`${untracedNs.length} runs without a trace took ${printTime(Math.min(...untracedNs))} to ${printTime(Math.max(...untracedNs))}: this one ${cost < 0 ? `${printPercent(-cost)} less` : `${printPercent(cost)} more`} than their median`]),
    ].join("; "),
    ...notes,
  ];
  return lines.map((line) => wrapped(line, width, "  ")).join("\n");
}

/** The picture. */
export function printGantt(timeline: Timeline, style: GanttStyle): string {
  const { durationNs, threads, r, c } = timeline;
  const { width, plain } = style;
  const marks = marksOf(timeline, plain ? "x" : "×");
  const ranks = new Map(marks.flatMap(({ places }, rank) => places.map((place) => [place, rank] as const)));
  const rows = rowsOf(timeline, ranks, style);
  const longest = Math.min(Math.floor(width / NAME_PART), Math.max(...rows.map(({ label }) => label.length), 0));
  const margin = Math.max(`thread ${threads - 1}`.length, longest) + 1;
  const columns = width - margin - 2;
  const line = (label: string, bar: string): string => `${shortened(label, margin - 1, plain).padEnd(margin)}${plain ? "|" : "│"}${bar}${plain ? "|" : "│"}`;
  const most = Math.max(1, ...resampled(c, columns));
  const shown = Array.from({ length: threads }, (_, thread) => shownOn(timeline, thread, columns, (task) => ranks.get(task) as number));
  const left = timeline.tasks.length - rows.reduce((sum, { tasks }) => sum + tasks.size, 0);
  return [
    ...shown.map((bar, thread) => line(`thread ${thread}`, threadBar(bar, ranks, style))),
    "",
    ...rows.map(({ label, tasks, rank }) => line(label, taskBar(statesOf(timeline, tasks, columns, shown), rank, style))),
    ...(left > 0 ? [`${" ".repeat(margin + 1)}and ${count(left, "more task")}: -o trace.json shows all`] : []),
    "",
    line("r(t)", spark(resampled(r, columns), threads, style)),
    line("c(t)", spark(resampled(c, columns), most, style)),
    " ".repeat(margin + 1) + axis(durationNs, columns),
    "",
    wrapped(legend(marks), width, "  "),
    wrapped(explanation(durationNs / columns, threads, most, style), width, "  "),
    wrapped(meaning(plain), width, "  "),
  ].join("\n");
}

/** A line for a task, or for some of one function that follow each other. */
interface Row {
  readonly tasks: ReadonlySet<number>;
  readonly label: string;
  readonly rank: number | undefined;
}

/** A row for each task. Of more tasks than rows those of a function that follow each other share a row, and the rows that ran longest are drawn. In the order of the tasks. */
function rowsOf(timeline: Timeline, ranks: ReadonlyMap<number, number>, { plain }: GanttStyle): Row[] {
  const { tasks, runs } = timeline;
  const ran = tasks.map(() => 0);
  for (const [, task, fromNs, toNs] of runs) ran[task] = (ran[task] as number) + toNs - fromNs;
  const named = labelled(timeline);
  const all = tasks.map((_, task) => task);
  const its = (task: number): TimelineTask => tasks[task] as TimelineTask;
  const groups = tasks.length <= MOST_ROWS ? all.map((task) => [task]) : [...Map.groupBy(all, (task) => functionOf(its(task))).values()].flatMap((same) => inRows(timeline, same));
  const ranNs = (group: readonly number[]): number => group.reduce((sum, task) => sum + (ran[task] as number), 0);
  return groups
    .toSorted((a, b) => ranNs(b) - ranNs(a))
    .slice(0, MOST_ROWS)
    .toSorted(([a = 0], [b = 0]) => a - b)
    .map((group) => {
      const [first = 0] = group;
      const rank = group.map((task) => ranks.get(task)).find((known) => known !== undefined);
      return { tasks: new Set(group), rank, label: `${letterOf(rank)} ${group.length === 1 ? named(first) : `${group.length} ${plain ? "x" : "×"} ${functionOf(its(first))}`}` };
    });
}

/** The letter of a mark; blank for a task that did not run. */
function letterOf(rank: number | undefined): string {
  return rank === undefined ? " " : (LETTERS[rank] ?? REST.busy);
}

function shortened(label: string, most: number, plain: boolean): string {
  return label.length <= most ? label : `${label.slice(0, most - 1)}${plain ? "~" : "…"}`;
}

/** What has a character: a task, or, of more tasks than letters, all with one name. */
interface Mark {
  readonly label: string;
  readonly places: readonly number[];
  readonly ranNs: number;
}

/** What a task is called: its function, numbered where several have the same. Of some only the number in the runtime is known. */
function labelled({ tasks }: Timeline): (place: number) => string {
  const byName = Map.groupBy(tasks.keys(), (place) => (tasks[place] as TimelineTask).name);
  const numbers = new Map([...byName.values()].flatMap((places) => places.map((place, k) => [place, places.length === 1 ? "" : ` ${k + 1}`] as const)));
  return (place) => {
    const { id, name } = tasks[place] as TimelineTask;
    return name === "" ? `task ${id}` : `${name}${numbers.get(place)}`;
  };
}

/** Tasks that have a letter together: those of a function, and those whose function is not known, because their beginning was lost. */
function functionOf({ id, name }: TimelineTask): string {
  return name === "" || name === `task ${id}` ? "unnamed task" : name;
}

/** What ran. What ran longest has letters, in the order of the tasks; then come the others. `by`: the sign of multiplication. */
function marksOf(timeline: Timeline, by: string): readonly Mark[] {
  const { tasks, runs } = timeline;
  const ran = tasks.map(() => 0);
  for (const [, task, fromNs, toNs] of runs) ran[task] = (ran[task] as number) + toNs - fromNs;
  const places = tasks.map((_, place) => place).filter((place) => (ran[place] as number) > 0);
  const label = labelled(timeline);
  const mark = (text: string, its: readonly number[]): Mark => ({ label: text, places: its, ranNs: its.reduce((sum, place) => sum + (ran[place] as number), 0) });
  const byName = Map.groupBy(places, (place) => functionOf(tasks[place] as TimelineTask));
  const marks = places.length <= LETTERS.length
    ? places.map((place) => mark(label(place), [place]))
    : [...byName].map(([name, its]) => mark(its.length === 1 ? name : `${its.length} ${by} ${name}`, its));
  const byTime = marks.toSorted((a, b) => b.ranNs - a.ranNs);
  const inOrder = byTime.slice(0, LETTERS.length).toSorted((a, b) => (a.places[0] ?? 0) - (b.places[0] ?? 0));
  return [...inOrder, ...byTime.slice(LETTERS.length)];
}

function threadBar(shown: readonly (Shown | null)[], ranks: ReadonlyMap<number, number>, style: GanttStyle): string {
  return shown.map((its) => {
    if (its === null) return style.plain ? "." : "·";
    const rank = ranks.get(its.task) as number;
    const letter = LETTERS[rank];
    if (letter === undefined) return its.isBusy ? REST.busy : REST.less;
    return painted(its.isBusy ? letter : letter.toLowerCase(), rank, style);
  }).join("");
}

function taskBar(states: readonly TaskState[], rank: number | undefined, style: GanttStyle): string {
  return states.map((state) => {
    const character = STATES[state][style.plain ? 1 : 0];
    return rank !== undefined && rank < LETTERS.length && (state === "running" || state === "part") ? painted(character, rank, style) : character;
  }).join("");
}

function painted(character: string, rank: number, { color }: GanttStyle): string {
  return color ? styleText(COLORS[rank % COLORS.length] as (typeof COLORS)[number], character, { validateStream: false }) : character;
}

/** Means of a row of values over `parts` equal parts of it. */
function resampled(values: readonly number[], parts: number): number[] {
  const step = values.length / parts;
  return Array.from({ length: parts }, (_, part) => {
    let sum = 0;
    for (let k = Math.floor(part * step); k < Math.min(values.length, (part + 1) * step); k++) {
      sum += (values[k] as number) * Math.max(0, Math.min(k + 1, (part + 1) * step) - Math.max(k, part * step));
    }
    return sum / step;
  });
}

/** Plain: each value as a digit, 0 to 9, of `most` where that is more than nine. */
function spark(values: readonly number[], most: number, { plain }: GanttStyle): string {
  if (plain) return values.map((value) => Math.min(9, Math.round(most > 9 ? (9 * value) / most : value))).join("");
  // a mean of equal values may be off in its last bits: without the inner rounding a half would flicker
  return values.map((value) => SPARKS[Math.round(Number(((Math.min(value, most) / most) * (SPARKS.length - 1)).toFixed(6)))]).join("");
}

/** 0, the half where there is room, and the end. */
function axis(durationNs: number, columns: number): string {
  const [middle, end] = [printTime(durationNs / 2), printTime(durationNs)];
  const half = Math.floor(columns / 2);
  const room = half + middle.length + 1 <= columns - end.length && half > 2;
  const start = room ? `0${" ".repeat(half - 1)}${middle}` : "0";
  return start + end.padStart(columns - start.length);
}

function legend(marks: readonly Mark[]): string {
  const total = marks.reduce((sum, { ranNs }) => sum + ranNs, 0);
  if (total === 0) return "No task ran.";
  const entries = marks.slice(0, LETTERS.length).map(({ label, ranNs }, rank) => `${LETTERS[rank]} ${label}: ${printPercent(ranNs / total)}`);
  const others = marks.slice(LETTERS.length);
  if (others.length > 0) entries.push(`${REST.busy} others: ${printPercent(others.reduce((sum, { ranNs }) => sum + ranNs, 0) / total)}`);
  return `Of the time that tasks ran: ${entries.join(", ")}.`;
}

/** What the characters of the rows mean. */
function meaning(plain: boolean): string {
  const [running, part, ready, waiting, sleeping] = (["running", "part", "ready", "waiting", "sleeping"] as const).map((state) => STATES[state][plain ? 1 : 0]);
  return `Tasks: ${running} running, ${part} running for less than half of the column, ${ready} ready (its thread runs another task), ${waiting} waiting, ${sleeping} sleeping. Many tasks in progress at the same time are concurrency; capital letters of several threads above each other are parallelism.`;
}

function explanation(columnNs: number, threads: number, most: number, { plain }: GanttStyle): string {
  const scale = (count: number): string => (plain && count > 9 ? `0 to ${Math.ceil(count)}, in ninths` : `0 to ${Number(count.toFixed(1))}`);
  return `A column is ${printTime(columnNs)}. Threads: a capital letter if the thread ran tasks for at least half of that time, a small letter for less, ${plain ? "." : "·"} for none. r(t): threads running, ${scale(threads)}; c(t): tasks in progress, ${scale(most)}, not counting one that only waits for tasks that it started.`;
}
