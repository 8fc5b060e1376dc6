/**
 * One thread's side of a runtime: joins the halves that know nothing of each
 * other (channels and scheduler) and offers what a program calls.
 */
import { After, checkDelay } from "../../channel/after.ts";
import type { Chan, Receiver } from "../../channel/chan.ts";
import { HandleTable } from "./handle-table.ts";
import { makeChannel } from "../../channel/make-channel.ts";
import { Never } from "../../channel/never.ts";
import { type Ticker, TickerReceiver } from "../../channel/ticker.ts";
import type { Context, ContextOptions } from "../../context/context.ts";
import { Contexts } from "../../context/contexts.ts";
import { WarrenError } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { RECORD, processor, waiter } from "../../memory/layout.ts";
import { Names } from "../../memory/names.ts";
import type { Type } from "../../wire/type.ts";
import { makeSharedArray } from "../../memory/shared-array.ts";
import { Processor } from "../../scheduler/processor.ts";
import { type Cases, type SelectOptions, runSelect } from "../../select/select.ts";
import { Timers } from "../../wait/timers.ts";
import { Waiters } from "../../wait/waiter.ts";
import { HeapWatch } from "./heap-watch.ts";
import { type Group, type GroupOptions, TaskGroup } from "../task/group.ts";
import type { Aftermath } from "../main/repair.ts";
import type { SharedArrays } from "../shared.ts";
import { Sleep } from "../task/sleep.ts";
import { type Place, Tasks } from "../task/tasks.ts";
import type { AnyFunction } from "../task/task-function.ts";
import { ThreadTrace } from "../trace/thread-trace.ts";

export interface LocalOptions {
  readonly arena: Arena;
  /** Cores that the process may use. */
  readonly cores: number;
  /** An error that ends the runtime. */
  readonly onFault: (error: unknown) => void;
  /** The number of operations that wait on this thread has changed. */
  readonly onWaiting?: () => void;
}

export class Local {
  readonly arena: Arena;
  readonly waiters: Waiters;
  readonly processor: Processor;
  readonly tasks: Tasks;
  readonly timers: Timers;
  readonly shared: SharedArrays;
  readonly contexts: Contexts;
  readonly handles = new HandleTable();
  readonly #sleep: Sleep;
  #trace: ThreadTrace | undefined;
  #stopped: WarrenError | undefined;

  constructor({ arena, cores, onFault, onWaiting }: LocalOptions) {
    this.arena = arena;
    const heap = new HeapWatch(arena);
    const onTurn = arena.index < arena.threads ? (nowMs: number): void => heap.look(nowMs) : undefined;
    this.processor = new Processor({ arena, cores, onWaiting, onIdle: () => this.handles.forget(), onTurn });
    this.timers = new Timers((count) => {
      arena.i32[arena.here + processor.timers] = count;
    });
    this.waiters = new Waiters(arena, this.processor, this.timers, this.handles);
    this.handles.waiters = this.waiters;
    this.contexts = new Contexts(this.waiters, (channel) => this.handles.track(channel));
    this.handles.contexts = this.contexts;
    this.processor.waiters = this.waiters;
    this.processor.onWatch = (record) => this.contexts.heard(record);
    this.tasks = new Tasks({ arena, space: this.waiters, names: new Names(arena), processor: this.processor, heap, onFault, onChange: () => onWaiting?.() });
    this.processor.runner = this.tasks;
    this.handles.holder = this.tasks.holdings;
    this.#sleep = new Sleep(this.waiters);
    this.shared = {
      float64: (length) => makeSharedArray(this.#open(), "f64", length),
      int32: (length) => makeSharedArray(this.#open(), "i32", length),
      bytes: (length) => makeSharedArray(this.#open(), "u8", length),
    };
    this.processor.open();
  }

  /** Operations of this thread that are not over: parked waits and joins. */
  get waiting(): number {
    return this.waiters.parked + this.tasks.joins.count;
  }

  #open(): Arena {
    return this.open().arena;
  }

  /** This, if the runtime has not stopped. @throws ERR_RUNTIME_STOPPED */
  open(): this {
    if (this.#stopped !== undefined) throw this.#stopped;
    return this;
  }

  spawn(fn: AnyFunction, args: unknown[], place: Place): Promise<unknown> {
    return this.tasks.spawn(fn, args, place);
  }

  go(fn: AnyFunction, args: unknown[], place: Place): void {
    this.tasks.go(fn, args, place);
  }

  chan<T>(type: Type<T>, capacity: number): Chan<T> {
    this.#open();
    return this.handles.track(makeChannel(this.waiters, type, capacity, false));
  }

  oneshot<T>(type: Type<T>): Chan<T> {
    this.#open();
    return this.handles.track(makeChannel(this.waiters, type, 1, true));
  }

  select(cases: Cases, options: SelectOptions | undefined): unknown {
    this.#open();
    return runSelect(this.waiters, cases, options);
  }

  after(delayMs: number): Receiver<number> {
    this.#open();
    return new After(this.waiters, delayMs);
  }

  ticker(periodMs: number): Ticker {
    this.#open();
    return new TickerReceiver(this.waiters, periodMs);
  }

  never(): Receiver<never> {
    this.#open();
    return new Never(this.waiters);
  }

  context(parent: Context | undefined, options: ContextOptions | undefined): Context {
    this.#open();
    return this.contexts.make(parent, options);
  }

  group(options: GroupOptions | undefined): Group {
    this.#open();
    return new TaskGroup(this, options);
  }

  /** Another thread has died, and shared memory is in order again. */
  died({ thread, id, undelivered }: Aftermath, why: string, cause: unknown): void {
    this.processor.collect();
    this.waiters.recover(undelivered, thread, (local) => this.processor.isReady(local));
    this.contexts.recheck();
    this.tasks.died(id, why, cause);
    // The dead one may have marked this thread awake and not rung its bell, or have been about to.
    this.processor.wake();
  }

  /** Drops a record that was sent to a thread which has died. */
  orphan(record: number): void {
    if (this.arena.i32[record + waiter.record] === RECORD.watch) this.contexts.heard(record);
    else this.tasks.orphan(record);
  }

  /** Called on main after thread `dead` has died and before its successor starts; then every thread calls `contexts.recheck`. */
  adoptContexts(dead: number): void {
    this.contexts.adoptDeadlines(dead);
  }

  sleep(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
    this.#open();
    return this.#sleep.start(checkDelay(delayMs, "sleep"), signal);
  }

  yieldNow(): Promise<void> {
    this.#open();
    return this.processor.hop(undefined);
  }

  /** Lets go of what is only kept for speed, and collects garbage if Node was started with --expose-gc; the types of the handles that are left. */
  tidy(): ReadonlyMap<number, string> {
    this.handles.forget();
    globalThis.gc?.();
    return this.handles.types;
  }

  /** Records what this thread does into the ring at `at`, from now on. */
  trace(at: number): void {
    if (this.#trace?.at === at) return;
    void this.endTrace();
    this.#trace = new ThreadTrace(this, at);
  }

  /** Records no more; resolves when nothing will be written into the ring any more. */
  async endTrace(): Promise<void> {
    const trace = this.#trace;
    this.#trace = undefined;
    await trace?.end();
  }

  /** Ends this side: what still waits here rejects with `error`. */
  stop(error: WarrenError): void {
    this.#stopped = error;
    void this.endTrace();
    this.processor.close();
    this.timers.clear();
    this.waiters.failAll(error);
    this.tasks.stop(error);
  }
}
