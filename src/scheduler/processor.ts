/**
 * The processor: the loop that one thread runs over its tasks.
 *
 * JavaScript has no loop that resumes a function, so "to run" a task means to resolve
 * the promise that it awaits; the task then continues in the microtask queue. A turn of
 * the loop (`#turn`, a macrotask) resumes the ready tasks, starts new ones, and returns.
 * When the microtask queue is empty, Node calls the next turn; timers and I/O run in
 * between. Within a time slice, a task that parks passes the thread directly to the next
 * ready task, without a turn. When the slice is used up, operations return promises that
 * the next turn resolves, so the microtask queue becomes empty.
 *
 * When there is nothing to do, the processor watches for work for a few microseconds,
 * then sleeps on its doorbell: README.md in this folder has the protocol and its proof.
 *
 * Source: Go's proc.go (schedule, findRunnable); rayon-core's sleep.
 * Not done: running a woken task immediately inside the waker (starves the event loop);
 * a blocking Atomics.wait (the thread's timers and I/O would stop).
 */
import { afterMicrotasks, clearTimeout, performance, setImmediate, setTimeout } from "../host.ts";
import { load, pause } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { RECORD, processor, superblock, waiter } from "../memory/layout.ts";
import { Doorbell, isAsleep, ring, transitionToAwake } from "../wait/doorbell.ts";
import { hasMail, takeInbox } from "../wait/inbox.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { Running, Scheduler, Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { Fifo } from "./fifo.ts";
import { SpinBudget } from "./spin-budget.ts";
import { anyTasks, popTask, stealTasks } from "./task-queue.ts";

/** Length of a time slice. */
const SLICE_MS = 2;
/** Operations between two reads of the clock. */
const TICKS = 64;
/** How long an idle processor watches before it sleeps, and how often it checks in one turn. */
const WATCH_MS = 0.05;
const WATCH_LOOKS = 60;
/** How long an idle processor waits before it checks again whether it can take tasks that have not started on other threads. */
const NAP_MS = 2;

const resolved = Promise.resolve();

/** What the processor needs from the runtime: how to start and finish tasks. */
export interface TaskRunner {
  /** Starts the task of a record. The task can fail, but this never throws. */
  start(record: number): void;
  /** A task that this thread spawned has ended; its record has come back. */
  finished(record: number): void;
  /** A thread reports an error that ends the runtime. */
  fault(record: number): void;
  /** A record has arrived for an earlier thread with this index, which has died. */
  orphan(record: number): void;
  /** The identity of the running task. */
  current(): Running | undefined;
  /** Where the program is now. */
  site(): string | undefined;
  /** The task that continues now, for the watchdog. */
  resuming(task: object | undefined): void;
}

export interface ProcessorOptions {
  readonly arena: Arena;
  /** Cores that the process can use. If more threads than that are awake, they do not spin. */
  readonly cores: number;
  /** Called when the first wait of this thread is parked and when the last one has ended. */
  readonly onWaiting?: (() => void) | undefined;
  /** Called when there is nothing to do: a moment to clean up. */
  readonly onIdle: () => void;
  /** Called when a turn begins, with its time. */
  readonly onTurn?: ((nowMs: number) => void) | undefined;
  /** Called when a task that was resumed has stopped, with the time that it ran and the number of its name. Only for the main thread, which watches the others from outside. */
  readonly onHeld?: ((heldMs: number, nameId: number) => void) | undefined;
  /** Called before records from the inbox are handled. */
  readonly onMail?: (() => void) | undefined;
}

export class Processor implements Scheduler {
  ticks = TICKS;
  tookPermit = false;
  nowMs = performance.now();
  /** Set once, when the thread's parts are connected. */
  declare waiters: Waiters;
  declare runner: TaskRunner;
  /** Called with a watch record that has come back. */
  declare onWatch: (record: number) => void;
  /** Set while there is a trace. */
  recorder: Recorder | undefined = undefined;
  readonly #arena: Arena;
  /** Where other threads read how much is ready on this one. */
  readonly #readyAt: number;
  readonly #cores: number;
  readonly onWaiting: (() => void) | undefined;
  readonly #onIdle: () => void;
  readonly #onTurn: ((nowMs: number) => void) | undefined;
  readonly #onHeld: ((heldMs: number, nameId: number) => void) | undefined;
  /** How many waits have been resumed in this turn, and the name of the task of the last one. */
  #resumed = 0;
  #resumedName = 0;
  readonly #onMail: (() => void) | undefined;
  readonly #isThread: boolean;
  readonly #doorbell: Doorbell;
  /** The run queue: waits that have ended, by their record's `slot`. */
  readonly #ready = new Fifo<number>();
  /** Promises of operations that yield to the event loop. */
  readonly #hops = new Fifo<() => void>();
  /** Closures, which must start on this thread. */
  readonly #starts = new Fifo<() => void>();
  readonly #spinBudget = new SpinBudget();
  #sliceEndMs = 0;
  /** From a turn that found work to a turn that finds none. */
  #inSlice = false;
  /** A turn is due. */
  #armed = false;
  #idleSinceMs = 0;
  /** Set while other threads have tasks that have not started and that this processor leaves to them for now. */
  #nap: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor({ arena, cores, onWaiting, onIdle, onTurn, onMail, onHeld }: ProcessorOptions) {
    this.#onMail = onMail;
    this.#onTurn = onTurn;
    this.#onHeld = onHeld;
    this.#onIdle = onIdle;
    this.onWaiting = onWaiting;
    this.#arena = arena;
    this.#readyAt = arena.here + processor.ready;
    arena.i32[this.#readyAt] = 0;
    this.#cores = cores;
    this.#isThread = arena.index < arena.threads;
    this.#doorbell = new Doorbell(arena, () => this.#arm());
    arena.wake = (index) => ring(arena, index);
  }

  /** Begins to look for work. */
  open(): void {
    this.#arm();
  }

  /** Ends for good: nothing is resumed or started any more. */
  close(): void {
    this.#stopped = true;
    clearTimeout(this.#nap);
    this.#doorbell.close();
  }

  /** Whether this thread has something to do already. */
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

  /** A task has been placed in this thread's queue. */
  wake(): void {
    this.#arm();
  }

  parked(_wait: Wait): void {
    this.#arena.i32[this.#arena.here + processor.parks]++;
    if (this.ticks > 0 && --this.ticks > 0) this.#next();
    else if (!this.tick()) this.#next();
  }

  /** Within the slice: the next ready task continues as soon as the current one has stopped. */
  #next(): void {
    if (this.#ready.length === 0) this.#drain();
    const slot = this.#ready.shift();
    if (slot !== undefined) this.#goOn(slot);
  }

  #goOn(slot: number): void {
    const wait = this.waiters.at(slot);
    this.#arena.i32[this.#readyAt]--;
    this.#resumed++;
    if (wait === undefined || !this.waiters.hasEnded(wait)) return;
    this.runner.resuming(wait.task);
    if (this.recorder !== undefined) this.recorder.noteResume(wait);
    this.waiters.resume(wait);
  }

  /** A task has ended: as `parked`. If a foreign event resumed the task, it ends while the processor is marked asleep. Then a turn is needed, after which the processor falls asleep again. */
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

  site(): string | undefined {
    return this.runner.site();
  }

  /**
   * Watching helps only if another thread is awake, and harms if more threads are awake
   * than there are cores. The words are read as hints: a stale one costs one park too
   * many or a few checks.
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
    // Until now the thread was in the previous slice, or idle.
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
    this.#arena.answer();
    this.#drain();
    this.#resumed = 0;
    const resumed = this.#resume();
    if (recorder !== undefined) recorder.isOutside = false;
    // Also after tasks were resumed: tasks that keep resuming each other must not prevent new ones from starting.
    if (resumed && this.#onHeld !== undefined) this.#watchResumed();
    const started = this.#start();
    if (started) this.#resumed++;
    if (resumed || started || this.isBusy) {
      this.#idleSinceMs = 0;
      this.#arm();
    } else {
      this.#idle();
    }
  };

  /** The resumed tasks run in the microtasks after this turn. */
  #watchResumed(): void {
    this.#resumedName = this.#arena.i32[this.#arena.here + processor.running];
    afterMicrotasks(this.#resumedStopped);
  }

  readonly #resumedStopped = (): void => {
    // If more than one task has run, nothing says which one has used the time.
    if (this.#resumed === 1) this.#onHeld?.(performance.now() - this.nowMs, this.#resumedName);
  };

  /** The time until now was not used by a task but by an import, so the watchdog starts to measure again. `turns` is written first: pairs with the watchdog's report. */
  renewSlice(): void {
    const { i32, here } = this.#arena;
    i32[here + processor.turns]++;
    if (i32[here + processor.sliceStart] !== 0) i32[here + processor.sliceStart] = this.#arena.clockMs | 1;
  }

  /** Whether a wait that has ended is on the run queue, given its record's `slot`. */
  isReady(slot: number): boolean {
    return this.#ready.includes(slot);
  }

  /** Moves the records that other threads have passed to this one onto the run queue, now. */
  collect(): void {
    this.#drain();
  }

  /** Handles the records in the inbox: ended waits go onto the run queue. */
  #drain(): void {
    const { i32 } = this.#arena;
    let record = takeInbox(this.#arena);
    if (record !== 0) this.#onMail?.();
    while (record !== 0) {
      const current = record;
      record = i32[current + waiter.inboxNext];
      if (i32[current + waiter.record] === RECORD.fault) this.runner.fault(current);
      else if (i32[current + waiter.record] === RECORD.watch) this.#starts.push(() => this.#watchReturned(current));
      // The other records have their owner in the same word. It can be an earlier thread with this index, which died.
      else if (i32[current + waiter.owner] !== this.#arena.id) this.runner.orphan(current);
      else if (i32[current + waiter.record] === RECORD.wait) {
        if (this.recorder !== undefined) this.recorder.noteReady(current);
        this.#queue(i32[current + waiter.slot]);
      } else this.runner.finished(current);
      this.#arm();
    }
  }

  /** A watch record has come back. What follows is done by no task. */
  #watchReturned(record: number): void {
    const { recorder } = this;
    if (recorder !== undefined) recorder.isOutside = true;
    this.onWatch(record);
    if (recorder !== undefined) recorder.isOutside = false;
  }

  /** Resumes everything that is ready now. What becomes ready during that is resumed later. */
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

  /** Starts new tasks until the slice is used up; takes one at a time, so that other threads can take the rest. */
  #start(): boolean {
    return this.#startSome() || (this.#mayTake() && stealTasks(this.#arena, this.recorder) > 0 && this.#startSome());
  }

  /**
   * A task that has taken a permit goes on, in the next microtask, before others start. If
   * all started first, they would take all permits of a semaphore before the first of them
   * computes, while other threads wait for one.
   */
  #startSome(): boolean {
    let started = false;
    this.tookPermit = false;
    while (this.#startOne()) {
      started = true;
      if (performance.now() >= this.#sliceEndMs) break;
      if (!this.tookPermit) continue;
      void resolved.then(this.#startMore);
      break;
    }
    return started;
  }

  readonly #startMore = (): void => {
    if (!this.#stopped && performance.now() < this.#sliceEndMs) this.#startSome();
  };

  #startOne(): boolean {
    if (this.#starts.length > 0) {
      this.#arena.i32[this.#readyAt]--;
      (this.#starts.shift() as () => void)();
      return true;
    }
    const record = this.#mayTake() ? popTask(this.#arena) : 0;
    if (record === 0) return false;
    this.runner.start(record);
    return true;
  }

  #mayTake(): boolean {
    return this.#isThread && load(this.#arena.i32, superblock.stopping) === 0;
  }

  /** Watches for a while, a few checks in each turn so that I/O continues, then sleeps. */
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

  readonly #hasWork = (): boolean => hasMail(this.#arena) || load(this.#arena.i32, this.#arena.here + processor.queueCount) !== 0 || load(this.#arena.i32, superblock.stopping) !== 0 || this.#arena.isAsked;
}
