/**
 * The carts: buffers in the arena, and the books that are kept of them.
 *
 * A cart is a number; what it holds lies in shared memory, so passing a cart on
 * is sending its number. Who holds the number may touch the cart's words, and
 * nobody else: that is the whole locking, and the channel provides it. It is
 * also what is checked here:
 *
 * - `holder[cart]` is 0 while a cart is between two gophers and the gopher's
 *   number (from 1) while he has it. Taking a cart that has a holder, or
 *   passing on one that is not one's own, is a mistake and is reported.
 * - A cart is *in use* from the start of its loading until it is back or put
 *   down for good: `since` says from when, `usedNs` and `trips` add up. With the
 *   gophers' own sums this gives Little's law exactly, without a log.
 */
import { shared, type SharedArray } from "../../src/index.ts";

/** The carts of all lanes; travels as a task argument. */
export interface YardMemory {
  readonly holder: SharedArray<"i32">;
  /** Bytes of the load in each cart. */
  readonly length: SharedArray<"i32">;
  /** Loads carried by each cart. */
  readonly trips: SharedArray<"i32">;
  /** When the use of each cart began, in ns from the epoch; 0 if not in use. */
  readonly since: SharedArray<"f64">;
  /** Time each cart was in use, in ns. */
  readonly usedNs: SharedArray<"f64">;
  readonly hold: SharedArray<"u8">;
  /** Room in each cart. */
  readonly cartBytes: number;
}

/** Makes `carts` empty carts of `cartBytes` bytes, a multiple of 8. */
export function buildYard(carts: number, cartBytes: number): YardMemory {
  return {
    holder: shared.int32(carts),
    length: shared.int32(carts),
    trips: shared.int32(carts),
    since: shared.float64(carts),
    usedNs: shared.float64(carts),
    hold: shared.bytes(carts * cartBytes),
    cartBytes,
  };
}

/** Gives the carts' memory back. */
export function clearYard(yard: YardMemory): void {
  yard.holder.free();
  yard.length.free();
  yard.trips.free();
  yard.since.free();
  yard.usedNs.free();
  yard.hold.free();
}

/** One gopher's view of the carts. */
export class Carts {
  readonly #yard: YardMemory;
  readonly #gopher: number;
  readonly #mistakes: string[];

  /** @param gopher the gopher's number, from 1. @param mistakes where to report. */
  constructor(yard: YardMemory, gopher: number, mistakes: string[]) {
    this.#yard = yard;
    this.#gopher = gopher;
    this.#mistakes = mistakes;
  }

  /** Takes hold of a cart that was handed over. */
  take(cart: number): void {
    const { array: holder } = this.#yard.holder;
    if (holder[cart] !== 0) this.#mistakes.push(`gopher ${this.#gopher} took cart ${cart}, which gopher ${holder[cart]} holds`);
    holder[cart] = this.#gopher;
  }

  /** Lets go of a cart; what is returned is to be sent to the next. */
  pass(cart: number): number {
    const { array: holder } = this.#yard.holder;
    if (holder[cart] !== this.#gopher) {
      this.#mistakes.push(`gopher ${this.#gopher} passes on cart ${cart}, which gopher ${holder[cart]} holds`);
    }
    holder[cart] = 0;
    return cart;
  }

  /** All of a cart's room, for loading. */
  room(cart: number): Uint8Array {
    const start = cart * this.#yard.cartBytes;
    return this.#yard.hold.array.subarray(start, start + this.#yard.cartBytes);
  }

  /** What a cart holds. */
  load(cart: number): Uint8Array {
    return this.room(cart).subarray(0, this.#yard.length.array[cart]);
  }

  /** Notes that a cart was filled with `byteLength` bytes, in use since `startNs`. */
  begin(cart: number, byteLength: number, startNs: number): void {
    this.#yard.length.array[cart] = byteLength;
    this.#yard.since.array[cart] = startNs;
  }

  /** Notes that a cart's use is over. False if it was not in use. */
  end(cart: number, nowNs: number): boolean {
    const { since, usedNs, trips } = this.#yard;
    const startNs = since.array[cart];
    if (startNs === 0) return false;
    since.array[cart] = 0;
    usedNs.array[cart] += nowNs - startNs;
    trips.array[cart] += 1;
    return true;
  }
}
