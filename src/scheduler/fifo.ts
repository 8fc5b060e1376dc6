/** A queue in a ring that doubles, so `shift` takes constant time; an array's `shift` does not. */
export class Fifo<T> {
  #slots: (T | undefined)[] = Array.from({ length: 16 }, () => undefined);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: T): void {
    if (this.#length === this.#slots.length) this.#grow();
    this.#slots[(this.#head + this.#length++) & (this.#slots.length - 1)] = item;
  }

  includes(item: T): boolean {
    for (let k = 0; k < this.#length; k++) if (this.#slots[(this.#head + k) & (this.#slots.length - 1)] === item) return true;
    return false;
  }

  /** The next, which stays. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#slots[this.#head];
    this.#slots[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#slots.length - 1);
    this.#length--;
    return item;
  }

  #grow(): void {
    const { length } = this.#slots;
    const slots: (T | undefined)[] = Array.from({ length: 2 * length }, () => undefined);
    for (let k = 0; k < length; k++) slots[k] = this.#slots[(this.#head + k) & (length - 1)];
    this.#slots = slots;
    this.#head = 0;
  }
}
