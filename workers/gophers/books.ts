/**
 * What a gopher handles, and its simple form: numbered books.
 *
 * A cartload of numbered books is the list of their numbers. The loader writes it into
 * the cart and the burner reads it. So if a channel loses, doubles or mixes up a book,
 * its number is missing or counted twice at the end.
 */
import { mark, shared, type SharedArray } from "../../src/index.ts";

/** What a gopher does with a cartload, apart from the cost. One object for each gopher. */
export interface Goods {
  /** Fills a cart from the pile. Returns the bytes put in, 0 when the pile is empty. No other gopher may use the pile at that time. */
  load(room: Uint8Array): number | Promise<number>;
  /** What happens to a cartload on the way. */
  move(load: Uint8Array): void;
  /** Burns a cartload. Returns the books burnt; one book may need several cartloads. */
  burn(load: Uint8Array): number;
  /** Releases what it still holds when the work is over. */
  close(): void | Promise<void>;
}

/** The numbered books of all lanes, as a task argument. */
export interface BookMemory {
  readonly kind: "books";
  readonly booksPerCart: number;
  /** For each lane the next cartload to take, and the first that belongs to the next lane. Written by the gopher at the pile. */
  readonly next: SharedArray<"i32">;
  readonly end: SharedArray<"i32">;
  /** How often each book was burnt. */
  readonly burnt: SharedArray<"i32">;
}

/** Makes `loads × booksPerCart` books, divided over `lanes` piles as evenly as possible. */
export function pileBooks(loads: number, booksPerCart: number, lanes: number): BookMemory {
  const memory = {
    kind: "books" as const,
    booksPerCart,
    next: shared.int32(lanes),
    end: shared.int32(lanes),
    burnt: shared.int32(loads * booksPerCart),
  };
  for (let lane = 0; lane < lanes; lane++) {
    memory.next.array[lane] = Math.floor((loads * lane) / lanes);
    memory.end.array[lane] = Math.floor((loads * (lane + 1)) / lanes);
  }
  return memory;
}

/** Frees the books' memory. */
export function clearBooks(books: BookMemory): void {
  books.next.free();
  books.end.free();
  books.burnt.free();
}

/** Handles the numbered books of one lane. */
export class Books implements Goods {
  readonly #books: BookMemory;
  readonly #lane: number;

  constructor(books: BookMemory, lane: number) {
    this.#books = books;
    this.#lane = lane;
  }

  load(room: Uint8Array): number {
    const { next, end, booksPerCart } = this.#books;
    const load = next.array[this.#lane];
    if (load === end.array[this.#lane]) return 0;
    next.array[this.#lane] = load + 1;
    const numbers = new DataView(room.buffer, room.byteOffset);
    for (let i = 0; i < booksPerCart; i++) numbers.setInt32(4 * i, load * booksPerCart + i);
    return 4 * booksPerCart;
  }

  move(): void {}

  burn(load: Uint8Array): number {
    const numbers = new DataView(load.buffer, load.byteOffset, load.byteLength);
    for (let at = 0; at < load.byteLength; at += 4) {
      const book = numbers.getInt32(at);
      this.#books.burnt.array[book] += 1;
      mark("burnt", book);
    }
    return load.byteLength / 4;
  }

  close(): void {}
}
