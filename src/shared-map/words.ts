/** Where the words of shared maps and their entries lie: offsets in their records in the arena. */
import { syncHeader } from "../memory/layout.ts";

/**
 * The header of a shared map, and its table (the object's block): one word for each
 * bucket, the first entry of its chain. See shared-map/table.ts.
 */
export const mapHeader = {
  /** Entries that have a value, and how many there may be. */
  count: syncHeader.value,
  max: syncHeader.size,
  table: syncHeader.block,
  /** The number of buckets, a power of two, minus 1. */
  mask: 25,
  /** The entries that have a value, in the order in which they go. */
  oldest: 26,
  newest: 27,
} as const;

/** An entry of a shared map: these words, the words of its value's slot, the words of its key. All under the map's lock, except `owners`; the value and the key never change. */
export const mapEntry = {
  next: 0,
  hash: 1,
  /** Who may read the value: see shared-map/entry.ts. Atomic. */
  owners: 2,
  /** 1 if it was used since it was added, or since it was spared. */
  used: 3,
  older: 4,
  newer: 5,
  /** The load in progress, header and generation; 0 for an entry that has a value. */
  load: 6,
  loadGeneration: 7,
  /** The name of the value's type, in the table of names. */
  type: 8,
  /** Where the key begins, in words from the entry, and how many words it has. */
  key: 9,
  keyWords: 10,
  value: 12,
} as const;
