/** Sequential models of the shared objects: what each operation must come to, on one thread. */

export type Outcome = "pending" | "held" | "refused" | "aborted" | "ended" | "failed" | number;

/** What all models have: outcomes by operation, and who waits, in order. */
export class Model {
  readonly outcomes: Outcome[] = [];
  waiting: { op: number; n: number }[] = [];

  protected wait(op: number, n = 0): void {
    this.outcomes[op] = "pending";
    this.waiting.push({ op, n });
  }

  /** The first who waits goes on. */
  protected shift(outcome: Outcome): void {
    const first = this.waiting.shift();
    if (first) this.outcomes[first.op] = outcome;
  }

  abort(op: number): void {
    if (!this.waiting.some((each) => each.op === op)) return;
    this.waiting = this.waiting.filter((each) => each.op !== op);
    this.outcomes[op] = "aborted";
    this.settle();
  }

  settle(): void {
    // Most have nothing to do when a wait leaves.
  }
}

/** Permits, first come first served: of a semaphore; of a mutex, one; of an RwLock, one a reader and all for a writer. */
export class Permits extends Model {
  available: number;
  readonly #held = new Map<number, number>();

  constructor(permits: number) {
    super();
    this.available = permits;
  }

  acquire(op: number, n: number): void {
    this.wait(op, n);
    this.settle();
  }

  tryAcquire(op: number, n: number): boolean {
    if (this.waiting.length > 0 || n > this.available) {
      this.outcomes[op] = "refused";
      return false;
    }
    this.acquire(op, n);
    return true;
  }

  isHeld(op: number): boolean {
    return this.#held.has(op);
  }

  release(op: number): void {
    this.available += this.#held.get(op) as number;
    this.#held.delete(op);
    this.settle();
  }

  override settle(): void {
    while (this.waiting.length > 0 && this.waiting[0].n <= this.available) {
      const { op, n } = this.waiting[0];
      this.available -= n;
      this.#held.set(op, n);
      this.shift("held");
    }
  }
}

export class Count extends Model {
  count = 0;

  add(n: number): boolean {
    if (this.count + n < 0) return false;
    this.count += n;
    if (this.count === 0) while (this.waiting.length > 0) this.shift("ended");
    return true;
  }

  waitFor(op: number): void {
    if (this.count === 0) this.outcomes[op] = "ended";
    else this.wait(op);
  }
}

export class Sum extends Model {
  value = 0;

  add(n: number): void {
    this.value += n;
    for (const { op, n: target } of this.waiting) if (target <= this.value) this.outcomes[op] = "ended";
    this.waiting = this.waiting.filter(({ n: target }) => target > this.value);
  }

  until(op: number, n: number): void {
    if (n <= this.value) this.outcomes[op] = "ended";
    else this.wait(op, n);
  }
}

export class Meeting extends Model {
  readonly #parties: number;

  constructor(parties: number) {
    super();
    this.#parties = parties;
  }

  arrive(op: number): void {
    this.wait(op);
    if (this.waiting.length === this.#parties) for (let place = 0; place < this.#parties; place++) this.shift(place);
  }
}

/** Once, with functions that end when told. */
export class OneRun extends Model {
  running: number | undefined;
  isDone = false;

  do(op: number): void {
    if (this.isDone) this.outcomes[op] = "ended";
    else {
      this.wait(op);
      this.settle();
    }
  }

  end(ok: boolean): void {
    this.outcomes[this.running as number] = ok ? "ended" : "failed";
    this.running = undefined;
    this.isDone = ok;
    if (ok) while (this.waiting.length > 0) this.shift("ended");
    else this.settle();
  }

  override settle(): void {
    if (this.running !== undefined || this.waiting.length === 0) return;
    this.running = this.waiting[0].op;
    this.shift("pending");
  }
}
