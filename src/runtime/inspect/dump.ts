/**
 * What `dump` gives: each thread's report, and the tasks that wait only on each
 * other. A thread that computes does not answer; it is then reported from shared
 * memory, and the search for stuck tasks takes what is there for awake.
 */
import type { Arena } from "../../memory/arena.ts";
import { header, processor } from "../../memory/layout.ts";
import type { Names } from "../../memory/names.ts";
import { HANDLE_GENERATIONS } from "../../wire/type.ts";
import { loadOf } from "../../scheduler/load.ts";
import { COMPUTED_MS, unlessComputing } from "./answers.ts";
import type { ThreadReport, ThreadView } from "../thread/control.ts";
import { type StuckReport, findStuck } from "./stuck.ts";

/** What `Runtime.dump` returns. */
export interface Dump {
  /** What each thread says of itself; the main thread last. */
  readonly threads: readonly ThreadReport[];
  /** Groups of tasks that wait only on each other. Known holders only: a channel that passes through a module variable can make this wrong. */
  readonly stuck: readonly StuckReport[];
}

export interface DumpSource {
  readonly arena: Arena;
  readonly names: Names;
  /** Asks each thread; one that has died and has no successor yet is `undefined`. */
  readonly ask: () => readonly Promise<ThreadView | undefined>[];
  readonly isUp: (thread: number) => boolean;
  /** The main thread's own view. */
  readonly own: () => ThreadView;
}

/** Stuck tasks are looked at again after this time: what moved meanwhile was not stuck. */
const CONFIRM_MS = 20;

export async function takeDump(source: DumpSource): Promise<Dump> {
  const { i32 } = source.arena;
  const references = (handle: number): number | undefined => {
    const at = Math.floor(handle / HANDLE_GENERATIONS);
    return i32[at + header.generation] === handle % HANDLE_GENERATIONS ? i32[at + header.references] : undefined;
  };
  const first = await lookAround(source);
  const suspects = findStuck(first.views, references);
  if (suspects.groups.length === 0) return { threads: first.reports, stuck: [] };
  await delay(CONFIRM_MS);
  const second = await lookAround(source);
  return { threads: second.reports, stuck: findStuck(second.views, references, suspects).groups };
}

async function lookAround(source: DumpSource): Promise<{ reports: ThreadReport[]; views: ThreadView[] }> {
  const told = await Promise.all(source.ask().map(async (answer, thread) => (await unlessComputing(source.arena, thread, answer)) ?? (source.isUp(thread) ? reportComputing(source, thread) : undefined)));
  const answers = [...told, source.own()].filter((answer) => answer !== undefined);
  return {
    reports: answers.map((answer) => ("report" in answer ? answer.report : answer)),
    views: answers.filter((answer) => "report" in answer),
  };
}

function reportComputing({ arena, names }: DumpSource, thread: number): ThreadReport {
  const { i32, clockMs } = arena;
  const at = arena.processorAt(thread);
  const running = i32[at + processor.running];
  const [, task = "(a closure)"] = running < 0 ? ["", "(importing a module)"] : names.text(running).split("\n");
  const since = i32[at + processor.sliceStart];
  return {
    thread,
    tasks: [],
    unlisted: [{ name: task, count: Math.max(1, loadOf(arena, thread)) }],
    parked: [],
    outside: 0,
    resources: [],
    isQuiet: false,
    computing: { task, ms: since === 0 ? COMPUTED_MS : Math.max(COMPUTED_MS, Math.round(clockMs - since)) },
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
