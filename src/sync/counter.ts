/**
 * The counter: `value` is a double, exact for safe integers. Waiters are ordered by the
 * value that they wait for, so `add` checks only the first; equal ones are first come
 * first served. Invariant: the first waits for more than `value`.
 */
import { WarrenError, printValue } from "../errors.ts";
import { KIND, syncHeader, waiter } from "../memory/layout.ts";
import type { Counter } from "./objects.ts";
import { SharedObject, makeHeader } from "./shared-object.ts";
import type { WaitOptions } from "../wait/wait.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedCounter extends SharedObject implements Counter {
  static make(waiters: Waiters, initial = 0): number {
    checkSafe(initial, "a counter's initial value");
    const at = makeHeader(waiters, KIND.counter);
    waiters.arena.f64[(at + syncHeader.value) >>> 1] = initial;
    return at;
  }

  override get kind(): string {
    return "Counter";
  }

  get value(): number {
    this.enter();
    const value = this.#value;
    this.leave();
    return value;
  }

  get #value(): number {
    return this.waiters.arena.f64[(this.header + syncHeader.value) >>> 1];
  }

  add(n = 1): number {
    checkSafe(n, "what is added");
    this.enter();
    const value = this.#value + n;
    if (!Number.isSafeInteger(value)) {
      this.leave();
      throw new WarrenError("ERR_LIMIT", `add(${n}) would take ${this.describe()} beyond ${Number.MAX_SAFE_INTEGER}`, { limit: "safe integer", maximum: Number.MAX_SAFE_INTEGER, actual: value });
    }
    this.waiters.arena.f64[(this.header + syncHeader.value) >>> 1] = value;
    this.settle();
    this.leave();
    return value;
  }

  until(n: number, options?: WaitOptions): void | Promise<void> {
    checkSafe(n, "until");
    const signal = this.begin(options);
    this.enter();
    if (this.#value < n) return this.waitLocked("wait", signal, n, this.#placeFor(n)) as void | Promise<void>;
    this.leave();
    return this.paced(undefined);
  }

  /** The last record that waits for at most `n`, or 0. The search begins at the end, where it usually is. */
  #placeFor(n: number): number {
    const { i32 } = this;
    let record = i32[this.header + syncHeader.waitersLast];
    while (record !== 0 && this.amountOf(record) > n) record = i32[record + waiter.previous];
    return record;
  }

  protected override settle(): void {
    for (let record = this.first; record !== 0 && this.amountOf(record) <= this.#value; record = this.first) this.grant(0);
  }

  protected override granted(): void {
    // The value was reached; it may have gone down again since.
  }

  protected override disown(): void {
    // No thread holds a part of the value.
  }

  override describe(): string {
    return `${super.describe()} at ${this.#value}`;
  }
}

function checkSafe(n: unknown, what: string): void {
  if (!Number.isSafeInteger(n)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must be a safe integer, not ${printValue(n)}`);
}
