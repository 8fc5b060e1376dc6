/**
 * What is left in a runtime: tasks, waiting operations, objects in shared memory,
 * timers, memory. It is read while the threads continue, so for a busy runtime the
 * figures are not of one moment; for a quiet one they are.
 */
import { distance, positionOf } from "../channel/words.ts";
import { WarrenError, printValue } from "../errors.ts";
import { headersOf } from "../memory/headers.ts";
import { wordsOfObject } from "../memory/holdings.ts";
import { namedRecords } from "../memory/named-records.ts";
import { KIND, header, processor, syncHeader } from "../memory/layout.ts";
import { mapHeader } from "../shared-map/words.ts";
import type { Arena } from "../memory/arena.ts";
import { handleKey } from "../wire/type.ts";
import { queueLength } from "../wait/wait-queue.ts";
import type { TaskReport } from "./thread/control.ts";
import { isRuntime } from "./open.ts";
import type { Runtime } from "./runtime.ts";
import type { StuckWait } from "./inspect/stuck.ts";

/** A channel, shared array, shared object or context that has not been freed. */
export interface LeftObject {
  /** Identifies the object, also against one that gets the same memory later. */
  readonly handle: number;
  /** What it is and what it contains; its type if some thread has an object for it. */
  readonly text: string;
}

/** What `leftovers` finds. */
export interface Leftovers {
  /** Live tasks, with the thread of each. */
  readonly tasks: readonly (TaskReport & { readonly thread: number })[];
  /** Number of tasks that are not listed: those that have not started, and those beyond ten thousand. */
  readonly unlisted: number;
  /** Operations that wait, with the thread of each. */
  readonly waits: readonly StuckWait[];
  /** Threads that did not answer because a task computes on them. */
  readonly computing: readonly { readonly thread: number; readonly task: string }[];
  /** Channels, shared arrays, shared objects and contexts that have not been freed, without those under a name (`named`), which live until the runtime stops. */
  readonly objects: readonly LeftObject[];
  /** Armed timers of `after`, `ticker`, `sleep` and contexts. */
  readonly timers: number;
  /** Bytes of shared memory that the program uses. Free memory that threads keep for later use is not counted, nor are objects under a name. */
  readonly arenaBytes: number;
}

/**
 * What is left in a runtime now: for reports, and as the `since` of `assertQuiet`.
 * With `--expose-gc` it collects garbage on all threads first, because an unreachable
 * object stays until the garbage collector finds it.
 * @param rt made by `start`
 * @throws ERR_INVALID_ARGUMENT, ERR_RUNTIME_STOPPED
 */
export async function leftovers(rt: Runtime): Promise<Leftovers> {
  if (!isRuntime(rt)) throw new WarrenError("ERR_INVALID_ARGUMENT", `leftovers needs a runtime made by start(), not ${printValue(rt)}`);
  // Each thread gets the two questions in this order.
  const [types, { threads }] = await Promise.all([rt.tidy(), rt.dump()]);
  const { tasks: live } = await rt.stats();
  const { arena } = rt;
  const named = namedHeaders(arena);
  const tasks = threads.flatMap((report) => report.tasks.map((task) => ({ thread: report.thread, ...task })));
  const unlisted = threads.flatMap((report) => report.unlisted).reduce((sum, { count }) => sum + count, 0);
  return {
    tasks,
    unlisted: Math.max(unlisted, live - tasks.length),
    waits: threads.flatMap(({ thread, parked }) => parked.map((wait) => ({ thread, ...wait }))),
    computing: threads.flatMap(({ thread, computing }) => (computing === undefined ? [] : [{ thread, task: computing.task }])),
    objects: objectsIn(arena, types, named),
    timers: sumOf(arena, processor.timers),
    arenaBytes: (sumOf(arena, processor.usedWords) - sumOf(arena, processor.keptWords) - wordsOfAll(arena, named)) * 4,
  };
}

/** The headers of the objects under a name that have not been freed. */
function namedHeaders(arena: Arena): Set<number> {
  const headers = new Set<number>();
  for (const { header: at, generation } of namedRecords(arena)) if (arena.hasGeneration(at, generation)) headers.add(at);
  return headers;
}

function wordsOfAll({ i32 }: Arena, headers: ReadonlySet<number>): number {
  let words = 0;
  for (const at of headers) words += wordsOfObject(i32, at);
  return words;
}

function sumOf(arena: Arena, word: number): number {
  let sum = 0;
  for (let index = 0; index <= arena.threads; index++) sum += arena.i32[arena.processorAt(index) + word];
  return sum;
}

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(Object.entries(KIND).map(([name, kind]) => [kind, name]));

function objectsIn(arena: Arena, types: ReadonlyMap<number, string>, named: ReadonlySet<number>): LeftObject[] {
  const { i32 } = arena;
  const objects: LeftObject[] = [];
  for (const at of headersOf(arena)) {
    const kind = i32[at + header.kind];
    if (kind === 0 || named.has(at)) continue;
    const handle = handleKey(at, i32[at + header.generation]);
    objects.push({ handle, text: `${types.get(handle) ?? NAMES[kind] ?? "object"} #${at.toString(36)}.${i32[at + header.generation]}${contentsOf(i32, at, kind)}` });
  }
  return objects;
}

function contentsOf(i32: Int32Array, at: number, kind: number): string {
  if (kind === KIND.sharedArray) return ` of ${i32[at + header.capacity]} elements, not freed`;
  if (kind === KIND.context) return ", not disposed";
  if (kind === KIND.map) return ` with ${i32[at + mapHeader.count]} entries`;
  if (kind > KIND.sharedArray) return `, ${i32[at + syncHeader.waiting]} waiting`;
  const length = kind === KIND.rendezvous ? 0 : distance(positionOf(i32[at + header.send]), positionOf(i32[at + header.recv]));
  return ` of capacity ${i32[at + header.capacity]}: ${length} values, ${queueLength(i32, at, header.receiversFirst)} receivers and ${queueLength(i32, at, header.sendersFirst)} senders waiting, ${i32[at + header.references]} references`;
}
