/**
 * A traced run for people: the figures, and what ran when as text: a line for each
 * thread, under it r(t) and c(t) over the same columns, a time axis and what the
 * characters mean. Pure.
 *
 * A column is one stretch of time. A thread's column shows the task that ran
 * longest in it (of more tasks than letters: the function whose tasks did): a
 * capital if the thread ran tasks for half of the column or more, a small letter if
 * less. The characters carry all information; colours repeat it.
 */
import { styleText } from "node:util";
import type { TraceRecord } from "../../lab/trace/trace-file.ts";
import type { Timeline } from "../../lab/timeline.ts";
import { count, printPercent, printTime, threeFigures, wrapped } from "../../lab/text.ts";

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
  const margin = `thread ${threads - 1}`.length + 1;
  const columns = style.width - margin - 2;
  const marks = marksOf(timeline, style.plain ? "x" : "×");
  const ranks = new Map(marks.flatMap(({ places }, rank) => places.map((place) => [place, rank] as const)));
  const line = (label: string, bar: string): string => `${label.padEnd(margin)}${style.plain ? "|" : "│"}${bar}${style.plain ? "|" : "│"}`;
  const most = Math.max(1, ...resampled(c, columns));
  return [
    ...Array.from({ length: threads }, (_, thread) => line(`thread ${thread}`, threadBar(timeline, thread, columns, ranks, style))),
    line("r(t)", spark(resampled(r, columns), threads, style)),
    line("c(t)", spark(resampled(c, columns), most, style)),
    " ".repeat(margin + 1) + axis(durationNs, columns),
    "",
    wrapped(legend(marks), style.width, "  "),
    wrapped(explanation(durationNs / columns, threads, most, style), style.width, "  "),
  ].join("\n");
}

/** What has a character: a task, or, of more tasks than letters, all with one name. */
interface Mark {
  readonly label: string;
  readonly places: readonly number[];
  readonly ranNs: number;
}

/** What ran, by the time that it did: the first have letters. `by`: the sign of multiplication. */
function marksOf({ tasks, runs }: Timeline, by: string): readonly Mark[] {
  const ran = tasks.map(() => 0);
  for (const [, task, fromNs, toNs] of runs) ran[task] = (ran[task] as number) + toNs - fromNs;
  const places = tasks.map((_, place) => place).filter((place) => (ran[place] as number) > 0);
  const byName = Map.groupBy(places, (place) => (tasks[place] as Timeline["tasks"][number]).name);
  const label = (place: number): string => {
    const { id, name } = tasks[place] as Timeline["tasks"][number];
    return id !== 0 && (byName.get(name)?.length ?? 0) > 1 ? `${name} #${id}` : name;
  };
  const mark = (text: string, its: readonly number[]): Mark => ({ label: text, places: its, ranNs: its.reduce((sum, place) => sum + (ran[place] as number), 0) });
  const marks = places.length <= LETTERS.length
    ? places.map((place) => mark(label(place), [place]))
    : [...byName].map(([name, its]) => mark(its.length === 1 ? name : `${its.length} ${by} ${name}`, its));
  return marks.toSorted((a, b) => b.ranNs - a.ranNs);
}

function threadBar({ runs, durationNs }: Timeline, thread: number, columns: number, ranks: ReadonlyMap<number, number>, { color, plain }: GanttStyle): string {
  const columnNs = durationNs / columns;
  const shares = Array.from({ length: columns }, () => new Map<number, number>());
  for (const [its, task, fromNs, toNs] of runs) {
    if (its !== thread) continue;
    for (let column = Math.floor(fromNs / columnNs); column < columns && column * columnNs < toNs; column++) {
      const share = shares[column] as Map<number, number>;
      const rank = ranks.get(task) as number;
      share.set(rank, (share.get(rank) ?? 0) + Math.min(toNs, (column + 1) * columnNs) - Math.max(fromNs, column * columnNs));
    }
  }
  return shares.map((share) => {
    const busyNs = [...share.values()].reduce((sum, ns) => sum + ns, 0);
    if (busyNs === 0) return plain ? "." : "·";
    const [rank] = [...share].reduce((most, its) => (its[1] > most[1] ? its : most));
    const isBusy = busyNs >= columnNs / 2;
    const letter = LETTERS[rank];
    const character = letter === undefined ? (isBusy ? REST.busy : REST.less) : isBusy ? letter : letter.toLowerCase();
    return color && letter !== undefined ? styleText(COLORS[rank % COLORS.length] as (typeof COLORS)[number], character, { validateStream: false }) : character;
  }).join("");
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
  const entries = marks.slice(0, LETTERS.length).map(({ label, ranNs }, rank) => `${LETTERS[rank]} ${label} ${printPercent(ranNs / total)}`);
  const others = marks.slice(LETTERS.length);
  if (others.length > 0) entries.push(`${REST.busy} others ${printPercent(others.reduce((sum, { ranNs }) => sum + ranNs, 0) / total)}`);
  return `Of the time that tasks ran: ${entries.join(", ")}.`;
}

function explanation(columnNs: number, threads: number, most: number, { plain }: GanttStyle): string {
  const scale = (count: number): string => (plain && count > 9 ? `0 to ${Math.ceil(count)}, in ninths` : `0 to ${Number(count.toFixed(1))}`);
  return `A column is ${printTime(columnNs)}; a capital letter: the thread ran tasks for at least half of that time. r(t): threads running, ${scale(threads)}; c(t): tasks in progress, ${scale(most)}.`;
}
