/**
 * A prediction for people: bars of the gain over processors, the work and the span, the
 * longest pieces of the critical path, and the sentence that names the limit. Pure.
 *
 * A bar is drawn to the expected gain; beyond it, dots go up to the bound. The characters
 * carry all information.
 */
import { count, printPercent, printTime, wrapped } from "../../lab/text.ts";
import { textTable } from "../../lab/print/text-table.ts";
import type { WhatIfProgram, WhatIfResult } from "../../lab/whatif/result.ts";

/** How to draw. */
export interface WhatIfStyle {
  readonly width: number;
  /** ASCII only. */
  readonly plain: boolean;
}

/** Characters of the longest bar, and of what stands before it. */
const MOST_BAR = 40;
const LEAST_BAR = 8;
const BESIDE = 46;
const PIECES = 3;

/** All programs, and what the figures rest on. */
export function printWhatIf(result: WhatIfResult, style: WhatIfStyle): string {
  return [...result.programs.map((program) => printProgram(program, style)), foot(result, style)].join("\n\n");
}

/** One program. */
function printProgram(program: WhatIfProgram, style: WhatIfStyle): string {
  const { name, foreseen, refused, measured, gap } = program;
  const line = (text: string): string => wrapped(text, style.width, "  ");
  if (foreseen === null) return [name, line(`cannot be predicted: ${refused?.message ?? ""}`)].join("\n");
  const { workNs, spanNs, oneNs, predictions, criticalPath, limit, doubts, checks, alike, recordings, tasks, pieces } = foreseen;
  const most = Math.max(1, ...predictions.map(({ bound }) => Math.min(bound, 1e6)));
  const width = Math.max(LEAST_BAR, Math.min(MOST_BAR, style.width - BESIDE));
  const rows = predictions.map(({ processors, bound, expected, band }) => {
    const row = measured.find((each) => each.processors === processors);
    const [solid, dotted] = [Math.round((expected / most) * width), Math.round((bound / most) * width)];
    const bar = (style.plain ? "#" : "█").repeat(solid) + (style.plain ? "." : "░").repeat(Math.max(0, dotted - solid));
    const spread = (band[1] - band[0]) / 2 / expected;
    return [String(processors), bound.toFixed(2), `${expected.toFixed(2)}${spread >= 0.005 ? ` ${style.plain ? "+-" : "±"}${Math.round(spread * 100)} %` : ""}`, row === undefined ? "" : `${row.gain.toFixed(2)} ${row.holds ? "holds" : "fails here"}`, bar];
  });
  const head = ["cores", `P ${style.plain ? "<=" : "≤"}`, "expected", measured.length === 0 ? "" : "measured", ""];
  const path = criticalPath.slice(0, PIECES).map(({ task, ns, waitNs, spawns }) => `${task} ${printTime(ns)}${waitNs > 0 ? ` and waiting ${printTime(waitNs)}` : ""}${spawns > 1 ? ` (spawns ${spawns})` : ""}`);
  return [
    `${name}: ${count(tasks, "task")}, ${count(pieces, "piece")}, ${alike} of ${count(recordings, "recording")} alike`,
    ...textTable([head, ...rows], ["right", "right", "right", "left"]),
    line(`work ${printTime(workNs)}, span ${printTime(spanNs)}, on one core ${printTime(oneNs)}; work / span ${(workNs / spanNs).toFixed(1)}`),
    line(`longest on the critical path: ${path.join(", ")}`),
    line(gap ?? limit.sentence),
    ...doubts.map((doubt) => line(`${style.plain ? "-" : "·"} ${doubt}`)),
    ...checks.filter(({ ok }) => !ok).map(({ name: what, detail }) => line(`check failed: ${what}: ${detail}`)),
    line(recordingCost(program)),
  ].join("\n");
}

function recordingCost({ untracedNs, tracedNs, events }: WhatIfProgram): string {
  const share = tracedNs / untracedNs - 1;
  return `recording: ${count(events, "event")} in a run, which then takes ${printTime(tracedNs)} instead of ${printTime(untracedNs)} (${share < 0 ? "-" : "+"}${printPercent(Math.abs(share))})`;
}

function foot({ handOff, handOffMeasured, ceiling, env }: WhatIfResult, { width, plain }: WhatIfStyle): string {
  return [
    wrapped(`P is the time on one core divided by the time on so many. P ${plain ? "<=" : "≤"}: no schedule gains more. expected: warren's placement and stealing, replayed; to wake a task on another core costs ${printTime(handOff.awakeNs)} if that is awake and ${printTime(handOff.asleepNs)} if it sleeps (${handOffMeasured ? "measured here" : "usual figures, not measured here"}).`, width, "  "),
    ...(ceiling === null ? [] : [wrapped(`On this machine now, two threads gain ${ceiling.computing.toFixed(2)} if they only compute and ${ceiling.memory.toFixed(2)} if they only read memory.`, width, "  ")]),
    ...(env.warnings.length === 0 ? [] : [wrapped(`Warning: ${env.warnings[0]}`, width, "  ")]),
  ].join("\n");
}
