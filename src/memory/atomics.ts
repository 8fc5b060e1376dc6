/**
 * The only file that names `Atomics`. Everything that several threads can touch at the
 * same time goes through these functions, or is a plain word guarded by a lock that is
 * taken through them. So a test can replace this module and explore how the production
 * source interleaves (verify/explorer).
 *
 * All of these are sequentially consistent (ECMA-262, Atomics). On V8 13 each is a
 * builtin call of about 10 ns, loads included, so the hottest functions are compiled to
 * WebAssembly (compiled.ts), where it is one instruction.
 */

export const load: (words: Int32Array, at: number) => number = Atomics.load;
export const store: (words: Int32Array, at: number, value: number) => number = Atomics.store;
export const add: (words: Int32Array, at: number, value: number) => number = Atomics.add;
export const sub: (words: Int32Array, at: number, value: number) => number = Atomics.sub;
export const or: (words: Int32Array, at: number, value: number) => number = Atomics.or;
export const exchange: (words: Int32Array, at: number, value: number) => number = Atomics.exchange;

/** Compare and swap; returns what was there, so success is `=== expected`. */
export const cas: (words: Int32Array, at: number, expected: number, value: number) => number = Atomics.compareExchange;

/** Wakes up to `count` waiters on a word; returns how many it woke. */
export const notify: (words: Int32Array, at: number, count: number) => number = Atomics.notify;

/** A hint to the core that this is a spin loop; nothing before Node 24. */
export const pause: (iterations?: number) => void = (Atomics as unknown as { pause?(n?: number): void }).pause ?? ((): void => undefined);

/**
 * Gives up the core for at most `timeoutMs` while the word still holds `value`. Only
 * for a lock whose holder the system has taken off its core. Nobody notifies the word:
 * the timeout ends the wait.
 */
export function doze(words: Int32Array, at: number, value: number, timeoutMs: number): void {
  Atomics.wait(words, at, value, timeoutMs);
}

const ownWaitAsync = Atomics.waitAsync;

/**
 * Waits without blocking until the word is notified; `undefined` if it no longer
 * holds `value`. A pending wait does not keep Node alive (nodejs/node#44729), and it
 * cannot be cancelled except by notifying the word.
 */
export function waitAsync(words: Int32Array, at: number, value: number): Promise<unknown> | undefined {
  const result = ownWaitAsync(words, at, value);
  return result.async ? result.value : undefined;
}

/**
 * Calls `count` with 1 when the program of this thread begins an `Atomics.waitAsync`, and
 * with −1 when that has ended: the search for deadlocks must know of it. The runtime's
 * own waits do not count. Returns false where that cannot be changed (--frozen-intrinsics).
 */
export function countWaits(count: (change: number) => void): boolean {
  const waitAsync = (...args: Parameters<typeof ownWaitAsync>): ReturnType<typeof ownWaitAsync> => {
    const result = ownWaitAsync(...args);
    if (!result.async) return result;
    count(1);
    void result.value.then(() => count(-1));
    return result;
  };
  return Reflect.defineProperty(Atomics, "waitAsync", { value: waitAsync });
}
