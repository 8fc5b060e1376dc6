/**
 * Every fixed limit of warren, in one place. Exceeding one is `ERR_LIMIT`,
 * naming the limit, its maximum and the actual value.
 */
export const LIMITS = {
  /** Threads of one runtime, without the main thread: an owner id has 7 bits. */
  threads: 126,
  /** Values one channel can buffer: positions have 23 bits, half of it is usable. */
  capacity: 4_194_304,
  /** Bytes of one message, task argument list or result. */
  messageBytes: 268_435_456,
  /** Bytes of the arena: what a WebAssembly memory can address. */
  arenaBytes: 4_294_901_760,
  /** What a semaphore, a barrier or a wait group can count. */
  count: 2_147_483_647,
  /** Nesting of one value: deeper ones are refused rather than overflow the stack. */
  depth: 1000,
} as const;

/** Bytes of the arena where the caller names none. Reserved, not resident. */
export const DEFAULT_ARENA_BYTES = 1_073_741_824;
