/**
 * Writes the events of one thread while there is a trace: it knows which task acts, and
 * records an event for each thing that happens (`TRACE` in words.ts; the events
 * as a program sees them: events.ts).
 *
 *   event    task        a           b            event    task       a        b
 *   spawn    parent      child       to thread    yield    task       hop
 *   start    task        name                     hop                 hop
 *   end      task        failed                   foreign  task       since (double)
 *   park     task        reason      record       steal               from     count
 *   wake     waker       record      to thread    turn
 *   join     task        child                    use      task       object   use, room
 *   choice   task        ready                    due               at (double)
 *   ready                record                   idle
 *   resume   task        record                   gc       type       duration (double)
 *   mark     task        n (double)               outside             busy (double)
 *
 * The number of a mark's name is in the upper bits of its kind.
 *
 * AsyncLocalStorage says which task acts, except while the loop's own code runs: a turn
 * or a timer runs in the context of the code that armed it, so then no task acts
 * (`isOutside`). Which task *runs* is not known directly, because JavaScript does not say
 * when a task continues. A task that was started or resumed runs within its *stretch*,
 * up to the next turn. A task that acts in a stretch without that has continued after
 * something that is not an operation of warren (`foreign`). Then the loop takes a turn,
 * because nothing else would show when that task stopped.
 *
 * A task that acts seldom, for example one that reads many files, continues and stops
 * many times unseen while the thread sleeps. So the busy time of the sleeping thread's
 * event loop is read every few milliseconds, and whenever warren itself is about to use
 * the loop (`outside`). It says how long tasks ran, but not which ones.
 *
 * An idle thread records `idle` once, however often it checks for work, and no turn that
 * finds none: so `turn` never follows `idle`.
 * Not done: promise hooks (`node:v8`), which would show every switch between tasks. They
 * make each await several times slower, and a trace must not change what it shows.
 */
import { idleMs, performance } from "../host.ts";
import { USE_ROOM } from "../memory/layout.ts";
import type { TraceRing } from "./ring.ts";
import type { Running, Tracer, Wait } from "../wait/wait.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";
import { MARK_NAME, TRACE } from "./words.ts";

/** How often the owner of a recorder calls `noteOutside`. */
export const OUTSIDE_EVERY_MS = 5;
/** To wake, and to read the clocks, takes tens of microseconds. Less than this says nothing about tasks. */
const LEAST_OUTSIDE_MS = 0.05;

/** An odd number that spreads generations over 32 bits (the golden ratio): one number for a header and its generation. */
const SPREAD = 0x9e3779b1;

/** `Running.stretch` of a task that is not known to run. */
const STOPPED = -1;
/** Counts stretches for all recorders of this JavaScript thread, because a task can outlive a trace. */
let stretches = 0;

export class Recorder implements Tracer {
  /** Set while the loop's own code runs: then no task acts. */
  isOutside = false;
  readonly #ring: TraceRing;
  /** This thread's index. */
  readonly #thread: number;
  readonly #current: () => Running | undefined;
  readonly #takeTurn: () => void;
  #stretch = ++stretches;
  #hops = 0;
  /** In this turn a task has got the result of another, and goes on when the loop's own code has ended. */
  #hasJoined = false;
  /** When the thread fell asleep, or was last noted as busy outside, on the clock of `performance.now()`, and how long its event loop had been idle by then; −1 while it is awake. */
  #asleepMs = -1;
  #idleMs = 0;
  /** What the event loop does from now on, until it sleeps again, is accounted for by other events. */
  #isOwn = false;
  /** When the last turn began, noted or not, on the same clock. */
  #turnMs = 0;

  /** @param takeTurn called when a task has continued outside the loop: the loop must take a turn soon */
  constructor(ring: TraceRing, thread: number, current: () => Running | undefined, takeTurn: () => void) {
    this.#ring = ring;
    this.#thread = thread;
    this.#current = current;
    this.#takeTurn = takeTurn;
  }

  /** The running task is about to place the task `child` on thread `to`, a number to which `SPAWN_CHOSEN` or `SPAWN_CLOSURE` can be added. */
  noteSpawn(child: number, to: number): void {
    this.#ring.record(TRACE.spawn, this.#actor(), child, to);
  }

  /** The result of the task `child` has come to `task`, which goes on if it awaits that. */
  noteJoin(task: Running | undefined, child: number): void {
    if (task !== undefined) task.stretch = this.#stretch;
    this.#hasJoined = true;
    this.#ring.record(TRACE.join, idOf(task), child, 0);
    // Nothing else would show when the task has stopped again.
    this.#takeTurn();
  }

  /** The running task uses a channel or a shared object, given by its header and generation. @param use one of `USE`; @param task the task, if it does so as it is resumed */
  noteUse(header: number, generation: number, use: number, room = 0, task?: Running): void {
    this.#ring.record(TRACE.use, task === undefined ? this.#actor() : task.id, header ^ Math.imul(generation, SPREAD), use + room * USE_ROOM);
  }

  noteDue(deadlineMs: number): void {
    this.#ring.recordWith(TRACE.due, 0, this.#ring.nsOf(deadlineMs));
  }

  /** A select of the running task has found several cases ready. */
  noteChoice(ready: number): void {
    this.#ring.record(TRACE.choice, this.#actor(), ready, 0);
  }

  /** The program marks a moment. @param name the number of its name */
  noteMark(name: number, n: number): void {
    this.#ring.recordWith(TRACE.mark + name * MARK_NAME, this.#actor(), n);
  }

  noteStart(task: Running, name: number): void {
    task.stretch = this.#stretch;
    this.#ring.record(TRACE.start, task.id, name, 0);
    if (this.#asleepMs < 0) return;
    // The task's module was imported meanwhile.
    this.#isOwn = true;
    this.#takeTurn();
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

  /** A wait of thread `to` is about to end. Call it before the wait ends, because its thread can resume it immediately. */
  noteWake(record: number, to: number): void {
    this.#ring.record(TRACE.wake, this.#actor(), record, to);
    if (to === this.#thread) this.#ring.recordSame(TRACE.ready, 0, record, 0);
  }

  /** A wait that another thread has ended is on the run queue. */
  noteReady(record: number): void {
    this.#ring.record(TRACE.ready, 0, record, 0);
  }

  /** A wait is resumed, right after the event that caused it: a turn, or a task's end or park. */
  noteResume({ record, task }: Wait): void {
    const running = task as Running | undefined;
    if (running !== undefined) running.stretch = this.#stretch;
    this.#ring.recordSame(TRACE.resume, idOf(running), record, 0);
  }

  /** A signal has ended a wait. Its task continues without a turn. */
  noteAbort(wait: Wait): void {
    this.noteOwn();
    this.#ring.record(TRACE.wake, 0, wait.record, this.#thread);
    this.noteResume(wait);
    if (this.#asleepMs >= 0) this.#takeTurn();
  }

  /** The running task yields; returns the number of its hop. */
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
    this.noteOutside(nowMs);
    this.isOutside = true;
    this.#asleepMs = -1;
    this.#turnMs = nowMs;
    this.#hasJoined = false;
    if (this.#ring.isIdle) return;
    this.#stretch = ++stretches;
    this.#ring.recordAt(nowMs, TRACE.turn);
  }

  /** The last turn has found nothing to do. */
  noteIdle(): void {
    if (this.#ring.isIdle || this.#hasJoined) return;
    this.#stretch = ++stretches;
    this.#ring.recordSame(TRACE.idle, 0, 0, 0);
  }

  /** The thread sleeps: its event loop only waits for events from outside warren. */
  noteSleep(): void {
    this.#isOwn = false;
    this.#asleepMs = performance.now();
    this.#idleMs = idleMs();
  }

  /** If the thread sleeps: for how long its event loop has worked since then, or since this was noted last. */
  noteOutside(nowMs = performance.now()): void {
    if (this.#asleepMs < 0 || this.#isOwn) return;
    const nowIdleMs = idleMs();
    const busyMs = nowMs - this.#asleepMs - (nowIdleMs - this.#idleMs);
    // after the end it would only take the place of an event that counts
    if (busyMs >= LEAST_OUTSIDE_MS && this.#ring.isRecording) this.#ring.recordAside(this.#ring.nsOf(nowMs), TRACE.outside, 0, busyMs * 1e6);
    this.#asleepMs = nowMs;
    this.#idleMs = nowIdleMs;
  }

  /** A bell or a timer of warren has woken the thread: what follows is not done by a task. */
  noteOwn(): void {
    this.noteOutside();
    this.#isOwn = true;
  }

  /** The id of the task that acts; 0 for none. */
  #actor(): number {
    if (this.isOutside) return 0;
    const task = this.#current();
    this.#act(task);
    return idOf(task);
  }

  /** A task acts: records `foreign` if it was not known to run. For tasks that share an identity this is not known. */
  #act(task: Running | undefined): void {
    if (task === undefined || task.id === 0 || task.stretch === this.#stretch) return;
    task.stretch = this.#stretch;
    const ring = this.#ring;
    // The newest event may be `idle`, long before the turn in which the task continued.
    ring.recordWith(TRACE.foreign, task.id, Math.max(ring.newestNs, this.#asleepMs < 0 ? ring.nsOf(this.#turnMs) : this.#busySinceNs()));
    this.#isOwn = true;
    this.#takeTurn();
  }

  /** When the event loop was last woken, if it was woken once since the thread fell asleep or was last noted as busy outside; otherwise an earlier time. */
  #busySinceNs(): number {
    return this.#ring.nsOf(this.#asleepMs + idleMs() - this.#idleMs);
  }
}

function idOf(task: Running | undefined): number {
  return task === undefined ? 0 : task.id;
}
