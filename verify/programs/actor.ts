/**
 * An actor of a random program: it does its steps and writes down what becomes of
 * each value, before and after every operation. What it sees that can never be, it
 * returns.
 */
import { type Chan, type Context, type Mutex, type RwLock, type Semaphore, WarrenError, group, select, sleep, task, yieldNow } from "../../src/index.ts";
import { ACTOR_CELLS, FATE, type Ledger, actorCell, lockAt, lockCell } from "./ledger.ts";
import type { ActorPlan, Plan, Step } from "./plan.ts";
import { numberOf, valueOf } from "./values.ts";

export interface Stage extends Ledger {
  readonly channels: readonly Chan<unknown>[];
  readonly locks: readonly (Mutex | RwLock | Semaphore)[];
  readonly contexts: readonly Context[];
}

/** Who takes values from the channels of a plan and writes them down. */
export class Receipts {
  readonly #plan: Plan;
  readonly #ledger: Ledger;
  /** By channel and sender: the last value. */
  readonly #last = new Map<string, number>();
  readonly wrong: string[];

  constructor(plan: Plan, ledger: Ledger, wrong: string[]) {
    this.#plan = plan;
    this.#ledger = ledger;
    this.wrong = wrong;
  }

  take(channel: number, value: unknown): void {
    const number = numberOf((this.#plan.channels[channel] as { type: "i32" }).type, value);
    const sender = this.#plan.senders[number];
    if (number < 0 || sender === undefined) return void this.wrong.push(`channel ${channel} gave ${JSON.stringify(value)}, which nobody sent`);
    Atomics.add(this.#ledger.received.array, number, 1);
    const key = `${channel} ${sender}`;
    const last = this.#last.get(key) ?? -1;
    if (last >= number) this.wrong.push(`channel ${channel} gave value ${number} of actor ${sender} after its value ${last}`);
    this.#last.set(key, number);
  }
}

class Actor {
  readonly #plan: Plan;
  readonly #stage: Stage;
  readonly #number: number;
  readonly #receipts: Receipts;
  readonly wrong: string[] = [];

  constructor(plan: Plan, stage: Stage, number: number) {
    this.#plan = plan;
    this.#stage = stage;
    this.#number = number;
    this.#receipts = new Receipts(plan, stage, this.wrong);
  }

  async perform(step: Step): Promise<void> {
    switch (step.kind) {
      case "send": return await this.#send(step);
      case "recv": return await this.#receive(step);
      case "lock": return await this.#lock(step);
      case "group": return await this.#group(step);
      case "close": return this.#close(step.channel);
      case "cancel": return void this.#stage.contexts[step.context]?.cancel(new Error("the plan"));
      case "rest": return step.ms === 0 ? await yieldNow() : await sleep(step.ms);
      case "die": return process.exit(0);
    }
  }

  done(): void {
    Atomics.add(this.#stage.cells.array, this.#number * ACTOR_CELLS + actorCell.done, 1);
  }

  #mark(cell: number, value: number): void {
    Atomics.store(this.#stage.cells.array, this.#number * ACTOR_CELLS + cell, value);
  }

  #fate(number: number, fate: number): void {
    Atomics.store(this.#stage.fates.array, number, fate);
  }

  #value(channel: number, number: number): unknown {
    return valueOf((this.#plan.channels[channel] as { type: "i32" }).type, number);
  }

  /** Options of a wait that a plan ends, and what clears the timer. */
  #ending({ how, abortMs, context }: { readonly how: string; readonly abortMs: number; readonly context: number }): { readonly options: { signal?: AbortSignal }; readonly clear: () => void } {
    if (how === "context") return { options: { signal: (this.#stage.contexts[context] as Context).signal }, clear: () => undefined };
    if (how !== "signal" && how !== "many until a signal") return { options: {}, clear: () => undefined };
    const controller = new AbortController();
    if (abortMs === 0) controller.abort(new Error("the plan"));
    const timer = setTimeout(() => {
      controller.abort(new Error("the plan"));
    }, abortMs);
    return { options: { signal: controller.signal }, clear: () => {
      clearTimeout(timer);
    } };
  }

  /** Whether an error is one that a plan leads to; anything else is wrong. */
  #expected(error: unknown, codes: readonly string[]): void {
    const isPlanned = error instanceof Error && (error.message === "the plan" || (error instanceof WarrenError && codes.includes(error.code)));
    if (!isPlanned) this.wrong.push(`unexpected: ${error instanceof Error ? error.stack : String(error)}`);
  }

  async #send(step: Step & { readonly kind: "send" }): Promise<void> {
    const { how, channel, other, first, count } = step;
    const ch = this.#stage.channels[channel] as Chan<unknown>;
    const { options, clear } = this.#ending(step);
    try {
      if (how === "many" || how === "many until a signal") {
        for (let k = 0; k < count; k++) this.#fate(first + k, FATE.tried);
        try {
          await ch.sendMany(Array.from({ length: count }, (_, k) => this.#value(channel, first + k)), options);
          for (let k = 0; k < count; k++) this.#fate(first + k, FATE.sent);
        } catch (error) {
          this.#expected(error, ["ERR_CHANNEL_CLOSED", "ERR_CANCELLED"]);
          // A signal that had aborted before the call is the reason itself: nothing was sent.
          const isEarly = options.signal?.reason === error;
          const sent = isEarly ? 0 : ((error as { details?: { sent?: number } }).details?.sent ?? -1);
          if (sent < 0 || sent >= count) this.wrong.push(`a sendMany of ${count} that failed says it sent ${sent}`);
          for (let k = 0; k < count; k++) this.#fate(first + k, k < sent ? FATE.sent : FATE.refused);
        }
        return;
      }
      for (let number = first; number < first + count; number++) {
        this.#fate(number, FATE.tried);
        try {
          if (how === "try") {
            if (!ch.trySend(this.#value(channel, number))) {
              this.#fate(number, FATE.refused);
              await yieldNow();
              continue;
            }
          } else if (how === "select") {
            // The same value to two channels, or on one channel twice: exactly one of them gets it.
            await select({ a: ch.sending(this.#value(channel, number)), b: (this.#stage.channels[other] as Chan<unknown>).sending(this.#value(other, number)) });
          } else await ch.send(this.#value(channel, number), options);
          this.#fate(number, FATE.sent);
        } catch (error) {
          this.#fate(number, FATE.refused);
          this.#expected(error, ["ERR_CHANNEL_CLOSED"]);
        }
      }
    } finally {
      clear();
    }
  }

  async #receive(step: Step & { readonly kind: "recv" }): Promise<void> {
    const { how, channel, other, count } = step;
    const ch = this.#stage.channels[channel] as Chan<unknown>;
    this.#mark(actorCell.hands, how === "many" ? count : 1);
    const { options, clear } = this.#ending(step);
    try {
      if (how === "loop") {
        let left = count;
        for await (const value of ch) {
          this.#receipts.take(channel, value);
          if (--left === 0) break;
        }
        return;
      }
      if (how === "left") {
        // An iterator that its user leaves while a receive waits: the value that it would have got stays.
        const iterator = ch[Symbol.asyncIterator]();
        for (let k = 0; k < count; k++) {
          const next = iterator.next();
          if (k === count - 1) void iterator.return?.();
          const { done, value } = await next;
          if (done === true) return;
          this.#receipts.take(channel, value);
        }
        return;
      }
      for (let k = 0; k < count; k++) {
        if (how === "many") {
          const values = await ch.recvMany(count - k);
          if (values === undefined) return;
          for (const value of values) this.#receipts.take(channel, value);
          k += values.length - 1;
        } else if (how === "select") {
          const { case: which, value } = await select({ a: ch, b: this.#stage.channels[other] as Chan<unknown> });
          if (value === undefined) return;
          this.#receipts.take(which === "a" ? channel : other, value);
        } else {
          const value = how === "try" ? ch.tryRecv() : await ch.recv(options);
          if (value !== undefined) this.#receipts.take(channel, value);
          else if (how !== "try") return;
          else await yieldNow();
        }
      }
    } catch (error) {
      this.#expected(error, []);
    } finally {
      clear();
      this.#mark(actorCell.hands, 0);
    }
  }

  async #lock({ lock, rounds, isWriter }: Step & { readonly kind: "lock" }): Promise<void> {
    const { cells, locks } = this.#stage;
    const at = (cell: number): number => lockAt(this.#plan.actors.length, lock, cell);
    const object = locks[lock];
    const kind = this.#plan.locks[lock];
    for (let round = 0; round < rounds; round++) {
      using guard = await (kind === "mutex" ? (object as Mutex).lock() : kind === "semaphore" ? (object as Semaphore).acquire() : isWriter ? (object as RwLock).writeLock() : (object as RwLock).readLock());
      this.#mark(actorCell.inside, 1 + lock);
      const isAlone = kind === "mutex" || (kind === "rwlock" && isWriter);
      // Whoever died inside has not counted itself out.
      if (guard.ownerDied) Atomics.store(cells.array, at(lockCell.inside), 0);
      const before = Atomics.add(cells.array, at(isAlone || kind === "semaphore" ? lockCell.inside : lockCell.readers), 1);
      if (!this.#plan.hasDeaths) {
        if (isAlone && (before > 0 || Atomics.load(cells.array, at(lockCell.readers)) > 0)) this.wrong.push(`lock ${lock}: somebody else is inside`);
        if (kind === "semaphore" && before >= this.#plan.permits) this.wrong.push(`lock ${lock}: ${before + 1} inside, with ${this.#plan.permits} permits`);
        if (kind === "rwlock" && !isWriter && Atomics.load(cells.array, at(lockCell.inside)) > 0) this.wrong.push(`lock ${lock}: a writer is inside with a reader`);
      }
      if (isAlone) {
        const seen = cells.array[at(lockCell.plain)] as number;
        if (round % 4 === 0) await yieldNow();
        cells.array[at(lockCell.plain)] = seen + 1;
        Atomics.add(cells.array, at(lockCell.exact), 1);
      } else if (round % 4 === 0) await yieldNow();
      Atomics.sub(cells.array, at(isAlone || kind === "semaphore" ? lockCell.inside : lockCell.readers), 1);
      this.#mark(actorCell.inside, 0);
    }
  }

  async #group({ children, limit, failing }: Step & { readonly kind: "group" }): Promise<void> {
    const own = group({ limit });
    const results = await Promise.allSettled(Array.from({ length: children }, (_, k) => own.spawn(child, k, failing)));
    const failure: unknown = await own.wait().then(() => undefined, (error: unknown) => error);
    const hasFailed = failing < children;
    const isDeath = (error: unknown): boolean => this.#plan.hasDeaths && error instanceof WarrenError && (error.code === "ERR_THREAD_DIED" || error.code === "ERR_CANCELLED");
    if (this.#plan.hasDeaths && results.some((result) => result.status === "rejected" && isDeath(result.reason))) return;
    if (hasFailed !== (failure instanceof Error && failure.message === `child ${failing}`)) this.wrong.push(`a group of ${children} with child ${failing} failing ends with ${String(failure)}`);
    for (const [k, result] of results.entries()) {
      if (result.status === "fulfilled" ? result.value !== 2 * k || k === failing : !hasFailed) this.wrong.push(`child ${k} of a group, ${failing} failing: ${JSON.stringify(result)}`);
    }
  }

  #close(channel: number): void {
    try {
      this.#stage.channels[channel]?.close();
    } catch (error) {
      this.#expected(error, ["ERR_CHANNEL_CLOSED"]);
    }
  }
}

const child = task(import.meta, async function child(k: number, failing: number) {
  if (k % 2 === 0) await yieldNow();
  if (k === failing) throw new Error(`child ${k}`);
  return 2 * k;
});

/** Does the steps of an actor; what it saw that can never be. */
export async function perform(plan: Plan, stage: Stage, number: number): Promise<string[]> {
  const actor = new Actor(plan, stage, number);
  for (const step of (plan.actors[number] as ActorPlan).steps) {
    await actor.perform(step);
    actor.done();
  }
  return actor.wrong;
}

export const act = task(import.meta, async function act(plan: Plan, stage: Stage, number: number) {
  return await perform(plan, stage, number);
});
