/**
 * Tasks of one thread: it starts tasks on any thread, runs those that were placed
 * on this one, and receives results.
 *
 * The thread that spawns makes a task record and queues it in shared memory. The
 * thread that runs the task takes the record, and sends it back with the result
 * through the inbox. At any time exactly one of them owns the record. A closure has
 * no record, because it stays on its thread.
 */
import { AsyncLocalStorage, type AsyncResource } from "node:async_hooks";
import { captureContext, performance, setImmediate } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { store } from "../../memory/atomics.ts";
import type { Arena } from "../../memory/arena.ts";
import { OUTCOME, RECORD, SPAWN_CHOSEN, SPAWN_CLOSURE, TASK_WORDS, indexOfId, processor, taskRecord } from "../../memory/layout.ts";
import type { Names } from "../../memory/names.ts";
import { beganAt } from "../../wire/frames.ts";
import { decodePayload, dropPayload, encodePayload } from "../../wire/payload.ts";
import { changeHeld, placeFor } from "../../scheduler/load.ts";
import type { Processor } from "../../scheduler/processor.ts";
import type { TaskRunner } from "../../scheduler/task-runner.ts";
import { pushTask } from "../../scheduler/task-queue.ts";
import { TO_HELP, TO_RING } from "../../scheduler/task-words.ts";
import { isAsleep, ring, ringAny } from "../../wait/doorbell.ts";
import type { Recorder } from "../../trace/recorder.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { REASON_PLACE } from "../../wait/wait-reason.ts";
import { Faults } from "./faults.ts";
import { type NamedFunction, TaskFunctions } from "../module/functions.ts";
import { allocLeases, claimGuards, giveBack, guardsIn, lendGuards, returnGuards, spaceWith, withMoved } from "./guards.ts";
import { Holdings } from "./holdings.ts";
import { Joins } from "./joins.ts";
import { type Ends, Identities, Identity } from "./identity.ts";
import { NotAwaited } from "./not-awaited.ts";
import { Planned } from "./planned.ts";
import { encodeResult, noRoom, promiseOf } from "./task-result.ts";
import { captureSite, framesHere } from "./site.ts";
import { TaskNames } from "./task-names.ts";
import { type AnyFunction, type TaskSource, nameOfClosure, sourceOf } from "../module/task-function.ts";

/** `"here"`, a thread's index, or `undefined` for the least loaded thread. */
export type Place = "here" | number | undefined;

export interface TasksOptions {
  readonly waiters: Waiters;
  readonly names: Names;
  readonly processor: Processor;
  /** While the heap is nearly full, no task starts. */
  readonly heap: { readonly isFull: boolean; refusal(name: string): WarrenError };
  /** Called when a task that was started with `go` has failed: the runtime stops. */
  readonly onFault: (error: unknown) => void;
  /** On the main thread: called when a closure has stopped for the first time, with the time that it ran and the number of its name. */
  readonly onHeld: ((heldMs: number, nameId: number) => void) | undefined;
  /** Called with a warning for the program, its code, and the lines of a stack trace. */
  readonly onWarning: (warning: string, code: string, site: string | undefined) => void;
  /** Called when this thread has started a task, or one of its joins has ended. */
  readonly onChange: () => void;
}

export class Tasks implements TaskRunner {
  readonly identities: Identities;
  readonly joins: Joins;
  readonly holdings: Holdings;
  readonly faults: Faults;
  /** Calls that may start later: see planned.ts. */
  readonly planned = new Set<Identity>();
  /** Set while there is a trace. */
  recorder: Recorder | undefined = undefined;
  readonly #options: TasksOptions;
  readonly #arena: Arena;
  readonly #current = new AsyncLocalStorage<Identity>();
  readonly #names: TaskNames;
  readonly #functions: TaskFunctions;
  readonly #notAwaited: NotAwaited;
  #lastPlace = 0;
  #stopped: WarrenError | undefined;
  #refused: WarrenError | undefined;

  constructor(options: TasksOptions) {
    this.#options = options;
    this.#arena = options.waiters.arena;
    this.#names = new TaskNames(options.names);
    this.#functions = new TaskFunctions((nameId) => this.#names.sourceOf(nameId));
    this.#notAwaited = new NotAwaited(options.waiters.observed, options.onWarning);
    this.faults = new Faults(options.waiters, options.onFault);
    this.identities = new Identities(this.#current);
    this.holdings = new Holdings(options.waiters, () => this.current());
    this.joins = new Joins(() => {
      this.#arena.i32[this.#arena.here + processor.parkedBy + REASON_PLACE.join] = this.joins.count;
      options.onChange();
    });
  }

  current(): Identity | undefined {
    return this.#current.getStore();
  }

  site(): string | undefined {
    return framesHere();
  }

  resuming(task: object | undefined): void {
    const { i32, here } = this.#arena;
    i32[here + processor.running] = (task as Identity | undefined)?.nameId ?? 0;
    i32[here + processor.runningNext] = 0;
  }

  /** Starts a task or a closure; rejects with the error that it throws. @param isAccepted it was called before `refuse` @throws ERR_INVALID_ARGUMENT, ERR_NOT_TRANSFERABLE, ERR_ARENA_FULL, ERR_RUNTIME_STOPPED */
  spawn(fn: AnyFunction, args: unknown[], place: Place, isAccepted = false): Promise<unknown> {
    const source = this.#check(fn, place, isAccepted);
    const task = this.#identify(fn, source);
    const join = this.joins.open(task, this.#options.processor.nowMs);
    let record = 0;
    try {
      if (source !== undefined) record = this.#place(task, args, join, place);
      else this.#startClosure(fn, withMoved(args, guardsIn(args, this.#arena), task.id), task, join);
    } catch (error) {
      this.joins.drop(join);
      throw error;
    }
    return this.joins.opened(join, record);
  }

  /** Starts a task or a closure. If it fails, the runtime stops. @throws as `spawn` */
  go(fn: AnyFunction, args: unknown[], place: Place): void {
    const source = this.#check(fn, place, false);
    const task = this.#identify(fn, source);
    if (source === undefined) this.#startClosure(fn, withMoved(args, guardsIn(args, this.#arena), task.id), task, -1);
    else this.#place(task, args, -1, place);
    this.#options.onChange();
  }

  /** Prepares a later `go` of a function, in the async context of this call. If it cannot be started then, the runtime stops. @throws ERR_INVALID_ARGUMENT, ERR_RUNTIME_STOPPED */
  plan(fn: AnyFunction): Planned {
    const source = this.#check(fn, undefined, false, "afterFunc needs");
    const task = this.#identify(fn, source);
    const context = captureContext();
    return new Planned(task, this.planned, () => {
      const { name, nameId, isClosure, site, starter } = task;
      try {
        const started = new Identity(this.#names.nextId(), name, nameId, isClosure, site, starter);
        if (source === undefined) this.#startClosure(fn, [], started, -1, context);
        else this.#place(started, [], -1, undefined);
        this.#options.onChange();
      } catch (error) {
        this.faults.raise(name, site, error);
      }
    });
  }

  #check(fn: unknown, place: Place, isAccepted: boolean, needs = "go and spawn need"): TaskSource | undefined {
    if (typeof fn !== "function") throw new WarrenError("ERR_INVALID_ARGUMENT", `${needs} a task or a function, not ${printValue(fn)}`);
    if (this.#stopped !== undefined) throw this.#stopped;
    if (this.#refused !== undefined && !isAccepted && this.current() === undefined) throw this.#refused;
    const source = sourceOf(fn as AnyFunction);
    const { threads } = this.#arena;
    if (place === undefined || place === "here") return source;
    if (!Number.isInteger(place) || place < 0 || place >= threads) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `a place is "here" or a thread's index from 0 to ${threads - 1}, not ${printValue(place)}`);
    }
    if (source === undefined && place !== this.#arena.index) {
      throw new WarrenError("ERR_INVALID_ARGUMENT", `${printValue(fn)} is a closure and stays on its thread: make it a task(import.meta, …) to place it on thread ${place}`);
    }
    return source;
  }

  /** A new task, started by the one that runs now. */
  #identify(fn: AnyFunction, source: TaskSource | undefined): Identity {
    const site = captureSite(this.#options.processor.nowMs);
    const id = this.#names.nextId();
    if (source !== undefined) return new Identity(id, source.name, this.#names.numberOf(source), false, site, this.current());
    const name = nameOfClosure(fn);
    return new Identity(id, name, this.#names.numberOfClosure(name), true, site, this.current());
  }

  #startClosure(fn: AnyFunction, args: unknown[], task: Identity, join: number, context = captureContext()): void {
    if (this.recorder !== undefined) this.recorder.noteSpawn(task.id, this.#arena.index + SPAWN_CLOSURE);
    changeHeld(this.#arena, 1);
    this.#countPlaced();
    if (join >= 0) {
      this.joins.keep(join, fn, args, context);
      return this.#options.processor.startSoon(join);
    }
    this.#options.processor.startSoon(() => this.#startNow(fn, args, task, join, context));
  }

  startClosure(index: number): void {
    const join = this.joins.at(index);
    if (join === undefined) return this.#uncount();
    const { fn, args, task, context } = join;
    join.fn = join.args = join.context = undefined;
    this.#startNow(fn as AnyFunction, args as unknown[], task, index, context as AsyncResource);
  }

  #startNow(fn: AnyFunction, args: unknown[], task: Identity, join: number, context: AsyncResource): void {
    this.#arena.i32[this.#arena.here + processor.started]++;
    this.resuming(task);
    const { onHeld } = this.#options;
    const startMs = onHeld === undefined ? 0 : performance.now();
    if (join < 0) this.#runAlone(fn, args, task, context);
    else this.#run(fn, args, task, context, 0, join);
    onHeld?.(performance.now() - startMs, task.nameId);
  }

  /** Call it after the load has gone up: see `hasNoTasks` in scheduler/load.ts. */
  #countPlaced(): void {
    const { i32, here } = this.#arena;
    store(i32, here + processor.placed, i32[here + processor.placed] + 1);
  }

  /** A task has ended on this thread. */
  #uncount(): void {
    this.#arena.i32[this.#arena.here + processor.finished]++;
    changeHeld(this.#arena, -1);
  }

  /** Makes the record of a task, passes it to a thread, and returns it. */
  #place({ id, name, nameId, site }: Identity, args: unknown[], join: number, place: Place): number {
    const { waiters } = this.#options;
    const arena = this.#arena;
    const { i32, index: me, threads } = arena;
    const guards = guardsIn(args, arena);
    const payload = args.length === 0 && site === undefined ? 0 : encodePayload(spaceWith(waiters, guards), { args, site }, `the call of ${name}(…)`);
    // The main thread runs no tasks of the pool: a task that it starts "here" is placed like any other.
    const target = place === "here" ? (me < threads ? me : undefined) : place;
    const to = target ?? placeFor(arena, this.#lastPlace);
    if (target === undefined) this.#lastPlace = to;
    let record = 0;
    if (guards.length === 0 && this.recorder === undefined) {
      const placed = arena.compiled.placeTask(arena.here, arena.id, arena.owner, arena.processorAt(to), target === undefined ? 0 : 1, join, nameId, id, payload);
      if (placed > 0) {
        if (to === me) this.#options.processor.wake();
        const signals = placed & (TO_RING | TO_HELP);
        if (signals === TO_HELP) ringAny(arena, to, 0, arena.front);
        else if (signals === TO_RING) ring(arena, to);
        return placed - signals;
      }
      record = -placed;
    }
    let leases: readonly number[];
    try {
      if (record === 0) record = arena.alloc(TASK_WORDS);
      leases = allocLeases(arena, guards);
    } catch (error) {
      if (record !== 0) arena.free(record);
      dropPayload(waiters, payload);
      throw error;
    }
    i32[record + taskRecord.record] = RECORD.task;
    i32[record + taskRecord.owner] = arena.id;
    i32[record + taskRecord.join] = join;
    i32[record + taskRecord.name] = nameId;
    i32[record + taskRecord.id] = id;
    i32[record + taskRecord.payload] = payload;
    i32[record + taskRecord.outcome] = OUTCOME.pending;
    i32[record + taskRecord.holder] = arena.id + 1;
    lendGuards(arena, record, guards, leases);
    if (this.recorder !== undefined) this.recorder.noteSpawn(id, target === undefined ? to : to + SPAWN_CHOSEN);
    const count = pushTask(arena, to, record, target !== undefined);
    this.#countPlaced();
    if (to === me) this.#options.processor.wake();
    // If the thread has more tasks than it can start now, a sleeping thread in front helps.
    if (target === undefined && (to === me || count > 1) && !isAsleep(arena, to)) ringAny(arena, to, 0, arena.front);
    if (to !== me) ring(arena, to);
    return record;
  }

  /** Ends a join: the task that awaits it continues. */
  #settle(join: number, failed: boolean, value: unknown): void {
    const joining = this.joins.by(join);
    this.resuming(joining);
    if (this.recorder !== undefined) this.recorder.noteJoin(joining, this.joins.childOf(join));
    this.joins.settle(join, failed, value);
  }

  start(record: number): void {
    const { i32 } = this.#arena;
    i32[this.#arena.here + processor.started]++;
    const nameId = i32[record + taskRecord.name];
    if (this.#options.heap.isFull) return this.#refuse(record, this.#options.heap.refusal(this.#names.sourceOf(nameId).name));
    i32[this.#arena.here + processor.running] = nameId;
    const known = this.#functions.get(nameId);
    if (known !== undefined) return this.#startWith(record, known);
    i32[this.#arena.here + processor.running] = -nameId;
    this.#functions.load(nameId).then(
      // One after the other, like tasks whose module was there.
      (loaded) =>
        this.#options.processor.startSoon(() => {
          this.#options.processor.renewSlice();
          this.#startWith(record, loaded);
        }),
      // Not immediately: a thread that is terminated in the middle of an import may reach this line with a broken module, but it never takes another turn. Its tasks are lost with it.
      (error: unknown) => void setImmediate(() => this.#refuse(record, error)),
    );
  }

  /** Resolves when the imports that are in progress have ended. Their tasks start, or end, in one of the next two turns. */
  imported(): Promise<void> {
    return this.#functions.loaded();
  }

  /** Ends a task that is not started. */
  #refuse(record: number, error: unknown): void {
    const { i32 } = this.#arena;
    const { name } = this.#names.sourceOf(i32[record + taskRecord.name]);
    const payload = i32[record + taskRecord.payload];
    i32[record + taskRecord.payload] = 0;
    returnGuards(this.#options.waiters, record);
    dropPayload(this.#options.waiters, payload);
    this.#end(record, name, true, error);
  }

  #startWith(record: number, { fn, name }: NamedFunction): void {
    const { i32 } = this.#arena;
    const payload = i32[record + taskRecord.payload];
    const nameId = i32[record + taskRecord.name];
    i32[this.#arena.here + processor.running] = nameId;
    const task = new Identity(i32[record + taskRecord.id], name, nameId, false);
    let args: unknown[] = [];
    try {
      i32[record + taskRecord.payload] = 0;
      if (payload !== 0) ({ args, site: task.site } = this.#decodeFor(task, payload, record) as { args: unknown[]; site: string | undefined });
    } catch (error) {
      return this.#end(record, name, true, error);
    }
    const join = i32[record + taskRecord.join];
    if (join >= 0) return this.#run(fn, args, task, undefined, record, join);
    this.#arena.free(record);
    this.#runAlone(fn, args, task, undefined);
  }

  /** Decodes a payload for a task, which then knows the handles in it. @param record that of the task, whose guards are among its arguments */
  #decodeFor(task: Identity | undefined, payload: number, record = 0): unknown {
    const { waiters } = this.#options;
    this.holdings.receiving(task);
    const guards = claimGuards(waiters, record);
    try {
      return decodePayload(spaceWith(waiters, guards), payload);
    } catch (error) {
      giveBack(guards);
      throw error;
    } finally {
      this.holdings.received();
    }
  }

  /** Runs a function as a task of this thread. @param record that of the task, 0 for a closure */
  #run(fn: AnyFunction, args: unknown[], task: Identity, context: AsyncResource | undefined, record: number, join: number): void {
    const identity = this.identities.add(task);
    if (this.recorder !== undefined) this.recorder.noteStart(identity, identity.nameId);
    let result: unknown;
    try {
      result = this.identities.enter(identity, context, fn, args);
    } catch (error) {
      return this.#ended(identity, record, join, true, error);
    }
    const promise = promiseOf(result);
    if (promise === undefined) return this.#ended(identity, record, join, false, result);
    promise.then((value) => this.#ended(identity, record, join, false, value), (error) => this.#ended(identity, record, join, true, error));
  }

  /** A task with a join has ended. */
  #ended(identity: Identity, record: number, join: number, failed: boolean, value: unknown): void {
    if (this.recorder !== undefined) this.recorder.noteEnd(identity, failed);
    this.identities.remove(identity);
    this.#notAwaited.check(identity);
    if (record !== 0) this.#end(record, identity.name, failed, value);
    else {
      this.#uncount();
      this.#settle(join, failed, value);
    }
    this.#options.processor.ended();
  }

  /** Like `#run`, for a task without a join. There may be a million of them: tasks with a shared identity also share these callbacks. */
  #runAlone(fn: AnyFunction, args: unknown[], task: Identity, context: AsyncResource | undefined): void {
    const { identities } = this;
    const identity = identities.add(task);
    if (this.recorder !== undefined) this.recorder.noteStart(identity, identity.nameId);
    let result: unknown;
    try {
      result = identities.enter(identity, context, fn, args);
    } catch (error) {
      return this.#endAlone(identity, true, error);
    }
    const promise = promiseOf(result);
    if (promise === undefined) return this.#endAlone(identity, false, undefined);
    const ends: Ends = identity.ends ?? {
      done: () => this.#endAlone(identity, false, undefined),
      failed: (error) => this.#endAlone(identity, true, error),
    };
    if (identity.place < 0) identity.ends = ends;
    promise.then(ends.done, ends.failed);
  }

  #endAlone(identity: Identity, failed: boolean, error: unknown): void {
    if (this.recorder !== undefined) this.recorder.noteEnd(identity, failed);
    this.identities.remove(identity);
    this.#notAwaited.check(identity);
    // Before the task is counted as ended: a process without tasks may end, and must not miss the fault.
    if (failed) this.faults.raise(identity.name, identity.site, error);
    this.#uncount();
    this.#options.processor.ended();
  }

  /** A task with a record has ended on this thread: sends the result to the thread that spawned it. */
  #end(record: number, name: string, failed: boolean, value: unknown): void {
    const arena = this.#arena;
    const { i32 } = arena;
    if (i32[record + taskRecord.join] < 0) {
      arena.free(record);
      this.faults.raise(name, undefined, value);
      return this.#uncount();
    }
    let outcome: number = OUTCOME.ok;
    let payload = 0;
    if (failed || value !== undefined) [outcome, payload] = encodeResult(this.#options.waiters, name, failed, value);
    const sent = arena.compiled.endTask(arena.here, arena.id, record, outcome, payload);
    if (sent > 0) this.finished(record);
    else if (sent < 0) ring(arena, -1 - sent);
  }

  finished(record: number): void {
    const { i32 } = this.#arena;
    const outcome = i32[record + taskRecord.outcome];
    const join = i32[record + taskRecord.join];
    const payload = i32[record + taskRecord.payload];
    this.#arena.free(record);
    let value: unknown;
    try {
      value = payload === 0 ? undefined : this.#decodeFor(this.joins.by(join), payload);
    } catch (error) {
      return this.#settle(join, true, error);
    }
    if (outcome === OUTCOME.noRoom) return this.#settle(join, true, noRoom(this.#arena));
    this.#settle(join, outcome === OUTCOME.failed, value);
  }

  /** Frees a record that was sent to a thread that died. */
  orphan(record: number): void {
    const { i32 } = this.#arena;
    const kind = i32[record + taskRecord.record];
    if (kind === RECORD.wait) this.#options.waiters.releaseValue(record);
    if (kind === RECORD.result) dropPayload(this.#options.waiters, i32[record + taskRecord.payload]);
    this.#arena.free(record);
  }

  /** A thread has died, with this `processorId`: the tasks on it that this thread spawned are lost. */
  died(id: number, why: string, cause: unknown): void {
    const { i32 } = this.#arena;
    const thread = indexOfId(id);
    for (const { index, record, name } of this.joins.withRecords()) {
      if (i32[record + taskRecord.holder] !== id + 1) continue;
      dropPayload(this.#options.waiters, i32[record + taskRecord.payload]);
      this.#arena.free(record);
      const lost = new WarrenError("ERR_THREAD_DIED", `task ${name} was lost because thread ${thread} ended: ${why}`, { thread, task: name }, cause === undefined ? undefined : { cause }); // node-do-not-add-exception-line
      beganAt(lost, undefined);
      this.joins.settle(index, true, lost);
    }
  }

  /** From now on code outside tasks starts no task on this thread. */
  refuse(error: WarrenError): void {
    this.#refused = error;
  }

  /** Rejects all joins of this thread and refuses new tasks. */
  stop(error: WarrenError): void {
    this.#stopped = error;
    this.planned.clear();
    this.joins.rejectAll(error);
  }

  fault(record: number): void {
    this.faults.received(record);
  }
}
