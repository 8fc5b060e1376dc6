/**
 * The contexts of one thread: making, cancelling and freeing them, and being notified
 * when another thread cancels one.
 *
 * A thread that must be notified of a cancellation (because it has handed out a signal,
 * or has armed the deadline) adds a watch record to the header. The thread that cancels
 * removes the records under the lock and passes each to its thread's inbox, with the
 * reason, so the header is not needed afterwards. A watch is not an operation of the
 * program: it does not keep the process alive, is in no report and hides no deadlock. A
 * watched context stays alive on its thread until it is cancelled, because the program
 * may keep only a listener of its signal.
 *
 * The calls of `afterFunc` are kept with the watch, on their thread. The thread that finds
 * the context cancelled, by its record or after the death of another thread, takes them
 * out and starts them, so each starts once. They die with their thread, like its tasks.
 *
 * The thread that made the context arms its deadline, with a timer that does not keep
 * the process alive. If that thread dies, `adoptDeadlines` arms it on another one. Timers
 * do not fire while their thread computes; then any thread that reads `cancelled` often
 * enough finds that the deadline has passed.
 */
import { inRoot, performance } from "../host.ts";
import type { Receiver } from "../channel/chan.ts";
import type { Channel } from "../channel/channel.ts";
import { makeChannel, openChannel } from "../channel/make-channel.ts";
import { WarrenError, printValue } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
import { KIND, RECORD, header, indexOfId, processor, processorId } from "../memory/layout.ts";
import { bool } from "../wire/scalars.ts";
import type { Handle, HandleFamily } from "../wire/type.ts";
import { ring } from "../wait/doorbell.ts";
import { pushInbox } from "../wait/inbox.ts";
import type { Timer } from "../wait/timers.ts";
import type { Waiters } from "../wait/waiter.ts";
import { Context, type ContextHost, type ContextOptions } from "./context.ts";
import { type ContextKey, type ContextValue, nameOf } from "./key.ts";
import { checkOptions, decodeReason, encodeReason, errorFrom } from "./reason.ts";
import { ContextTree, type Freed, type News } from "./tree.ts";
import { ContextValues } from "./values.ts";
import { REASON, WATCH_WORDS, contextHeader, valueRecord, watchRecord } from "./words.ts";

/** A call of `afterFunc`, made by the runtime: see runtime/task/planned.ts. */
export interface PlannedCall {
  expect(): void;
  start(): void;
  drop(): boolean;
}

/** A context whose cancellation this thread must be notified of. */
interface Watched {
  readonly context: Context;
  readonly calls: Set<PlannedCall>;
  controller: AbortController | undefined;
  timer: Timer | undefined;
}

export class Contexts implements ContextHost, HandleFamily {
  readonly i32: Int32Array;
  readonly arena: Arena;
  /** Prepares a later `go` of a function. Set once, when the parts of the thread are connected. */
  declare plan: (fn: () => unknown) => PlannedCall;
  readonly #waiters: Waiters;
  readonly #tree: ContextTree;
  readonly #values: ContextValues;
  readonly #track: (channel: Channel<boolean>) => Channel<boolean>;
  /** By watch record; and each of them by its context. */
  readonly #watches = new Map<number, Watched>();
  readonly #watched = new WeakMap<Context, Watched>();
  /** The context of a signal or a done channel: while that is in use, the context's deadline and its parents must be able to cancel it. */
  readonly #contextOf = new WeakMap<object, Context>();
  readonly #lost = new FinalizationRegistry<Handle>(({ header: at, generation }) => this.release(at, generation));

  /** @param track puts a new channel object under the watch of this thread's handle table */
  constructor(waiters: Waiters, track: (channel: Channel<boolean>) => Channel<boolean>) {
    this.#waiters = waiters;
    this.arena = waiters.arena;
    this.i32 = waiters.arena.i32;
    this.#track = track;
    this.#tree = new ContextTree(waiters.arena);
    this.#values = new ContextValues(waiters.arena);
  }

  /** @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE for a parent of another runtime, ERR_ARENA_FULL */
  make(parent: Context | undefined, options: ContextOptions = {}, record = 0): Context {
    if (parent !== undefined) this.#checkParent(parent);
    const nowMs = performance.now();
    const ownMs = checkOptions(options, nowMs);
    const { i32 } = this;
    const at = this.arena.allocHeader(0);
    i32[at + header.kind] = KIND.context;
    i32[at + header.capacity] = 0;
    i32[at + header.buffer] = 0;
    i32[at + header.references] = 1;
    for (const word of [contextHeader.cancelled, contextHeader.reason, contextHeader.firstChild, contextHeader.done, contextHeader.watches]) i32[at + word] = 0;
    i32[at + contextHeader.maker] = this.arena.id;
    const aboveMs = this.#link(at, parent, performance.timeOrigin + ownMs, record);
    const context = this.#open(at, i32[at + header.generation]);
    context.values = parent?.values;
    if (ownMs <= nowMs) this.#end(context, REASON.deadline, 0);
    else if (performance.timeOrigin + ownMs < aboveMs) this.#arm(context, ownMs);
    return context;
  }

  /** A context below `parent` with a value. @throws ERR_INVALID_ARGUMENT, ERR_STALE_HANDLE, ERR_NOT_TRANSFERABLE, ERR_LIMIT, ERR_ARENA_FULL */
  makeWithValue<T>(parent: Context | undefined, key: ContextKey<T>, value: T): Context {
    if (parent !== undefined) this.#checkParent(parent);
    const name = nameOf(key);
    const record = this.#values.encode(name, value);
    try {
      const own = this.#values.read(record, parent?.values, name);
      const context = this.make(parent, undefined, record);
      context.values = own;
      return context;
    } catch (error) {
      this.#values.drop(record);
      throw error;
    }
  }

  #checkParent(parent: unknown): void {
    if (!(parent instanceof Context)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the parent of a context must be a context or undefined, not ${printValue(parent)}`);
    if (parent.host !== this) throw new WarrenError("ERR_STALE_HANDLE", "the parent of a context belongs to another runtime");
  }

  /** Shows a new context below its parent; returns the parent's deadline. Its chain of values is `record`, 0 for none, then the parent's. */
  #link(at: number, parent: Context | undefined, deadlineMs: number, record: number): number {
    const tree = this.#tree;
    tree.lock();
    // A parent that has been freed was cancelled before.
    const isLost = parent !== undefined && !tree.isCurrent(parent.header, parent.generation);
    const above = parent === undefined || isLost ? 0 : parent.header;
    const aboveMs = above === 0 ? Infinity : tree.deadlineOf(above);
    this.arena.f64[(at + contextHeader.deadline) >>> 1] = Math.min(aboveMs, deadlineMs);
    if (isLost) this.i32[at + contextHeader.cancelled] = REASON.disposed;
    const inherited = above === 0 ? 0 : this.#values.hold(this.i32[above + contextHeader.value]);
    this.i32[at + contextHeader.value] = record || inherited;
    if (record !== 0) this.i32[record + valueRecord.next] = inherited;
    tree.link(at, above);
    tree.unlock();
    return aboveMs;
  }

  /** The object for a header, which takes over one reference. */
  #open(at: number, generation: number): Context {
    const deadlineMs = this.#tree.isCurrent(at, generation) ? this.#tree.deadlineOf(at) : Infinity;
    const context = new Context(this, at, generation, deadlineMs);
    this.#lost.register(context, { header: at, generation, type: "context" });
    return context;
  }

  #arm(context: Context, deadlineMs: number): void {
    const watched = this.#watched.get(context) ?? this.#watch(context);
    watched.timer = this.#waiters.timers.arm(deadlineMs, () => this.#end(context, REASON.deadline, 0), true);
    if (context.isMarked) this.#waiters.timers.cancel(watched.timer);
  }

  cancel(context: Context, reason: unknown): boolean {
    this.#waiters.checkOpen();
    if (context.cancelled) return false;
    if (reason === undefined) return this.#end(context, REASON.cancelled, 0);
    const error = errorFrom(reason);
    const record = encodeReason(this.arena, error);
    const isFirst = this.#end(context, record === 0 ? REASON.cancelled : REASON.given, record, error);
    this.#tree.dropReason(record);
    return isFirst;
  }

  /** Cancels a context and all below it, and notifies the threads that watch; false if it was cancelled before. */
  #end(context: Context, kind: number, record: number, error?: Error): boolean {
    const news: News = { watches: [], dones: [] };
    const { header: at, generation } = context;
    this.#tree.lock();
    const isFirst = this.#tree.isCurrent(at, generation) && this.i32[at + contextHeader.cancelled] === 0;
    if (isFirst) this.#tree.cancel(at, kind, record, news);
    this.#tree.unlock();
    if (isFirst && error !== undefined) context.settle(error);
    this.#notify(news);
    return isFirst;
  }

  /** Closes done channels and passes watch records to their threads; this thread is notified directly. */
  #notify({ watches, dones }: News): void {
    const arena = this.arena;
    const { i32 } = this;
    const own: number[] = [];
    for (const record of watches) {
      const owner = i32[record + watchRecord.owner];
      const index = indexOfId(owner);
      if (owner === arena.id) own.push(record);
      else if (owner === processorId(index, i32[arena.processorAt(index) + processor.incarnation])) {
        pushInbox(arena, index, record);
        ring(arena, index);
      } else this.#drop(record);
    }
    for (const done of dones) this.#closeDone(openChannel(this.#waiters, done.header, done.generation, bool));
    for (const record of own) this.notified(record);
  }

  #closeDone(channel: Channel<boolean>): void {
    try {
      channel.close();
    } catch (error) {
      // The program has closed it, or it was freed with its context.
      if (!(error instanceof WarrenError) || error.code !== "ERR_CHANNEL_CLOSED") throw error;
    }
  }

  /** A watch record has come back, so its context is cancelled. */
  notified(record: number): void {
    const watched = this.#watches.get(record);
    this.#watches.delete(record);
    if (watched !== undefined) this.#settle(watched, this.i32[record + watchRecord.kind], this.i32[record + watchRecord.reason]);
    this.#drop(record);
  }

  #drop(record: number): void {
    this.#tree.dropReason(this.i32[record + watchRecord.reason]);
    this.arena.free(record);
  }

  #settle(watched: Watched, kind: number, reason: number): void {
    const { context } = watched;
    if (!context.isSettled) context.settle(reason === 0 ? kind : decodeReason(this.arena, kind, reason));
    this.#announce(watched);
  }

  /** The context is cancelled: this thread is notified for the first time. */
  #announce({ context, controller, timer, calls }: Watched): void {
    if (timer !== undefined) this.#waiters.timers.cancel(timer);
    if (controller !== undefined) inRoot(abort, controller, context.reason);
    for (const call of calls) call.start();
    calls.clear();
  }

  /** Finds contexts that were cancelled by a thread that died with their watch records. */
  recheck(): void {
    for (const [record, watched] of this.#watches) {
      if (!watched.context.isMarked) continue;
      // The record stays: it may still arrive.
      this.#watches.delete(record);
      this.#announce(watched);
    }
  }

  /** Adds a watch record to the header, unless the context is cancelled already. @throws ERR_ARENA_FULL */
  #watch(context: Context): Watched {
    const watched: Watched = { context, calls: new Set(), controller: undefined, timer: undefined };
    if (!context.isMarked) {
      const { i32 } = this;
      const { header: at, generation } = context;
      const record = this.arena.alloc(WATCH_WORDS);
      i32[record + watchRecord.record] = RECORD.watch;
      i32[record + watchRecord.owner] = this.arena.id;
      i32[record + watchRecord.reason] = 0;
      this.#tree.lock();
      const isLive = this.#tree.isCurrent(at, generation) && i32[at + contextHeader.cancelled] === 0;
      if (isLive) {
        i32[record + watchRecord.next] = i32[at + contextHeader.watches];
        i32[at + contextHeader.watches] = record;
      }
      this.#tree.unlock();
      if (isLive) this.#watches.set(record, watched);
      else this.arena.free(record);
    }
    this.#watched.set(context, watched);
    return watched;
  }

  openSignal(context: Context): AbortSignal {
    this.#waiters.checkOpen();
    const watched = this.#watched.get(context) ?? this.#watch(context);
    if (watched.controller === undefined) {
      watched.controller = new AbortController();
      this.#contextOf.set(watched.controller.signal, context);
      if (context.isMarked) watched.controller.abort(context.reason);
    }
    return watched.controller.signal;
  }

  afterFunc(context: Context, fn: () => unknown): () => boolean {
    this.#waiters.checkOpen();
    const call = this.plan(fn);
    const { calls } = this.#watched.get(context) ?? this.#watch(context);
    call.expect();
    // Once it is marked, the notice may be over, or be on its way to a watch that was made before.
    if (context.isMarked) call.start();
    else calls.add(call);
    return () => calls.delete(call) && call.drop();
  }

  /** Whether a signal is that of a context: then nothing outside warren can abort it. */
  owns(signal: AbortSignal): boolean {
    return this.#contextOf.has(signal);
  }

  openDone(context: Context): Receiver<never> {
    this.#waiters.checkOpen();
    const { header: at, generation } = context;
    let channel = this.#track(makeChannel(this.#waiters, bool, 0, false));
    // For the header, in addition to the reference of the object.
    channel.retain();
    const { i32 } = this;
    this.#tree.lock();
    const isLive = this.#tree.isCurrent(at, generation) && i32[at + contextHeader.cancelled] === 0;
    const known = isLive ? i32[at + contextHeader.done] : 0;
    const knownGeneration = i32[at + contextHeader.doneGeneration];
    if (isLive && known === 0) {
      i32[at + contextHeader.doneGeneration] = channel.generation;
      i32[at + contextHeader.done] = channel.header;
    }
    this.#tree.unlock();
    if (!isLive || known !== 0) channel.close();
    if (known !== 0) {
      channel = openChannel(this.#waiters, known, knownGeneration, bool);
      channel.retain();
      channel = this.#waiters.handles.adopt(known, knownGeneration, channel.handleType) as Channel<boolean>;
    }
    this.#contextOf.set(channel, context);
    return channel as unknown as Receiver<never>;
  }

  reasonOf(context: Context): Error {
    const { header: at, generation } = context;
    this.#tree.lock();
    const isCurrent = this.#tree.isCurrent(at, generation);
    const kind = isCurrent ? this.i32[at + contextHeader.cancelled] : REASON.disposed;
    const record = isCurrent ? this.#tree.holdReason(at) : 0;
    this.#tree.unlock();
    const reason = decodeReason(this.arena, kind, record);
    this.#tree.dropReason(record);
    return reason;
  }

  errorOf(kind: number): Error {
    return decodeReason(this.arena, kind, 0);
  }

  expire(context: Context): void {
    const { i32 } = this;
    const nowMs = performance.timeOrigin + performance.now();
    const news: News = { watches: [], dones: [] };
    this.#tree.lock();
    let at = this.#tree.isCurrent(context.header, context.generation) ? context.header : 0;
    // The deadline can be that of a context above, which has not been cancelled either.
    for (let above = at; above !== 0 && this.#tree.deadlineOf(above) <= nowMs; above = i32[above + contextHeader.parent]) at = above;
    if (at !== 0 && i32[at + contextHeader.cancelled] === 0) this.#tree.cancel(at, REASON.deadline, 0, news);
    this.#tree.unlock();
    this.#notify(news);
  }

  dispose(context: Context): void {
    const { header: at, generation } = context;
    if (!context.isMarked) this.#end(context, REASON.disposed, 0);
    if (!context.isSettled && this.#tree.isCurrent(at, generation)) {
      const kind = this.i32[at + contextHeader.cancelled];
      context.settle(kind === REASON.given ? this.reasonOf(context) : kind);
    }
    this.#free(at, generation, true);
  }

  /** Drops one reference, or all. With the last one the header is freed. */
  #free(at: number, generation: number, isAll: boolean): void {
    const freed: Freed = { headers: [], reasons: [], values: [], dones: [] };
    this.#tree.lock();
    if (this.#tree.isCurrent(at, generation) && (--this.i32[at + header.references] === 0 || isAll)) this.#tree.free(at, freed);
    this.#tree.unlock();
    for (const done of freed.dones) openChannel(this.#waiters, done.header, done.generation, bool).relinquish();
    for (const reason of freed.reasons) this.#tree.dropReason(reason);
    for (const record of freed.values) this.#values.drop(record);
    for (const headerAt of freed.headers) {
      this.i32[headerAt + header.kind] = 0;
      this.arena.free(headerAt);
    }
  }

  detach(value: object): Handle | undefined {
    if (!(value instanceof Context)) return undefined;
    if (value.host !== this) throw new WarrenError("ERR_STALE_HANDLE", "a context belongs to another runtime");
    this.retain(value.header, value.generation);
    return { header: value.header, generation: value.generation, type: "context" };
  }

  retain(at: number, generation: number): void {
    this.#tree.lock();
    if (this.#tree.isCurrent(at, generation)) this.i32[at + header.references]++;
    this.#tree.unlock();
  }

  adopt(at: number, generation: number): Context {
    const context = this.#open(at, generation);
    context.values = this.#valuesOf(at, generation);
    return context;
  }

  #valuesOf(at: number, generation: number): ContextValue | undefined {
    // Most contexts have none. For a stale handle the word is that of something else.
    if (this.i32[at + contextHeader.value] === 0) return undefined;
    this.#tree.lock();
    const first = this.#tree.isCurrent(at, generation) ? this.#values.hold(this.i32[at + contextHeader.value]) : 0;
    this.#tree.unlock();
    if (first === 0) return undefined;
    try {
      return this.#values.readChain(first);
    } finally {
      this.#values.drop(first);
    }
  }

  release(at: number, generation: number): void {
    this.#free(at, generation, false);
  }

  /**
   * After thread `dead` has died and before its replacement starts: finishes what it
   * left undone in the tree, and arms on this thread the deadlines that it had armed.
   */
  adoptDeadlines(dead: number): void {
    const { i32 } = this;
    const tree = this.#tree;
    const news: News = { watches: [], dones: [] };
    const orphans: { at: number; generation: number }[] = [];
    tree.lock();
    tree.repair(news);
    for (const at of tree.all()) {
      const parent = i32[at + contextHeader.parent];
      const isOwn = tree.deadlineOf(at) < (parent === 0 ? Infinity : tree.deadlineOf(parent));
      if (!isOwn || i32[at + contextHeader.cancelled] !== 0 || indexOfId(i32[at + contextHeader.maker]) !== dead) continue;
      i32[at + contextHeader.maker] = this.arena.id;
      i32[at + header.references]++;
      orphans.push({ at, generation: i32[at + header.generation] });
    }
    tree.unlock();
    this.#notify(news);
    for (const { at, generation } of orphans) {
      const context = this.#open(at, generation);
      this.#arm(context, (context.deadlineMs ?? Infinity) - performance.timeOrigin);
    }
  }
}

/** Called in the root context: a listener of a context's signal runs in no task's context, whoever cancelled. */
function abort(controller: AbortController, reason: unknown): void {
  controller.abort(reason);
}
