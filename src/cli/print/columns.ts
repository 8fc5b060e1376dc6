/**
 * The columns of the table: what each says of a cell, and which go first when a
 * line is too short for all. A figure that is not known is empty here; the
 * table writes "?" where others of its column are known, and leaves a column
 * out in which nothing is.
 */
import type { styleText } from "node:util";
import { BASELINES } from "../../lab/reference.ts";
import type { Activity, CellResult } from "../../lab/result.ts";
import { halfWidth, type Interval } from "../../lab/figures/statistics.ts";
import type { Row } from "../../lab/rows.ts";
import { printPercent, printRatio, printShare, printTime, threeFigures } from "../../lab/text.ts";

/** Colours a text, or leaves it as it is. */
export type Paint = (format: Parameters<typeof styleText>[0], text: string) => string;

/** One column. */
export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
  /** Empty: not known. */
  readonly text: (row: Row, paint: Paint) => string;
  /** 0: always shown. Others are shown while there is room, the least expendable first. */
  readonly expendable: number;
}

/** 1 by definition, not by measurement. */
const BY_DEFINITION = "—";

function right(title: string, expendable: number, text: Column["text"]): Column {
  return { title, align: "right", expendable, text };
}

function left(title: string, expendable: number, text: Column["text"]): Column {
  return { title, align: "left", expendable, text };
}

const DESIGN = left("design", 0, ({ cell }) => cell.design);
const THREADS = right("threads", 0, ({ cell }) => String(cell.threads));

/** The table itself. */
export const COLUMNS: readonly Column[] = [
  DESIGN,
  right("gophers", 7, ({ cell }) => (cell.program === "gophers" ? String(cell.gophers) : "")),
  right("tasks", 7, ({ cell }) => (cell.program === "gophers" ? "" : String(cell.gophers))),
  THREADS,
  right("time", 0, ({ cell }) => printTime(cell.summary.medianNs)),
  right("95 %", 3, ({ cell }) => printHalfWidth(cell)),
  right("C", 0, ({ cell, gain }) => (gain === null ? "" : isBaseline(cell) ? BY_DEFINITION : printRatio(gain.C))),
  right("P", 0, ({ cell, gain }) => (gain === null ? "" : cell.threads === 1 ? BY_DEFINITION : printRatio(gain.P))),
  right("S", 4, ({ cell, gain }) => (gain === null ? "" : isBaseline(cell) && cell.threads === 1 ? BY_DEFINITION : printRatio(gain.S))),
  right("busy", 6, ({ cell: { trace } }) => traced(trace, trace.A, printRatio)),
  right("CPU", 2, ({ cell: { trace } }) => (trace.Acpu === undefined ? "?" : printRatio(trace.Acpu))),
  right("≥ 2", 6, ({ cell: { trace } }) => traced(trace, trace.Pi2, printPercent)),
  right("model", 8, ({ cell: { predicted } }) => (predicted === undefined ? "" : `${predicted.isBound === true ? "≥" : ""}${printTime(predicted.ns)}`)),
  right("of it", 5, ({ cell }) => (cell.predicted === undefined ? "" : `${Math.round((100 * cell.summary.medianNs) / cell.predicted.ns)} %`)),
  right("GB/s", 5, ({ cell }) => printRate(cell)),
  left("verdict", 1, ({ cell: { verdict } }, paint) => paintedVerdict(verdict, paint)),
  left("grade", 9, ({ cell }, paint) => (cell.summary.grade === "D" ? paint("yellow", "D") : (cell.summary.grade ?? ""))),
];

/** With `--verbose`: the intervals of the gains, what the trace says, and where the gains come from. */
export const DETAILS: readonly Column[] = [
  DESIGN,
  THREADS,
  right("C 95 %", 1, ({ cell, gain }) => (isBaseline(cell) ? BY_DEFINITION : printBounds(gain?.ci.C))),
  right("P 95 %", 1, ({ cell, gain }) => (cell.threads === 1 ? BY_DEFINITION : printBounds(gain?.ci.P))),
  right("S 95 %", 2, ({ cell, gain }) => (isBaseline(cell) && cell.threads === 1 ? BY_DEFINITION : printBounds(gain?.ci.S))),
  right("I", 3, ({ gain }) => (gain?.I === undefined ? "" : printRatio(gain.I))),
  right("L", 4, ({ cell: { trace } }) => traced(trace, trace.L, printRatio)),
  right("U", 4, ({ cell: { trace } }) => traced(trace, trace.U, printPercent)),
  right("fill", 5, ({ cell: { trace }, gain }) => traced(trace, gain?.factors?.fill, printRatio)),
  right("work", 5, ({ cell: { trace }, gain }) => traced(trace, gain?.factors?.work, printRatio)),
  right("LB", 6, ({ cell: { trace }, gain }) => traced(trace, gain?.factors?.LB, printRatio)),
  right("CommE", 6, ({ cell: { trace }, gain }) => traced(trace, gain?.factors?.CommE, printRatio)),
  right("CompS", 6, ({ cell: { trace }, gain }) => traced(trace, gain?.factors?.CompS, printRatio)),
  right("queue Rq", 4, ({ cell: { trace } }) => (trace.Rq === undefined ? "" : printRatio(trace.Rq))),
  right("helper", 7, ({ cell: { trace } }) => (trace.helper === undefined ? "" : printRatio(trace.helper))),
  right("tracing", 7, ({ cell: { trace } }) => (trace.cost === undefined ? "" : printSigned(trace.cost))),
  right("lost", 8, ({ cell: { trace } }) => (trace.lost === undefined || trace.lost === 0 ? "" : String(trace.lost))),
];

const VERDICT_COLOR: Partial<Record<CellResult["verdict"], "green" | "yellow" | "cyan">> = {
  parallel: "green", "parallel, sliced": "yellow", "time-sliced": "yellow", "concurrent only": "cyan", unconfirmed: "yellow",
};

function paintedVerdict(verdict: CellResult["verdict"], paint: Paint): string {
  const color = VERDICT_COLOR[verdict];
  return color === undefined ? verdict : paint(color, verdict);
}

/** A figure of the traced run: "~" before one that tracing itself has changed. */
function traced({ approximate }: Activity, value: number | undefined, print: (value: number) => string): string {
  return value === undefined ? "" : `${approximate === true ? "~" : ""}${print(value)}`;
}

/** Bytes read in a nanosecond: two vectors of float64 for each product. */
function printRate({ program, params, items, summary }: CellResult): string {
  return program === "dot" ? threeFigures((16 * Number(params["elements"]) * items) / summary.medianNs) : "";
}

function isBaseline({ program, design }: CellResult): boolean {
  return design === BASELINES.get(program);
}

function printHalfWidth({ summary }: CellResult): string {
  return summary.ci === null ? "?" : printShare(halfWidth(summary.medianNs, summary.ci));
}

function printBounds(bounds: Interval | null | undefined): string {
  return bounds ? `${printRatio(bounds[0])}–${printRatio(bounds[1])}` : "";
}

function printSigned(share: number): string {
  return `${share < 0 ? "−" : "+"}${(Math.abs(share) * 100).toFixed(1)} %`;
}
