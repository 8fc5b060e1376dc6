/** Makes a `Trace` from the rings of all threads: events are decoded and merged by time. */
import { constants } from "node:perf_hooks";
import { SPAWN_CHOSEN, SPAWN_CLOSURE, USE, USE_ROOM } from "../memory/layout.ts";
import type { Names } from "../memory/names.ts";
import type { RawEvent, RingContent } from "./ring.ts";
import { WAIT_REASONS } from "../wait/wait-reason.ts";
import type { Trace, TraceEvent } from "./events.ts";
import { OTHER_MARKS } from "./mark.ts";
import { TRACE } from "./words.ts";

type UseOf = Extract<TraceEvent, { kind: "use" }>["use"];

const USES = Object.keys(USE) as UseOf[];

type GcType = Extract<TraceEvent, { kind: "gc" }>["type"];

const GC_TYPES: Readonly<Record<number, GcType>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weak callbacks",
};

/** @param rings by thread, the main thread's last; @param startNs when all had begun; @param endNs when the first thread was asked to stop */
export function traceOf(rings: readonly RingContent[], names: Names, startNs: number, endNs: number): Trace {
  const events = rings.flatMap(({ events: raw, beganNs }, thread) => raw.filter(({ timeNs }) => timeNs >= beganNs && timeNs <= endNs).map((event) => decode(event, thread, names)));
  return {
    threads: rings.length - 1,
    startNs,
    endNs,
    // A stable sort keeps the order of each thread's events, and moves garbage collections to their place.
    events: events.toSorted((a, b) => a.timeNs - b.timeNs),
    lost: rings.map(({ lost }) => lost),
    completeFromNs: Math.min(endNs, Math.max(startNs, ...rings.map((ring) => completeFrom(ring)))),
  };
}

/** From when on a ring has all events. */
function completeFrom({ events, lost, beganNs }: RingContent): number {
  if (beganNs === 0) return Infinity;
  if (lost === 0) return beganNs;
  return events.find(({ kind }) => kind !== TRACE.gc)?.timeNs ?? Infinity;
}

/** An event as a program reads it. */
export function decode({ timeNs, kind, name, task, a, b, ns }: RawEvent, thread: number, names: Names): TraceEvent {
  const at = { timeNs, thread };
  switch (kind) {
    case TRACE.spawn:
      return { kind: "spawn", ...at, task, child: a, to: b & (SPAWN_CHOSEN - 1), place: b >= SPAWN_CLOSURE ? "here" : b >= SPAWN_CHOSEN ? "chosen" : "any" };
    case TRACE.start:
      return { kind: "start", ...at, task, name: nameOf(a, names) };
    case TRACE.end:
      return { kind: "end", ...at, task, failed: a !== 0 };
    case TRACE.park:
      return { kind: "park", ...at, task, reason: WAIT_REASONS[a], wait: b };
    case TRACE.wake:
      return { kind: "wake", ...at, task, wait: a, to: b };
    case TRACE.ready:
      return { kind: "ready", ...at, wait: a };
    case TRACE.resume:
      return { kind: "resume", ...at, task, wait: a };
    case TRACE.yield:
      return { kind: "yield", ...at, task, hop: a };
    case TRACE.hop:
      return { kind: "hop", ...at, hop: a };
    case TRACE.foreign:
      return { kind: "foreign", ...at, task, sinceNs: ns };
    case TRACE.steal:
      return { kind: "steal", ...at, from: a, count: b };
    case TRACE.turn:
      return { kind: "turn", ...at };
    case TRACE.idle:
      return { kind: "idle", ...at };
    case TRACE.outside:
      return { kind: "outside", ...at, busyNs: ns };
    case TRACE.join:
      return { kind: "join", ...at, task, child: a };
    case TRACE.use:
      return { kind: "use", ...at, task, use: USES[b % USE_ROOM], of: a, room: Math.floor(b / USE_ROOM) };
    case TRACE.choice:
      return { kind: "choice", ...at, task, ready: a };
    case TRACE.due:
      return { kind: "due", ...at, dueNs: ns };
    case TRACE.mark:
      return { kind: "mark", ...at, task, name: name === 0 ? OTHER_MARKS : names.text(name), n: ns };
    case TRACE.gc:
      return { kind: "gc", ...at, durationNs: ns, type: GC_TYPES[task] };
    default:
      return { kind: "died", ...at };
  }
}

/** The text of a task is its module's URL and its name; a closure's has no URL. */
function nameOf(id: number, names: Names): string {
  const text = names.text(id);
  return text.slice(text.indexOf("\n") + 1) || "?";
}
