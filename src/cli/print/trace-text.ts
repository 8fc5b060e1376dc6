/** A traced run for people: the figures, and the picture of `gantt.ts`. Pure. */
import type { TraceRecord } from "../../lab/trace/trace-file.ts";
import type { Timeline } from "../../lab/timeline.ts";
import { printGantt, type GanttStyle } from "./gantt.ts";
import { count, printPercent, printTime, threeFigures, wrapped } from "../../lab/text.ts";

/** The figures and, with a timeline, the picture. */
export function printTrace(record: TraceRecord, timeline: Timeline | null, style: GanttStyle): string {
  const figures = printFigures(record, style);
  return timeline === null ? figures : [printGantt(timeline, style), figures].join("\n\n");
}

function printFigures({ title, activity, untracedNs, cost, notes }: TraceRecord, { width, plain }: GanttStyle): string {
  const { T, W, A, L, U, hist, Pi2, busy, events, lost } = activity;
  const pi = plain ? (j: number | string): string => `pi_${j}` : (j: number | string): string => `π${subscript(j)}`;
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

function subscript(value: number | string): string {
  return String(value).replace(/\d/g, (digit) => "₀₁₂₃₄₅₆₇₈₉"[Number(digit)] as string);
}
