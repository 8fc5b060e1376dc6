/**
 * Who goes on at each step: depth first with a bound on preemptions (a switch
 * away from a thread that could go on; others are free), by a given list of
 * choices, or by priorities drawn by lot.
 *
 * Depth first gives a schedule up when its state is known, by the history of all
 * threads: what is tried is complete up to the order of independent steps.
 *
 * Source: CHESS (Musuvathi and Qadeer 2007, 2008: preemption bound; states by
 * their happens-before history); Burckhardt et al. 2010 (PCT).
 */
import { KIND, type Strategy, type Thread, stateHash } from "./machine.ts";

/** Steps and writes that a victim does by lot before it vanishes, on average. */
const STEPS_TO_DEATH = 80;

interface Decision {
  readonly count: number;
  chosen: number;
}

export abstract class Choosing implements Strategy {
  readonly decisions: Decision[] = [];
  protected depth = 0;
  protected preemptions = 0;
  readonly bound: number;
  /** The threads between which `decide` decides. */
  protected readonly options: Thread[] = [];

  constructor(bound: number) {
    this.bound = bound;
  }

  restart(): void {
    this.depth = 0;
    this.preemptions = 0;
  }

  /** One of `count` ways; −1 gives the schedule up. */
  protected abstract decide(count: number, self: Thread | undefined, salt: number): number;

  pick(self: Thread | undefined, enabled: readonly Thread[]): Thread | undefined {
    if (enabled.length === 1) return enabled[0];
    const goesOn = self !== undefined && enabled.includes(self);
    const isFree = !goesOn || self.kind === KIND.pause;
    if (!isFree && this.preemptions === this.bound) return this.goOn(self) ? self : undefined;
    const { options } = this;
    options.length = 0;
    if (goesOn && !isFree) options.push(self);
    const from = self === undefined ? 0 : self.index + 1;
    for (const thread of enabled) if (thread.index >= from && thread !== self) options.push(thread);
    for (const thread of enabled) if (thread.index < from && thread !== self) options.push(thread);
    if (goesOn && isFree) options.push(self);
    const chosen = this.decide(options.length, self, (self === undefined ? 0 : 1 + self.index) * 4 + (goesOn ? 1 : 0) + (isFree ? 2 : 0));
    if (chosen < 0) return undefined;
    const next = options[chosen];
    if (!isFree && next !== self) this.preemptions++;
    return next;
  }

  /** `self` must go on, since no preemption is left: whether it shall. */
  protected goOn(_self: Thread): boolean {
    return true;
  }

  choose(self: Thread, count: number): number {
    const chosen = this.decide(count, self, -1 - self.index);
    return Math.max(chosen, 0);
  }

  kills(self: Thread, site: number): boolean {
    return this.decide(2, self, -16 - 4 * site - self.index) === 1;
  }

  get choices(): number[] {
    return this.decisions.slice(0, this.depth).map(({ chosen }) => chosen);
  }
}

/** Depth first. */
export class Search extends Choosing {
  /** By state: the most preemptions that were left when it was met. */
  readonly #known = new Map<number, number>();
  isAbandoned = false;

  override restart(): void {
    super.restart();
    this.isAbandoned = false;
  }

  protected override decide(count: number, _self: Thread | undefined, salt: number): number {
    if (this.depth < this.decisions.length) {
      const decision = this.decisions[this.depth++];
      if (decision.count !== count) throw new Error(`the scenario does not repeat: ${count} ways where there were ${decision.count}`);
      return decision.chosen;
    }
    if (this.#isKnown(salt)) return -1;
    this.decisions.push({ count, chosen: 0 });
    this.depth++;
    return 0;
  }

  protected override goOn(self: Thread): boolean {
    return this.depth < this.decisions.length || !this.#isKnown((1 + self.index) * 4 + 1);
  }

  /** Whether the state was met before, with as many preemptions left; notes it otherwise. */
  #isKnown(salt: number): boolean {
    if (this.isAbandoned) return true;
    const left = this.bound - this.preemptions;
    const state = stateHash(salt);
    this.isAbandoned = (this.#known.get(state) ?? -1) >= left;
    if (!this.isAbandoned) this.#known.set(state, left);
    return this.isAbandoned;
  }

  /** The next schedule; false if there is none. */
  advance(): boolean {
    const { decisions } = this;
    while (decisions.length > 0) {
      const last = decisions[decisions.length - 1];
      if (++last.chosen < last.count) return true;
      decisions.pop();
    }
    return false;
  }
}

/** Runs one list of choices; beyond its end the first way. */
export class Replay extends Choosing {
  readonly #wanted: readonly number[];
  constructor(bound: number, wanted: readonly number[]) {
    super(bound);
    this.#wanted = wanted;
  }

  protected override decide(count: number): number {
    const chosen = this.#wanted[this.depth++] ?? 0;
    if (chosen >= count) throw new Error(`choice ${this.depth} of the replay is ${chosen} of ${count}: it belongs to another scenario, bound or source`);
    return chosen;
  }
}

/** Priorities by lot, and a few steps at which the running thread becomes the least of all; anew for each schedule. */
export class Priorities extends Choosing {
  /** Uniform from 0 to 1. */
  readonly #random: () => number;
  /** How many changes, among how many steps. */
  readonly #depth: number;
  readonly #length: number;
  readonly #changes = new Set<number>();
  readonly #priority = new Map<number, number>();
  #step = 0;
  #least = 0;

  constructor(random: () => number, depth: number, length: number) {
    super(Infinity);
    this.#random = random;
    this.#depth = depth;
    this.#length = length;
  }

  override restart(): void {
    super.restart();
    this.#step = 0;
    this.#least = 0;
    this.#priority.clear();
    this.#changes.clear();
    for (let k = 1; k < this.#depth; k++) this.#changes.add(Math.floor(this.#random() * this.#length));
  }

  override pick(self: Thread | undefined, enabled: readonly Thread[]): Thread | undefined {
    for (const { index } of enabled) if (!this.#priority.has(index)) this.#priority.set(index, 1 + this.#random());
    if (this.#changes.has(this.#step++) && self !== undefined) this.#priority.set(self.index, --this.#least);
    return super.pick(self, enabled);
  }

  protected override decide(count: number, _self: Thread | undefined, salt: number): number {
    const chosen = salt < 0 ? Math.floor(this.#random() * count) : this.#highest(count);
    this.decisions[this.depth++] = { count, chosen };
    return chosen;
  }

  override kills(): boolean {
    const dies = this.#random() < 1 / STEPS_TO_DEATH;
    this.decisions[this.depth++] = { count: 2, chosen: dies ? 1 : 0 };
    return dies;
  }

  #highest(count: number): number {
    let best = 0;
    for (let k = 1; k < count; k++) if (this.#of(k) > this.#of(best)) best = k;
    return best;
  }

  #of(option: number): number {
    return this.#priority.get(this.options[option].index) ?? 0;
  }
}
