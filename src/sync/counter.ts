/**
 * The counter: `value` is a double, exact for safe integers. Waiters are ordered by the
 * value that they wait for, so `add` checks only the first; equal ones are first come
 * first served. Invariant: the first waits for more than `value`. The place of a new one
 * is found by an index (counter-index.ts).
 */
import { WarrenError, printValue } from "../errors.ts";
import { KIND, syncHeader } from "../memory/layout.ts";
import { CounterIndex } from "./counter-index.ts";
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

  readonly #index: CounterIndex;

  constructor(waiters: Waiters, at: number, generation: number) {
    super(waiters, at, generation);
    this.#index = new CounterIndex(this.i32, waiters.arena.f64, at);
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
    if (this.#value < n) return this.waitLocked("wait", signal, n, this.#index.lastUpTo(n)) as void | Promise<void>;
    this.leave();
    return this.paced(undefined);
  }

  protected override link(record: number, previous: number): void {
    super.link(record, previous);
    this.#index.add(record);
  }

  protected override unlink(record: number): void {
    // While the counter is being freed, nothing is looked up; and if a thread died in the middle of that, the index may be wrong.
    if (this.i32[this.header + syncHeader.ending] === 0) this.#index.remove(record);
    super.unlink(record);
  }

  protected override settle(): void {
    for (let record = this.first; record !== 0 && this.amountOf(record) <= this.#value; record = this.first) this.grant(0);
  }

  protected override granted(): void {
    // The value was reached; it may have gone down again since.
  }

  protected override disown(): void {
    // No thread holds a part of the value. But the dead thread's records are no longer in the queue.
    this.#index.rebuild();
  }

  override describe(): string {
    return `${super.describe()} at ${this.#value}`;
  }
}

function checkSafe(n: unknown, what: string): void {
  if (!Number.isSafeInteger(n)) throw new WarrenError("ERR_INVALID_ARGUMENT", `${what} must be a safe integer, not ${printValue(n)}`);
}
