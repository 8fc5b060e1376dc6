/**
 * The machine on which the explorer runs production code: virtual threads that
 * are generators, and every access to shared memory as one step of one of them.
 *
 * The rewritten source (rewrite.ts) calls `op` before each access. `op` asks the
 * strategy who goes on. If it is the same thread the access is done at once and
 * its value returned; if not, `SWITCH` is returned, the generator yields, and
 * the access is done when the thread has its turn again. So only a switch costs
 * an unwinding.
 *
 * Each thread and each word carries a hash of its history: a step's hash covers
 * the thread's step before and the word's last write (a write covers the reads
 * since, too). Two schedules with equal hashes of all threads differ only in the
 * order of independent steps and have led to the same state, provided that
 * plain accesses are ordered by the atomic ones (races.ts checks that).
 *
 * Module state, not an object: one exploration runs at a time, and this is its
 * innermost loop.
 */
import { forget, inherit, plainRead, plainWrite, race, stepRead, stepWrite } from "./races.ts";

export const KINDS = ["load", "store", "add", "sub", "or", "exchange", "cas", "notify", "waitAsync", "pause", "block", "choose", "read", "write", "die"] as const;
export type Kind = (typeof KINDS)[number];
/** Kinds by number: what rewritten source passes. */
export const KIND = Object.fromEntries(KINDS.map((kind, k) => [kind, k])) as Record<Kind, number>;
const { load: LOAD, store: STORE, add: ADD, sub: SUB, or: OR, exchange: EXCHANGE, cas: CAS, notify: NOTIFY, waitAsync: WAIT_ASYNC, pause: PAUSE, block: BLOCK, choose: CHOOSE, read: READ, write: WRITE, die: DIE } = KIND;

/** What a generator yields when another thread has its turn. */
export const SWITCH = Object.freeze({ switch: true });

/** Most steps of one schedule: more is a livelock. */
const MOST_STEPS = 4000;

/** One virtual thread. */
export class Thread {
  readonly index: number;
  readonly name: string;
  /** Begins its program: rewritten code. */
  readonly start: () => unknown;
  body: Iterator<unknown> = [].values();
  isDone = false;
  isDead = false;
  /** It may vanish at any step and any plain write, if no other has. */
  isVictim = false;
  /** A service: it need not end. */
  isService = false;
  /** Callbacks that wait for their turn of this thread's event loop. */
  readonly jobs: (() => unknown)[] = [];
  /** The step that it is about to do. */
  kind = -1;
  site = 0;
  words: Int32Array = NO_WORDS;
  at = 0;
  a: unknown = 0;
  b: unknown = 0;
  /** The word read last, and what was there: a spinning thread has its turn again when that changes. */
  lastAt = 0;
  lastValue = 0;
  lastWords: Int32Array = NO_WORDS;
  hash1: number;
  hash2: number;
  steps = 0;

  constructor(index: number, name: string, start: () => unknown) {
    this.index = index;
    this.name = name;
    this.start = start;
    this.hash1 = Math.imul(index + 1, 0x9e3779b1) | 0;
    this.hash2 = Math.imul(index + 1, 0x85ebca77) | 0;
  }

  /** Whether its step can be done now. */
  get isEnabled(): boolean {
    if (this.isDone || this.isDead) return false;
    if (this.kind !== BLOCK) return true;
    return (this.a as () => boolean)();
  }
}

export const NO_WORDS = new Int32Array(0);

/** Who decides which thread does its step next. */
export interface Strategy {
  /** `self` is about to do a step, or is `undefined` at the beginning and when the running thread has ended. `undefined` gives the schedule up. */
  pick(self: Thread | undefined, enabled: readonly Thread[]): Thread | undefined;
  /** One of `count` ways that the program leaves open. */
  choose(self: Thread, count: number): number;
  /** Whether `self`, about to do something at `site`, vanishes instead. */
  kills(self: Thread, site: number): boolean;
}

/** Told about each step that is done. */
export type Observer = (thread: Thread, kind: number, site: number, words: Int32Array, at: number, a: unknown, b: unknown, result: unknown) => void;

export let threads: Thread[] = [];
/** The thread that runs; during set-up and checks a thread that is on no list. */
export let current: Thread;
export let steps = 0;
/** The thread that has vanished in this schedule. */
export let dead: Thread | undefined;
let strategy: Strategy;
let target: Thread | undefined;
let observer: Observer | undefined;
/** Above 0 every step is done at once: set-up, checks, constructors. */
let atomic = 0;
/** While the threads run; not during set-up and checks. */
let isWatching = false;
const enabled: Thread[] = [];

// History of each word, valid if its epoch is this schedule's.
let epochs = new Int32Array(0);
let writes1 = new Int32Array(0);
let writes2 = new Int32Array(0);
let reads1 = new Int32Array(0);
let reads2 = new Int32Array(0);
let epoch = 0;
let waits: { at: number; words: Int32Array; promise: VirtualPromise }[] = [];

/** Begins a schedule on a memory of `size` words; what follows until `run` is set-up. */
export function begin(size: number, by: Strategy, watch: Observer | undefined): void {
  if (epochs.length < size) [epochs, writes1, writes2, reads1, reads2] = Array.from({ length: 5 }, () => new Int32Array(size));
  epoch++;
  memoryWords = size;
  forget(size);
  strategy = by;
  observer = undefined;
  pendingObserver = watch;
  threads = [];
  waits = [];
  fatal = undefined;
  dead = undefined;
  steps = 0;
  atomic = 1;
  isWatching = false;
  current = new Thread(-1, "set-up", () => undefined);
}
let pendingObserver: Observer | undefined;
/** Words of the arena. Other arrays are memory of one thread, such as that in which keys are encoded. */
let memoryWords = 0;

/** What ends a schedule even if the program catches it: no thread can run although one should, too many steps, a race. */
let fatal: Error | undefined;

function end(error: Error): never {
  fatal ??= error;
  throw error;
}

/** Runs the threads to their end; false if the strategy gave the schedule up. @throws what is wrong */
export function run(all: Thread[]): boolean {
  threads = all;
  for (const thread of all) thread.body = thread.start() as Iterator<unknown>;
  observer = pendingObserver;
  atomic = 0;
  isWatching = true;
  let next = pick(undefined);
  while (next !== undefined && next !== NOBODY) {
    current = next;
    const result = next.kind < 0 ? undefined : perform(next, next.kind, next.site, next.words, next.at, next.a, next.b);
    next.kind = -1;
    target = undefined;
    const ended = (next.body as Generator).next(result).done;
    const failure = fatal ?? race();
    if (failure !== undefined) throw failure;
    if (ended) {
      current.isDone = true;
      next = pick(undefined);
    } else {
      next = target;
    }
  }
  atomic = 1;
  isWatching = false;
  observer = undefined;
  return next === NOBODY;
}

/** Everything is over: a stand-in for "no thread". */
const NOBODY = new Thread(-2, "nobody", () => undefined);

function pick(self: Thread | undefined): Thread | undefined {
  enabled.length = 0;
  for (const thread of threads) if (thread.isEnabled) enabled.push(thread);
  if (enabled.length > 0) return strategy.pick(self, enabled);
  const stuck = threads.filter((thread) => !thread.isDone && !thread.isDead && !thread.isService);
  if (stuck.length > 0) end(new Error(`nobody can run: ${stuck.map((thread) => thread.name).join(", ")} wait forever`));
  return NOBODY;
}

/** Whether the running thread vanishes here, as if terminated; then it must yield and never goes on. */
function dies(self: Thread, site: number): boolean {
  if (!self.isVictim || dead !== undefined || !strategy.kills(self, site)) return false;
  dead = self;
  self.isDead = true;
  // A thread that is notified of the death sees all that the dead one did.
  for (const thread of threads) if (thread.isService) inherit(thread.index, self.index);
  observer?.(self, DIE, site, NO_WORDS, 0, 0, 0, undefined);
  target = pick(undefined);
  return true;
}

/** A plain write where threads may vanish between any two: its value, or `SWITCH`. */
export function put(site: number, words: Int32Array, at: number, value: number): unknown {
  const self = current;
  if (atomic === 0 && words.length === memoryWords) {
    if (dies(self, site)) return SWITCH;
    self.hash1 = mix(self.hash1, site);
    self.hash2 = mix(self.hash2, ~site);
  }
  return plainlyWrite(site, words, at, value);
}

/** A step of the running thread: its value, or `SWITCH`. */
export function op(kind: number, site: number, words: Int32Array, at: number, a?: unknown, b?: unknown): unknown {
  const self = current;
  if (++steps > MOST_STEPS) end(new Error(`more than ${MOST_STEPS} steps`));
  if (atomic > 0) return perform(self, kind, site, words, at, a, b);
  if (dies(self, site)) return SWITCH;
  self.steps++;
  self.kind = kind;
  self.site = site;
  self.words = words;
  self.at = at;
  self.a = a;
  self.b = b;
  const next = pick(self);
  if (next === self) {
    self.kind = -1;
    return perform(self, kind, site, words, at, a, b);
  }
  target = next;
  return SWITCH;
}

/** A plain access: no step, but watched for races. */
export function plainly(site: number, words: Int32Array, at: number): number {
  if (isWatching && words.length === memoryWords && !current.isService) plainRead(current.index, site, at);
  return words[at];
}

export function plainlyWrite(site: number, words: Int32Array, at: number, value: number): number {
  if (isWatching && words.length === memoryWords && !current.isService) plainWrite(current.index, site, at);
  return (words[at] = value);
}

/** Waits until `ready()`; it is asked whenever somebody is about to do a step. */
export function block(site: number, ready: () => boolean): unknown {
  if (ready()) return undefined;
  if (atomic > 0) throw new Error("something that runs in one step has to wait");
  return op(BLOCK, site, NO_WORDS, 0, ready);
}

/** One step of a lock's back-off: waits until the word read last has changed. */
export function backOff(site: number): unknown {
  const self = current;
  return block(site, () => self.lastWords[self.lastAt] !== self.lastValue);
}

/** One of `count` ways, 0 … count−1. */
export function choose(site: number, count: number): number {
  if (atomic > 0 || count < 2) return 0;
  const chosen = strategy.choose(current, count);
  current.hash1 = mix(current.hash1, chosen + 1);
  current.hash2 = mix(current.hash2, chosen + 7);
  observer?.(current, CHOOSE, site, NO_WORDS, 0, count, 0, chosen);
  return chosen;
}

function perform(self: Thread, kind: number, site: number, words: Int32Array, at: number, a: unknown, b: unknown): unknown {
  let result: unknown;
  switch (kind) {
    case LOAD:
    case READ:
      result = words[at];
      seen(self, words, at, result as number, site, kind === LOAD);
      break;
    case STORE:
    case WRITE:
      result = words[at] = a as number;
      wrote(self, at, site, kind === STORE, false);
      break;
    case ADD:
      result = words[at];
      words[at] = (result as number) + (a as number);
      wrote(self, at, site, true, true);
      break;
    case SUB:
      result = words[at];
      words[at] = (result as number) - (a as number);
      wrote(self, at, site, true, true);
      break;
    case OR:
      result = words[at];
      words[at] = (result as number) | (a as number);
      wrote(self, at, site, true, true);
      break;
    case EXCHANGE:
      result = words[at];
      words[at] = a as number;
      wrote(self, at, site, true, true);
      break;
    case CAS:
      result = words[at];
      if (result === a) {
        words[at] = b as number;
        wrote(self, at, site, true, true);
      } else {
        seen(self, words, at, result as number, site, true);
      }
      break;
    case NOTIFY:
      wrote(self, at, site, true, true);
      result = wake(words, at, a as number);
      break;
    case WAIT_ASYNC:
      wrote(self, at, site, true, true);
      result = wait(words, at, a as number);
      break;
    case PAUSE:
    case BLOCK:
      break;
  }
  if (observer !== undefined) observer(self, kind, site, words, at, a, b, result);
  return result;
}

function wait(words: Int32Array, at: number, value: number): VirtualPromise | undefined {
  if (words[at] !== value) return undefined;
  const promise = new VirtualPromise(() => undefined);
  waits.push({ at, words, promise });
  return promise;
}

function wake(words: Int32Array, at: number, count: number): number {
  let woken = 0;
  while (woken < count) {
    const first = waits.findIndex((entry) => entry.at === at && entry.words.buffer === words.buffer);
    if (first < 0) break;
    waits.splice(first, 1)[0].promise.settle(true, "ok");
    woken++;
  }
  return woken;
}

function mix(hash: number, other: number): number {
  let mixed = Math.imul(hash ^ (other + 0x7f4a7c15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x297a2d39);
  return mixed ^ (mixed >>> 13);
}

function meet(at: number): void {
  if (epochs[at] === epoch) return;
  epochs[at] = epoch;
  writes1[at] = at;
  writes2[at] = ~at;
  reads1[at] = 0;
  reads2[at] = 0;
}

function seen(self: Thread, words: Int32Array, at: number, value: number, site: number, isAtomic: boolean): void {
  if (isWatching) stepRead(self.index, site, at, isAtomic, !self.isService);
  self.lastWords = words;
  self.lastAt = at;
  self.lastValue = value;
  meet(at);
  self.hash1 = mix(self.hash1, writes1[at]);
  self.hash2 = mix(self.hash2, writes2[at] ^ 0x5bd1e995);
  // In any order: reads do not disturb each other.
  reads1[at] = (reads1[at] + self.hash1) | 0;
  reads2[at] = (reads2[at] + self.hash2) | 0;
}

function wrote(self: Thread, at: number, site: number, isAtomic: boolean, reads: boolean): void {
  if (isWatching) stepWrite(self.index, site, at, isAtomic, reads, !self.isService);
  meet(at);
  const hash1 = mix(mix(self.hash1, writes1[at]), reads1[at]);
  const hash2 = mix(mix(self.hash2, writes2[at] ^ 0x1b873593), reads2[at]);
  self.hash1 = writes1[at] = hash1;
  self.hash2 = writes2[at] = hash2;
  reads1[at] = 0;
  reads2[at] = 0;
}

/** A number for the state that the threads are in; `salt` for what is not theirs. Two of 2⁵³ states collide. */
export function stateHash(salt: number): number {
  let hash1 = salt;
  let hash2 = ~salt;
  for (const thread of threads) {
    const mark = thread.isDead ? 3 : thread.isDone ? 2 : 1;
    hash1 = mix(hash1, thread.hash1 + mark);
    hash2 = mix(hash2, thread.hash2 - mark);
  }
  return (hash1 >>> 0) * 0x20_0000 + (hash2 & 0x1f_ffff);
}

/** Stands in for `Promise`: settled and looked at in step with the threads. */
export class VirtualPromise {
  state: "pending" | "kept" | "broken" = "pending";
  value: unknown;
  readonly #owner = current;
  readonly #reactions: (() => unknown)[] = [];

  constructor(executor: (resolve: (value: unknown) => void, reject: (error: unknown) => void) => unknown) {
    executor(
      // A rejected promise is followed immediately, where the language takes two jobs: they do nothing that can be seen.
      (value) => (value instanceof VirtualPromise && value.state === "broken" ? this.settle(false, value.value) : this.settle(true, value)),
      (error) => this.settle(false, error),
    );
  }

  static reject(error: unknown): VirtualPromise {
    return new VirtualPromise((_resolve, reject) => reject(error));
  }

  static resolve(value: unknown): VirtualPromise {
    return new VirtualPromise((resolve) => resolve(value));
  }

  settle(kept: boolean, value: unknown): void {
    if (this.state !== "pending") return;
    this.state = kept ? "kept" : "broken";
    this.value = value;
    this.#owner.jobs.push(...this.#reactions);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it stands in for a promise
  then(onKept?: (value: unknown) => unknown, onBroken?: (error: unknown) => unknown): VirtualPromise {
    const derived = new VirtualPromise(() => undefined);
    const reaction = (): unknown => this.#react(derived, this.state === "kept" ? onKept : onBroken);
    if (this.state === "pending") this.#reactions.push(reaction);
    else this.#owner.jobs.push(reaction);
    return derived;
  }

  catch(onBroken: (error: unknown) => unknown): VirtualPromise {
    return this.then(undefined, onBroken);
  }

  *#react(derived: VirtualPromise, handler: ((value: unknown) => unknown) | undefined): Generator<unknown, void, unknown> {
    if (handler === undefined) return derived.settle(this.state === "kept", this.value);
    try {
      const made = handler(this.value);
      const value = made instanceof (AnyGenerator as never) ? yield* made as Generator : made;
      if (value instanceof VirtualPromise) value.then((kept) => derived.settle(true, kept), (broken) => derived.settle(false, broken));
      else derived.settle(true, value);
    } catch (error) {
      derived.settle(false, error);
    }
  }
}

/** The prototype of all generators: how a call finds out that it called rewritten code. */
export function AnyGenerator(): void {}
AnyGenerator.prototype = Object.getPrototypeOf(function* () {}).prototype;

/** The result of rewritten code that must not wait or switch. */
export function inOneStep(call: () => unknown): unknown {
  const value = call();
  if (!((value as object) instanceof (AnyGenerator as never))) return value;
  const result = (value as Generator).next();
  if (!result.done) throw new Error("something that runs in one step has to wait");
  return result.value;
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

/** Runs set-up, on behalf of no thread. */
export function setUp<R>(call: () => R): R {
  return atomically(call) as R;
}

/** Passes a job from `from` to the event loop of `to`, other than through shared memory. */
export function tell(from: Thread, to: Thread, job: () => unknown): void {
  if (to.isDead || to.isDone) return;
  inherit(to.index, from.index);
  to.jobs.push(job);
}

/** Runs set-up or checks on behalf of a thread. */
export function as<R>(thread: Thread, call: () => R): R {
  const before = current;
  current = thread;
  try {
    return atomically(call) as R;
  } finally {
    current = before;
  }
}

/** What rewritten code has instead of its surroundings. The clock stands still: no time slice ends. */
export const surroundings = {
  Promise: VirtualPromise,
  performance: { timeOrigin: 0, now: (): number => 1 },
  setImmediate: (job: () => unknown): void => void current.jobs.push(job),
  setTimeout: (): undefined => undefined,
  clearTimeout: (): void => undefined,
};
