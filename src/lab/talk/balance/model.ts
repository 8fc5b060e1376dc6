/**
 * The realistic balancer as a model: the same requesters, workers and policies
 * as events on a clock of its own, where nothing costs time but thinking and
 * serving. What it gives over a long run are the figures of docs/talk.md,
 * "The load balancer": throughput 2.0 requests a unit, 8.0 pending a worker, variance across the
 * workers 0.29 (heap), 1.4 (two choices), 39 (round robin), 50 (random).
 *
 * A run of some thousand units has not forgotten that it began with idle
 * workers: by round robin the variance then is about 30. So a measured run is
 * held against simulated runs of the same length.
 */
import { mean, standardDeviation } from "simple-statistics";
import type { BalanceConfig } from "../../../../workers/balance.ts";
import { seededRandom } from "../../../../workers/chance.ts";

/** What is simulated; times in units. */
type BalanceSystem = Omit<BalanceConfig, "queue" | "unitMs" | "seed">;

/** The figures of one run, or their means or deviations over several. */
export interface BalanceFigures {
  /** Requests answered in a unit. */
  readonly throughput: number;
  /** Time-weighted: pending a worker, and its variance across the workers. */
  readonly pending: number;
  readonly variance: number;
  /** From request to reply. */
  readonly response: number;
  readonly p99: number;
}

/** Mean and standard deviation of the figures over `runs` simulated runs. */
export function simulateBalance(system: BalanceSystem, runs: number, seed: number): { mean: BalanceFigures; deviation: BalanceFigures } {
  const all = Array.from({ length: runs }, (_, run) => new Simulation(system, seed + 7919 * run).run());
  const over = (of: (values: number[]) => number): BalanceFigures => {
    const figure = (name: keyof BalanceFigures): number => of(all.map((one) => one[name]));
    return { throughput: figure("throughput"), pending: figure("pending"), variance: figure("variance"), response: figure("response"), p99: figure("p99") };
  };
  return { mean: over(mean), deviation: over(standardDeviation) };
}

/** Requester `who` asks, or worker `who` is done, at a time. */
interface Event {
  readonly at: number;
  readonly kind: "ask" | "done";
  readonly who: number;
}

interface Waiting {
  readonly requester: number;
  readonly since: number;
}

class Simulation {
  readonly #system: BalanceSystem;
  readonly #random: () => number;
  /** At most one event for each requester and worker, the last first to come. */
  readonly #events: Event[] = [];
  readonly #queues: Waiting[][];
  readonly #responses: number[] = [];
  #turn = 0;

  constructor(system: BalanceSystem, seed: number) {
    this.#system = system;
    this.#random = seededRandom(seed);
    this.#queues = Array.from({ length: system.workers }, () => []);
  }

  run(): BalanceFigures {
    const { requesters, workers, think, service, warmup, length } = this.#system;
    for (let who = 0; who < requesters; who++) this.#plan({ at: think * this.#random(), kind: "ask", who });
    let now = 0;
    let pending = 0;
    let variance = 0;
    for (;;) {
      const event = this.#events.pop() as Event;
      const span = Math.min(event.at, length) - Math.max(now, warmup);
      if (span > 0) {
        const average = this.#queues.reduce((sum, { length: waiting }) => sum + waiting, 0) / workers;
        pending += span * average;
        variance += span * (this.#queues.reduce((sum, { length: waiting }) => sum + waiting ** 2, 0) / workers - average ** 2);
      }
      now = event.at;
      if (now >= length) break;
      if (event.kind === "ask") {
        const chosen = this.#choose();
        if ((this.#queues[chosen] as Waiting[]).push({ requester: event.who, since: now }) > 1) continue;
        this.#plan({ at: now + service * this.#random(), kind: "done", who: chosen });
      } else {
        const queue = this.#queues[event.who] as Waiting[];
        const { requester, since } = queue.shift() as Waiting;
        if (now >= warmup) this.#responses.push(now - since);
        this.#plan({ at: now + think * this.#random(), kind: "ask", who: requester });
        if (queue.length > 0) this.#plan({ at: now + service * this.#random(), kind: "done", who: event.who });
      }
    }
    const measured = length - warmup;
    return { throughput: this.#responses.length / measured, pending: pending / measured, variance: variance / measured, ...responseFigures(this.#responses) };
  }

  #plan(event: Event): void {
    const events = this.#events;
    let low = 0;
    for (let high = events.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((events[middle] as Event).at > event.at) low = middle + 1;
      else high = middle;
    }
    events.splice(low, 0, event);
  }

  #choose(): number {
    const { policy, workers } = this.#system;
    const waiting = (worker: number): number => (this.#queues[worker] as Waiting[]).length;
    const any = (among: number): number => Math.floor(among * this.#random());
    if (policy === "round-robin") return this.#turn++ % workers;
    if (policy === "random") return any(workers);
    if (policy === "two-choices") {
      const first = any(workers);
      const second = (first + 1 + any(workers - 1)) % workers;
      return waiting(second) < waiting(first) ? second : first;
    }
    let least = 0;
    for (let worker = 1; worker < workers; worker++) if (waiting(worker) < waiting(least)) least = worker;
    return least;
  }
}

/** Mean and 99th percentile of times from request to reply. */
export function responseFigures(responses: readonly number[]): Pick<BalanceFigures, "response" | "p99"> {
  const sorted = Float64Array.from(responses).toSorted();
  return { response: sorted.reduce((sum, one) => sum + one, 0) / sorted.length, p99: sorted[Math.floor(0.99 * sorted.length)] ?? Number.NaN };
}
