/** A trace as lines that a test can compare: which task did what, by name, without times. Code outside tasks is "nobody". */
import type { Trace, TraceEvent } from "../../../src/index.ts";

type Named = Exclude<TraceEvent, { kind: "turn" | "idle" | "gc" | "outside" | "died" | "use" | "choice" | "due" }>;

/** What happened, in order, on one thread or on all. Turns, idle moments, collections and what is seen of the event loop only are left out unless they are asked for. */
export function script(trace: Trace, { thread, also = [] }: { thread?: number; also?: readonly TraceEvent["kind"][] } = {}): string[] {
  const left = new Set<TraceEvent["kind"]>((["turn", "idle", "gc", "outside", "use", "choice", "due"] as const).filter((kind) => !also.includes(kind)));
  const names = new Map<number, string>([[0, "nobody"]]);
  for (const event of trace.events) if (event.kind === "start") names.set(event.task, event.name);
  const of = (task: number | undefined): string => (task === undefined ? "?" : (names.get(task) ?? `task ${task}`));
  /** The task that waits with a record, and the task that yielded with a hop. */
  const waits = new Map<number, number>();
  const hops = new Map<string, number>();
  const lines: string[] = [];
  for (const event of trace.events) {
    if (event.kind === "park") waits.set(event.wait, event.task);
    if (event.kind === "yield") hops.set(`${event.thread} ${event.hop}`, event.task);
    if (left.has(event.kind) || (thread !== undefined && event.thread !== thread)) continue;
    lines.push(lineOf(event, of, waits, hops));
  }
  return lines;
}

function lineOf(event: TraceEvent, of: (task: number | undefined) => string, waits: ReadonlyMap<number, number>, hops: ReadonlyMap<string, number>): string {
  switch (event.kind) {
    case "spawn":
      return `${of(event.task)} spawns ${of(event.child)} on ${event.to}`;
    case "start":
    case "yield":
    case "foreign":
      return `${of(event.task)} ${VERBS[event.kind]}`;
    case "end":
      return `${of(event.task)} ${event.failed ? "fails" : "ends"}`;
    case "join":
      return `${of(event.child)} comes back to ${of(event.task)}`;
    case "use":
      return `${of(event.task)}: ${event.use}`;
    case "mark":
      return `${of(event.task)} marks ${event.name} ${event.n}`;
    case "choice":
      return `${of(event.task)} has ${event.ready} cases to choose from`;
    case "park":
      return `${of(event.task)} waits: ${event.reason}`;
    case "wake":
      return `${of(event.task)} wakes ${of(waits.get(event.wait))}`;
    case "ready":
      return `${of(waits.get(event.wait))} is ready`;
    case "resume":
      return `${of(event.task)} goes on`;
    case "hop":
      return `${of(hops.get(`${event.thread} ${event.hop}`))} hops`;
    case "steal":
      return `${event.count} taken from ${event.from}`;
    default:
      return event.kind;
  }
}

const VERBS: Readonly<Partial<Record<Named["kind"], string>>> = { start: "starts", yield: "yields", foreign: "went on by itself" };
