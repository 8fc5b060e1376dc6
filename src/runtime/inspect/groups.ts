/** Sets that grow together (union-find with path halving), of tasks and of what they know. */
export class Groups {
  readonly #parents = new Map<number | string, number | string>();

  of(node: number | string): number | string {
    let at = node;
    for (;;) {
      const parent = this.#parents.get(at) ?? at;
      if (parent === at) return at;
      const above = this.#parents.get(parent) ?? parent;
      this.#parents.set(at, above);
      at = above;
    }
  }

  join(a: number | string, b: number | string): void {
    this.#parents.set(this.of(a), this.of(b));
  }
}
