/**
 * The balancer's heap: the workers by their number of pending requests, fewest first,
 * like the talk's `Pool` over Go's container/heap.
 *
 * Invariants, asserted after every operation: `pool[k].index === k` (a swap
 * updates both indices), and no worker has fewer pending requests than the one above it.
 */

/** A worker, as the balancer knows it. */
export interface Seat {
  readonly worker: number;
  /** Place in the heap, −1 while it is out. */
  index: number;
  pending: number;
}

/** A heap of workers that knows the place of each. */
export class SeatHeap {
  readonly #pool: Seat[] = [];

  push(seat: Seat): void {
    seat.index = this.#pool.push(seat) - 1;
    this.#up(seat.index);
    this.#assert();
  }

  /** Takes the worker with the fewest pending requests. */
  pop(): Seat {
    return this.remove(0);
  }

  /** Takes the worker at a place. */
  remove(index: number): Seat {
    const last = this.#pool.length - 1;
    if (index !== last) this.#swap(index, last);
    const seat = this.#pool.pop() as Seat;
    seat.index = -1;
    if (index !== last && !this.#down(index)) this.#up(index);
    this.#assert();
    return seat;
  }

  #isLess(i: number, j: number): boolean {
    return this.#pool[i].pending < this.#pool[j].pending;
  }

  #swap(i: number, j: number): void {
    const pool = this.#pool;
    [pool[i], pool[j]] = [pool[j], pool[i]];
    pool[i].index = i;
    pool[j].index = j;
  }

  #up(from: number): void {
    for (let place = from; place > 0;) {
      const above = (place - 1) >> 1;
      if (!this.#isLess(place, above)) break;
      this.#swap(place, above);
      place = above;
    }
  }

  /** Whether anything moved. */
  #down(from: number): boolean {
    let place = from;
    for (;;) {
      let below = 2 * place + 1;
      if (below >= this.#pool.length) break;
      if (below + 1 < this.#pool.length && this.#isLess(below + 1, below)) below += 1;
      if (!this.#isLess(below, place)) break;
      this.#swap(place, below);
      place = below;
    }
    return place > from;
  }

  #assert(): void {
    for (const [place, seat] of this.#pool.entries()) {
      if (seat.index !== place) throw new Error(`worker ${seat.worker} is at place ${place} of the heap, but its index is ${seat.index}`);
      if (place > 0 && this.#isLess(place, (place - 1) >> 1)) throw new Error(`worker ${seat.worker} at ${place} has fewer pending requests than the one above it`);
    }
  }
}
