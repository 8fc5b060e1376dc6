/**
 * Deadlock in a closed world: every thread sleeps, every task waits in warren, no
 * timer is armed, nothing is on its way, and nothing outside (a socket, a file,
 * an abort signal, a job of the thread pool) can wake any of them. Then no task
 * can ever run again.
 *
 * The last thread to fall asleep says so (`superblock.quiet`); the main thread
 * then asks each thread, twice, and believes it only if nothing changed between
 * the two answers. Node lists sockets, files and timers, but not jobs of its
 * thread pool (zlib, crypto): those compute, so a process that uses a core
 * meanwhile is not dead. Source: Go's checkdead (runtime/proc.go), which stays
 * silent when it cannot be sure; so does this. What it cannot see is a native
 * addon or a foreign Worker that sleeps while a task waits for it *and* has a
 * pending operation of warren.
 */
import { WarrenError } from "../errors.ts";
import { load, waitAsync } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";
import type { ThreadReport } from "./control.ts";
import { firstLine } from "./site.ts";

/** Between the two answers, and the share of it that the process may compute. */
const CONFIRM_MS = 200;
const MOST_CPU = 0.1;
const MOST_LISTED = 50;

export class DeadlockWatch {
  readonly #arena: Arena;
  readonly #ask: () => Promise<readonly ThreadReport[]>;
  readonly #onDeadlock: (error: WarrenError) => void;
  #ended = false;

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
      const reports = await this.#confirmed(seen);
      if (this.#ended) return;
      if (reports !== undefined) return this.#onDeadlock(deadlock(reports));
      if (this.#isAsleep()) await delay(CONFIRM_MS / 2);
      else await waitAsync(i32, superblock.quiet, seen);
    }
  }

  /** The reports of a world in which nothing can run, or `undefined`. */
  async #confirmed(seen: number): Promise<readonly ThreadReport[] | undefined> {
    if (!this.#isAsleep() || this.#hasTimers()) return undefined;
    const first = await this.#ask();
    if (!isDead(first)) return undefined;
    const before = this.#activity();
    const cpu = process.cpuUsage();
    await delay(CONFIRM_MS);
    const { user, system } = process.cpuUsage(cpu);
    if (user + system > MOST_CPU * CONFIRM_MS * 1000) return undefined;
    if (this.#ended) return undefined;
    const second = await this.#ask();
    const unchanged = this.#isAsleep() && !this.#hasTimers() && load(this.#arena.i32, superblock.quiet) === seen && this.#activity() === before;
    return unchanged && isDead(second) ? second : undefined;
  }

  #isAsleep(): boolean {
    return load(this.#arena.i32, superblock.sleepers) === this.#arena.threads;
  }

  #hasTimers(): boolean {
    return this.#sum(processor.timers) > 0;
  }

  /** Grows with whatever a thread does. */
  #activity(): number {
    return this.#sum(processor.started) + this.#sum(processor.finished) + this.#sum(processor.parks) + this.#sum(processor.sleeps);
  }

  #sum(word: number): number {
    let sum = 0;
    for (let index = 0; index < this.#arena.threads; index++) sum += this.#arena.i32[this.#arena.processorAt(index) + word];
    return sum;
  }
}

/** Nothing is ready, some task lives, every one of them waits in warren, and nothing outside can end a wait. */
function isDead(reports: readonly ThreadReport[]): boolean {
  let live = 0;
  const waiting = new Set<number>();
  for (const report of reports) {
    if (!report.isQuiet || report.outside > 0 || report.resources.length > 0) return false;
    for (const { taskId } of report.parked) waiting.add(taskId);
  }
  for (const { tasks, unlisted, parked } of reports) {
    live += tasks.length;
    if (!tasks.every(({ id }) => waiting.has(id))) return false;
    for (const { name, count } of unlisted) {
      live += count;
      if (parked.filter(({ taskId, task }) => taskId === 0 && task === name).length < count) return false;
    }
  }
  return live > 0;
}

function deadlock(reports: readonly ThreadReport[]): WarrenError {
  const tasks = reports.flatMap((report) => report.parked.map((wait) => ({ thread: report.thread, ...wait })));
  const lines = tasks.slice(0, MOST_LISTED).map(({ thread, task, taskId, reason, on, parkedMs, site }) => `  task ${task} #${taskId} on thread ${thread}: ${reason} ${on} for ${parkedMs} ms, started ${firstLine(site)}`);
  if (tasks.length > MOST_LISTED) lines.push(`  … and ${tasks.length - MOST_LISTED} more`);
  for (const { unlisted } of reports) for (const { name, count } of unlisted) lines.push(`  … and ${count} more tasks ${name}`);
  return new WarrenError("ERR_DEADLOCK", `all tasks are asleep: none can ever run again\n${lines.join("\n")}`, { tasks });
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
