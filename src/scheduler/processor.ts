/**
 * The processor: the loop that one thread runs over its tasks.
 *
 * JavaScript has no loop that resumes a function, so "to run" a task means to resolve
 * the promise that it awaits; the task then continues in the microtask queue. A turn of
 * the loop (`#turn`, a macrotask) resumes ready tasks, starts new ones, and returns. Until
 * the time slice is used up, more ready tasks are resumed without a turn: a task that
 * parks or ends passes the thread directly to the next one, and when the microtask queue
 * is empty, a *round* resumes some (`#round`). Then Node calls the next turn; timers and
 * I/O run in between. When the slice is used up, operations return promises that a later
 * turn resolves, so the microtask queue becomes empty.
 *
 * When there is nothing to do, the processor watches for work for a few microseconds,
 * then sleeps on its doorbell: README.md in this folder has the protocol and its proof.
 *
 * Source: Go's proc.go (schedule, findRunnable); rayon-core's sleep.
 * Not done: running a woken task immediately inside the waker (starves the event loop);
 * a blocking Atomics.wait (the thread's timers and I/O would stop).
 */
import { afterMicrotasks, clearTimeout, performance, setImmediate, setTimeout } from "../host.ts";
import { load } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { RECORD, processor, superblock, waiter } from "../memory/layout.ts";
import { Doorbell, isAsleep, ring, transitionToAwake } from "../wait/doorbell.ts";
import { hasMail, takeInbox } from "../wait/inbox.ts";
import type { Recorder } from "../trace/recorder.ts";
import type { Running, Scheduler, Wait } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";
import { MOST, Pace } from "./pace.ts";
import { RunQueue } from "./run-queue.ts";
import { type Slice, Starting } from "./starting.ts";
import { anyTasks } from "./task-queue.ts";
import type { TaskRunner } from "./task-runner.ts";
import { Watching } from "./watching.ts";

/** Length of a time slice. */
const SLICE_MS = 2;
/** How long an idle processor waits before it checks again whether it can take tasks that have not started on other threads. */
const NAP_MS = 2;

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

export class Processor implements Scheduler, Slice {
  ticks = MOST;
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
  readonly onWaiting: (() => void) | undefined;
  readonly #onIdle: () => void;
  readonly #onTurn: ((nowMs: number) => void) | undefined;
  readonly #onHeld: ((heldMs: number, nameId: number) => void) | undefined;
  /** When a task was resumed and no other since, and the number of its name; otherwise 0. Only for `onHeld`. */
  #aloneSinceMs = 0;
  #aloneName = 0;
  readonly #onMail: (() => void) | undefined;
  readonly #isThread: boolean;
  readonly #doorbell: Doorbell;
  readonly #queue: RunQueue;
  readonly #watching: Watching;
  readonly #starting: Starting;
  readonly #pace = new Pace();
  sliceEndMs = 0;
  /** The slice is known to be over: until the next turn the clock need not be read, nor the inbox. */
  #isOver = false;
  /** From a turn that found work to a turn that finds none. */
  #inSlice = false;
  /** A turn is due. */
  #armed = false;
  /** A round is due. */
  #roundDue = false;
  /** The round in which nothing is left to resume, or the slice is over, starts tasks. */
  #startDue = false;
  /** The next task was resumed by `#passOn`. */
  #isDirect = false;
  /** Set while other threads have tasks that have not started and that this processor leaves to them for now. */
  #nap: NodeJS.Timeout | undefined;
  isStopped = false;

  constructor({ arena, cores, onWaiting, onIdle, onTurn, onMail, onHeld }: ProcessorOptions) {
    this.#onMail = onMail;
    this.#onTurn = onTurn;
    this.#onHeld = onHeld;
    this.#onIdle = onIdle;
    this.onWaiting = onWaiting;
    this.#arena = arena;
    this.#queue = new RunQueue(arena);
    this.#watching = new Watching(arena, cores);
    this.#starting = new Starting(arena, this.#queue, this);
    this.#isThread = arena.index < arena.threads;
    this.#doorbell = new Doorbell(arena, () => {
      this.recorder?.noteOwn();
      this.#arm();
    });
    arena.wake = (index) => ring(arena, index);
  }

  /** Begins to look for work. */
  open(): void {
    this.#arm();
  }

  /** Ends for good: nothing is resumed or started any more. */
  close(): void {
    this.isStopped = true;
    clearTimeout(this.#nap);
    this.#doorbell.close();
  }

  /** Whether this thread has something to do already. */
  get isBusy(): boolean {
    return !this.#queue.isEmpty;
  }

  tick(): boolean {
    if (this.#isOver) return true;
    const nowMs = performance.now();
    this.#pace.read(nowMs, this.sliceEndMs);
    this.ticks = this.#pace.operations;
    this.#watching.countAwake();
    this.#drain();
    if (nowMs < this.sliceEndMs) return false;
    this.ticks = 0;
    this.#isOver = true;
    return true;
  }

  hop<T>(value: T): Promise<T> {
    const queue = this.#queue;
    this.#arm();
    const { recorder } = this;
    const task = this.task();
    const hop = recorder === undefined ? 0 : recorder.noteYield(task);
    return new Promise((resolve) => {
      queue.pushHop(() => {
        if (recorder !== undefined && this.recorder === recorder) recorder.noteHop(hop, task);
        this.runner.resuming(task);
        resolve(value);
      });
    });
  }

  ready(slot: number): void {
    this.#watching.wasElsewhere = false;
    if (this.#inSlice && !this.#isDirect && this.ticks > 0 && this.#queue.hasNoWaits && this.recorder === undefined && this.#onHeld === undefined) return this.#passOn(slot);
    this.#pushWait(slot);
    this.#arm();
    if (this.#inSlice) this.#continue();
  }

  /** The task of a wait that has ended continues as soon as the current one has stopped: it need not go through the queue, because nothing is there. Not on the main thread, which measures how long a task runs alone. */
  #passOn(slot: number): void {
    const wait = this.waiters.at(slot);
    if (wait === undefined || !this.waiters.hasEnded(wait)) return;
    this.#isDirect = true;
    // Which of the two tasks runs cannot be seen.
    this.#arena.i32[this.#arena.here + processor.runningNext] = wait.task === undefined ? 0 : wait.task.nameId;
    this.waiters.resume(wait);
  }

  #pushWait(slot: number): void {
    this.waiters.countEnded(slot);
    this.#queue.pushWait(slot);
  }

  /** Runs a function on this thread, or starts the closure of a join, in a later turn. */
  startSoon(start: number | (() => void)): void {
    this.#queue.pushStart(start);
    this.#arm();
  }

  /** A task has been placed in this thread's queue. */
  wake(): void {
    this.#arm();
  }

  parked(_wait: Wait): void {
    this.#arena.i32[this.#arena.here + processor.parks]++;
    this.#handOn();
  }

  /** A task has ended: as `parked`. If a foreign event resumed the task, it ends while the processor is marked asleep. Then a turn is needed, after which the processor falls asleep again. */
  ended(): void {
    if (this.isStopped) return;
    if (isAsleep(this.#arena, this.#arena.index)) this.#arm();
    else this.#handOn();
  }

  /** The current task stops. Within the slice, the next ready task continues then. */
  #handOn(): void {
    const isOver = (this.ticks <= 0 || --this.ticks <= 0) && this.tick();
    if (this.#isDirect) {
      this.#isDirect = false;
      const { i32, here } = this.#arena;
      i32[here + processor.running] = i32[here + processor.runningNext];
      i32[here + processor.runningNext] = 0;
      return;
    }
    if (isOver) return;
    let slot = this.#queue.nextWait();
    if (slot === undefined) {
      this.#drain();
      slot = this.#queue.nextWait();
      if (slot === undefined) return;
    }
    this.#aloneSinceMs = 0;
    this.#goOn(slot);
  }

  #goOn(slot: number): void {
    const wait = this.waiters.at(slot);
    if (wait === undefined || !this.waiters.hasEnded(wait)) return;
    this.runner.resuming(wait.task);
    if (this.recorder !== undefined) this.recorder.noteResume(wait);
    this.waiters.resume(wait);
  }

  spins(): number {
    const spins = this.#watching.spins();
    return spins > 0 && this.isBusy ? 0 : spins;
  }

  spun(inTime: boolean): void {
    this.#watching.spun(inTime);
  }

  task(): Running | undefined {
    return this.runner.current();
  }

  site(): string | undefined {
    return this.runner.site();
  }

  #arm(): void {
    if (this.#armed || this.isStopped) return;
    this.#armed = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#armed = false;
    this.#isDirect = false;
    if (this.isStopped) return;
    transitionToAwake(this.#arena, this.#arena.index);
    const nowMs = performance.now();
    // Until now the thread was in the previous slice, or idle.
    if (this.#inSlice) this.#arena.f64[(this.#arena.here + processor.busyMs) >>> 1] += nowMs - this.nowMs;
    this.#inSlice = true;
    this.nowMs = nowMs;
    const { recorder } = this;
    if (recorder !== undefined) recorder.noteTurn(nowMs);
    this.sliceEndMs = this.nowMs + SLICE_MS;
    this.#isOver = false;
    this.#pace.begin(nowMs);
    this.ticks = this.#pace.operations;
    this.#arena.i32[this.#arena.here + processor.sliceStart] = this.#arena.clockMs | 1;
    this.#arena.i32[this.#arena.here + processor.turns]++;
    this.#onTurn?.(nowMs);
    this.#watching.countAwake();
    this.#arena.answer();
    this.#drain();
    // Starts once in a cycle, so tasks that keep resuming each other do not prevent new ones from starting.
    const mayStart = this.#queue.beginCycle();
    const resumed = this.#resume(nowMs);
    if (recorder !== undefined) recorder.isOutside = false;
    // What was resumed goes on first: a new task could take what it is about to take, such as a permit.
    this.#startDue = mayStart && resumed;
    if (this.#startDue) this.#continue();
    const started = mayStart && !resumed && this.#start();
    if (resumed || started || this.isBusy) {
      this.#watching.end(nowMs);
      this.#arm();
    } else {
      this.#idle();
    }
  };

  /** Calls `#round` when no microtask is left: the tasks that were resumed have stopped. */
  #continue(): void {
    if (this.#roundDue) return;
    this.#roundDue = true;
    afterMicrotasks(this.#round);
  }

  /** Within the slice: resumes what is ready without a turn, which costs ten times as much. */
  readonly #round = (): void => {
    this.#roundDue = false;
    if (this.isStopped) return;
    const nowMs = performance.now();
    if (this.#aloneSinceMs > 0) this.#onHeld?.(nowMs - this.#aloneSinceMs, this.#aloneName);
    this.#aloneSinceMs = 0;
    const { recorder } = this;
    const isInSlice = this.#inSlice && nowMs < this.sliceEndMs;
    const mail = isInSlice ? takeInbox(this.#arena) : 0;
    // Mail can continue a task, too: one that awaits the result of another.
    if (recorder !== undefined && (mail !== 0 || this.#startDue || (isInSlice && this.#queue.canResume))) recorder.noteTurn(nowMs);
    this.#handle(mail);
    const resumed = isInSlice && this.#queue.canResume && this.#resume(nowMs);
    if (recorder !== undefined) recorder.isOutside = false;
    if (!this.#startDue) return;
    if (resumed) return this.#continue();
    this.#startDue = false;
    this.#start();
  };

  /** The time until now was not used by a task but by an import, so the watchdog starts to measure again. `turns` is written first: pairs with the watchdog's report. */
  renewSlice(): void {
    const { i32, here } = this.#arena;
    i32[here + processor.turns]++;
    if (i32[here + processor.sliceStart] !== 0) i32[here + processor.sliceStart] = this.#arena.clockMs | 1;
  }

  /** Whether a wait that has ended is on the run queue, given its record's `slot`. */
  isReady(slot: number): boolean {
    return this.#queue.hasWait(slot);
  }

  /** Moves the records that other threads have passed to this one onto the run queue, now. */
  collect(): void {
    this.#drain();
  }

  #drain(): void {
    if (this.#arena.i32[this.#arena.here + processor.inbox] !== 0) this.#handle(takeInbox(this.#arena));
  }

  /** Handles records from the inbox, given the first: ended waits go onto the run queue. */
  #handle(first: number): void {
    const { i32 } = this.#arena;
    let record = first;
    if (record !== 0) this.#onMail?.();
    while (record !== 0) {
      const current = record;
      record = i32[current + waiter.inboxNext];
      if (i32[current + waiter.record] === RECORD.fault) this.runner.fault(current);
      else if (i32[current + waiter.record] === RECORD.watch) this.#queue.pushStart(() => this.#watchReturned(current));
      // The other records have their owner in the same word. It can be an earlier thread with this index, which died.
      else if (i32[current + waiter.owner] !== this.#arena.id) this.runner.orphan(current);
      else if (i32[current + waiter.record] === RECORD.wait) {
        if (this.recorder !== undefined) this.recorder.noteReady(current);
        this.#watching.wasElsewhere = true;
        this.#pushWait(i32[current + waiter.slot]);
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

  /** Resumes what is ready, the oldest first and not more than a batch. They run in the microtasks after this; the rest follows in the next round. */
  #resume(nowMs: number): boolean {
    const queue = this.#queue;
    const batch = this.#pace.operations;
    let waits = 0;
    for (; waits < batch && queue.isWaitDue; waits++) this.#goOn(queue.nextWait() as number);
    // After the waits of the cycle, however many rounds these take: who yields lets all others of that moment continue.
    let hops = 0;
    for (; hops < batch && !queue.isWaitDue; hops++) {
      const hop = queue.nextHop();
      if (hop === undefined) break;
      hop();
    }
    for (; waits < batch; waits++) {
      const slot = queue.nextWait();
      if (slot === undefined) break;
      this.#goOn(slot);
    }
    // If more than one task runs, nothing says which one uses the time.
    const isWatched = this.#onHeld !== undefined && hops === 0 && waits === 1;
    if (isWatched) {
      this.#aloneSinceMs = nowMs;
      this.#aloneName = this.#arena.i32[this.#arena.here + processor.running];
    }
    if (isWatched || queue.canResume) this.#continue();
    return hops + waits > 0;
  }

  /** Starts new tasks until the slice is used up. */
  #start(): boolean {
    const started = this.#starting.start();
    if (started) this.#aloneSinceMs = 0;
    return started;
  }

  /** Watches for a while, a few checks in each turn so that I/O continues, then sleeps. */
  #idle(): void {
    this.#inSlice = false;
    this.#pace.rest();
    this.ticks = MOST;
    if (this.recorder !== undefined) this.recorder.noteIdle();
    this.#arena.i32[this.#arena.here + processor.sliceStart] = 0;
    if (this.#watching.isDue(this.nowMs)) {
      if (this.#watching.look()) this.#turn();
      else this.#arm();
      return;
    }
    this.#onIdle();
    if (this.#isThread && anyTasks(this.#arena)) this.#nap ??= setTimeout(this.#endNap, NAP_MS);
    if (!this.#doorbell.fallAsleep(this.#hasWork)) this.#arm();
    else if (this.recorder !== undefined) this.recorder.noteSleep();
  }

  readonly #endNap = (): void => {
    this.#nap = undefined;
    this.recorder?.noteOwn();
    this.#arm();
  };

  readonly #hasWork = (): boolean => hasMail(this.#arena) || load(this.#arena.i32, this.#arena.here + processor.queueCount) !== 0 || load(this.#arena.i32, superblock.stopping) !== 0 || this.#arena.isAsked;
}
