/**
 * The carts: buffers in shared memory, and their statistics.
 *
 * A cart is a number; its contents are in shared memory. So passing a cart on means
 * sending its number. Only the gopher that holds the number may use the cart's words:
 * this replaces a lock, and the channel provides it. It is also checked:
 *
 * - `holder[cart]` is 0 while a cart is between two gophers, and the gopher's number
 *   (from 1) while a gopher has it. If a gopher takes a cart that has a holder, or
 *   passes on a cart that it does not hold, that is reported as a mistake.
 * - A cart is *in use* from the start of its loading until it is back or put down at
 *   the end. `since` is the start; `usedNs` and `trips` add up. Together with the
 *   gophers' own sums this gives Little's law exactly, without a log.
 */
import { shared, type SharedArray } from "../../src/index.ts";

/** The carts of all lanes, as a task argument. */
export interface YardMemory {
  readonly holder: SharedArray<"i32">;
  /** Bytes of the cartload in each cart. */
  readonly length: SharedArray<"i32">;
  /** Cartloads carried by each cart. */
  readonly trips: SharedArray<"i32">;
  /** When the use of each cart began, in ns from the epoch; 0 if not in use. */
  readonly since: SharedArray<"f64">;
  /** Time each cart was in use, in ns. */
  readonly usedNs: SharedArray<"f64">;
  readonly hold: SharedArray<"u8">;
  /** Size of each cart. */
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

/** Frees the carts' memory. */
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

  /** Takes a cart that was passed on. */
  take(cart: number): void {
    const { array: holder } = this.#yard.holder;
    if (holder[cart] !== 0) this.#mistakes.push(`gopher ${this.#gopher} took cart ${cart}, which gopher ${holder[cart]} holds`);
    holder[cart] = this.#gopher;
  }

  /** Releases a cart. Send the returned number to the next gopher. */
  pass(cart: number): number {
    const { array: holder } = this.#yard.holder;
    if (holder[cart] !== this.#gopher) {
      this.#mistakes.push(`gopher ${this.#gopher} passes on cart ${cart}, which gopher ${holder[cart]} holds`);
    }
    holder[cart] = 0;
    return cart;
  }

  /** All bytes of a cart, for loading. */
  room(cart: number): Uint8Array {
    const start = cart * this.#yard.cartBytes;
    return this.#yard.hold.array.subarray(start, start + this.#yard.cartBytes);
  }

  /** The contents of a cart. */
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
