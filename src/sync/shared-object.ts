/**
 * The common part of Mutex, RwLock, Semaphore, WaitGroup, Once, Barrier, Counter, Guarded
 * and SharedMap: a header in the arena with one lock, a few plain words and one queue of
 * waiters, first come first served. Each kind is a small state machine over them, in a file of its own:
 * an operation changes one word, then calls `settle`, which grants all that can be
 * granted now.
 *
 * Invariants: outside the lock nothing more can be granted; the thread that makes a
 * grant possible performs it, and the waiter holds what it was granted from then on,
 * even before its task continues; a record is in the queue or has been granted, never
 * both, so a wait that a signal ends either leaves the queue or keeps its grant. When a
 * header is freed, its generation differs from that of every handle.
 *
 * A thread can die between any two writes. The change of one word decides, and
 * everything else follows from it: the queue from its chain (wait-queue.ts), sums from
 * the words per processor. Only a grant takes more than one write; it is noted first
 * (`grantRecord`, `grantWord`, `grantBefore`), so that `repair` can take it back.
 *
 * Source: Go, sync and runtime/sema.go (hand-over to the first waiter); POSIX robust
 * mutexes for `ownerDied`. Not done: barging (a woken waiter competes for the lock
 * again), which is faster under contention and lets waiters starve; one word for lock
 * and state, as channels have.
 */
import { INSPECT, WarrenError } from "../errors.ts";
import { cas, load } from "../memory/atomics.ts";
import { OUTCOME, header as headerWords, nextGeneration, processor, syncHeader, syncWaiter, waiter } from "../memory/layout.ts";
import { lock, unlock } from "../memory/spin-lock.ts";
import { ownerIndex } from "../wait/claims.ts";
import { handleKey } from "../wire/type.ts";
import { type Finisher, type Partners, type Wait, type WaitOptions, signalOf } from "../wait/wait.ts";
import { enqueueAfter, isQueued, relink, unlink } from "../wait/wait-queue.ts";
import { REASON_PLACE, type WaitReason } from "../wait/wait-reason.ts";
import type { Waiters } from "../wait/waiter.ts";
import { unclaim } from "../wait/waiter-state.ts";

const QUEUE = syncHeader.waitersFirst;

export abstract class SharedObject implements Finisher, Disposable {
  readonly waiters: Waiters;
  readonly header: number;
  readonly generation: number;
  protected readonly i32: Int32Array;

  constructor(waiters: Waiters, at: number, generation: number) {
    this.waiters = waiters;
    this.i32 = waiters.arena.i32;
    this.header = at;
    this.generation = generation;
  }

  /** The public name of the kind. */
  abstract readonly kind: string;
  /** The kind, as it is sent with the handle. */
  get handleType(): string {
    return `sync.${this.kind}`;
  }
  /** Under the lock: grants all that can be granted. */
  protected abstract settle(): void;
  /** Under the lock: takes back what a processor that died held, and computes sums again. */
  protected abstract disown(index: number): void;
  /** The result of a wait that was granted. */
  protected abstract granted(wait: Wait): unknown;

  /** Takes the lock. @throws ERR_STALE_HANDLE */
  protected enter(): void {
    if (!this.enterIfLive()) this.refuseStale();
  }

  protected enterIfLive(): boolean {
    const { i32, header: at } = this;
    const { arena } = this.waiters;
    if (!arena.isHeader(at)) return false;
    lock(i32, at + syncHeader.lock, arena.owner);
    if (this.isCurrent) return true;
    unlock(i32, at + syncHeader.lock);
    return false;
  }

  /** Releases the lock, then ends the waits that were granted something under it. */
  protected leave(): void {
    unlock(this.i32, this.header + syncHeader.lock);
    this.waiters.flush();
  }

  /** Records, while there is a trace, what the running task does to this object. @param use one of `USE`; @param room see `TraceEvent` */
  protected noteUse(use: number, room = 0): void {
    if (this.waiters.recorder !== undefined) this.waiters.recorder.noteUse(this.header, this.generation, use, room);
  }

  /** The first step of an operation that can wait: checks its signal and reserves a record, because nothing is allocated under the lock. */
  protected begin(options: WaitOptions | undefined): AbortSignal | undefined {
    const signal = signalOf(options);
    this.waiters.prepare();
    return signal;
  }

  /** Counts an operation. True if the time slice is used up: then the operation must return a promise. */
  protected get isSliceOver(): boolean {
    const { scheduler } = this.waiters;
    return --scheduler.ticks < 0 && scheduler.tick();
  }

  /** The end of an operation that did not wait and holds nothing: the value, or a promise if the time slice is used up. */
  protected paced<T>(value: T): T | Promise<T> {
    return this.isSliceOver ? this.waiters.scheduler.hop(value) : value;
  }

  /**
   * Runs an operation in a later turn, given its signal, which is checked again. An
   * operation that takes a lock yields before it takes the lock: if it yielded while
   * holding the lock, all other tasks that want the lock would join the queue, and a queue
   * of tasks that lock again immediately never becomes empty. It yields once: if it yielded
   * again when many have used up that turn, too, all of them would wait for all, and each
   * time in a promise that waits for the next one.
   */
  protected later<T>(options: WaitOptions | undefined, operation: (signal: AbortSignal | undefined) => T | Promise<T>): Promise<T> {
    return this.waiters.scheduler.hop(undefined).then(() => operation(this.begin(options)));
  }

  /** Under the lock: joins the queue behind record `previous`, for `amount`, releases the lock and waits. */
  protected waitLocked(reason: WaitReason, signal: AbortSignal | undefined, amount = 0, previous = this.i32[this.header + QUEUE + 1]): unknown {
    const { i32, waiters } = this;
    const spins = waiters.scheduler.spins();
    const wait = waiters.acquire(REASON_PLACE[reason], this, spins);
    const { record } = wait;
    waiters.arena.f64[(record + syncWaiter.amount) >>> 1] = amount;
    i32[record + syncWaiter.task] = this.taskId();
    this.link(record, previous);
    this.leave();
    return waiters.suspend(wait, spins, signal);
  }

  /** Under the lock: puts a record into the queue, behind record `previous`. */
  protected link(record: number, previous: number): void {
    const { i32, header: at } = this;
    enqueueAfter(i32, at, QUEUE, record, previous);
    i32[at + syncHeader.waiting]++;
  }

  /** Under the lock: takes a record out of the queue. */
  protected unlink(record: number): void {
    const { i32, header: at } = this;
    unlink(i32, at, QUEUE, record);
    i32[at + syncHeader.waiting]--;
  }

  /** Whether the handle can still be valid: false if it is stale. */
  get isCurrent(): boolean {
    return this.waiters.arena.hasGeneration(this.header, this.generation);
  }

  /** A word of the header, read without the lock. @throws ERR_STALE_HANDLE */
  protected readWord(word: number): number {
    const value = load(this.i32, this.header + word);
    if (!this.isCurrent) this.refuseStale();
    return value;
  }

  /** Under the lock: the sum of what all processors hold. */
  protected sumOfHolds(): number {
    const { i32 } = this;
    const holds = i32[this.header + syncHeader.block];
    let sum = 0;
    for (let index = 0; index <= this.waiters.arena.threads; index++) sum += i32[holds + index];
    return sum;
  }

  /** The first record of the queue, or 0. */
  protected get first(): number {
    return this.i32[this.header + QUEUE];
  }

  /** What a record waits for. */
  protected amountOf(record: number): number {
    return this.waiters.arena.f64[(record + syncWaiter.amount) >>> 1];
  }

  /** Under the lock: ends the first wait with `result`, and in the same step sets the word at `word` (0 for none) to `value`. */
  protected grant(result: number, word = 0, value = 0): void {
    this.#endFirst(OUTCOME.ok, result, word, value);
  }

  #endFirst(outcome: number, result: number, word: number, value: number): void {
    const { i32, waiters, header: at } = this;
    const record = i32[at + QUEUE];
    i32[at + syncHeader.grantWord] = word;
    i32[at + syncHeader.grantBefore] = word === 0 ? 0 : i32[word];
    i32[at + syncHeader.grantRecord] = record;
    waiters.claim(record, outcome);
    this.unlink(record);
    i32[record + syncWaiter.result] = result;
    if (word !== 0) i32[word] = value;
    // From this write on it is granted: a repair after this thread's death completes it.
    i32[at + syncHeader.grantRecord] = 0;
    waiters.defer(record);
  }

  /** Under the lock: notes, for dumps, which task holds it alone from now on. */
  protected note(task: number): void {
    const { i32, header: at } = this;
    const { arena } = this.waiters;
    i32[at + syncHeader.holderTask] = task;
    // The time when the slice began is accurate enough and costs nothing. Between slices it is 0.
    i32[at + syncHeader.heldSince] = i32[arena.here + processor.sliceStart] || arena.clockMs | 0;
  }

  /** Id of the running task, 0 for none. */
  protected taskId(): number {
    return this.waiters.scheduler.task()?.id ?? 0;
  }

  /** Which task holds it alone, for dumps: read without the lock. */
  protected describeHolder(): string {
    const { i32, header: at } = this;
    const holder = i32[at + syncHeader.holder];
    if (holder === 0) return "held by nobody";
    const { arena } = this.waiters;
    const task = i32[at + syncHeader.holderTask];
    const ms = Math.max(0, (arena.clockMs | 0) - i32[at + syncHeader.heldSince]);
    if (holder < 0) return `held for task #${task}, which has not started, for ${ms} ms`;
    const thread = holder - 1 === arena.threads ? "the main thread" : `thread ${holder - 1}`;
    return `held by ${task === 0 ? "" : `task #${task} on `}${thread} for ${ms} ms`;
  }

  describe(): string {
    return `${this.kind} #${this.header.toString(36)}.${this.generation}`;
  }

  [INSPECT](): string {
    return this.isCurrent ? this.describe() : `${this.kind} #${this.header.toString(36)}.${this.generation}, freed`;
  }

  /** Every task that has the object can change it; but only its holder can release it. */
  partners(): Partners | undefined {
    const { i32, header: at } = this;
    const task = i32[at + syncHeader.holderTask];
    if (i32[at + syncHeader.holder] === 0) return { handles: [handleKey(at, this.generation)], tasks: [] };
    // Held by code outside tasks, or by a task without an identity of its own: it is not known what that code waits for.
    return task === 0 ? undefined : { handles: [], tasks: [task] };
  }

  finish(wait: Wait): unknown {
    if (this.waiters.outcomeOf(wait) !== OUTCOME.ok) this.refuseStale();
    return this.granted(wait);
  }

  /** Called when a signal aborts. False if the wait has been granted; then it keeps the grant. */
  withdraw(wait: Wait): boolean {
    const { i32, header: at } = this;
    const { record } = wait;
    if (!isQueued(i32, record)) return false;
    lock(i32, at + syncHeader.lock, this.waiters.arena.owner);
    const isMine = isQueued(i32, record);
    if (isMine) {
      this.unlink(record);
      this.settle();
    }
    this.leave();
    return isMine;
  }

  /** Adds a reference, for a message that contains the handle. Does nothing if the handle is stale. */
  retain(): void {
    if (!this.enterIfLive()) return;
    this.i32[this.header + syncHeader.references]++;
    this.leave();
  }

  /** Drops a reference; with the last one the object is freed. */
  relinquish(): void {
    if (!this.enterIfLive()) return;
    if (--this.i32[this.header + syncHeader.references] > 0) this.leave();
    else this.end();
  }

  free(): void {
    if (this.enterIfLive()) this.end();
  }

  [Symbol.dispose](): void {
    this.free();
  }

  /** Under the lock: ends all waits and frees the header. If the thread dies in the middle, the repair starts it again. */
  protected end(): void {
    const { i32, waiters, header: at } = this;
    const { arena } = waiters;
    const keepsBlock = this.keepsBlock;
    // Names the thread that ends it: the repair after the death of another one leaves it alone.
    i32[at + syncHeader.ending] = arena.owner;
    while (this.first !== 0) this.#endFirst(OUTCOME.closed, 0, 0, 0);
    if (keepsBlock) i32[at + syncHeader.block] = 0;
    i32[at + syncHeader.generation] = nextGeneration(this.generation);
    this.leave();
    this.ended();
    const block = i32[at + syncHeader.block];
    i32[at + syncHeader.block] = 0;
    i32[at + syncHeader.kind] = 0;
    if (block !== 0) arena.free(block);
    arena.free(at);
  }

  /** Under the lock, when the object ends: whether its block is still in use. Then its user frees the block. */
  protected get keepsBlock(): boolean {
    return false;
  }

  /** Called once when the object has ended, before its block is freed: frees what the block names. No handle is valid any more. */
  protected ended(): void {
    // Most objects own nothing else.
  }

  /** After the death of processor `dead`: see `repairSyncObject`. */
  repair(dead: number): void {
    const { i32, header: at } = this;
    const { owner } = this.waiters.arena;
    if (cas(i32, at + syncHeader.lock, dead + 1, owner) !== dead + 1) lock(i32, at + syncHeader.lock, owner);
    this.#takeBackGrant();
    i32[at + syncHeader.waiting] = relink(i32, at, QUEUE, (record) => ownerIndex(i32, record) !== dead);
    const ending = i32[at + syncHeader.ending];
    if (ending === dead + 1) return this.end();
    if (ending !== 0) return this.leave();
    this.disown(dead);
    this.settle();
    this.leave();
  }

  /** Takes back a grant in progress: the record is the first in the queue again. */
  #takeBackGrant(): void {
    const { i32, header: at } = this;
    const record = i32[at + syncHeader.grantRecord];
    if (record === 0) return;
    const word = i32[at + syncHeader.grantWord];
    if (word !== 0) i32[word] = i32[at + syncHeader.grantBefore];
    unclaim(i32, record);
    if (i32[at + QUEUE] !== record) {
      i32[record + waiter.next] = i32[at + QUEUE];
      i32[at + QUEUE] = record;
    }
    i32[at + syncHeader.grantRecord] = 0;
  }

  /** @throws ERR_STALE_HANDLE, ERR_RUNTIME_STOPPED */
  refuseStale(): never {
    this.waiters.checkOpen();
    throw new WarrenError("ERR_STALE_HANDLE", `${this.describe()} was used after it was freed`); // node-do-not-add-exception-line
  }
}

/** What a new object has: `size`, a zeroed block of `words` words, the lock id of the thread that holds it; each 0 if not given. */
interface HeaderParts {
  readonly size?: number;
  readonly words?: number;
  readonly holder?: number;
}

/**
 * Makes the header of a shared object with one reference. All words that are not given
 * are zero.
 * @throws ERR_ARENA_FULL
 */
export function makeHeader(waiters: Waiters, kind: number, { size = 0, words = 0, holder = 0 }: HeaderParts = {}): number {
  const { arena } = waiters;
  const { i32, owner } = arena;
  const block = words === 0 ? 0 : arena.allocZeroed(words);
  const at = arena.allocHeader(block);
  // A stale handle can hold the lock for a moment, until it finds out that it is stale.
  lock(i32, at + syncHeader.lock, owner);
  i32[at + headerWords.capacity] = 0;
  i32[at + headerWords.buffer] = 0;
  for (const word of CLEARED) i32[at + word] = 0;
  i32[at + syncHeader.value + 1] = 0;
  i32[at + syncHeader.size] = size;
  i32[at + syncHeader.holder] = holder;
  i32[at + syncHeader.block] = block;
  i32[at + syncHeader.references] = 1;
  i32[at + syncHeader.kind] = kind;
  unlock(i32, at + syncHeader.lock);
  return at;
}

/** The words that are 0 in a new object. */
const CLEARED = [
  syncHeader.value, syncHeader.waitersFirst, syncHeader.waitersLast, syncHeader.waiting, syncHeader.holder,
  syncHeader.holderTask, syncHeader.heldSince, syncHeader.ownerDied, syncHeader.grantRecord, syncHeader.ending,
  syncHeader.root, syncHeader.leases,
];
