/**
 * Seeded defects: one text of the source replaced each. The explorer must find
 * every one of them; one whose text is no longer there fails the test.
 */
export interface Mutant {
  readonly name: string;
  readonly path: string;
  /** Occurs once in the file. */
  readonly replace: string;
  readonly by: string;
  /** The scenario that finds it. */
  readonly scenario: string;
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: "unlock-recv-first",
    // The defect of docs/decisions.md, "Both locks are released senders first".
    path: "src/channel/array.ts",
    replace: "unlockWord(i32, at + header.send, send);\n    i32[at + header.tailSeen] = positionOf(send);\n    unlockWord(i32, at + header.recv, recv);",
    by: "i32[at + header.tailSeen] = positionOf(send);\n    unlockWord(i32, at + header.recv, recv);\n    unlockWord(i32, at + header.send, send);",
    scenario: "chan.array tryRecv beside recv cap1",
  },
  {
    name: "tail-seen-stale",
    path: "src/channel/array.ts",
    replace: "i32[at + header.tailSeen] = positionOf(send);",
    by: "",
    scenario: "chan.array 1P2C cap1",
  },
  {
    name: "complete-before-copy",
    path: "src/channel/rendezvous.ts",
    replace: "this.copy(at, this.waiters.valueAt(receiver));",
    by: "this.waiters.flush();\n    this.copy(at, this.waiters.valueAt(receiver));",
    scenario: "chan.rendezvous 1P1C cap0",
  },
  {
    name: "wait-queued-after-unlock",
    path: "src/channel/channel.ts",
    replace: "this.enqueueLocked(RECEIVERS, wait.record);\n      this.unlock();",
    by: "this.unlock();\n      this.enqueueLocked(RECEIVERS, wait.record);",
    scenario: "chan.rendezvous 1P1C cap0",
  },
  {
    name: "no-recheck-after-marking-asleep",
    path: "src/wait/doorbell.ts",
    replace: "if (hasWork() || !this.#arm(rings)) {",
    by: "if (!this.#arm(rings)) {",
    scenario: "sleep: a round trip",
  },
  {
    name: "ring-before-publish",
    path: "src/wait/claims.ts",
    replace: "pushInbox(this.arena, indexOfId(owner), decider);\n    ring(this.arena, indexOfId(owner));",
    by: "ring(this.arena, indexOfId(owner));\n    pushInbox(this.arena, indexOfId(owner), decider);",
    scenario: "sleep: a round trip",
  },
  {
    name: "push-without-cas",
    path: "src/wait/inbox.ts",
    replace: "const seen = cas(i32, at, newest, record);",
    by: "const seen = newest;\n    exchange(i32, at, record);",
    scenario: "sleep: two ringers",
  },
  {
    name: "close-wakes-one",
    path: "src/channel/channel-core.ts",
    replace: "while (this.claimFirst(queue, OUTCOME.closed) !== 0);",
    by: "this.claimFirst(queue, OUTCOME.closed);",
    scenario: "close wakes two receivers cap1",
  },
  {
    name: "closed-not-checked-under-the-lock",
    path: "src/channel/array.ts",
    replace: "if (isClosed(this.#send)) return CLOSED;",
    by: "",
    scenario: "no send after close cap2",
  },
  {
    name: "withdraw-without-recheck",
    path: "src/channel/channel-core.ts",
    replace: "const mine = isQueued(this.i32, record);",
    by: "const mine = true;",
    scenario: "cancelled recv cap1",
  },
  {
    name: "claim-by-load-and-store",
    path: "src/wait/waiter-state.ts",
    replace: "const seen = cas(i32, decider + waiter.state, expected, expected | CLAIMED | (claimer << CLAIMER_SHIFT));",
    by: "const seen = load(i32, decider + waiter.state);\n    if (seen === expected) exchange(i32, decider + waiter.state, expected | CLAIMED | (claimer << CLAIMER_SHIFT));",
    scenario: "select of two receives cap0",
  },
  {
    name: "select-without-second-look",
    path: "src/select/select.ts",
    replace: "if (side.tryLocked(isStale)) chosen = side;",
    by: "if (isStale && side.tryLocked(isStale)) chosen = side;",
    scenario: "select against plain operations cap1",
  },
  {
    name: "steal-counted-after-the-load-fell",
    path: "src/scheduler/task-queue.ts",
    replace: "    store(i32, here + processor.steals, i32[here + processor.steals] + count);\n    store(i32, from + processor.queueCount, i32[from + processor.queueCount] - count);",
    by: "    store(i32, from + processor.queueCount, i32[from + processor.queueCount] - count);\n    store(i32, here + processor.steals, i32[here + processor.steals] + count);",
    scenario: "has no tasks while one is stolen",
  },
  {
    name: "reserve-steals-unasked",
    path: "src/scheduler/task-queue.ts",
    replace: "if (!isHeldUp && index >= front) continue;",
    by: "",
    scenario: "the reserve takes tasks of a thread that is held up",
  },
  {
    name: "lock-by-load-and-store",
    path: "src/memory/spin-lock.ts",
    replace: "while ((seen = cas(words, at, 0, owner)) !== 0) backOff(words, at, seen, spins++);",
    by: "while ((seen = cas(words, at, 0, 0)) !== 0) backOff(words, at, seen, spins++);\n  store(words, at, owner);",
    scenario: "spin lock with 2 threads",
  },
  {
    name: "name-not-looked-for-under-the-lock",
    path: "src/memory/named-records.ts",
    replace: "const known = find(i32, name);",
    by: "const known = 0;",
    scenario: "objects published under names by two threads",
  },
  {
    name: "semaphore-wakes-one",
    path: "src/sync/semaphore.ts",
    replace: "      i32[at + syncHeader.value] -= n;\n    }",
    by: "      i32[at + syncHeader.value] -= n;\n      return;\n    }",
    scenario: "semaphore that lets two in together",
  },
  {
    name: "counter-index-keeps-what-left",
    path: "src/sync/counter.ts",
    replace: "this.#index.remove(record);",
    by: "return super.unlink(record);",
    scenario: "counter with waits for four values",
  },
  {
    name: "counter-index-not-made-again",
    path: "src/sync/counter.ts",
    replace: "this.#index.rebuild();",
    by: "",
    scenario: "death of one that waits for a counter",
  },
  {
    name: "page-of-headers-given-back-at-once",
    path: "src/memory/arena.ts",
    replace: "(pages.length > 0 || this.#isLeaving()) && this.#ask();",
    by: "true;",
    scenario: "a page of headers given back beside a stale handle",
  },
  {
    name: "page-of-headers-not-marked-before-asking",
    path: "src/memory/central.ts",
    replace: "      store(i32, i32[superblock.pageMap] + page, LEAVING);\n",
    by: "",
    scenario: "a page of headers given back beside a stale handle",
  },
  {
    name: "stale-handle-does-not-look-at-the-page",
    path: "src/channel/rendezvous.ts",
    replace: "    if (i32[this.mark] !== HEADER_MARK) return false;\n",
    by: "    void i32[this.mark];\n",
    scenario: "a page of headers given back beside a stale handle",
  },
  {
    name: "empty-page-stays-in-the-list",
    path: "src/memory/central.ts",
    replace: "  delist(i32, k, page);\n  i32[i32[superblock.pageMap] + page] = changingMark(k);",
    by: "  i32[i32[superblock.pageMap] + page] = changingMark(k);",
    scenario: "pages cut and given back by two threads",
  },
  {
    name: "blocks-moved-without-the-lock",
    path: "src/memory/central.ts",
    replace: "  lock(i32, at, owner);\n  return true;",
    by: "  return true;",
    scenario: "pages cut and given back by two threads",
  },
  {
    name: "changing-page-lost-with-its-thread",
    path: "src/memory/central.ts",
    replace: "    if (i32[map + page] === changingMark(k)) freePages(i32, owner, page, 1);\n",
    by: "",
    scenario: "death of a thread that cuts and gives back pages",
  },
  {
    name: "withdrawn-pages-lost-with-their-thread",
    path: "src/memory/repair-locks.ts",
    replace: "    restoreWithdrawn(i32, owner);\n",
    by: "",
    scenario: "death of a thread that gives back headers",
  },
  {
    name: "central-list-not-rebuilt-after-a-death",
    path: "src/memory/repair-locks.ts",
    replace: "      rebuild(i32, owner, k);\n",
    by: "",
    scenario: "death of a thread that cuts and gives back pages",
  },
  // Defects that repair after a thread's death had, or could have.
  {
    name: "freed-again-after-the-death-of-another",
    path: "src/sync/shared-object.ts",
    replace: "    if (ending === dead + 1) return this.end();\n    if (ending !== 0) return this.leave();\n",
    by: "    if (ending !== 0) return this.end();\n",
    scenario: "death of a thread while another frees a lock",
  },
  {
    name: "lock-of-the-names-stays-with-the-dead",
    path: "src/memory/repair-locks.ts",
    replace: "  if (i32[superblock.namedLock] === dead + 1) unlock(i32, superblock.namedLock);\n",
    by: "",
    scenario: "death while objects are published under names",
  },
  {
    name: "claim-looked-at-before-the-state",
    path: "src/runtime/main/repair-shared-memory.ts",
    replace: "if (!wasDone) waiters.complete(decider);",
    by: "if (!isDone(i32, decider)) waiters.complete(decider);",
    scenario: "death after a wait is ended",
  },
  {
    name: "unlinked-waiter-not-put-back",
    path: "src/channel/repair-channels.ts",
    replace: "if (!queued.has(record))",
    by: "if (i32[record + waiter.queued] === 0)",
    scenario: "death of a sender cap0",
  },
  {
    name: "claims-of-a-freed-channel-taken-back",
    path: "src/channel/repair-channels.ts",
    replace: "if (holdsSend && holdsRecv && isRing) return repairHeld(waiters, at, remains, true);",
    by: "if (holdsSend && holdsRecv) return repairHeld(waiters, at, remains, true);",
    scenario: "death of a sender cap1",
  },
  {
    name: "tail-seen-behind-after-a-death",
    path: "src/channel/repair-channels.ts",
    replace: "  i32[at + header.tailSeen] = positionOf(send);\n",
    by: "",
    scenario: "death of a receiver beside one that tries",
  },
  {
    name: "marked-and-not-counted-after-a-death",
    path: "src/wait/doorbell.ts",
    replace: "if (missing !== 0) add(i32, superblock.sleepers, missing);",
    by: "",
    scenario: "death of a ringer",
  },
  {
    name: "balanced-while-another-counts",
    path: "src/wait/doorbell.ts",
    replace: "if (isCounting(arena)) return false;",
    by: "",
    scenario: "death of a ringer",
  },
  {
    name: "balanced-without-a-second-look",
    path: "src/wait/doorbell.ts",
    replace: "if (sumOf(arena, processor.counting) !== before) return false;",
    by: "",
    scenario: "death of a ringer",
  },
  {
    name: "done-select-taken-back",
    path: "src/channel/repair-channels.ts",
    replace: " && !isDone(i32, decider);",
    by: ";",
    scenario: "death of a sender to a select cap0",
  },
];
