/** What holds the shared memory, for ERR_ARENA_FULL. It is read while other threads continue, so the figures are not of one moment. */
import { KIND, PAGE, PAGE_SHIFT, header, superblock, syncHeader } from "./layout.ts";
import { CLASS_WORDS, HEADER_CLASS, HEADER_MARK, INSIDE, blocksIn } from "./size-classes.ts";

/** Something that holds shared memory. */
export interface Holder {
  /** What it is: "channel", "shared array", "Mutex", "context" …, or "large value" for a value, a result or a trace in pages of its own. */
  readonly kind: string;
  readonly bytes: number;
  /** Of a channel. */
  readonly capacity?: number;
  /** Elements of a shared array. */
  readonly length?: number;
}

export interface Holdings {
  /** Bytes by kind; "other" is values in channels, tasks, waiting operations and names. */
  readonly byKind: Readonly<Record<string, number>>;
  /** The five largest. */
  readonly holders: readonly Holder[];
  /** Both as a sentence. */
  readonly text: string;
}

const MOST_HOLDERS = 5;
const NAMES: Readonly<Record<number, string>> = {
  [KIND.rendezvous]: "channel", [KIND.array]: "channel", [KIND.oneshot]: "oneshot", [KIND.sharedArray]: "shared array", [KIND.mutex]: "Mutex", [KIND.rwLock]: "RwLock",
  [KIND.semaphore]: "Semaphore", [KIND.waitGroup]: "WaitGroup", [KIND.once]: "Once", [KIND.barrier]: "Barrier", [KIND.counter]: "Counter", [KIND.context]: "context",
  [KIND.guarded]: "Guarded", [KIND.map]: "SharedMap", [KIND.load]: "load",
};
/** Kinds whose block is in `header.buffer`; that of the others is in `syncHeader.block`. */
const WITH_BUFFER: ReadonlySet<number> = new Set([KIND.rendezvous, KIND.array, KIND.oneshot, KIND.sharedArray, KIND.context]);

/** @param used bytes in use in all */
export function holdingsOf(i32: Int32Array, used: number): Holdings {
  const byKind: Record<string, number> = {};
  const holders: Holder[] = [];
  const owned = new Set<number>();
  let other = used;
  const note = (holder: Holder): void => {
    byKind[holder.kind] = (byKind[holder.kind] ?? 0) + holder.bytes;
    other -= holder.bytes;
    if (holders.length === MOST_HOLDERS && holder.bytes <= holders[MOST_HOLDERS - 1].bytes) return;
    const place = holders.findIndex(({ bytes }) => bytes < holder.bytes);
    holders.splice(place < 0 ? holders.length : place, 0, holder);
    holders.length = Math.min(holders.length, MOST_HOLDERS);
  };
  const map = i32[superblock.pageMap];
  for (let page = i32[superblock.pages]; page < i32[superblock.pagesTouched]; page++) {
    if (i32[map + page] !== HEADER_MARK) continue;
    for (let n = 0; n < blocksIn(HEADER_CLASS); n++) {
      const at = page * PAGE + n * CLASS_WORDS[HEADER_CLASS];
      const kind = i32[at + header.kind];
      const name = NAMES[kind];
      if (name === undefined) continue;
      const block = blockOf(i32, at);
      if (block > 0) owned.add(block);
      const bytes = wordsOfObject(i32, at) * 4;
      const size = i32[at + header.capacity];
      note({ kind: name, bytes, ...(name === "channel" ? { capacity: size } : name === "shared array" ? { length: size } : {}) });
    }
  }
  for (let page = i32[superblock.pages]; page < i32[superblock.pagesTouched]; page++) {
    if (i32[map + page] < 0 && !owned.has(page * PAGE)) note({ kind: "large value", bytes: -i32[map + page] * PAGE * 4 });
  }
  if (other > 0) byKind.other = other;
  return { byKind, holders, text: textOf(byKind, holders) };
}

/** The words of the header at `at` and of its block. */
export function wordsOfObject(i32: Int32Array, at: number): number {
  return CLASS_WORDS[HEADER_CLASS] + wordsOf(i32, blockOf(i32, at));
}

/** The block of the header at `at`; 0 for none. */
function blockOf(i32: Int32Array, at: number): number {
  return i32[at + (WITH_BUFFER.has(i32[at + header.kind]) ? header.buffer : syncHeader.block)];
}

/** The words of the block at `at`; 0 for none. */
function wordsOf(i32: Int32Array, at: number): number {
  const page = at >>> PAGE_SHIFT;
  if (at <= 0 || page >= i32[superblock.pageCount]) return 0;
  const mark = i32[i32[superblock.pageMap] + page];
  return mark === INSIDE ? 0 : mark < 0 ? -mark * PAGE : (CLASS_WORDS[mark - 1] ?? 0);
}

function textOf(byKind: Readonly<Record<string, number>>, holders: readonly Holder[]): string {
  const kinds = Object.entries(byKind).toSorted(([, a], [, b]) => b - a).map(([kind, bytes]) => `${kind} ${bytes}`);
  const largest = holders.map(({ kind, bytes, capacity, length }) => `${kind}${capacity === undefined ? "" : ` of capacity ${capacity}`}${length === undefined ? "" : ` of ${length} elements`} ${bytes}`);
  return `Bytes by kind: ${kinds.join(", ")}. Largest: ${largest.length === 0 ? "none" : largest.join(", ")}`;
}
