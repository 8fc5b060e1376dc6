/**
 * Every fixed limit of warren, in one place. A value above a limit is refused with
 * `ERR_LIMIT`, which names the limit, its maximum and the actual value.
 */
export const LIMITS = {
  /** Threads of one runtime, without the main thread: an owner id has 7 bits. */
  threads: 126,
  /** Values one channel can buffer: positions have 23 bits, of which half is usable. */
  capacity: 4_194_304,
  /** Bytes of one message, task argument list or result. */
  messageBytes: 268_435_456,
  /** Bytes of shared memory: as much as a WebAssembly memory can address. */
  arenaBytes: 4_294_901_760,
  /** The largest count of a semaphore, a barrier or a wait group. */
  count: 2_147_483_647,
  /** Entries of one shared map. */
  mapEntries: 4_194_304,
  /** Bytes of one key of a shared map, with what its type adds. */
  keyBytes: 65_536,
  /** Levels of nesting in one value. Deeper values are refused because they would overflow the stack. */
  depth: 1000,
} as const;

/** Bytes of shared memory if the caller does not say. They are reserved, not resident. */
export const DEFAULT_ARENA_BYTES = 1_073_741_824;
