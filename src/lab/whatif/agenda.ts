/** What a replay is made of: events by time, and lines of numbers. */

/** Events, the earliest first; of the same time in the order in which they were added. */
export class Agenda {
  /** When the event that was taken last happens, and what it concerns. */
  ns = 0;
  what = 0;
  readonly #heap: { readonly ns: number; readonly order: number; readonly kind: number; readonly what: number }[] = [];
  #order = 0;

  push(ns: number, kind: number, what: number): void {
    const heap = this.#heap;
    const event = { ns, order: this.#order++, kind, what };
    let place = heap.push(event) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = heap[above] as typeof event;
      if (parent.ns < ns || (parent.ns === ns && parent.order < event.order)) break;
      heap[place] = parent;
      place = above;
    }
    heap[place] = event;
  }

  /** Takes the earliest event; its kind, −1 if there is none. */
  pop(): number {
    const heap = this.#heap;
    const first = heap[0];
    if (first === undefined) return -1;
    const last = heap.pop() as typeof first;
    if (heap.length > 0) {
      let place = 0;
      for (let below = 1; below < heap.length; below = 2 * place + 1) {
        let child = heap[below] as typeof first;
        const other = heap[below + 1];
        if (other !== undefined && (other.ns < child.ns || (other.ns === child.ns && other.order < child.order))) [child, below] = [other, below + 1];
        if (last.ns < child.ns || (last.ns === child.ns && last.order < child.order)) break;
        heap[place] = child;
        place = below;
      }
      heap[place] = last;
    }
    this.ns = first.ns;
    this.what = first.what;
    return first.kind;
  }
}

/** Numbers, first in, first out. */
export class Line {
  #values: number[] = [];
  #taken = 0;

  get length(): number {
    return this.#values.length - this.#taken;
  }

  /** The oldest, which must be there. */
  get first(): number {
    return this.#values[this.#taken] as number;
  }

  push(value: number): void {
    this.#values.push(value);
  }

  shift(): number {
    const value = this.first;
    this.#taken++;
    if (this.#taken > 1024 && this.#taken * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#taken);
      this.#taken = 0;
    }
    return value;
  }
}
