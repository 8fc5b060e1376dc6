/**
 * A runtime: shared memory, its threads, and the main thread's side.
 *
 * The main thread coordinates. It runs no tasks of the pool. It watches for tasks
 * that block their thread, detects threads that die, and keeps the process alive
 * exactly while something waits or runs. It never blocks.
 */
import type { Remote } from "comlink";
import { within } from "../host.ts";
import { INSPECT, WarrenError, printValue } from "../errors.ts";
import { store } from "../memory/atomics.ts";
import type { Arena } from "../memory/arena.ts";
import { processor, superblock } from "../memory/layout.ts";
import { Names } from "../memory/names.ts";
import { setStack } from "../wire/frames.ts";
import { ring } from "../wait/doorbell.ts";
import { enterMain, leaveMain } from "./thread/ambient.ts";
import { unlessComputing } from "./inspect/answers.ts";
import type { Calls } from "./calls.ts";
import type { ThreadControl } from "./thread/control.ts";
import { type Dump, takeDump } from "./inspect/dump.ts";
import { Drain } from "./main/drain.ts";
import { KeepAlive } from "./main/keep-alive.ts";
import { ThreadSide } from "./thread/side.ts";
import { makeCalls } from "./api.ts";
import { type StopOptions, resolveDrainMs } from "./options.ts";
import type { Death, Pool } from "./main/pool.ts";
import { emitWarning } from "./thread/lines.ts";
import { activeResources, viewThread } from "./thread/report.ts";
import type { Outside, OutsideWait } from "./inspect/outside.ts";
import { type RuntimeStats, readStats } from "./inspect/stats.ts";
import { type AnyFunction, sourceOf } from "./module/task-function.ts";
import { ownTimes, timesOf } from "./thread/times.ts";
import { Traces } from "./trace/traces.ts";
import type { FollowOptions, Trace, TraceBatch, TraceOptions, Tracing } from "../trace/events.ts";
import type { Printer } from "./main/printer.ts";
import { Supervisor } from "./main/thread-death.ts";
import { Watchdog } from "./main/watchdog.ts";

/** A runtime made by `start`: the main thread keeps its own event loop and communicates with the threads. It has the same calls as the free functions, as methods. */
export interface Runtime extends Calls, AsyncDisposable {
  /** Number of threads, the main thread not counted. */
  readonly threads: number;
  /** What the runtime is doing, in numbers. On Linux it asks no thread, so a thread that computes does not delay it. */
  stats(): Promise<RuntimeStats>;
  /**
   * Every live task and what it waits for, and the tasks that wait only for each
   * other. A thread that computes cannot answer; it is reported from shared memory.
   */
  dump(): Promise<Dump>;
  /**
   * Ends a thread, whatever it is doing, and starts a new one with the same
   * index. Use it if a task never ends. The tasks on the thread are lost and fail
   * with ERR_THREAD_DIED. Tasks that had not started, and everything else, continue.
   * @param thread its index, from 0 to `threads` − 1
   * @throws ERR_INVALID_ARGUMENT, ERR_THREAD_STUCK, ERR_RUNTIME_STOPPED
   */
  recycle(thread: number): Promise<void>;
  /**
   * Records what every thread does, task by task, until the trace is stopped:
   * `const tracing = await rt.trace(); …; const { events } = await tracing.stop()`.
   * A runtime has at most one trace at a time. Each event costs less than a
   * microsecond. Without a trace nothing is recorded or reserved.
   * @throws ERR_INVALID_ARGUMENT, ERR_TRACING, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED
   */
  trace(options?: TraceOptions): Promise<Tracing>;
  /**
   * Ends the threads. Operations that still wait on the main thread reject with
   * ERR_RUNTIME_STOPPED. It resolves when all has ended, and can be called again.
   *
   * With `drainMs`, `go` and `spawn` outside tasks throw ERR_RUNTIME_STOPPED from now on,
   * and the runtime stops when the tasks that have been started, and those that they
   * start, have ended, or after that time. A second `stop()` does not wait for them.
   * @throws ERR_INVALID_ARGUMENT
   */
  stop(options?: StopOptions): Promise<void>;
}

/** For so long a program that has returned waits for tasks that could not start yet. */
const START_MS = 5000;

/** The calls of a program, which the constructor assigns. */
// oxlint-disable-next-line typescript/no-unsafe-declaration-merging -- `makeCalls` returns all of them
export interface OpenRuntime extends Calls {}

/** The runtime behind the interface, with the parts that only warren itself uses. */
export class OpenRuntime implements Runtime {
  readonly threads: number;
  readonly side: ThreadSide;
  readonly arena: Arena;
  readonly #keepAlive: KeepAlive;
  readonly #watchdog: Watchdog;
  readonly #supervisor: Supervisor;
  readonly #traces: Traces;
  readonly #printer: Printer;
  readonly #onClose: () => void;
  /** Set when its threads are ready. */
  #pool: Pool | undefined;
  #stopping: Promise<void> | undefined;
  /** Set while the runtime lets tasks end before it stops. */
  #drain: Drain | undefined;
  #drained: Promise<void> | undefined;
  /** What kept the main thread's event loop busy before the runtime was open. */
  #baseline: readonly string[] = [];
  readonly #names: Names;
  /** Rejects when the runtime stops. */
  readonly #ended = Promise.withResolvers<never>();
  /** What waits for other machines: warren/net. */
  readonly #outside = new Set<Outside>();
  /** Called with the error if the runtime stops because of one. */
  onEnd: ((error: unknown) => void) | undefined;

  /** @param cores that the process can use @param onClose called when it stops */
  constructor(arena: Arena, cores: number, { printer }: Pool, onClose: () => void) {
    this.#ended.promise.catch(() => undefined);
    this.threads = arena.threads;
    this.arena = arena;
    this.#onClose = onClose;
    this.#keepAlive = new KeepAlive(this.arena, () => this.side.waiting);
    this.#names = new Names(this.arena);
    this.#watchdog = new Watchdog(this.arena, (thread) => this.#supervisor.isUp(thread));
    this.#printer = printer;
    this.side = new ThreadSide({
      arena: this.arena,
      cores,
      onFault: (error) => this.fail(error),
      onWarning: emitWarning,
      onWaiting: () => {
        this.#keepAlive.update();
        this.#drain?.look();
      },
      onMail: () => this.#printer.look(),
      onIdle: () => this.#drain?.look(),
      onHeld: (heldMs, nameId) => this.#watchdog.closureStopped(heldMs, nameId),
    });
    this.#supervisor = new Supervisor(this.side, (error) => this.fail(error), (thread) => this.#joined(thread));
    this.#traces = new Traces({ side: this.side, names: this.#names, unlessComputing: (thread, answer) => unlessComputing(this.arena, thread, answer), isUp: (thread) => this.#supervisor.isUp(thread) });
    Object.assign(this, makeCalls(() => this.side));
  }

  /** Waits for the threads. @throws ERR_THREAD_START */
  async open(pool: Pool): Promise<void> {
    this.#keepAlive.hold();
    try {
      await pool.ready({ onDeath: (thread, death) => this.#died(thread, death), ringOf: (thread) => this.#traces.ringOf(thread) });
    } catch (error) {
      this.side.stop(new WarrenError("ERR_RUNTIME_STOPPED", "the runtime did not start"));
      this.#keepAlive.end();
      throw error;
    }
    this.#pool = pool;
    this.#printer.open();
    enterMain(this.side);
    this.#baseline = activeResources();
    this.#supervisor.open(pool);
    this.#watchdog.open();
    this.#keepAlive.release();
  }

  #joined(thread: number): void {
    if (this.#pool !== undefined) this.#traces.joined(this.#pool, thread);
  }

  #died(thread: number, death: Death): void {
    this.#traces.died(thread);
    this.#supervisor.died(thread, death);
    // Its tasks are gone; perhaps nothing keeps the process alive any more.
    this.#keepAlive.update();
  }

  async recycle(thread: number): Promise<void> {
    this.#requireOpen();
    if (!Number.isInteger(thread) || thread < 0 || thread >= this.threads) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `recycle needs a thread's index from 0 to ${this.threads - 1}, not ${printValue(thread)}`);
    }
    this.#keepAlive.hold();
    try {
      await this.#supervisor.recycle(thread);
    } finally {
      this.#keepAlive.release();
    }
  }

  /** Stops the runtime because of an error: operations that wait on the main thread reject with it. */
  fail(error: unknown): void {
    if (this.#stopping !== undefined) return;
    const { onEnd } = this;
    const stopped = this.#stop(error);
    if (onEnd !== undefined) return onEnd(error);
    // Perhaps no operation waits: then the error must not be lost.
    void stopped.then(() => {
      process.nextTick(() => {
        throw error; // node-do-not-add-exception-line
      });
    });
  }

  stop(options: StopOptions = {}): Promise<void> {
    const drainMs = resolveDrainMs(options);
    if (drainMs === 0 || this.#stopping !== undefined) return this.#stop(undefined);
    return (this.#drained ??= this.#stopAfter(drainMs));
  }

  async #stopAfter(drainMs: number): Promise<void> {
    this.#keepAlive.hold();
    this.side.tasks.refuse(new WarrenError("ERR_RUNTIME_STOPPED", "the runtime is stopping and starts no more tasks"));
    this.#drain = new Drain(this.arena, this.side.tasks.joins, drainMs);
    this.#drain.look();
    await this.#drain.done;
    this.#keepAlive.release();
    await this.#stop(undefined);
  }

  #stop(cause: unknown): Promise<void> {
    this.#stopping ??= this.#shutDown(cause);
    return this.#stopping;
  }

  async #shutDown(cause: unknown): Promise<void> {
    const { arena } = this;
    this.#drain?.end();
    this.#keepAlive.hold();
    leaveMain(this.side);
    this.#onClose();
    this.#watchdog.close();
    this.#supervisor.close();
    store(arena.i32, superblock.stopping, 1);
    const error = stoppedBecauseOf(cause);
    this.#ended.reject(error);
    this.side.stop(error);
    this.#traces.abandon(error);
    for (const outside of this.#outside) outside.stopped();
    for (let index = 0; index < this.threads; index++) ring(arena, index);
    await this.#pool?.stop();
    this.#printer.close();
    this.side.retire();
    this.#keepAlive.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  [INSPECT](): string {
    return `runtime with ${this.threads} threads${this.#stopping === undefined ? "" : ", stopped"}`;
  }

  /** @internal Attaches what waits for other machines; what it returns detaches it. */
  attach(outside: Outside): () => void {
    this.#outside.add(outside);
    return () => this.#outside.delete(outside);
  }

  stats(): Promise<RuntimeStats> {
    return whetherAwaitedOrNot(this.#stats());
  }

  async #stats(): Promise<RuntimeStats> {
    this.#requireOpen();
    const { i32 } = this.arena;
    const own = ownTimes();
    const known = Array.from({ length: this.threads }, (_, index) => timesOf(i32[this.arena.processorAt(index) + processor.systemId]));
    // Where the system does not report the times, each thread is asked; a thread that computes answers late.
    const times = known.some((its) => its !== undefined) ? known : await this.#ask((pool) => Promise.all(pool.each((control) => control.times())));
    // A thread that has died and is not replaced yet has no times.
    return { ...readStats(this.arena, [...times.map((its) => its ?? { cpuNs: 0 }), own]), outside: this.#waitsOutside() };
  }

  dump(): Promise<Dump> {
    return whetherAwaitedOrNot(this.#dump());
  }

  #waitsOutside(): OutsideWait[] {
    return [...this.#outside].flatMap((outside) => outside.waits());
  }

  #dump(): Promise<Dump> {
    return this.#ask((pool) =>
      takeDump({
        arena: this.arena,
        names: this.#names,
        ask: () => pool.each((control) => control.view()),
        isUp: (thread) => this.#supervisor.isUp(thread),
        own: () => viewThread(this.side, this.#baseline),
        outside: () => this.#waitsOutside(),
      }),
    );
  }

  trace(options: TraceOptions = {}): Promise<Tracing> {
    return whetherAwaitedOrNot(this.#trace(options));
  }

  async #trace(options: TraceOptions): Promise<Tracing> {
    await this.#ask((pool) => this.#traces.start(pool, options));
    let ended: Promise<Trace> | undefined;
    const stop = (): Promise<Trace> => (ended ??= whetherAwaitedOrNot(this.#ask((pool) => this.#traces.stop(pool))));
    const follow = (options: FollowOptions = {}): AsyncIterableIterator<TraceBatch, undefined> => {
      this.#requireOpen();
      if (ended !== undefined) throw new WarrenError("ERR_TRACING", "this trace has been stopped. Call follow before stop");
      return this.#traces.follow(options);
    };
    return {
      stop,
      follow,
      [Symbol.asyncDispose]: async () => {
        try {
          await stop();
        } catch (error) {
          if (this.#stopping === undefined) throw error;
        }
      },
    };
  }

  /** @internal Asks each thread; the answer is `undefined` for one that has died and is not replaced yet. */
  askEach<T>(ask: (control: Remote<ThreadControl>) => Promise<T>): Promise<(T | undefined)[]> {
    return this.#ask((pool) => Promise.all(pool.each(ask)));
  }

  /** @internal Code of the main thread has used the runtime of a `run` program. The main task is started there, and its result is awaited there. */
  get isUsedOnMain(): boolean {
    const { i32, here } = this.arena;
    return i32[here + processor.placed] > 1 || this.side.waiting > 1 || this.side.handles.countObjects().size > 0;
  }

  /** @internal Tidies up on all threads that do not compute. Returns the types of the handles that are left. */
  async tidy(): Promise<ReadonlyMap<number, string>> {
    const own = this.side.tidy();
    const others = await this.#ask((pool) => Promise.all(pool.each((control) => control.tidy()).map((answer, thread) => unlessComputing(this.arena, thread, answer))));
    const types = new Map(own);
    for (const its of others) for (const [handle, type] of its ?? []) types.set(handle, type);
    return types;
  }

  #requireOpen(): Pool {
    if (this.#pool === undefined || this.#stopping !== undefined) throw new WarrenError("ERR_RUNTIME_STOPPED", "the runtime has stopped");
    return this.#pool;
  }

  /** Asks the threads something, and keeps the process alive until they have answered. After a stop it rejects. */
  async #ask<T>(ask: (pool: Pool) => Promise<T>): Promise<T> {
    const pool = this.#requireOpen();
    this.#keepAlive.hold();
    try {
      return await Promise.race([ask(pool), this.#ended.promise]);
    } finally {
      this.#keepAlive.release();
    }
  }

  /**
   * Waits, for a moment at most, until tasks that could not start yet have started: those
   * whose module a thread still imports, and those in the queue of a thread that does not
   * compute. A task that fails immediately must not be lost because its thread was slow.
   */
  async letStart(): Promise<void> {
    const { arena } = this;
    const { i32 } = arena;
    const starts: Promise<void>[] = [];
    for (let thread = 0; thread < this.threads; thread++) {
      const at = arena.processorAt(thread);
      const isImporting = i32[at + processor.running] < 0;
      if (!isImporting && i32[at + processor.queueCount] === 0) continue;
      const started = this.#pool?.ask(thread, (control) => control.starts()) ?? Promise.resolve();
      starts.push(isImporting ? started : unlessComputing(arena, thread, started));
    }
    await within(Promise.all(starts), START_MS);
    // Their failures, if they have sent any.
    this.side.processor.collect();
  }

  /** Starts the main task of a `run` program. @throws ERR_INVALID_ARGUMENT for a value that is not a task */
  spawnMain(main: AnyFunction, args: unknown[]): Promise<unknown> {
    if (typeof main !== "function" || sourceOf(main) === undefined) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `run needs a task: task(import.meta, async function main() {…}), not ${printValue(main)}`);
    }
    return this.side.tasks.spawn(main, args, undefined);
  }
}

/** Its stack is that of the cause: the line that failed comes first. */
function stoppedBecauseOf(cause: unknown): WarrenError {
  if (cause === undefined) return new WarrenError("ERR_RUNTIME_STOPPED", "the runtime has stopped");
  const message = `the runtime has stopped: ${cause instanceof Error ? cause.message : printValue(cause)}`;
  const error = new WarrenError("ERR_RUNTIME_STOPPED", message, {}, { cause }); // node-do-not-add-exception-line
  const stack = cause instanceof Error ? String(cause.stack) : "";
  const at = stack.search(/^ {4}at /m);
  setStack(error, at < 0 ? `${error.name}: ${message}` : `${error.name}: ${message}\n${stack.slice(at)}`);
  return error;
}

/** If no code awaits the promise, its rejection is not an unhandled rejection; a caller that awaits it gets the error. */
function whetherAwaitedOrNot<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
