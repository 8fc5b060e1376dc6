/**
 * The machine on which the coherence simulation runs production code: virtual threads
 * that are generators, each with a clock and an event loop of its own, and one set of
 * simulated caches (lines.ts).
 *
 * It has the same seam as the explorer's machine (../explorer/machine.ts), but tries one
 * order of the steps, the most natural one: the thread whose clock is least goes on. A
 * step costs what it costs on real cores, roughly: more if the line must come from
 * another core. So threads that contend for a word slow each other down, spin, and move
 * the line as often as real ones would.
 *
 * Module state, not an object, as in the explorer's machine: one run at a time.
 */
import { AnyGenerator, KIND, NO_WORDS, inOneStep } from "../explorer/machine.ts";
import { type Random, randomOf } from "../explorer/random.ts";
import { type Access, HIT, type Lines } from "./lines.ts";

export { AnyGenerator, NO_WORDS };
export const SWITCH = Object.freeze({ switch: true });
/** What a thread yields when it has nothing to do until its wake-up. */
const IDLE = Object.freeze({ idle: true });

/** What a step takes, in nanoseconds. */
const COST = { plain: 0.5, atomic: 10, pause: 30, miss: 70, job: 50, turn: 1500, wake: 30_000, chance: 6 };

interface Timer {
  readonly dueNs: number;
  readonly job: () => unknown;
  ref(): Timer;
  unref(): Timer;
}

/** One virtual thread. */
export class Thread {
  readonly index: number;
  nowNs = 0;
  /** Operations of the workload that it has finished. */
  operations = 0;
  readonly jobs: (() => unknown)[] = [];
  readonly afterJobs: (() => unknown)[] = [];
  readonly timers: Timer[] = [];
  immediates: (() => unknown)[] = [];
  isIdle = false;
  /** The step that it is about to do. */
  kind = -1;
  site = 0;
  words: Int32Array = NO_WORDS;
  at = 0;
  a: unknown = 0;
  b: unknown = 0;
  readonly body: Generator<unknown, void>;

  constructor(index: number) {
    this.index = index;
    this.body = eventLoop(this);
  }

  /** When it goes on. */
  get dueNs(): number {
    if (!this.isIdle) return this.nowNs;
    return this.timers.reduce((least, { dueNs }) => Math.min(least, dueNs), Infinity);
  }
}

let threads: Thread[] = [];
let current = new Thread(-1);
let lines: Lines;
let memory: ArrayBufferLike;
let random: Random = randomOf(1);
/** Above 0 every step is done without a switch: set-up and constructors. */
let atomic = 0;
/** The running thread may go on until its clock is here. */
let horizonNs = 0;
let waits: { at: number; promise: VirtualPromise }[] = [];

/** Begins a run of `count` threads on a memory. */
export function begin(count: number, of: ArrayBufferLike, on: Lines, seed: number): readonly Thread[] {
  threads = Array.from({ length: count }, (_, index) => new Thread(index));
  lines = on;
  memory = of;
  random = randomOf(seed);
  waits = [];
  return threads;
}

/** Runs until `isOver()`, which is asked at each switch. */
export function run(isOver: () => boolean): void {
  while (!isOver()) {
    const next = threads.reduce((first, thread) => (thread.dueNs < first.dueNs ? thread : first));
    if (next.dueNs === Infinity) throw new Error("nobody can run");
    horizonNs = threads.reduce((least, thread) => (thread === next ? least : Math.min(least, thread.dueNs)), Infinity);
    // So that `isOver` is asked now and then.
    horizonNs = Math.min(horizonNs, next.dueNs + 10_000);
    next.nowNs = next.dueNs;
    next.isIdle = false;
    current = next;
    const result = next.kind < 0 ? undefined : perform(next);
    next.kind = -1;
    next.isIdle = next.body.next(result).value === IDLE;
  }
}

/** Runs set-up on behalf of a thread. */
export function as<R>(thread: Thread, call: () => R): R {
  const before = current;
  current = thread;
  try {
    return atomically(call) as R;
  } finally {
    current = before;
  }
}

/** Runs rewritten code to its end in one step. */
export function atomically(call: () => unknown): unknown {
  atomic++;
  try {
    return inOneStep(call);
  } finally {
    atomic--;
  }
}

/** The running thread has finished an operation of the workload. */
export function finished(): void {
  current.operations++;
}

/** An access other than through an array of words: one word of the arena. */
export function touch(at: number, isWrite: boolean): void {
  if (current.index >= 0) charge(isWrite ? lines.write(current.index, at, -1) : lines.read(current.index, at), COST.plain);
}

function charge(access: Access, cost: number): void {
  current.nowNs += cost + (access === HIT ? 0 : COST.miss);
}

/** A plain access. Arrays that are not the arena's are memory of one thread. */
export function plainly(_site: number, words: Int32Array, at: number): number {
  if (words.buffer === memory && current.index >= 0) charge(lines.read(current.index, at), COST.plain);
  return words[at];
}

export function plainlyWrite(site: number, words: Int32Array, at: number, value: number): number {
  if (words.buffer === memory && current.index >= 0) charge(lines.write(current.index, at, site), COST.plain);
  return (words[at] = value);
}

export const put = plainlyWrite;

/** A step of the running thread: its value, or `SWITCH`. */
export function op(kind: number, site: number, words: Int32Array, at: number, a?: unknown, b?: unknown): unknown {
  const self = current;
  self.kind = kind;
  self.site = site;
  self.words = words;
  self.at = at;
  self.a = a;
  self.b = b;
  self.nowNs += random() * COST.chance;
  if (atomic === 0 && self.nowNs > horizonNs) return SWITCH;
  self.kind = -1;
  return perform(Object.assign(self, { kind }));
}

/** One step of a lock's back-off. */
export function backOff(site: number): unknown {
  return op(KIND.pause, site, NO_WORDS, 0);
}

export function block(): never {
  throw new Error("nothing waits by itself here");
}

export function choose(): number {
  return 0;
}

function perform(self: Thread): unknown {
  const { kind, words, at, a, b, site } = self;
  self.kind = -1;
  if (kind === KIND.pause) {
    self.nowNs += COST.pause;
    return undefined;
  }
  const value = words[at];
  const isRead = kind === KIND.load || kind === KIND.read;
  const changes = kind !== KIND.cas || value === a;
  if (self.index >= 0) charge(isRead ? lines.read(self.index, at) : lines.write(self.index, at, site, changes), kind === KIND.read || kind === KIND.write ? COST.plain : COST.atomic);
  switch (kind) {
    case KIND.store:
    case KIND.write:
    case KIND.exchange:
      words[at] = a as number;
      return kind === KIND.exchange ? value : a;
    case KIND.add:
      words[at] = value + (a as number);
      return value;
    case KIND.sub:
      words[at] = value - (a as number);
      return value;
    case KIND.or:
      words[at] = value | (a as number);
      return value;
    case KIND.cas:
      if (changes) words[at] = b as number;
      return value;
    case KIND.notify:
      return wake(at, a as number);
    case KIND.waitAsync:
      return value === a ? wait(at) : undefined;
    default:
      return value;
  }
}

function wait(at: number): VirtualPromise {
  const promise = new VirtualPromise(() => undefined);
  waits.push({ at, promise });
  return promise;
}

function wake(at: number, count: number): number {
  const woken = waits.filter((entry) => entry.at === at).slice(0, count);
  waits = waits.filter((entry) => !woken.includes(entry));
  for (const { promise } of woken) promise.settle(true, "ok");
  return woken.length;
}

/** Adds a job to a thread's event loop, which wakes if it is idle. */
function tell(thread: Thread, job: () => unknown): void {
  thread.jobs.push(job);
  if (!thread.isIdle) return;
  thread.isIdle = false;
  thread.nowNs = Math.max(thread.nowNs, current.nowNs + COST.wake);
  horizonNs = Math.min(horizonNs, thread.nowNs);
}

/** Stands in for `Promise`. */
export class VirtualPromise {
  state: "pending" | "kept" | "broken" = "pending";
  value: unknown;
  readonly #reactions: { readonly thread: Thread; readonly job: () => unknown }[] = [];

  constructor(executor: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown) {
    executor(
      (value) => (value instanceof VirtualPromise ? void value.then((kept) => this.settle(true, kept), (broken) => this.settle(false, broken)) : this.settle(true, value)),
      (error) => this.settle(false, error),
    );
  }

  static reject(error: unknown): VirtualPromise {
    return new VirtualPromise((_, reject) => reject(error));
  }

  static resolve(value: unknown): VirtualPromise {
    return value instanceof VirtualPromise ? value : new VirtualPromise((resolve) => resolve(value));
  }

  settle(kept: boolean, value: unknown): void {
    if (this.state !== "pending") return;
    this.state = kept ? "kept" : "broken";
    this.value = value;
    for (const { thread, job } of this.#reactions) tell(thread, job);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it stands in for a promise
  then(onKept?: (value: unknown) => unknown, onBroken?: (error: unknown) => unknown): VirtualPromise {
    const derived = new VirtualPromise(() => undefined);
    const job = (): unknown => react(this, derived, this.state === "kept" ? onKept : onBroken);
    if (this.state === "pending") this.#reactions.push({ thread: current, job });
    else current.jobs.push(job);
    return derived;
  }

  catch(onBroken: (error: unknown) => unknown): VirtualPromise {
    return this.then(undefined, onBroken);
  }
}

function* react(from: VirtualPromise, derived: VirtualPromise, handler: ((value: unknown) => unknown) | undefined): Generator<unknown, void, unknown> {
  if (handler === undefined) return derived.settle(from.state === "kept", from.value);
  try {
    const made = handler(from.value);
    const value = made instanceof (AnyGenerator as never) ? yield* made as Generator : made;
    if (value instanceof VirtualPromise) value.then((kept) => derived.settle(true, kept), (broken) => derived.settle(false, broken));
    else derived.settle(true, value);
  } catch (error) {
    derived.settle(false, error);
  }
}

/** Calls an async function of rewritten code as the language would: a promise comes back at its first `await`. */
export function* asynchronous(body: () => unknown): Generator<unknown, VirtualPromise, unknown> {
  const promise = new VirtualPromise(() => undefined);
  yield* advance(body() as Generator, promise, true, undefined);
  return promise;
}

function* advance(body: Generator<unknown, unknown, unknown>, promise: VirtualPromise, kept: boolean, value: unknown): Generator<unknown, void, unknown> {
  try {
    for (let step = kept ? body.next(value) : body.throw(value); ; step = body.next(yield step.value)) {
      if (step.done) return promise.settle(true, step.value);
      if (step.value instanceof VirtualPromise) {
        step.value.then((result) => advance(body, promise, true, result), (error) => advance(body, promise, false, error));
        return;
      }
    }
  } catch (error) {
    promise.settle(false, error);
  }
}

/** Node's order: microtasks, then what `afterMicrotasks` was given, then timers that are due and immediates. */
function* eventLoop(thread: Thread): Generator<unknown, void, unknown> {
  for (;;) {
    yield* drain(thread);
    const due = thread.timers.findIndex(({ dueNs }) => dueNs <= thread.nowNs);
    if (due >= 0) {
      yield* call(thread, thread.timers.splice(due, 1)[0].job);
    } else if (thread.immediates.length > 0) {
      const batch = thread.immediates;
      thread.immediates = [];
      thread.nowNs += COST.turn;
      for (const job of batch) {
        yield* call(thread, job);
        yield* drain(thread);
      }
    } else yield IDLE;
  }
}

function* drain(thread: Thread): Generator<unknown, void, unknown> {
  for (;;) {
    const job = thread.jobs.shift() ?? thread.afterJobs.shift();
    if (job === undefined) return;
    yield* call(thread, job);
  }
}

function* call(thread: Thread, job: () => unknown): Generator<unknown, void, unknown> {
  thread.nowNs += COST.job;
  const made = job();
  if (made instanceof (AnyGenerator as never)) yield* made as Generator;
  // Others have their turn between two jobs.
  if (thread.nowNs > horizonNs) yield SWITCH;
}

/** Stands in for `afterMicrotasks` of src/host.ts. */
export function afterMicrotasks(job: () => unknown): void {
  current.afterJobs.push(job);
}

/** What rewritten code has instead of its surroundings. */
export const surroundings = {
  Promise: VirtualPromise,
  performance: { timeOrigin: 0, now: (): number => current.nowNs / 1e6 },
  setImmediate: (job: () => unknown): void => void current.immediates.push(job),
  setTimeout: (job: () => unknown, delayMs: number): Timer => {
    const timer: Timer = { dueNs: current.nowNs + delayMs * 1e6, job, ref: () => timer, unref: () => timer };
    current.timers.push(timer);
    return timer;
  },
  clearTimeout: (timer: Timer | undefined): void => {
    const { timers } = current;
    const at = timer === undefined ? -1 : timers.indexOf(timer);
    if (at >= 0) timers.splice(at, 1);
  },
};
