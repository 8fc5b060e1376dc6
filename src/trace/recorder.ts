/**
 * What one thread notes in its trace while there is one: it knows which task acts,
 * and writes an event for each thing that happens (`TRACE` in memory/layout.ts; the
 * events as a program sees them: runtime/trace-events.ts).
 *
 *   event    task        a           b            event    task       a        b
 *   spawn    parent      child       to thread    yield    task       hop
 *   start    task        name                     hop                 hop
 *   end      task        failed                   foreign  task       since (double)
 *   park     task        reason      record       steal               from     count
 *   wake     waker       record      to thread    turn
 *   ready                record                   idle
 *   resume   task        record                   gc       type       duration (double)
 *
 * Who acts is known from AsyncLocalStorage, except where the loop's own code runs:
 * a turn and a timer run in the context of whoever armed them, so there nobody acts
 * (`isOutside`). Who *runs* is not known by itself, for JavaScript does not say when
 * a task goes on: a task that was started or resumed runs within its *stretch*, up to
 * the next turn; one that acts in a stretch without that has gone on after something
 * that is not warren's (`foreign`). After such a one the loop is made to take a turn,
 * for nothing else would tell when it stopped.
 *
 * An idle thread notes that once, however often it looks for work, and no turn that
 * finds none: so `turn` does not follow `idle`.
 * Not done: promise hooks (`node:v8`), which would show every switch between tasks.
 * They make each await several times dearer, and a trace must not change what it shows.
 */
import { TRACE } from "../memory/layout.ts";
import type { TraceRing } from "./ring.ts";
import type { Running, Tracer, Wait } from "../wait/wait.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";

/** `Running.stretch` of a task that is not known to run. */
const STOPPED = -1;
/** Stretches of this JavaScript thread, of all its recorders: a task may outlive a trace. */
let stretches = 0;

export class Recorder implements Tracer {
  /** The loop's own code runs: whoever acts is no task. */
  isOutside = false;
  readonly #ring: TraceRing;
  /** This thread's index. */
  readonly #thread: number;
  readonly #current: () => Running | undefined;
  readonly #takeTurn: () => void;
  #stretch = ++stretches;
  #hops = 0;
  /** When the thread fell asleep, on the clock of `performance.now()`, and how long its event loop had been idle by then; −1 while it is awake. */
  #asleepMs = -1;
  #idleMs = 0;
  /** When the last turn began, noted or not, on the same clock. */
  #turnMs = 0;

  /** @param takeTurn a task has gone on outside the loop: it must take a turn soon */
  constructor(ring: TraceRing, thread: number, current: () => Running | undefined, takeTurn: () => void) {
    this.#ring = ring;
    this.#thread = thread;
    this.#current = current;
    this.#takeTurn = takeTurn;
  }

  /** The running task is about to place the task `child` on thread `to`. */
  noteSpawn(child: number, to: number): void {
    this.#ring.record(TRACE.spawn, this.#actor(), child, to);
  }

  noteStart(task: Running, name: number): void {
    task.stretch = this.#stretch;
    this.#ring.record(TRACE.start, task.id, name, 0);
    // Its module has been imported meanwhile.
    if (this.#asleepMs >= 0) this.#takeTurn();
  }

  noteEnd(task: Running, failed: boolean): void {
    this.#act(task);
    this.#ring.record(TRACE.end, task.id, failed ? 1 : 0, 0);
  }

  notePark({ record, reason, task }: Wait): void {
    const running = task as Running | undefined;
    this.#act(running);
    if (running !== undefined) running.stretch = STOPPED;
    this.#ring.record(TRACE.park, idOf(running), REASON_PLACE[reason], record);
  }

  /** A wait of thread `to` is about to end. Before it does: its thread may resume it at once. */
  noteWake(record: number, to: number): void {
    this.#ring.record(TRACE.wake, this.#actor(), record, to);
    if (to === this.#thread) this.#ring.recordSame(TRACE.ready, 0, record, 0);
  }

  /** A wait that somebody else has ended is on the run queue. */
  noteReady(record: number): void {
    this.#ring.record(TRACE.ready, 0, record, 0);
  }

  /** Right after what let the loop resume it: a turn, or a task's end or park. */
  noteResume({ record, task }: Wait): void {
    const running = task as Running | undefined;
    if (running !== undefined) running.stretch = this.#stretch;
    this.#ring.recordSame(TRACE.resume, idOf(running), record, 0);
  }

  /** A signal has ended a wait, whose task goes on without a turn of its own. */
  noteAbort(wait: Wait): void {
    this.#ring.record(TRACE.wake, 0, wait.record, this.#thread);
    this.noteResume(wait);
    if (this.#asleepMs >= 0) this.#takeTurn();
  }

  /** The running task lets others go on; returns the number of its hop. */
  noteYield(task: Running | undefined): number {
    this.#act(task);
    if (task !== undefined) task.stretch = STOPPED;
    this.#hops++;
    this.#ring.record(TRACE.yield, idOf(task), this.#hops, 0);
    return this.#hops;
  }

  noteHop(hop: number, task: Running | undefined): void {
    if (task !== undefined) task.stretch = this.#stretch;
    this.#ring.recordSame(TRACE.hop, 0, hop, 0);
  }

  noteSteal(from: number, count: number): void {
    this.#ring.record(TRACE.steal, 0, from, count);
  }

  /** A turn begins, at `nowMs`. */
  noteTurn(nowMs: number): void {
    this.isOutside = true;
    this.#asleepMs = -1;
    this.#turnMs = nowMs;
    if (this.#ring.isIdle) return;
    this.#stretch = ++stretches;
    this.#ring.recordAt(nowMs, TRACE.turn);
  }

  /** The turn that has begun last finds nothing to do. */
  noteIdle(): void {
    if (this.#ring.isIdle) return;
    this.#stretch = ++stretches;
    this.#ring.recordSame(TRACE.idle, 0, 0, 0);
  }

  /** The thread sleeps: its event loop waits, but for what is not warren's. */
  noteSleep(): void {
    this.#asleepMs = performance.now();
    this.#idleMs = performance.nodeTiming.idleTime;
  }

  /** The id of the task that acts; 0 for none. */
  #actor(): number {
    if (this.isOutside) return 0;
    const task = this.#current();
    this.#act(task);
    return idOf(task);
  }

  /** A task does something: has it been running? Of tasks that share an identity one cannot say. */
  #act(task: Running | undefined): void {
    if (task === undefined || task.id === 0 || task.stretch === this.#stretch) return;
    task.stretch = this.#stretch;
    const ring = this.#ring;
    // The newest event may be that the thread was idle, long before the turn in which the task has gone on.
    ring.recordWith(TRACE.foreign, task.id, Math.max(ring.newestNs, this.#asleepMs < 0 ? ring.nsOf(this.#turnMs) : this.#busySinceNs()));
    this.#takeTurn();
  }

  /** Since when the event loop has not been waiting, if it has been woken once since the thread fell asleep; else earlier. */
  #busySinceNs(): number {
    return this.#ring.nsOf(this.#asleepMs + performance.nodeTiming.idleTime - this.#idleMs);
  }
}

function idOf(task: Running | undefined): number {
  return task === undefined ? 0 : task.id;
}
