/** Messages of a whole run put together again: what each task did, in whole nanoseconds, to compare with an analysis of the whole trace. */
import { expect } from "vitest";
import type { Trace } from "../../../src/index.ts";
import { Life } from "../../../src/lab/trace/census.ts";
import { statesOf } from "../../../src/lab/trace/states.ts";
import type { RestSlice, RunSlice } from "../../../src/lab/timeline.ts";
import { Reducer, type EventsMessage } from "../../../src/lab/watch/reduce.ts";
import type { RandomSource } from "../../../src/lab/random.ts";

/** What a task did. */
interface Did {
  readonly task: number;
  readonly name: string;
  readonly startNs: number;
  readonly endNs: number | null;
  readonly runs: readonly RunSlice[];
  readonly rests: readonly (readonly [fromNs: number, toNs: number, reason: string])[];
}

/** The trace as messages, cut into batches at random. */
export function inBatches(trace: Trace, random: RandomSource, most = 12): EventsMessage[] {
  const reducer = new Reducer(1, { threads: trace.threads, startNs: trace.startNs });
  const events = trace.events.toSorted((a, b) => a.timeNs - b.timeNs);
  const messages: EventsMessage[] = [];
  for (let at = 0; at < events.length; ) {
    let next = Math.min(events.length, at + random.below(most));
    // events of the same time come together
    while (next > at && next < events.length && events[next]?.timeNs === events[next - 1]?.timeNs) next++;
    messages.push(reducer.take({ events: events.slice(at, next), lost: trace.lost, untilNs: next < events.length ? (events[next]?.timeNs as number) : trace.endNs }));
    at = next;
  }
  messages.push(reducer.end(trace.endNs));
  return messages;
}

/** What the messages say. */
export function didOf(messages: readonly EventsMessage[], durationNs: number): Did[] {
  const ends = new Map(messages.flatMap((message) => message.ends).map(([task, ms]) => [task, nsOf(ms)]));
  const slices = Map.groupBy(messages.flatMap((message) => message.slices), ([, task]) => task);
  const waits = Map.groupBy(messages.flatMap((message) => message.waits), ([task]) => task);
  return messages.flatMap((message) => message.tasks).map(([task, name, , startMs]) => {
    const its = waits.get(task) ?? [];
    const startNs = nsOf(startMs);
    const runs = (slices.get(task) ?? []).map(([thread, , fromMs, toMs]): RunSlice => [thread, task, nsOf(fromMs), nsOf(toMs)]).toSorted((a, b) => a[2] - b[2]);
    const bornNs = Math.min(startNs, ...its.map(([, ms]) => nsOf(ms)));
    const life = new Life({ id: task, name, bornNs, startNs, hasParent: false });
    for (const [, ms, reason] of its) life.mark(nsOf(ms), reason as Parameters<Life["mark"]>[1]);
    life.slices.push(...runs);
    const endNs = ends.get(task) ?? null;
    return { task, name, startNs, endNs, runs: joined(runs), rests: plain(life.rests(0, endNs ?? durationNs)) };
  }).toSorted((a, b) => a.task - b.task);
}

/** What an analysis of the whole trace says of tasks that have begun. */
export function analysed(trace: Trace): Did[] {
  const { tasks, durationNs } = statesOf({ ...trace, events: trace.events.filter(({ kind }) => kind !== "outside") });
  return tasks.filter(({ id, startNs }) => id !== 0 && startNs !== null).map((life): Did => ({
    task: life.id,
    name: life.name,
    startNs: life.startNs as number,
    endNs: life.endNs,
    runs: joined(life.slices.map(([thread, , fromNs, toNs]): RunSlice => [thread, life.id, fromNs, toNs])),
    rests: plain(life.rests(0, life.endNs ?? durationNs)),
  })).toSorted((a, b) => a.task - b.task);
}

/** In every message: of a thread one task is open at most, what runs overlaps with nothing that was sent, and nothing that began before `untilMs` is missing. */
export function expectHonest(messages: readonly EventsMessage[]): void {
  const all = messages.flatMap(({ slices }) => slices);
  const sent: (typeof all)[number][] = [];
  const wrong: string[] = [];
  for (const [index, { slices, open, untilMs }] of messages.entries()) {
    sent.push(...slices);
    const threads = open.map(([thread]) => thread);
    if (new Set(threads).size < threads.length) wrong.push(`message ${index}: one thread runs two tasks`);
    for (const [thread, task, fromMs] of open) {
      const other = sent.find(([on, , , toMs]) => on === thread && toMs > fromMs);
      if (other !== undefined) wrong.push(`message ${index}: task ${task} runs since ${fromMs}, but ${other.join(" ")} was sent`);
    }
    const begun = all.filter(([, , fromMs]) => fromMs < untilMs && index < messages.length - 1);
    const missing = begun.filter((slice) => !sent.includes(slice) && !open.some(([thread, , fromMs]) => thread === slice[0] && fromMs <= slice[2]));
    if (missing.length > 0) wrong.push(`message ${index}: until ${untilMs}, but ${missing.map((slice) => slice.join(" ")).join(", ")}`);
  }
  expect(wrong).toEqual([]);
}

function nsOf(ms: number): number {
  return Math.round(ms * 1e6);
}

/** Slices of one thread that follow directly are one. */
function joined(slices: readonly RunSlice[]): RunSlice[] {
  const runs: RunSlice[] = [];
  for (const slice of slices) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] === slice[0] && last[3] === slice[2]) runs[runs.length - 1] = [last[0], last[1], last[2], slice[3]];
    else runs.push(slice);
  }
  return runs;
}

function plain(rests: readonly RestSlice[]): Did["rests"] {
  return rests.map(([, fromNs, toNs, reason]) => [fromNs, toNs, reason]);
}
