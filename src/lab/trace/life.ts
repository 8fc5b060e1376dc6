/**
 * One task's life in a trace: what it was doing when. Events leave marks ("from
 * now on, when it does not run, it waits for a receive"); with its run slices
 * they tile its life without overlap and without gaps.
 */
import type { TraceEvent } from "../../index.ts";
import type { RestSlice, RunSlice } from "../timeline.ts";

/** What a task that does not run waits for, as the trace records it. */
type Reason = Extract<TraceEvent, { kind: "park" }>["reason"];

/** "ready", a `WaitReason`, or "elsewhere": outside warren. */
export type Rest = Reason | "ready" | "elsewhere";

/** Adds a rest of a task; one that goes on with the reason of the last makes that longer. */
export function append(rests: RestSlice[], rest: RestSlice): void {
  const last = rests.at(-1);
  if (last?.[2] === rest[1] && last[3] === rest[3]) rests[rests.length - 1] = [rest[0], last[1], rest[2], rest[3]];
  else rests.push(rest);
}

/** A task of a trace. */
export class Life {
  readonly id: number;
  name: string;
  /** When it was spawned, or when the trace began. */
  readonly bornNs: number;
  /** When it began to run; `null` if it never did. */
  startNs: number | null;
  endNs: number | null = null;
  /** Where it ran, once it has. */
  thread: number | null = null;
  /** Spawned by a task, and not by code outside tasks. */
  readonly hasParent: boolean;
  /** Tasks that it has spawned. */
  children = 0;
  /** Its waits that are not over, by record; mostly one, in all of a program's tasks many. */
  readonly #waits: { readonly record: number; readonly reason: Reason }[] = [];
  readonly slices: RunSlice[] = [];
  readonly #marks: { readonly ns: number; readonly rest: Rest }[] = [];

  constructor(born: { id: number; name: string; bornNs: number; startNs: number | null; hasParent: boolean }) {
    this.id = born.id;
    this.name = born.name;
    this.bornNs = born.bornNs;
    this.startNs = born.startNs;
    this.hasParent = born.hasParent;
  }

  mark(ns: number, rest: Rest): void {
    this.#marks.push({ ns, rest });
  }

  /** A wait begins. */
  park(record: number, reason: Reason): void {
    this.over(record);
    this.#waits.push({ record, reason });
  }

  /** A wait is over. */
  over(record: number): void {
    const place = this.#waits.findIndex((wait) => wait.record === record);
    if (place >= 0) this.#waits.splice(place, 1);
  }

  /** It stopped and no event gives the reason: a wait that is not over, or something outside warren. */
  markUnseenStop(ns: number): void {
    this.mark(ns, this.#waits[0]?.reason ?? "elsewhere");
  }

  /** What it waited for between its slices, from its birth to `toNs`. Its slices are in order; `task`: its place in the result. */
  rests(task: number, toNs: number): RestSlice[] {
    const marks = this.#marks.toSorted((a, b) => a.ns - b.ns);
    const spans: RestSlice[] = [];
    let next = 0;
    let rest: Rest = "elsewhere";
    const add = (fromNs: number, untilNs: number): void => {
      if (untilNs > fromNs) append(spans, [task, fromNs, untilNs, rest]);
    };
    const fill = (fromNs: number, untilNs: number): void => {
      let atNs = fromNs;
      for (let mark = marks[next]; mark !== undefined && (mark.ns < untilNs || mark.ns <= fromNs); mark = marks[++next]) {
        add(atNs, Math.max(atNs, mark.ns));
        atNs = Math.max(atNs, mark.ns);
        rest = mark.rest;
      }
      add(atNs, untilNs);
    };
    let atNs = this.bornNs;
    for (const [, , fromNs, untilNs] of this.slices) {
      fill(atNs, Math.min(fromNs, toNs));
      atNs = Math.max(atNs, untilNs);
    }
    fill(atNs, toNs);
    return spans;
  }
}
