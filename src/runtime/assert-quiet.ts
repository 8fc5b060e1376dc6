/**
 * The leak check for a user's own tests: nothing is left in a runtime, or nothing
 * more than before. It checks repeatedly for a while, because the end of a task is
 * seen everywhere only after turns of several threads. Source: uber's goleak.
 */
import { setTimeout } from "../host.ts";
import { WarrenError } from "../errors.ts";
import { cut, formatWait } from "./inspect/format-dump.ts";
import { type Leftovers, leftovers } from "./leftovers.ts";
import type { Runtime } from "./runtime.ts";

/** Options of `assertQuiet`. */
export interface QuietOptions {
  /** The state before the test, made by `leftovers`: what it lists can still be there. Memory is compared only if this is given. */
  readonly since?: Leftovers | undefined;
}

const TRIES = 20;
const LONGEST_PAUSE_MS = 100;

/**
 * Resolves once nothing is left: no live task, no waiting operation, no channel or
 * other object that is not freed, no armed timer. With `since`, nothing more than
 * that lists, and no more memory in use. It checks 20 times within about 1.5 s.
 * A channel that is not closed is freed by the garbage collector when no thread can
 * reach it: close your channels, or run with `--expose-gc`.
 * @param rt made by `start`
 * @throws ERR_NOT_QUIET (details: `left`), ERR_INVALID_ARGUMENT, ERR_RUNTIME_STOPPED
 */
export async function assertQuiet(rt: Runtime, options: QuietOptions = {}): Promise<void> {
  const { since } = options;
  for (let tries = 1; ; tries++) {
    const now = await leftovers(rt);
    // Asking a thread that computes takes long enough.
    if (now.computing.length > 0) tries = Math.min(TRIES, tries + TRIES / 4);
    const left = beyond(now, since);
    const lines = describe(left, rt.threads);
    if (lines.length === 0) return;
    if (tries === TRIES) throw new WarrenError("ERR_NOT_QUIET", `the runtime is not quiet. Still there after repeated checks:\n${lines.join("\n")}`, { left });
    await delay(Math.min(2 ** tries, LONGEST_PAUSE_MS));
  }
}

/** What is there now and was not before. An operation belongs to its task: a task that was there before may wait for something else now, or sleep. */
function beyond(now: Leftovers, since: Leftovers | undefined): Leftovers {
  if (since === undefined) return { ...now, arenaBytes: 0 };
  const tasks = new Set(since.tasks.map(({ id }) => id));
  // Tasks that had not started before have a name now: they are the oldest of the new ones.
  const fresh = now.tasks.filter(({ id }) => !tasks.has(id)).toSorted((a, b) => a.id - b.id);
  for (const { id } of fresh.slice(0, Math.max(0, since.unlisted - now.unlisted))) tasks.add(id);
  const objects = new Set(since.objects.map(({ handle }) => handle));
  const ofMain = new Set(since.waits.filter(({ taskId }) => taskId === 0).map(({ on }) => on));
  return {
    tasks: now.tasks.filter(({ id }) => !tasks.has(id)),
    unlisted: Math.max(0, now.unlisted - since.unlisted),
    computing: now.computing,
    waits: now.waits.filter(({ taskId, on }) => (taskId === 0 ? !ofMain.has(on) : !tasks.has(taskId))),
    objects: now.objects.filter(({ handle }) => !objects.has(handle)),
    timers: Math.max(0, now.timers - sleepsOf(now, tasks) - (since.timers - sleepsOf(since, tasks))),
    arenaBytes: Math.max(0, now.arenaBytes - since.arenaBytes),
  };
}

/** How many of these tasks sleep: each has a timer armed. */
function sleepsOf({ waits }: Leftovers, tasks: ReadonlySet<number>): number {
  return waits.filter(({ taskId, reason }) => reason === "sleep" && tasks.has(taskId)).length;
}

function describe({ tasks, unlisted, waits, computing, objects, timers, arenaBytes }: Leftovers, main: number): string[] {
  const waiting = new Set(waits.map(({ taskId }) => taskId));
  return [
    ...cut(waits.map((wait) => formatWait(wait, main))),
    ...cut(tasks.filter(({ id }) => !waiting.has(id)).map(({ thread, name, id }) => `  task ${name} #${id} on thread ${thread} has not ended`)),
    ...computing.map(({ thread, task }) => `  task ${task} computes on thread ${thread}, which did not answer`),
    ...(unlisted > 0 ? [`  ${unlisted} more tasks`] : []),
    ...cut(objects.map(({ text }) => `  ${text}`)),
    ...(timers > 0 ? [`  ${timers} armed timers`] : []),
    ...(arenaBytes > 0 ? [`  ${arenaBytes} bytes of shared memory more than before`] : []),
  ];
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
