/** Steps that only the explorer's programs take. Their calls are rewritten like those of the atomics seam. */

/** Waits until `ready()`, which must only look. */
export function blockUntil(ready: () => boolean): void {
  if (!ready()) throw new Error("only rewritten code can wait");
}

/** One of `count` ways, 0 … count−1: the explorer tries each. */
export function choose(count: number): number {
  return count - count;
}

/** A moment at which other threads may go on without being counted as a preemption. */
export function breathe(): void {}
