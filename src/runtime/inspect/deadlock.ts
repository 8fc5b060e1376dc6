/**
 * Deadlock in a `run` program: no task can ever continue. It is an error only if that
 * is proved; if something may still wake a task, there is a warning (WARREN_STANDSTILL)
 * after two seconds.
 *
 * The proof. Let `before` be what shared memory says of all tasks. Then each thread
 * takes a whole turn of its event loop (`settle`), and answers that nothing is open on it
 * that could call back (`look`: thread/sources.ts lists what could). Then shared memory
 * must still say the same. Why this is a proof, whatever the machine is doing:
 * 1. After its answer a thread runs JavaScript only if another thread of the runtime
 *    wakes it: it has no event of its own to come, and a Worker, a port or a lock by which
 *    others could reach it would have been named in the answer.
 * 2. Each way by which one thread wakes another changes shared memory: the mark of the
 *    sleeper, and once it runs the counts of waits and tasks.
 * 3. So if shared memory is unchanged after all answers, no thread has run a task since
 *    the first of them, none is about to, and none has an event to come.
 * There is no time in it: a thread that has no core answers late, and its answer is as good.
 *
 * Also needed for the error: every live task waits in warren, and code of the main thread
 * has not used the runtime (the main thread is not asked: it runs the application's own
 * timers and sockets, which are none of the program's).
 *
 * Source: Go's checkdead (runtime/proc.go): report nothing if it is not certain.
 * Not done: measuring CPU time (a job that has no core computes as little as none).
 */
import { performance, setTimeout } from "../../host.ts";
import { WarrenError } from "../../errors.ts";
import { load, waitAsync } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor, superblock } from "../../memory/layout.ts";
import { WAIT_REASONS } from "../../wait/wait-reason.ts";
import type { ParkedReport, ThreadControl, ThreadReport } from "../thread/control.ts";
import { cut, formatUnlisted, formatWait } from "./format-dump.ts";

/** A possible deadlock is reported after this time. */
const STANDSTILL_MS = 2000;
/** How long nothing must have moved before the threads are asked. It doubles while they all sleep and the answer is not certain, because a report of Node takes milliseconds. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** What counts the tasks of a thread and what they do. None of it changes when a thread only answers a question. */
const COUNTS = [processor.started, processor.finished, processor.parks, processor.placed, processor.timers, ...WAIT_REASONS.map((_, place) => processor.parkedBy + place)];

/** A method of `ThreadControl`, called on another thread. */
type Asked = { [K in keyof ThreadControl]: (...args: Parameters<ThreadControl[K]>) => Promise<Awaited<ReturnType<ThreadControl[K]>>> };

/** The program that is watched: the runtime of `run`. */
export interface Program {
  readonly arena: Arena;
  readonly isUsedOnMain: boolean;
  askEach<T>(ask: (control: Asked) => Promise<T>): Promise<(T | undefined)[]>;
}

/** Nothing runs. It is a deadlock unless there are doubts. */
interface Standstill {
  readonly reports: readonly ThreadReport[];
  /** What may still wake a task, in words. */
  readonly doubts: readonly string[];
}

export class DeadlockWatch {
  readonly #program: Program;
  readonly #onDeadlock: (error: WarrenError) => void;
  #ended = false;
  /** Since when nothing has moved, as far as it was seen. */
  #stillSinceMs: number | undefined;
  #pauseMs = FIRST_PAUSE_MS;
  #hasWarned = false;

  constructor(program: Program, onDeadlock: (error: WarrenError) => void) {
    this.#program = program;
    this.#onDeadlock = onDeadlock;
  }

  end(): void {
    this.#ended = true;
  }

  /** Watches until a deadlock or `end`. */
  async watch(): Promise<void> {
    const { i32 } = this.#program.arena;
    while (!this.#ended) {
      const seen = load(i32, superblock.quiet);
      const before = this.#state();
      if (before === undefined) {
        this.#moved();
        if (this.#isAsleep()) await delay(LONGEST_PAUSE_MS);
        else await waitAsync(i32, superblock.quiet, seen);
        continue;
      }
      this.#stillSinceMs ??= performance.now();
      await delay(this.#pauseMs);
      if (this.#ended) return;
      const standstill = before === this.#state() ? await this.#prove(before) : undefined;
      if (this.#ended) return;
      if (before !== this.#state()) {
        this.#moved();
        continue;
      }
      if (standstill === undefined) this.#stillSinceMs = undefined;
      else if (standstill.doubts.length === 0) return this.#onDeadlock(deadlock(standstill.reports));
      else this.#warn(standstill);
      this.#pauseMs = Math.min(2 * this.#pauseMs, LONGEST_PAUSE_MS);
    }
  }

  #moved(): void {
    this.#stillSinceMs = undefined;
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  /** Something may still wake a task, so this is only a warning, emitted once. */
  #warn({ reports, doubts }: Standstill): void {
    if (this.#hasWarned || performance.now() - (this.#stillSinceMs ?? Infinity) < STANDSTILL_MS) return;
    this.#hasWarned = true;
    process.emitWarning(`possible deadlock: nothing has run for ${STANDSTILL_MS} ms, and warren knows of nothing that would wake a task. It is not certain: ${doubts.join("; ")}\n${table(listWaits(reports), reports)}`, { type: "WarrenWarning", code: "WARREN_STANDSTILL" });
  }

  /** The proof. `undefined` if something runs, or keeps an event loop alive. */
  async #prove(before: string): Promise<Standstill | undefined> {
    const program = this.#program;
    const reports = await complete(program.askEach((control) => control.report()));
    if (reports === undefined || !isStill(reports)) return undefined;
    const doubts: string[] = [];
    if (program.isUsedOnMain) doubts.push("code of the main thread uses the runtime");
    if (!allWait(reports)) doubts.push("a task awaits something outside warren");
    const sources = await this.#sources(false);
    if (sources === undefined) return undefined;
    doubts.push(...sources);
    if (doubts.length > 0) return { reports, doubts };
    // All is certain, except for what the garbage collector may call.
    if ((await this.#sources(true))?.length !== 0 || before !== this.#state()) return undefined;
    const views = await complete(program.askEach((control) => control.view()));
    return views && { reports: views.map(({ report }) => report), doubts };
  }

  /** What may still call back on the threads, in words; `undefined` if an event loop is alive. */
  async #sources(collect: boolean): Promise<string[] | undefined> {
    await this.#program.askEach((control) => control.settle(collect));
    const outlooks = await withoutNetwork(() => complete(this.#program.askEach((control) => control.look())));
    if (outlooks === undefined || outlooks.some(({ isAlive }) => isAlive)) return undefined;
    return outlooks.flatMap(({ sources }, thread) => sources.map((source) => `${source} on thread ${thread} may call back`));
  }

  #isAsleep(): boolean {
    const { arena } = this.#program;
    return load(arena.i32, superblock.sleepers) === arena.threads;
  }

  /** What shared memory says of all tasks; `undefined` if a thread is awake or a timer of warren is armed. */
  #state(): string | undefined {
    const { arena } = this.#program;
    const { i32, threads } = arena;
    if (!this.#isAsleep()) return undefined;
    const counts: number[] = [];
    // The main thread counts too: it arms the deadlines of contexts whose thread has died.
    for (let index = 0; index <= threads; index++) {
      const at = arena.processorAt(index);
      if (i32[at + processor.timers] > 0) return undefined;
      for (const word of COUNTS) counts.push(i32[at + word]);
    }
    return counts.join();
  }
}

/** The answers of all threads; `undefined` if one of them has died. */
async function complete<T>(answers: Promise<(T | undefined)[]>): Promise<T[] | undefined> {
  const all = await answers;
  return all.includes(undefined) ? undefined : (all as T[]);
}

/** Reports of Node that are made during `ask` do not look up the names of the peers of sockets. */
async function withoutNetwork<T>(ask: () => Promise<T>): Promise<T> {
  const settings = process.report as NodeJS.ProcessReport & { excludeNetwork: boolean };
  const { excludeNetwork } = settings;
  settings.excludeNetwork = true;
  try {
    return await ask();
  } finally {
    settings.excludeNetwork = excludeNetwork;
  }
}

/** Nothing is ready, some task is live, and Node lists nothing in progress. */
function isStill(reports: readonly ThreadReport[]): boolean {
  return reports.every(({ isQuiet, resources }) => isQuiet && resources.length === 0) && reports.some(({ tasks, unlisted }) => tasks.length + unlisted.length > 0);
}

/** Every live task has a waiting operation of warren. */
function allWait(reports: readonly ThreadReport[]): boolean {
  const waiting = waitingIds(reports);
  return reports.every(
    ({ tasks, unlisted, parked }) =>
      tasks.every(({ id }) => waiting.has(id)) &&
      unlisted.every(({ name, count }) => parked.filter(({ taskId, task }) => taskId === 0 && task === name).length >= count),
  );
}

function waitingIds(reports: readonly ThreadReport[]): Set<number> {
  return new Set(reports.flatMap(({ parked }) => parked.map(({ taskId }) => taskId)));
}

type Waiting = ParkedReport & { readonly thread: number };

/** Every waiting operation, and the tasks that have none. */
/** Joins last, because they wait for the others; otherwise in the order in which the tasks were started, on whatever thread. */
function listWaits(reports: readonly ThreadReport[]): Waiting[] {
  const waiting = waitingIds(reports);
  const waits = reports.flatMap(({ thread, parked, tasks }): Waiting[] => [
    ...parked.map((wait) => ({ thread, ...wait })),
    ...tasks.filter(({ id }) => !waiting.has(id)).map(({ id, name, site }) => ({ thread, task: name, taskId: id, reason: "await" as const, on: "something outside warren", parkedMs: 0, at: undefined, site })),
  ]);
  return waits.toSorted((a, b) => Number(a.reason === "join") - Number(b.reason === "join") || a.taskId - b.taskId);
}

function table(waits: readonly Waiting[], reports: readonly ThreadReport[]): string {
  return [...cut(waits.map((wait) => formatWait(wait))), ...reports.flatMap(({ unlisted }) => formatUnlisted(unlisted))].join("\n");
}

function deadlock(reports: readonly ThreadReport[]): WarrenError {
  const tasks = listWaits(reports);
  return new WarrenError("ERR_DEADLOCK", `deadlock: every task waits for another, and none can ever continue\n${table(tasks, reports)}`, { tasks });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
