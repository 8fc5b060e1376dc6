/** The latest values that were acknowledged here, with their ids: a server that is killed forgets acknowledgements, and uses numbers again. */

/** So many are remembered. */
const MOST = 16_384;

/** A value of the server. */
interface Numbered {
  readonly sequence: number;
  readonly id: string;
}

export class Acknowledged {
  /** The oldest first. */
  readonly #ids = new Map<number, string>();

  add({ sequence, id }: Numbered): void {
    this.#ids.set(sequence, id);
    if (this.#ids.size <= MOST) return;
    for (const oldest of this.#ids.keys()) {
      this.#ids.delete(oldest);
      return;
    }
  }

  has({ sequence, id }: Numbered): boolean {
    return this.#ids.get(sequence) === id;
  }
}
