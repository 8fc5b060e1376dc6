/**
 * Select: waits for the first of several sends and receives and commits exactly
 * that one, across threads.
 *
 * Three passes, as in Go's selectgo. (1) Try the cases in random order, each under the
 * lock of its own channel. (2) Lock all channels in address order, try the cases once
 * more, and if none commits join the queue of each. `otherwise` can only be chosen in
 * this pass, because only now all cases have been seen at one moment. (3) When one case
 * was claimed, leave the other queues. A thread that claims a case claims the select's
 * deciding record first, so exactly one case commits; the other cases move no value.
 *
 * Invariants: operands are encoded once, before pass 1; the order is a uniformly random
 * permutation, so each ready case is chosen with the same probability; afterwards no
 * record of the select is in any queue and none of its timers is armed.
 *
 * Source: Go, runtime/select.go. Not done: one lock for the whole select
 * (deadlocks on foreign channels); polling (burns a core, and is late).
 */
import { WarrenError, printValue } from "../errors.ts";
import type { Receiver, Sending, WaitOptions } from "../channel/chan.ts";
import { Channel, SendCase } from "../channel/channel.ts";
import { LocalReceiver } from "../channel/local-receiver.ts";
import { watchFor } from "../channel/patience.ts";
import { Never } from "../channel/never.ts";
import { DONE, WOULD_WAIT } from "../channel/exchange.ts";
import { USE, waiter } from "../memory/layout.ts";
import { type Finisher, type Partners, type Wait, signalOf } from "../wait/wait.ts";
import { REASON_PLACE } from "../wait/wait-reason.ts";
import type { Waiters } from "../wait/waiter.ts";
import { type Case, LocalCase, RecvSide, SendSide } from "./case.ts";
import { shuffle } from "./shuffle.ts";

type SelectCase = Receiver<unknown> | Sending | undefined;

/** The cases of a select, by name or in an array; `undefined` disables one, as `never()` does. */
export type Cases = Readonly<Record<string, Receiver<unknown> | Sending | undefined>> | readonly (Receiver<unknown> | Sending | undefined)[];

/** Options of `select`. */
export interface SelectOptions extends WaitOptions {
  /** Does not wait: if no case is ready, the result is `{ case: "otherwise" }`. */
  readonly otherwise?: boolean | undefined;
}

type ValueOf<C> = C extends Receiver<infer T> ? T : never;
type ResultOf<K, C> = C extends Receiver<infer T> ? { readonly case: K; readonly value: T | undefined } : C extends Sending ? { readonly case: K } : never;
/** For `Selected`, which is a conditional type because hovers and errors then show the union of its branch: they show a type that is a union itself by its name. */
type OtherwiseOf<O> = O extends { readonly otherwise: true } ? { readonly case: "otherwise" } : never;

/**
 * Which case was performed. By name: a union discriminated by `case`. In an array: `case` is the
 * index, and `value` has the type of any of the receivers; it is `undefined` for a send. The
 * `value` of a receive is `undefined` if its channel is closed and empty.
 */
export type Selected<C extends Cases, O extends SelectOptions = SelectOptions> = C extends readonly unknown[]
  ? { readonly case: number; readonly value: ValueOf<NonNullable<C[number]>> | undefined } | OtherwiseOf<O>
  : { [K in keyof C & string]: ResultOf<K, NonNullable<C[K]>> }[keyof C & string] | OtherwiseOf<O>;

/** The most cases that a dump lists for one select. */
const MOST_DESCRIBED = 16;
const OTHERWISE = { case: "otherwise" } as const;

/** Runs a select for one thread's waiters. */
export function runSelect(waiters: Waiters, cases: Cases, options: SelectOptions | undefined): unknown {
  const signal = signalOf(options);
  const { otherwise = false } = options ?? {};
  if (typeof otherwise !== "boolean") throw new WarrenError("ERR_INVALID_ARGUMENT", `otherwise must be true or false, not ${printValue(otherwise)}`);
  if (typeof cases !== "object" || cases === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `select needs an object or an array of cases, not ${printValue(cases)}`);
  const values = Array.isArray(cases) ? (cases as readonly SelectCase[]) : Object.values(cases as Readonly<Record<string, SelectCase>>);
  if (values.length === 0 && !otherwise) throw new WarrenError("ERR_SELECT_EMPTY", "a select without cases can never proceed");
  if (waiters.recorder !== undefined) noteChoice(waiters, values);
  if (!otherwise && areChannels(waiters, values)) {
    const taken = takeAny(waiters, cases, values);
    if (taken !== undefined) return proceed(waiters, taken);
  }
  const sides = prepare(waiters, Array.isArray(cases) ? undefined : Object.keys(cases), values, otherwise);
  const order = shuffle(sides.length);
  for (let k = 0; k < order.length; k++) {
    const side = sides[order[k]];
    if (side.poll()) return committed(waiters, sides, side);
  }
  return new Selection(waiters, sides, order).run(otherwise, signal);
}

/** For a trace: a select takes one of several ready cases at random, so its run can differ from the next. What is ready is read as a hint. */
function noteChoice(waiters: Waiters, values: readonly SelectCase[]): void {
  let ready = 0;
  for (const value of values) {
    if (value instanceof SendCase ? value.channel.canSend : value instanceof Channel ? value.canReceive : value instanceof LocalReceiver && value.isReady) ready++;
  }
  if (ready > 1) waiters.recorder?.noteChoice(ready);
}

/** Whether all cases receive from channels: most selects. */
function areChannels(waiters: Waiters, values: readonly SelectCase[]): values is readonly (Channel<unknown> | undefined)[] {
  for (let k = 0; k < values.length; k++) {
    const value = values[k];
    if (value !== undefined && !(value instanceof Channel && value.waiters === waiters)) return false;
  }
  return true;
}

/** Pass 1 where all cases receive from channels: the result, or `undefined` if none has a value. Watches them for a moment, as a receive does. */
function takeAny(waiters: Waiters, cases: Cases, channels: readonly (Channel<unknown> | undefined)[]): { readonly case: string | number; readonly value: unknown } | undefined {
  const order = shuffle(channels.length);
  for (;;) {
    for (let k = 0; k < order.length; k++) {
      const channel = channels[order[k]];
      if (channel === undefined) continue;
      const at = waiters.scratchTop;
      const attempt = channel.tryTake(at);
      if (attempt === WOULD_WAIT) continue;
      const value = attempt === DONE ? channel.type.decode(waiters, at) : undefined;
      if (waiters.recorder !== undefined) channel.noteUse(USE.receive);
      return { case: Array.isArray(cases) ? order[k] : (Object.keys(cases)[order[k]] as string), value };
    }
    if (!patience(waiters, channels)) return undefined;
  }
}

/** Waits a moment until one of the buffered channels has moved; true if another pass can succeed. */
function patience(waiters: Waiters, channels: readonly (Channel<unknown> | undefined)[]): boolean {
  if (!channels.some((channel) => channel !== undefined && channel.capacity > 0)) return false;
  const seen = channels.map((channel) => channel?.sent);
  return watchFor(waiters.scheduler, () => channels.some((channel, k) => channel?.sent !== seen[k]));
}

/** Ends a select whose `side` has committed in pass 1. */
function committed(waiters: Waiters, sides: Case[], side: Case): unknown {
  waiters.flush();
  for (const other of sides) if (other !== side) other.discard();
  return proceed(waiters, side.result());
}

/** The end of a select that did not wait: a promise if the time slice is used up. */
function proceed(waiters: Waiters, result: unknown): unknown {
  const { scheduler } = waiters;
  if (--scheduler.ticks < 0 && scheduler.tick()) return scheduler.hop(result);
  return result;
}

/** One select that goes beyond the first pass. */
class Selection implements Finisher {
  readonly #waiters: Waiters;
  readonly #sides: Case[];
  readonly #order: readonly number[];
  /** The channels of the cases, each once, by their headers and in the order of these. */
  readonly #channelAt = new Map<number, Channel<unknown>>();
  readonly #channels: Channel<unknown>[];

  constructor(waiters: Waiters, sides: Case[], order: readonly number[]) {
    this.#waiters = waiters;
    this.#sides = sides;
    this.#order = order;
    const channels = this.#channelAt;
    for (const side of sides) {
      if (side.channel === undefined) continue;
      const first = channels.get(side.channel.header);
      if (first?.generation === side.channel.generation) side.channel = first;
      // Of two generations of one header, only the newer can be live.
      else if (first === undefined || side.channel.isCurrent) channels.set(side.channel.header, side.channel);
    }
    this.#channels = [...channels.values()].toSorted((a, b) => a.header - b.header);
  }

  run(otherwise: boolean, signal: AbortSignal | undefined): unknown {
    const waiters = this.#waiters;
    const spins = waiters.scheduler.spins();
    const wait = waiters.acquire(REASON_PLACE.select, this, spins);
    try {
      for (let k = 0; k < this.#sides.length; k++) this.#sides[k].reserve(wait.record, k);
    } catch (error) {
      for (const side of this.#sides) side.discard();
      waiters.release(wait);
      throw error;
    }
    const chosen = this.#lockAndTry(otherwise);
    if (chosen !== undefined || otherwise) {
      waiters.flush();
      waiters.release(wait);
      for (const side of this.#sides) if (side !== chosen) side.discard();
      if (chosen === undefined && waiters.recorder !== undefined) waiters.recorder.noteUse(0, 0, USE.miss);
      return chosen === undefined ? OTHERWISE : chosen.result();
    }
    for (const side of this.#sides) side.watch(wait);
    return waiters.suspend(wait, spins, signal);
  }

  /** Pass 2. Returns the case that committed. If there is none, joins all queues, except with `otherwise`. */
  #lockAndTry(otherwise: boolean): Case | undefined {
    const channels = this.#channels;
    let stale: Set<number> | undefined;
    for (const channel of channels) if (!channel.lock()) (stale ??= new Set()).add(channel.header);
    let chosen: Case | undefined;
    for (let k = 0; chosen === undefined && k < this.#order.length; k++) {
      const side = this.#sides[this.#order[k]];
      const isStale = side.channel !== undefined && (stale?.has(side.channel.header) === true || this.#channelAt.get(side.channel.header) !== side.channel);
      if (side.tryLocked(isStale)) chosen = side;
    }
    if (chosen === undefined && !otherwise) for (const side of this.#sides) side.enqueue();
    for (const channel of channels) {
      if (stale?.has(channel.header) === true) continue;
      if (channel === chosen?.channel) channel.release();
      else channel.unlock();
    }
    return chosen;
  }

  finish(wait: Wait): unknown {
    const chosen = this.#sides[this.#waiters.arena.i32[wait.record + waiter.caseIndex]];
    for (const side of this.#sides) if (side !== chosen) side.leave();
    for (const side of this.#sides) if (side !== chosen) side.discard();
    return chosen.resultOf(this.#waiters, wait);
  }

  withdraw(wait: Wait): boolean {
    if (!this.#waiters.claimDecider(wait.record)) return false;
    for (const side of this.#sides) {
      side.leave();
      side.discard();
    }
    return true;
  }

  /** `undefined` if a case is a timer, which is not a task. */
  partners(): Partners | undefined {
    const handles: number[] = [];
    for (const { channel } of this.#sides) {
      if (channel === undefined) return undefined;
      handles.push(...channel.partners().handles);
    }
    return { handles, tasks: [] };
  }

  describe(): string {
    const more = this.#sides.length - MOST_DESCRIBED;
    return this.#sides.slice(0, MOST_DESCRIBED).map((side) => side.describe()).join(", ").concat(more > 0 ? ` and ${more} more` : "") || "no case that can ever proceed";
  }
}

/** Checks the cases and encodes the operands of sends. @throws ERR_INVALID_ARGUMENT, ERR_VALUE_REFUSED */
function prepare(waiters: Waiters, names: readonly string[] | undefined, values: readonly SelectCase[], otherwise: boolean): Case[] {
  // Read once, as each case is: code that an operand runs may change the array.
  const { length } = values;
  const sides: Case[] = [];
  try {
    for (let k = 0; k < length; k++) {
      const name = names?.[k] ?? k;
      const value = values[k];
      if (value === undefined || (value instanceof Never && value.materialized === undefined)) continue;
      if (otherwise && name === "otherwise") throw new WarrenError("ERR_INVALID_ARGUMENT", "a case cannot be named otherwise where the option otherwise is used");
      sides.push(sideOf(waiters, name, value));
    }
  } catch (error) {
    for (const side of sides) side.discard();
    throw error;
  }
  // The operand of a send can be, or have, the timer of another case.
  for (let k = 0; k < sides.length; k++) {
    const side = sides[k];
    if (side instanceof LocalCase) sides[k] = side.renewed();
  }
  return sides;
}

function sideOf(waiters: Waiters, name: string | number, value: Receiver<unknown> | Sending): Case {
  if (value instanceof SendCase) return new SendSide(waiters, name, own(waiters, value.channel), value.value);
  if (value instanceof Channel) return new RecvSide(waiters, name, own(waiters, value));
  if (value instanceof LocalReceiver) {
    if (value.materialized !== undefined) return new RecvSide(waiters, name, own(waiters, value.materialized));
    return new LocalCase(waiters, name, value);
  }
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the select case ${name} must be a channel, a channel's sending(value), a timer or undefined, not ${printValue(value)}`);
}

function own(waiters: Waiters, channel: Channel<unknown>): Channel<unknown> {
  if (channel.waiters === waiters) return channel;
  throw new WarrenError("ERR_STALE_HANDLE", `${channel.describe()} belongs to another runtime`);
}
