/**
 * One thread's side of a runtime: joins the parts that do not know each other
 * (channels and scheduler), and does the thread's share when a thread dies, when a
 * trace begins or ends, and when the runtime stops. runtime/api.ts makes the calls
 * of a program from these parts.
 */
import { HandleTable } from "./handle-table.ts";
import { Contexts } from "../../context/contexts.ts";
import type { WarrenError } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { headersOf } from "../../memory/headers.ts";
import { KIND, RECORD, header, nextGeneration, processor, waiter } from "../../memory/layout.ts";
import { type FewNames, Names } from "../../memory/names.ts";
import { markNames } from "../../trace/mark.ts";
import { Entries } from "../../shared-map/entry.ts";
import { Processor } from "../../scheduler/processor.ts";
import { Timers } from "../../wait/timers.ts";
import { Waiters } from "../../wait/waiter.ts";
import type { Aftermath } from "./control.ts";
import { HeapWatch } from "./heap-watch.ts";
import { NamedObjects } from "./named.ts";
import { Sleep } from "../task/sleep.ts";
import { Tasks } from "../task/tasks.ts";
import { ThreadTrace } from "../trace/thread-trace.ts";

export interface ThreadSideOptions {
  readonly arena: Arena;
  /** Cores that the process may use. */
  readonly cores: number;
  /** Called with an error that ends the runtime. */
  readonly onFault: (error: unknown) => void;
  /** Called with a warning for the program, its code, and the lines of a stack trace. */
  readonly onWarning: (warning: string, code: string, site: string | undefined) => void;
  /** Called when the number of operations that wait on this thread has changed. */
  readonly onWaiting?: () => void;
  /** On the main thread: called when a closure has stopped, with the time that it ran and the number of its name. */
  readonly onHeld?: (heldMs: number, nameId: number) => void;
  /** Called before this thread handles what other threads have passed to it. */
  readonly onMail?: () => void;
  /** Called when this thread has nothing to do. */
  readonly onIdle?: () => void;
}

const CHANNELS: ReadonlySet<number> = new Set([KIND.array, KIND.oneshot, KIND.rendezvous, KIND.changing]);

export class ThreadSide {
  readonly arena: Arena;
  readonly waiters: Waiters;
  readonly processor: Processor;
  readonly tasks: Tasks;
  readonly timers: Timers;
  readonly contexts: Contexts;
  readonly handles = new HandleTable();
  readonly sleep: Sleep;
  readonly names: Names;
  readonly markNames: FewNames;
  readonly named: NamedObjects;
  #trace: ThreadTrace | undefined;
  #stopped: WarrenError | undefined;

  constructor({ arena, cores, onFault, onWarning, onWaiting, onMail, onIdle, onHeld }: ThreadSideOptions) {
    this.arena = arena;
    const heap = new HeapWatch(arena);
    const onTurn = arena.index < arena.threads ? (nowMs: number): void => heap.look(nowMs) : undefined;
    const idle = (): void => {
      this.#tidyUp();
      onIdle?.();
    };
    this.processor = new Processor({ arena, cores, onWaiting, onIdle: idle, onTurn, onMail, onHeld });
    this.timers = new Timers((count) => {
      arena.i32[arena.here + processor.timers] = count;
    });
    this.waiters = new Waiters(arena, this.processor, this.timers, this.handles);
    this.handles.waiters = this.waiters;
    this.contexts = new Contexts(this.waiters, (channel) => this.handles.trackKnown(channel));
    this.handles.contexts = this.contexts;
    this.processor.waiters = this.waiters;
    this.processor.onWatch = (record) => this.contexts.notified(record);
    this.names = new Names(arena);
    this.markNames = markNames(this.names);
    this.tasks = new Tasks({ waiters: this.waiters, names: this.names, processor: this.processor, heap, onFault, onWarning, onChange: () => onWaiting?.(), onHeld });
    this.processor.runner = this.tasks;
    this.handles.holder = this.tasks.holdings;
    this.contexts.plan = (fn) => this.tasks.plan(fn);
    this.sleep = new Sleep(this.waiters);
    this.handles.entries = new Entries(this.waiters, this.names);
    this.named = new NamedObjects({ waiters: this.waiters, names: this.names, handles: this.handles });
    this.processor.open();
  }

  /** Operations of this thread that are not over: parked waits and joins. */
  get waiting(): number {
    return this.waiters.parked + this.tasks.joins.count;
  }

  /** This, if the runtime has not stopped. @throws ERR_RUNTIME_STOPPED */
  open(): this {
    if (this.#stopped !== undefined) throw this.#stopped;
    return this;
  }

  /** Lets other tasks, timers and I/O of this thread run. @throws ERR_RUNTIME_STOPPED */
  yieldNow(): Promise<void> {
    return this.open().processor.hop(undefined);
  }

  /** See `ThreadControl.starts`. */
  async starts(): Promise<void> {
    // A turn resumes before it starts: the tasks have started in the turn before the second.
    for (let turn = 0; turn < 2; turn++) await this.processor.hop(undefined);
    await this.tasks.imported();
    for (let turn = 0; turn < 3; turn++) await this.processor.hop(undefined);
  }

  /** Another thread has died, and shared memory is repaired. */
  died({ thread, id, undelivered }: Aftermath, why: string, cause: unknown): void {
    this.processor.collect();
    this.waiters.recover(undelivered, thread, (local) => this.processor.isReady(local));
    this.contexts.recheck();
    this.tasks.died(id, why, cause);
    // The dead thread may have marked this one awake and not rung its bell, or have been about to mark it.
    this.processor.wake();
  }

  /** Drops a record that was sent to a thread which has died. */
  orphan(record: number): void {
    if (this.arena.i32[record + waiter.record] === RECORD.watch) this.contexts.notified(record);
    else this.tasks.orphan(record);
  }

  /** Called on main after thread `dead` has died and before its replacement starts; after that, every thread calls `contexts.recheck`. */
  adoptContexts(dead: number): void {
    this.contexts.adoptDeadlines(dead);
  }

  /** Drops what is only kept for speed: the thread is idle. */
  #tidyUp(): void {
    this.handles.forget();
    this.waiters.tidy();
  }

  /** Drops what is only kept for speed, and collects garbage if Node was started with --expose-gc. Returns the types of the handles that are left. */
  tidy(): ReadonlyMap<number, string> {
    this.#tidyUp();
    globalThis.gc?.();
    return this.handles.types;
  }

  /** Records what this thread does into the ring at `at`, from now on. */
  trace(at: number): void {
    if (this.#trace?.at === at) return;
    void this.endTrace();
    this.#trace = new ThreadTrace(this, at);
  }

  /** Stops recording. Resolves when nothing will be written into the ring any more. */
  async endTrace(): Promise<void> {
    const trace = this.#trace;
    this.#trace = undefined;
    await trace?.end();
  }

  /** After all threads have ended: every handle of a channel or shared object is stale from now on, and its operations reject with ERR_RUNTIME_STOPPED. Arrays can still be read. */
  retire(): void {
    const { i32 } = this.arena;
    for (const at of headersOf(this.arena)) {
      const kind = i32[at + header.kind];
      if (kind === 0 || kind === KIND.sharedArray || kind === KIND.context) continue;
      const next = nextGeneration(i32[at + header.generation]);
      i32[at + header.generation] = next;
      if (CHANNELS.has(kind)) i32[at + header.recvGeneration] = next;
    }
  }

  /** Ends this side: every operation and join that still waits on this thread rejects with `error`. */
  stop(error: WarrenError): void {
    this.#stopped = error;
    void this.endTrace();
    this.processor.close();
    this.timers.clear();
    this.waiters.failAll(error);
    this.tasks.stop(error);
  }
}
