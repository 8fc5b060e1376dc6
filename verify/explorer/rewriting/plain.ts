/**
 * Plain accesses that several threads make to one word without order between
 * them: hints that an atomic step confirms. For the explorer they are steps of
 * their own. races.ts finds them; one that is missing here fails its test, and
 * so does one that is no longer in the source.
 */
export const PLAIN: Record<string, readonly string[]> = {
  // Is the lock this thread's own? No other thread writes that.
  "src/memory/central.ts": ["enter: i32[at]"],
  // A stale handle looks at the mark of a page that is being used for something else.
  "src/memory/pages.ts": ["takePages: i32[map + first]"],
  // A handle looks at both before it takes the lock under which it looks again.
  "src/memory/arena.ts": ["answer: i32[superblock.round]", "isHeader: this.i32[this.#map + (at >>> PAGE_SHIFT)]", "hasGeneration: this.i32[at + header.generation]"],
  "src/channel/words.ts": ["lockWord: i32[at]"],
  "src/channel/rendezvous.ts": ["lock: i32[this.mark]"],
  "src/channel/array.ts": [
    "lock: i32[this.mark]",
    // Only hints look at it while both locks are held.
    "#takeManyLocked: i32[channel + header.recv]",
  ],
  "src/channel/exchange.ts": [
    "put: i32[mark]",
    "put: i32[channel + header.send]",
    "take: i32[mark]",
    "take: i32[channel + header.recv]",
    "putMany: i32[mark]",
    "putMany: i32[channel + header.send]",
    "takeMany: i32[mark]",
    "takeMany: i32[channel + header.recv]",
    "ownBoth: i32[mark]",
    "ownBoth: i32[channel + header.send]",
    "ownBoth: i32[channel + header.recv]",
    "sendUnbuffered: i32[mark]",
    "sendUnbuffered: i32[channel + header.send]",
    "recvUnbuffered: i32[mark]",
    "recvUnbuffered: i32[channel + header.send]",
    // Only hints look at it while both locks are held.
    "recvBuffered: i32[channel + header.recv]",
    "recvManyBuffered: i32[channel + header.recv]",
  ],
  "src/scheduler/task-words.ts": ["pushLocked: i32[at + processor.pinnedCount]", "takeLocked: i32[here + processor.pinnedCount]"],
  "src/scheduler/task-queue.ts": [
    "countStealable: arena.i32[at + processor.pinnedCount]",
  ],
  // The handle may be stale, its header in use again: then the object behaves as closed, whatever it was taken for.
  "src/channel/make-channel.ts": ["openChannel: i32[at + header.capacity]", "openChannel: i32[at + header.kind]", "makeChannel: i32[at + header.capacity]", "makeChannel: i32[at + header.kind]"],
  "src/channel/channel-core.ts": ["#freeLocked: i32[at + header.kind]", "#freeLocked: i32[at + header.generation]"],
  // An entry of a shared map names a load, which its thread frees: its lock is taken before it is used.
  "src/sync/shared-object.ts": ["end: i32[at + syncHeader.generation]"],
  "src/wait/wait-queue.ts": ["unlink: i32[record + waiter.queued]"],
  "src/wait/inbox.ts": ["pushInboxOf: i32[at]", "takeInbox: i32[at]"],
  "src/wait/waiter.ts": ["#spin: i32[here]"],
  "src/wait/doorbell.ts": ["isAsleep: arena.i32[arena.processorAt(index) + processor.state]"],
};
