/** How the balancer chooses a worker: the talk's heap, and three others for comparison. */
import { mark } from "../../src/index.ts";
import { SeatHeap, type Seat } from "./heap.ts";

/** `heap`: the worker with the fewest pending requests. `two-choices`: of two random workers, the one with fewer (Mitzenmacher 1996). */
export type Policy = "heap" | "round-robin" | "random" | "two-choices";

/** All policies, the talk's first. */
export const POLICIES: readonly Policy[] = ["heap", "round-robin", "random", "two-choices"];

/** What the mark of a worker counts for each place: more than there are workers. */
const PLACE = 1000;

/** The workers of one balancer, with the pending requests of each. */
export class Pool {
  readonly #seats: readonly Seat[];
  readonly #heap: SeatHeap | null;
  readonly #choose: () => Seat;
  /** The place of each worker in the heap, as it was marked last. */
  readonly #places: number[];
  #pending = 0;

  /** `random` gives numbers in [0, 1). */
  constructor(workers: number, policy: Policy, random: () => number) {
    const seats = Array.from({ length: workers }, (_, worker): Seat => ({ worker, index: -1, pending: 0 }));
    this.#seats = seats;
    this.#places = seats.map(() => -1);
    this.#heap = policy === "heap" ? new SeatHeap() : null;
    this.#choose = policy === "heap" ? () => this.#heap!.pop() : chooser(policy, seats, random);
    for (const seat of seats) this.#heap?.push(seat);
    this.#markPlaces();
  }

  /** Chooses the worker for a request, and counts the request as pending at that worker. */
  dispatch(): number {
    const seat = this.#choose();
    seat.pending += 1;
    this.#pending += 1;
    this.#heap?.push(seat);
    this.#markPlaces();
    this.#assert();
    return seat.worker;
  }

  /** A worker has done a request. */
  complete(worker: number): void {
    const seat = this.#seats[worker];
    this.#heap?.remove(seat.index);
    seat.pending -= 1;
    this.#pending -= 1;
    this.#heap?.push(seat);
    this.#markPlaces();
    this.#assert();
  }

  /** Requests dispatched and not completed. */
  get pending(): number {
    return this.#pending;
  }

  /** Σ p² over the workers, p being the pending requests of one. */
  get squares(): number {
    let sum = 0;
    for (const { pending } of this.#seats) sum += pending * pending;
    return sum;
  }

  /** Marks the workers that have changed their places in the heap: 1000 times the place, and the worker. */
  #markPlaces(): void {
    for (const { worker, index } of this.#seats) {
      if (index === this.#places[worker]) continue;
      this.#places[worker] = index;
      mark("seat", PLACE * index + worker);
    }
  }

  #assert(): void {
    let sum = 0;
    for (const { pending, worker } of this.#seats) {
      if (pending < 0) throw new Error(`worker ${worker} has completed more than it was given`);
      sum += pending;
    }
    if (sum !== this.#pending) throw new Error(`the workers have ${sum} requests pending, and the balancer ${this.#pending}`);
  }
}

function chooser(policy: Exclude<Policy, "heap">, seats: readonly Seat[], random: () => number): () => Seat {
  const any = (among: number): number => Math.floor(among * random());
  if (policy === "random") return () => seats[any(seats.length)];
  if (policy === "round-robin") {
    let turn = 0;
    return () => seats[turn++ % seats.length];
  }
  return () => {
    const first = any(seats.length);
    const second = (first + 1 + any(seats.length - 1)) % seats.length;
    return seats[second].pending < seats[first].pending ? seats[second] : seats[first];
  };
}
