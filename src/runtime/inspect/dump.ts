/**
 * The result of `dump`: each thread's report, and the tasks that wait only for each
 * other. A thread that computes does not answer. It is reported from shared memory,
 * and the search for partial deadlocks assumes that its tasks can continue.
 */
import { setTimeout } from "../../host.ts";
import type { Arena } from "../../memory/arena.ts";
import { header, processor } from "../../memory/layout.ts";
import type { Names } from "../../memory/names.ts";
import { HANDLE_GENERATIONS } from "../../wire/type.ts";
import { loadOf } from "../../scheduler/load.ts";
import { COMPUTED_MS, unlessComputing } from "./answers.ts";
import type { ThreadReport, ThreadView } from "../thread/control.ts";
import type { OutsideWait } from "./outside.ts";
import { type StuckReport, findStuck } from "./stuck.ts";

/** What `Runtime.dump` returns. */
export interface Dump {
  /** The report of each thread; the main thread is last. */
  readonly threads: readonly ThreadReport[];
  /** Partial deadlocks: groups of tasks that wait only for each other. warren does not see a channel that passes from task to task through a variable of a module: it can report tasks that such a channel would wake. The code of the main thread outside tasks counts as one task that waits, also while it awaits this dump: what it does next may end waits that are reported. */
  readonly stuck: readonly StuckReport[];
  /** What waits for other machines (warren/net): no deadlock is searched there. */
  readonly outside: readonly OutsideWait[];
}

export interface DumpSource {
  readonly arena: Arena;
  readonly names: Names;
  /** Asks each thread; the answer is `undefined` for a thread that has died and is not replaced yet. */
  readonly ask: () => readonly Promise<ThreadView | undefined>[];
  readonly isUp: (thread: number) => boolean;
  /** The main thread's own view. */
  readonly own: () => Promise<ThreadView>;
  readonly outside: () => readonly OutsideWait[];
}

/** The search is repeated after this time: a task that has continued was not in a deadlock. */
const CONFIRM_MS = 20;

export async function takeDump(source: DumpSource): Promise<Dump> {
  const { i32 } = source.arena;
  const references = (handle: number): number | undefined => {
    const at = Math.floor(handle / HANDLE_GENERATIONS);
    return source.arena.hasGeneration(at, handle % HANDLE_GENERATIONS) ? i32[at + header.references] : undefined;
  };
  const first = await lookAround(source);
  const suspects = findStuck(first.views, references);
  if (suspects.groups.length === 0) return { threads: first.reports, stuck: [], outside: source.outside() };
  await delay(CONFIRM_MS);
  const second = await lookAround(source);
  return { threads: second.reports, stuck: findStuck(second.views, references, suspects).groups, outside: source.outside() };
}

async function lookAround(source: DumpSource): Promise<{ reports: ThreadReport[]; views: ThreadView[] }> {
  const told = await Promise.all(source.ask().map(async (answer, thread) => (await unlessComputing(source.arena, thread, answer)) ?? (source.isUp(thread) ? reportComputing(source, thread) : undefined)));
  const answers = [...told, await source.own()].filter((answer) => answer !== undefined);
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
