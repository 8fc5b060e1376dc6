/** Counts what was sent and received, by id, and says what does not fit. */
export class Ledger {
  readonly sent = new Set<string>();
  /** How often each was received, and how often as one that was not received before. */
  readonly #received = new Map<string, { count: number; unmarked: number }>();
  readonly failures: string[] = [];

  got(id: string, mayBeRepeated: boolean): void {
    let its = this.#received.get(id);
    if (its === undefined) this.#received.set(id, (its = { count: 0, unmarked: 0 }));
    its.count++;
    if (!mayBeRepeated) its.unmarked++;
  }

  get missing(): number {
    return [...this.sent].filter((id) => !this.#received.has(id)).length;
  }

  get duplicates(): number {
    return [...this.#received.values()].reduce((sum, { count }) => sum + count - 1, 0);
  }

  /** Duplicates that looked like a first delivery. */
  get unmarked(): number {
    return [...this.#received.values()].reduce((sum, { unmarked }) => sum + Math.max(0, unmarked - 1), 0);
  }

  /** What is wrong. @param most so many duplicates are allowed */
  defects(most: number): string[] {
    const { missing, duplicates, unmarked } = this;
    return [
      ...(missing > 0 ? [`${missing} acknowledged ids are missing`] : []),
      ...(duplicates > most ? [`${duplicates} duplicates, more than ${most}`] : []),
      ...(unmarked > 0 ? [`${unmarked} duplicates are not marked`] : []),
      ...this.failures,
    ];
  }
}
