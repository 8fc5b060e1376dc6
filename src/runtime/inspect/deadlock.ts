/**
 * Deadlock in a `run` program: every thread sleeps, every task waits in warren, no
 * timer is armed, no message is on its way, and nothing outside (a socket, a file, an
 * abort signal, a job of Node's thread pool) can wake a task. Then no task can ever
 * continue.
 *
 * The last thread that falls asleep changes `superblock.quiet`. The main thread then
 * asks each thread twice, and reports a deadlock only if nothing changed between the
 * two answers. Node lists sockets, files and timers, but not jobs of its thread pool
 * (zlib, crypto). Such jobs compute, so a process that uses a core between the two
 * answers is not in a deadlock. Source: Go's checkdead (runtime/proc.go), which
 * reports nothing when it cannot be certain; this emits the warning
 * WARREN_STANDSTILL then. Not seen: a native addon or a foreign Worker that sleeps
 * while a task waits for it *and* has a waiting operation of warren.
 */
import { performance, setTimeout } from "../../host.ts";
import { WarrenError } from "../../errors.ts";
import { load, waitAsync } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { processor, superblock } from "../../memory/layout.ts";
import type { ParkedReport, ThreadReport } from "../thread/control.ts";
import { cut, formatUnlisted, formatWait } from "./format-dump.ts";

/** A possible deadlock is reported after this time. */
const STANDSTILL_MS = 2000;
/** Time between the two answers, and the share of that time that the process may compute. */
const CONFIRM_MS = 200;
const MOST_CPU = 0.1;

export class DeadlockWatch {
  readonly #arena: Arena;
  readonly #ask: () => Promise<readonly ThreadReport[]>;
  readonly #onDeadlock: (error: WarrenError) => void;
  #ended = false;
  #stillSinceMs = performance.now();
  #hasWarned = false;

  constructor(arena: Arena, ask: () => Promise<readonly ThreadReport[]>, onDeadlock: (error: WarrenError) => void) {
    this.#arena = arena;
    this.#ask = ask;
    this.#onDeadlock = onDeadlock;
  }

  end(): void {
    this.#ended = true;
  }

  /** Watches until a deadlock or `end`. */
  async watch(): Promise<void> {
    const { i32 } = this.#arena;
    while (!this.#ended) {
      const seen = load(i32, superblock.quiet);
      const reports = await this.#confirmed();
      if (this.#ended) return;
      if (reports !== undefined && allWait(reports)) return this.#onDeadlock(deadlock(reports));
      this.#standStill(reports);
      if (this.#isAsleep()) await delay(CONFIRM_MS / 2);
      else await waitAsync(i32, superblock.quiet, seen);
    }
  }

  /** Some task awaits something outside warren that may still end, so this is only a warning, emitted once. */
  #standStill(reports: readonly ThreadReport[] | undefined): void {
    const nowMs = performance.now();
    if (reports === undefined) this.#stillSinceMs = nowMs;
    if (reports === undefined || this.#hasWarned || nowMs - this.#stillSinceMs < STANDSTILL_MS) return;
    this.#hasWarned = true;
    process.emitWarning(`possible deadlock: nothing has run for ${STANDSTILL_MS} ms, and warren knows of nothing that would wake a task\n${table(listWaits(reports), reports)}`, { type: "WarrenWarning", code: "WARREN_STANDSTILL" });
  }

  /** The reports, if nothing runs and nothing visible can change that; otherwise `undefined`. */
  async #confirmed(): Promise<readonly ThreadReport[] | undefined> {
    if (!this.#isAsleep() || this.#hasTimers()) return undefined;
    const first = await this.#ask();
    if (!isStill(first)) return undefined;
    const before = this.#activity();
    const cpu = process.cpuUsage();
    await delay(CONFIRM_MS);
    const { user, system } = process.cpuUsage(cpu);
    if (user + system > MOST_CPU * CONFIRM_MS * 1000) return undefined;
    if (this.#ended) return undefined;
    const second = await this.#ask();
    const unchanged = this.#isAsleep() && !this.#hasTimers() && this.#activity() === before;
    return unchanged && isStill(second) ? second : undefined;
  }

  #isAsleep(): boolean {
    return load(this.#arena.i32, superblock.sleepers) === this.#arena.threads;
  }

  #hasTimers(): boolean {
    return this.#sum(processor.timers) > 0;
  }

  /** Grows when tasks do anything. It does not grow when a thread only answers the watchdog. */
  #activity(): number {
    return this.#sum(processor.started) + this.#sum(processor.finished) + this.#sum(processor.parks);
  }

  #sum(word: number): number {
    let sum = 0;
    // The main thread counts too: it arms the deadlines of contexts whose thread has died.
    for (let index = 0; index <= this.#arena.threads; index++) sum += this.#arena.i32[this.#arena.processorAt(index) + word];
    return sum;
  }
}

/** Nothing is ready, some task is live, and neither Node nor warren knows of anything that will wake one. */
function isStill(reports: readonly ThreadReport[]): boolean {
  const isQuiet = reports.every(({ isQuiet, outside, resources }) => isQuiet && outside === 0 && resources.length === 0);
  return isQuiet && reports.some(({ tasks, unlisted }) => tasks.length + unlisted.length > 0);
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
function listWaits(reports: readonly ThreadReport[]): Waiting[] {
  const waiting = waitingIds(reports);
  return reports.flatMap(({ thread, parked, tasks }) => [
    ...parked.map((wait) => ({ thread, ...wait })),
    ...tasks.filter(({ id }) => !waiting.has(id)).map(({ id, name, site }) => ({ thread, task: name, taskId: id, reason: "await", on: "something outside warren", parkedMs: 0, site })),
  ]);
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
