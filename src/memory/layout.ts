/**
 * The records in the arena, word by word; those of contexts, shared maps and trace rings
 * are in words.ts of their folders. One word is 4 bytes. A pointer is a word
 * index, so 4 GiB fit into 30 bits; 0 is "none". A line is 128 bytes (32 words): words
 * that different threads write are on different lines.
 *
 *   superblock │ central free lists │ processors │ page map │ page table │ generations │ pages …
 */

/** Words in one line: two cache lines, because the prefetcher fetches them in pairs. */
export const LINE = 32;

/** Words in one page of 64 KiB, and the shift from a word index to its page. */
export const PAGE_SHIFT = 14;
export const PAGE = 1 << PAGE_SHIFT;

/** From word 0 on: what the whole runtime shares. The first line is read in nearly every operation and hardly ever written; words that are written often have a line each. */
export const superblock = {
  magic: 0,
  words: 1,
  threads: 2,
  /** Where the processors and the page map begin, the number of the first page, and the number of pages. */
  processors: 3,
  pageMap: 4,
  pages: 5,
  pageCount: 6,
  /** Where the table of pages begins, and that of the generations of headers whose page was given back. */
  pageTable: 7,
  generations: 8,
  /** Pages that only results and errors of tasks get. */
  reserve: 9,
  /** How many threads are in front: those with a lower index get the tasks that no program has placed. Written by main before the threads start. */
  front: 10,
  /** 1 once the runtime is stopping: no new task starts. */
  stopping: 11,
  /** When the arena was made, in milliseconds since 1970 (a double: two words). */
  epoch: 12,
  /** Threads (main not counted) whose processor sleeps. */
  sleepers: 1 * LINE,
  /** Counts how often the last awake thread fell asleep; main waits on it. */
  quiet: 2 * LINE,
  /** Ids of tasks, handed out in blocks. */
  taskIds: 3 * LINE,
  /** Numbers the lines that tasks print. */
  lines: 3 * LINE + 1,
  /** Numbers the values of contexts. */
  valueIds: 3 * LINE + 2,
  /** Counts how often the threads were asked for what their magazines hold. Written under `reclaimLock`. */
  round: 4 * LINE,
  /** The last round that all threads have answered. Written under `reclaimLock`. */
  settled: 4 * LINE + 1,
  /** Held by the thread that gets pages back: see arena.ts. */
  reclaimLock: 4 * LINE + 2,
  /** Lock of the page map, and the page to try next. */
  pageLock: 5 * LINE,
  pageHint: 5 * LINE + 1,
  pagesUsed: 5 * LINE + 2,
  /** Pages from this one on have never been used, so they are zero. */
  pagesTouched: 5 * LINE + 3,
  /** The lock of the tree of contexts, and the first context without a parent. */
  contextLock: 6 * LINE,
  contextRoots: 6 * LINE + 1,
  /** The table of names: its lock, newest entry and number of entries. */
  namesLock: 7 * LINE,
  namesLast: 7 * LINE + 1,
  namesCount: 7 * LINE + 2,
  /** The objects under a name (named-records.ts): the lock of their list, and the newest record. */
  namedLock: 7 * LINE + 3,
  namedLast: 7 * LINE + 4,
} as const;
export const SUPERBLOCK_WORDS = 8 * LINE;
export const MAGIC = 0x77617272;

/** The central list of one size class: its lock, and the first page that has free blocks in the list. */
export const central = { lock: 0, first: 1 } as const;
export const CENTRAL_WORDS = LINE;

/** What the table of pages says of a page that is cut into blocks, under the lock of its class: the free blocks in the central list, how many, and the next and the previous page that has some. */
export const pageEntry = { first: 0, free: 1, next: 2, previous: 3 } as const;
export const PAGE_ENTRY_WORDS = 4;

/**
 * One processor: a thread's share of the arena. Threads are 0 … n−1 and main is n.
 * The comment of a word says which threads write it.
 */
export const processor = {
  /** The newest record of the inbox. Any thread pushes; the owner empties it. */
  inbox: 0,
  /** Counts the rings of the bell. Written by any thread. */
  bell: 1 * LINE,
  /** See scheduler/README.md. Written by the owner and by threads that ring. */
  state: 1 * LINE + 1,
  /** Tasks that have not started, in two lists: those that other threads can take, and those pinned to this thread. `queueCount` counts both. Written by any thread under the lock. */
  queueLock: 2 * LINE,
  queueFirst: 2 * LINE + 1,
  queueLast: 2 * LINE + 2,
  queueCount: 2 * LINE + 3,
  pinnedFirst: 2 * LINE + 4,
  pinnedLast: 2 * LINE + 5,
  pinnedCount: 2 * LINE + 6,
  /** Tasks that this processor holds: taken from the queue, or its own closures, and not finished. Written by the owner. On the line of `queueCount`, because other threads read the two together. */
  held: 2 * LINE + 7,
  /** Only the owner writes this word and those that follow, unless a comment says otherwise. */
  timers: 4 * LINE,
  usedWords: 4 * LINE + 1,
  started: 4 * LINE + 2,
  finished: 4 * LINE + 3,
  steals: 4 * LINE + 4,
  parks: 4 * LINE + 6,
  sleeps: 4 * LINE + 7,
  /** When the current slice began, in milliseconds since the arena was made; 0 while idle. And the name of the task that was resumed last, negative while the task's module is imported. */
  sliceStart: 4 * LINE + 8,
  running: 4 * LINE + 9,
  /** The name of a task that it has woken and that may have continued since, on this thread; 0 if there is none. */
  runningNext: 4 * LINE + 13,
  /** Tasks that this thread has placed, and turns of its loop. */
  placed: 4 * LINE + 10,
  turns: 4 * LINE + 11,
  /** This line is read by the threads that place or take tasks, and hardly ever written. 1 while main finds that this thread does not get to its unstarted tasks: other threads can take them. Written by main. */
  heldUp: 3 * LINE,
  /** 1 while the thread starts no tasks because its heap is nearly full. Written by the owner. */
  heapFull: 3 * LINE + 1,
  /** The operating system's id of the thread; 0 where it is not known (it is on Linux). */
  systemId: 4 * LINE + 12,
  /** Free blocks by size class: the first block and the count of each class. */
  magazines: 5 * LINE,
  /** Blocks that a thread keeps all its life, and its replacement takes over: scratch memory, and the record that reports a fault. */
  scratch: 7 * LINE + 8,
  faultRecord: 7 * LINE + 9,
  /** How many threads with this index have died. Written by main while there is none. */
  incarnation: 7 * LINE,
  /** For the repair after a death (docs/reliability.md), written by the owner. The tasks that are between two queues while this processor steals them: the first, and how many. */
  stealing: 7 * LINE + 1,
  stealingCount: 7 * LINE + 2,
  /** The waiter that is being claimed, the waiters claimed and not completed (a list), the decider that is being completed, and the queue that they were in. */
  claiming: 7 * LINE + 3,
  claimedFirst: 7 * LINE + 4,
  claimedLast: 7 * LINE + 5,
  completing: 7 * LINE + 6,
  claimedFrom: 7 * LINE + 7,
  /** The task that is being put into a queue; 0 once it is in one. */
  pushing: 7 * LINE + 11,
  /** Goes up before a processor is marked awake or asleep, and again when that has been counted: odd in between. Also written by main, after a death. */
  counting: 7 * LINE + 10,
  /** Operations parked on this thread now, by the place of their reason in WAIT_REASONS. Only the owner writes these and the words that follow. */
  parkedBy: 8 * LINE,
  /** How much is ready on this thread: tasks that can continue, and closures that can start. */
  ready: 8 * LINE + 16,
  /** Values sent: the low and the high word. */
  sends: 8 * LINE + 18,
  sendsHigh: 8 * LINE + 19,
  /** Milliseconds in slices without the current one (a double: two words). */
  busyMs: 8 * LINE + 20,
  /** Words in blocks that stay allocated for later use: records of waits, names. */
  keptWords: 8 * LINE + 22,
  /** The thread's JavaScript heap in KiB: in use at the last check, and its limit. */
  heapUsed: 8 * LINE + 23,
  heapLimit: 8 * LINE + 24,
  /** The largest value that `heapUsed` has had. */
  heapPeak: 8 * LINE + 26,
  /** The last `superblock.round` that the thread has answered; `ABSENT` while there is no thread, or while it waits in `Arena.reclaim`. Written by the owner, and by main after a death. */
  answered: 8 * LINE + 27,
  /** 1 while the thread keeps records of waits that it will free at a later round. */
  leaving: 8 * LINE + 28,
} as const;
export const PROCESSOR_WORDS = 9 * LINE;

/** The record of processor `index`. */
export function processorAt(i32: Int32Array, index: number): number {
  return i32[superblock.processors] + index * PROCESSOR_WORDS;
}

/** In `processor.answered`: this thread touches no header and has no free blocks. */
export const ABSENT = -1;

/** The id of a processor: index and incarnation in one number, so that a thread is not mistaken for the one that it replaces. */
export function processorId(index: number, incarnation: number): number {
  return index | (incarnation << 7);
}

/** The index in a `processorId`. */
export function indexOfId(id: number): number {
  return id & 0x7f;
}

/**
 * A header: the fixed-size record behind a handle. A stale handle can still lock and
 * read a header that is free or in use again. Only a whole page of free headers becomes
 * other memory; then the page map says so, and a handle must look there first
 * (`Arena.isHeader`). The generations are kept for the next time that the page holds
 * headers.
 *
 * A channel's `send` and `recv` are lock, state and position in one word: see
 * channel/words.ts. `send`…`references` are guarded by `send`, `recv`…`recvBuffer`
 * by `recv`, the queues of a buffered channel by both.
 */
export const header = {
  send: 0,
  generation: 1,
  /** The position at which slot 0 was written in this lap of the ring. */
  sendLap: 2,
  headSeen: 3,
  capacity: 4,
  buffer: 5,
  kind: 6,
  receiversFirst: 7,
  receiversLast: 8,
  sendersFirst: 9,
  sendersLast: 10,
  /** Objects and messages that refer to the header. */
  references: 11,
  /** Link of the free list. */
  next: 12,
  /** The lock of a shared array or a shared object; channels do not use it. */
  arrayLock: 13,
  /** Words of a slot. */
  slotWords: 14,
  recv: LINE,
  recvGeneration: LINE + 1,
  recvLap: LINE + 2,
  tailSeen: LINE + 3,
  recvBuffer: LINE + 4,
} as const;
export const HEADER_WORDS = 2 * LINE;

/**
 * The header of a shared object (sync/shared-object.ts): everything under `lock`.
 * `generation`, `kind`, `references`, `next` and `lock` are in the same place as in
 * other headers. Words 0 and 32 are not used, because stale handles of channels can
 * lock them for a moment. `capacity` and `buffer` stay 0 for stale handles of arrays.
 */
export const syncHeader = {
  generation: header.generation,
  /** What the object counts; in a Counter a double (two words). */
  value: 2,
  kind: header.kind,
  waitersFirst: 7,
  waitersLast: 8,
  /** Records in the queue. */
  waiting: 9,
  /** The lock id (index + 1) of the thread that holds it alone, 0 for none, or a lease as a negative number. `holderTask` is the id of its task, `heldSince` the time, on `Arena.clockMs`. */
  holder: 10,
  references: header.references,
  next: header.next,
  lock: header.arrayLock,
  holderTask: 16,
  heldSince: 17,
  /** 1 if a thread died while it held the object alone, until the next holder has been informed. */
  ownerDied: 18,
  /** The permits of a semaphore, the parties of a barrier. */
  size: 19,
  /** The object's block, 0 for none. Of a Semaphore, an RwLock or a load of a SharedMap: one word per processor, how much of the value each one holds. Of a Guarded: its fields. Of a SharedMap: its table. */
  block: 20,
  /** A grant in progress: the record, the word that it changes, and the value of the word before. Otherwise `grantRecord` is 0. */
  grantRecord: 21,
  grantWord: 22,
  grantBefore: 23,
  /** From when `free` begins: the lock id of the thread that frees the object. */
  ending: 24,
  /** The root of a counter's index (sync/counter-index.ts). */
  root: 25,
  /** The newest lease of a lock: what a guard held whose task has not started. 0 for none. */
  leases: 26,
} as const;

/** The next generation; they count modulo 2²². */
export function nextGeneration(generation: number): number {
  return (generation + 1) & 0x3fffff;
}

/** `header.kind`: 0 while the header is free, `changing` while a channel is being made or freed. */
export const KIND = { rendezvous: 1, array: 2, oneshot: 3, sharedArray: 4, mutex: 5, rwLock: 6, semaphore: 7, waitGroup: 8, once: 9, barrier: 10, counter: 11, context: 12, changing: 13, guarded: 14, map: 15, load: 16 } as const;

/** The first word of every record that is passed to an inbox. */
export const RECORD = { wait: 1, task: 2, result: 3, fault: 4, watch: 5 } as const;

/**
 * A waiter: one operation that waits, or one case of a select that does.
 * wait/waiter-state.ts owns `state` and `outcome`. The owner writes the other words
 * until the record is in a queue, then the holder of the queue's lock, and after a
 * claim the thread that claimed it.
 */
export const waiter = {
  record: 0,
  inboxNext: 1,
  /** `processorId` of the thread that waits. */
  owner: 2,
  state: 3,
  /** The index in the owner's table of waits. */
  slot: 4,
  /** An OUTCOME, and the thread that decided it. */
  outcome: 5,
  next: 6,
  previous: 7,
  /** The waiter whose `state` decides: itself, or a select's. */
  decider: 8,
  /** Which case of a select it is. The thread that claims a case writes it to the decider. */
  caseIndex: 9,
  /** The first word of the queue that holds it, or 0. `unlink` clears it last. */
  queued: 10,
  /** 1 if the value does not fit into `value`: then `value` names a block. */
  block: 11,
  /** The value sent or received, if it fits. */
  value: 12,
} as const;
/** What a guard held, on its way to a task that has not started (sync/lock-object.ts): links of the lists of the object and of the task, the object's KIND and handle, the amount, 1 if the guard said `ownerDied`, and the task's record. */
export const leaseRecord = { next: 0, nextOfTask: 1, kind: 2, header: 3, generation: 4, amount: 5, ownerDied: 6, task: 7 } as const;
export const LEASE_WORDS = 8;

/** The value of a record that waits for a shared object: the amount requested (a double), the id of its task, and the result. */
export const syncWaiter = { amount: waiter.value, task: waiter.value + 2, result: waiter.value + 3 } as const;
/** The same of a record that waits for a counter: its links in the index take the place of what only locks need. */
export const counterWaiter = { amount: syncWaiter.amount, left: syncWaiter.task, right: syncWaiter.result, above: waiter.caseIndex } as const;
export const WAITER_WORDS = 16;
export const WAITER_VALUE_WORDS = WAITER_WORDS - waiter.value;

/** A task from `go` or `spawn` to its end; afterwards the record carries the result home. */
export const taskRecord = {
  record: 0,
  inboxNext: 1,
  /** `processorId` of the thread that receives the result. */
  owner: 2,
  /** The index of the join in the owner's table, or −1 for `go`. */
  join: 3,
  next: 4,
  /** The entry "module URL, function name" in the table of names. */
  name: 5,
  id: 6,
  /** The block of the encoded arguments, later of the result or the error; 0 for none. */
  payload: 7,
  /** 0 while it runs, then an OUTCOME. */
  outcome: 8,
  /** The `processorId` of the thread that makes it or has taken it, plus 1 because an id can be 0. 0 while it is in a queue. */
  holder: 9,
  /** The first lease of the task, for its guards; 0 for none. */
  leases: 10,
} as const;
export const TASK_WORDS = 16;

/** What a task does to a channel or a shared object, as a trace records it (`TraceEvent`, kind `use`). */
export const USE = { send: 0, receive: 1, close: 2, lock: 3, unlock: 4, signal: 5, await: 6, miss: 7 } as const;
/** In a recorded use: the factor of `room`. */
export const USE_ROOM = 8;
/** In a recorded spawn: added to the thread if the program chose it, or if the task is a closure. */
export const SPAWN_CHOSEN = 2 ** 16;
export const SPAWN_CLOSURE = 2 ** 17;

/** How a wait or a task ended. */
export const OUTCOME = { pending: 0, ok: 1, closed: 2, failed: 3, noRoom: 4 } as const;

/** An entry in the table of names: next, id, byte length, then the UTF-8 bytes. */
export const nameEntry = { next: 0, id: 1, byteLength: 2, bytes: 3 } as const;

/** The object under a name: next, name and type of its handle and the line that declares it (numbers of the table of names), and the handle. */
export const namedRecord = { next: 0, name: 1, type: 2, site: 3, header: 4, generation: 5 } as const;
export const NAMED_WORDS = 6;

/** A payload: byte length, number of handles in it, then the bytes (wire/payload.ts). */
export const blob = { byteLength: 0, handles: 1, bytes: 2 } as const;
