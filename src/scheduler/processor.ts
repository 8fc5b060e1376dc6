/**
 * The processor: the loop that one thread runs over its tasks.
 *
 * JavaScript has no loop that resumes a function, so "running" is resolving the
 * promise that a task awaits; the task then goes on in the microtask queue. A
 * turn of the loop (`#turn`, a macrotask) resumes what is ready, starts what is
 * new, and returns; when the microtasks have run dry Node calls the next turn,
 * and timers and I/O get theirs in between. Within a time slice a task that
 * parks passes the thread straight on to the next ready one, without a turn.
 * When the slice is used up, operations return promises that the next turn
 * resolves, so the microtasks do run dry.
 *
 * With nothing to do it watches for work for some microseconds, then sleeps on
 * its doorbell: README.md in this folder has the protocol and its proof.
 *
 * Source: Go's proc.go (schedule, findRunnable); rayon-core's sleep.
 * Not done: running a woken task at once inside the waker (starves the event
 * loop); a blocking Atomics.wait (timers and I/O of the thread would stand still).
 */
import { load, pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { RECORD, processor, superblock, waiter } from "../memory/layout.ts";
import { Doorbell, isAsleep, transitionToAwake } from "../wait/doorbell.ts";
import { hasMail, takeInbox } from "../wait/inbox.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { Running, Scheduler, Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { Fifo } from "./fifo.ts";
import { SpinBudget } from "./spin-budget.ts";
import { anyTasks, popTask, stealTasks } from "./task-queue.ts";

/** Length of a time slice. */
const SLICE_MS = 2;
/** Operations between two looks at the clock. */
const TICKS = 64;
/** How long an idle processor watches before it sleeps, and how often it looks in one turn. */
const WATCH_MS = 0.05;
const WATCH_LOOKS = 60;
/** How long an idle processor leaves others' unstarted tasks to them before it looks again. */
const NAP_MS = 2;

/** What the processor needs of the tasks: implemented by the runtime. */
export interface TaskRunner {
  /** Starts a task record; it may fail, never throw. */
  start(record: number): void;
  /** A task that this thread spawned has ended; its record is back. */
  finished(record: number): void;
  /** A thread reports an error that ends the runtime. */
  fault(record: number): void;
  /** A record has come that was meant for a thread that died in this one's place. */
  orphan(record: number): void;
  /** The identity of the running task. */
  current(): Running | undefined;
  /** The task that goes on now, for who watches this thread from outside. */
  resuming(task: object | undefined): void;
}

export interface ProcessorOptions {
  readonly arena: Arena;
  /** Cores that the process may use: more awake threads than that do not spin. */
  readonly cores: number;
  /** Told when the first wait of this thread is parked and when the last one is over. */
  readonly onWaiting?: (() => void) | undefined;
  /** Told when there is nothing to do: a moment to tidy up. */
  readonly onIdle: () => void;
  /** Told when a turn begins, with its time. */
  readonly onTurn?: ((nowMs: number) => void) | undefined;
}

export class Processor implements Scheduler {
  ticks = TICKS;
  nowMs = performance.now();
  /** Set once, when the thread's halves are joined. */
  declare waiters: Waiters;
  declare runner: TaskRunner;
  /** Told of a watch record that has come back. */
  declare onWatch: (record: number) => void;
  /** Set while there is a trace. */
  recorder: Recorder | undefined = undefined;
  readonly #arena: Arena;
  /** Where others read how many here wait for a turn. */
  readonly #readyAt: number;
  readonly #cores: number;
  readonly onWaiting: (() => void) | undefined;
  readonly #onIdle: () => void;
  readonly #onTurn: ((nowMs: number) => void) | undefined;
  readonly #isThread: boolean;
  readonly #doorbell: Doorbell;
  /** The run queue: finished waits by their record's `slot`. */
  readonly #ready = new Fifo<number>();
  /** Promises of operations that yield to the event loop. */
  readonly #hops = new Fifo<() => void>();
  /** Closures, which must start here. */
  readonly #starts = new Fifo<() => void>();
  readonly #spinBudget = new SpinBudget();
  #sliceEndMs = 0;
  /** From a turn that found work, or may find some, to one that found none. */
  #inSlice = false;
  /** A turn is due. */
  #armed = false;
  #idleSinceMs = 0;
  /** Set while others have unstarted tasks that this processor leaves to them for now. */
  #nap: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor({ arena, cores, onWaiting, onIdle, onTurn }: ProcessorOptions) {
    this.#onTurn = onTurn;
    this.#onIdle = onIdle;
    this.onWaiting = onWaiting;
    this.#arena = arena;
    this.#readyAt = arena.here + processor.ready;
    arena.i32[this.#readyAt] = 0;
    this.#cores = cores;
    this.#isThread = arena.index < arena.threads;
    this.#doorbell = new Doorbell(arena, () => this.#arm());
  }

  /** Begins to look for work. */
  open(): void {
    this.#arm();
  }

  /** Ends for good: nothing is resumed or started any more. */
  close(): void {
    this.#stopped = true;
    clearTimeout(this.#nap);
  }

  /** Something to do is here already. */
  get isBusy(): boolean {
    return this.#ready.length > 0 || this.#hops.length > 0 || this.#starts.length > 0;
  }

  tick(): boolean {
    this.ticks = TICKS;
    this.#drain();
    if (performance.now() < this.#sliceEndMs) return false;
    this.ticks = 0;
    return true;
  }

  hop<T>(value: T): Promise<T> {
    const hops = this.#hops;
    this.#arm();
    this.#arena.i32[this.#readyAt]++;
    const { recorder } = this;
    if (recorder === undefined) return new Promise((resolve) => hops.push(() => resolve(value)));
    const task = this.task();
    const hop = recorder.noteYield(task);
    return new Promise((resolve) => {
      hops.push(() => {
        if (this.recorder === recorder) recorder.noteHop(hop, task);
        resolve(value);
      });
    });
  }

  ready(slot: number): void {
    this.#queue(slot);
    this.#arm();
  }

  #queue(slot: number): void {
    this.waiters.countEnded(slot);
    this.#ready.push(slot);
    this.#arena.i32[this.#readyAt]++;
  }

  /** Runs `start` on this thread, in a later turn. */
  startSoon(start: () => void): void {
    this.#starts.push(start);
    this.#arena.i32[this.#readyAt]++;
    this.#arm();
  }

  /** Work has come into this thread's queue of unstarted tasks. */
  wake(): void {
    this.#arm();
  }

  parked(_wait: Wait): void {
    this.#arena.i32[this.#arena.here + processor.parks]++;
    if (this.ticks > 0 && --this.ticks > 0) this.#next();
    else if (!this.tick()) this.#next();
  }

  /** Within the slice: the next ready task goes on as soon as the running one has stopped. */
  #next(): void {
    if (this.#ready.length === 0) this.#drain();
    const slot = this.#ready.shift();
    if (slot !== undefined) this.#goOn(slot);
  }

  #goOn(slot: number): void {
    const wait = this.waiters.at(slot);
    this.#arena.i32[this.#readyAt]--;
    if (wait === undefined || !this.waiters.hasEnded(wait)) return;
    this.runner.resuming(wait.task);
    if (this.recorder !== undefined) this.recorder.noteResume(wait);
    this.waiters.resume(wait);
  }

  /** A task has ended: as `parked`. One that a foreign event resumed ends while the processor sleeps: it must look, and fall asleep anew. */
  ended(): void {
    if (this.#stopped) return;
    if (isAsleep(this.#arena, this.#arena.index)) this.#arm();
    else if (this.ticks > 0) this.#next();
  }

  spins(): number {
    if (this.isBusy || !this.#mayWatch()) return 0;
    return this.#spinBudget.looks();
  }

  spun(inTime: boolean): void {
    this.#spinBudget.report(inTime);
  }

  task(): Running | undefined {
    return this.runner.current();
  }

  /**
   * Watching helps only if somebody else is awake, and harms if more are awake
   * than there are cores. The words are read as hints: a stale one costs a park
   * too many or a few looks.
   */
  #mayWatch(): boolean {
    const { i32, threads, here } = this.#arena;
    if (i32[here + processor.inbox] !== 0) return false;
    const awake = threads - i32[superblock.sleepers];
    if (!this.#isThread) return awake > 0 && awake < this.#cores + 1;
    return awake <= this.#cores && (awake > 1 || !isAsleep(this.#arena, threads));
  }

  #arm(): void {
    if (this.#armed || this.#stopped) return;
    this.#armed = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#armed = false;
    if (this.#stopped) return;
    transitionToAwake(this.#arena, this.#arena.index);
    const nowMs = performance.now();
    // Up to here the thread was in the slice before this one, or idle.
    if (this.#inSlice) this.#arena.f64[(this.#arena.here + processor.busyMs) >>> 1] += nowMs - this.nowMs;
    this.#inSlice = true;
    this.nowMs = nowMs;
    const { recorder } = this;
    if (recorder !== undefined) recorder.noteTurn(nowMs);
    this.#sliceEndMs = this.nowMs + SLICE_MS;
    this.ticks = TICKS;
    this.#arena.i32[this.#arena.here + processor.sliceStart] = this.#arena.clockMs | 1;
    this.#arena.i32[this.#arena.here + processor.turns]++;
    this.#onTurn?.(nowMs);
    this.#drain();
    const resumed = this.#resume();
    if (recorder !== undefined) recorder.isOutside = false;
    // Also after resuming: tasks that keep each other going must not keep new ones from starting.
    const started = this.#start();
    if (resumed || started || this.isBusy) {
      this.#idleSinceMs = 0;
      this.#arm();
    } else {
      this.#idle();
    }
  };

  /** What was computed up to now was no task's (an import): who watches this thread from outside begins to count anew. `turns` goes first: pairs with the watchdog's report. */
  renewSlice(): void {
    const { i32, here } = this.#arena;
    i32[here + processor.turns]++;
    if (i32[here + processor.sliceStart] !== 0) i32[here + processor.sliceStart] = this.#arena.clockMs | 1;
  }

  /** Whether a finished wait, by its record's `slot`, is on the run queue. */
  isReady(slot: number): boolean {
    return this.#ready.includes(slot);
  }

  /** Moves what other threads passed here onto the run queue, now. */
  collect(): void {
    this.#drain();
  }

  /** Moves what other threads passed here onto the run queue. */
  #drain(): void {
    const { i32 } = this.#arena;
    let record = takeInbox(this.#arena);
    while (record !== 0) {
      const current = record;
      record = i32[current + waiter.inboxNext];
      if (i32[current + waiter.record] === RECORD.fault) this.runner.fault(current);
      else if (i32[current + waiter.record] === RECORD.watch) this.#starts.push(() => this.#heard(current));
      // The others have the owner in the same word: one that died before this thread may be meant.
      else if (i32[current + waiter.owner] !== this.#arena.id) this.runner.orphan(current);
      else if (i32[current + waiter.record] === RECORD.wait) {
        if (this.recorder !== undefined) this.recorder.noteReady(current);
        this.#queue(i32[current + waiter.slot]);
      } else this.runner.finished(current);
      this.#arm();
    }
  }

  /** A watch record has come back: no task does what follows. */
  #heard(record: number): void {
    const { recorder } = this;
    if (recorder !== undefined) recorder.isOutside = true;
    this.onWatch(record);
    if (recorder !== undefined) recorder.isOutside = false;
  }

  /** Resumes what is ready now; what becomes ready meanwhile has its turn later. */
  #resume(): boolean {
    const hops = this.#hops.length;
    const ready = this.#ready.length;
    for (let k = 0; k < hops; k++) (this.#hops.shift() as () => void)();
    this.#arena.i32[this.#readyAt] -= hops;
    for (let k = 0; k < ready; k++) {
      const slot = this.#ready.shift();
      if (slot === undefined) break;
      this.#goOn(slot);
    }
    return hops + ready > 0;
  }

  /** Starts new tasks until the slice is used up; one at a time, for others may take the rest. */
  #start(): boolean {
    let started = false;
    for (let start = this.#starts.shift(); start !== undefined; start = this.#starts.shift()) {
      started = true;
      this.#arena.i32[this.#readyAt]--;
      start();
      if (performance.now() >= this.#sliceEndMs) return true;
    }
    if (!this.#isThread || load(this.#arena.i32, superblock.stopping) !== 0) return started;
    for (;;) {
      let record = popTask(this.#arena);
      if (record === 0 && !started && stealTasks(this.#arena, this.recorder) > 0) record = popTask(this.#arena);
      if (record === 0) return started;
      started = true;
      this.runner.start(record);
      if (performance.now() >= this.#sliceEndMs) return true;
    }
  }

  /** Watches for a while, a few looks in each turn so that I/O goes on, then sleeps. */
  #idle(): void {
    if (this.#idleSinceMs === 0) this.#idleSinceMs = this.nowMs;
    this.#inSlice = false;
    if (this.recorder !== undefined) this.recorder.noteIdle();
    this.#arena.i32[this.#arena.here + processor.sliceStart] = 0;
    if (this.nowMs - this.#idleSinceMs < WATCH_MS && this.#mayWatch()) {
      const { i32, here } = this.#arena;
      for (let k = 0; k < WATCH_LOOKS; k++) {
        if (i32[here + processor.inbox] !== 0 || load(i32, here + processor.queueCount) !== 0) return this.#turn();
        pause();
      }
      this.#arm();
      return;
    }
    this.#idleSinceMs = 0;
    this.#onIdle();
    if (this.#isThread && anyTasks(this.#arena)) this.#nap ??= setTimeout(this.#endNap, NAP_MS);
    if (!this.#doorbell.fallAsleep(this.#hasWork)) this.#arm();
    else if (this.recorder !== undefined) this.recorder.noteSleep();
  }

  readonly #endNap = (): void => {
    this.#nap = undefined;
    this.#arm();
  };

  readonly #hasWork = (): boolean => hasMail(this.#arena) || load(this.#arena.i32, this.#arena.here + processor.queueCount) !== 0 || load(this.#arena.i32, superblock.stopping) !== 0;
}
