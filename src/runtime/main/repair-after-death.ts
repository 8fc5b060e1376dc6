/**
 * What main does to shared memory after a thread has died, in one go and before
 * the thread has a successor: everything the dead one held is given back, what it
 * was in the middle of has happened or has not, and nothing waits for it.
 *
 * The order matters: the allocator first, for the rest allocates and frees; then
 * every header (channels, shared objects, arrays): first all locks, for live
 * threads may hold some while they wait for others, then the queues; this may take
 * claims of the dead back; then the claims that stand are completed; last its processor record,
 * with a new incarnation, so that what others still send to the dead is known as
 * such and dropped (`Tasks.orphan`).
 *
 * Afterwards the count of sleepers is to be balanced (`balanceSleepers`), which
 * another thread may delay for a moment.
 *
 * Not given back: blocks and channel references that only the dead thread's heap
 * knew. They stay until the runtime stops.
 */
import { type Remains, leaveChannel, releaseChannel } from "../../channel/repair-channels.ts";
import type { Arena } from "../../memory/arena.ts";
import { store } from "../../memory/atomics.ts";
import { headersOf } from "../../memory/headers.ts";
import { KIND, header, processor, processorId, superblock, waiter } from "../../memory/layout.ts";
import { repairArena, repairArrayLock } from "../../memory/repair-locks.ts";
import { repairQueues } from "../../scheduler/repair-queues.ts";
import { ownerIndex } from "../../wait/claims.ts";
import { repairSleepers, ring } from "../../wait/doorbell.ts";
import { takeInbox } from "../../wait/inbox.ts";
import { repairSyncObject } from "../../sync/kinds.ts";
import type { Aftermath } from "../thread/control.ts";
import { WAIT_REASONS } from "../../wait/wait-reason.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { isClaimedBy, isDone } from "../../wait/waiter-state.ts";

/** What repairing needs of main's side of a runtime. */
export interface Survivor {
  readonly arena: Arena;
  readonly waiters: Waiters;
  /** Drops a record that was sent to the dead. */
  orphan(record: number): void;
  adoptContexts(dead: number): void;
}

/**
 * Gives back all locks that a dead thread holds, with what they protect in order.
 * It may be called more than once, and also in the middle of an operation of the
 * main thread that waits for such a lock.
 */
export function releaseLocks({ arena, waiters }: Survivor, thread: number): Remains {
  const { i32 } = arena;
  const at = arena.processorAt(thread);
  repairArena(arena, thread);
  const remains: Remains = { dead: thread, claimed: claimedBy(i32, at), claimedFrom: i32[at + processor.claimedFrom], unqueued: [] };
  for (const headerAt of headersOf(arena)) {
    repairSyncObject(waiters, headerAt, thread);
    if (i32[headerAt + header.kind] === KIND.sharedArray) repairArrayLock(arena, headerAt + header.arrayLock, thread);
    releaseChannel(waiters, headerAt, remains);
  }
  // What has been taken back is no claim any more, and its record its owner's.
  if (!remains.claimed.some((record) => isClaimedBy(i32, i32[record + waiter.decider], thread + 1))) i32[at + processor.claimedFirst] = i32[at + processor.claiming] = 0;
  repairQueues(arena, thread);
  if (i32[superblock.contextLock] === thread + 1) store(i32, superblock.contextLock, 0);
  keepStanding(i32, at, remains);
  return remains;
}

/** Repairs what processor `thread` left. */
export function repairAfter(main: Survivor, thread: number): Aftermath {
  const { arena, waiters } = main;
  const { i32 } = arena;
  const at = arena.processorAt(thread);
  const id = processorId(thread, i32[at + processor.incarnation]);
  const tasks = i32[at + processor.held];
  const remains = releaseLocks(main, thread);
  for (const headerAt of headersOf(arena)) leaveChannel(waiters, headerAt, remains);
  waiters.flush();
  const undelivered = completeClaims(main, remains);
  free(main, remains.unqueued);
  main.adoptContexts(thread);
  repairSleepers(arena, thread);
  i32[at + processor.incarnation]++;
  dropInbox(main, thread);
  for (const word of LEFT) i32[at + word] = 0;
  i32.fill(0, at + processor.parkedBy, at + processor.parkedBy + WAIT_REASONS.length);
  return { thread, id, tasks, undelivered };
}

/** Words of a processor that are those of a thread and not of its place. */
const LEFT = [
  processor.held, processor.claiming, processor.claimedFirst, processor.claimedLast, processor.completing,
  processor.sliceStart, processor.timers, processor.ready, processor.systemId,
];

/** Claims that were taken back are listed no more: their records may soon be anything. Those that stand are nobody else's until they are completed. */
function keepStanding(i32: Int32Array, at: number, { dead, claimed }: Remains): void {
  const standing = claimed.filter((record) => isClaimedBy(i32, i32[record + waiter.decider], dead + 1));
  for (const [k, record] of standing.entries()) i32[record + waiter.inboxNext] = standing[k + 1] ?? 0;
  i32[at + processor.claiming] = 0;
  i32[at + processor.claimedFirst] = standing[0] ?? 0;
  i32[at + processor.claimedLast] = standing.at(-1) ?? 0;
}

/** The records that it had claimed and not begun to complete, oldest first. */
function claimedBy(i32: Int32Array, at: number): number[] {
  const records: number[] = [];
  for (let record = i32[at + processor.claimedFirst]; record !== 0; record = i32[record + waiter.inboxNext]) records.push(record);
  const claiming = i32[at + processor.claiming];
  if (claiming !== 0 && !records.includes(claiming)) records.push(claiming);
  return records;
}

/** Completes the claims that stand; returns the decider whose completion was begun, if it may not have arrived. */
function completeClaims({ arena, waiters }: Survivor, { dead, claimed }: Remains): number[] {
  const { i32 } = arena;
  const completing = i32[arena.processorAt(dead) + processor.completing];
  const deciders = new Set(claimed.map((record) => i32[record + waiter.decider]));
  if (completing !== 0) deciders.add(completing);
  const undelivered: number[] = [];
  for (const decider of deciders) {
    // First: if it is done its owner may be using the record anew when the claim is looked at.
    const wasDone = isDone(i32, decider);
    if (ownerIndex(i32, decider) === dead || !isClaimedBy(i32, decider, dead + 1)) continue;
    if (!wasDone) waiters.complete(decider);
    else if (decider === completing) undelivered.push(decider);
  }
  return undelivered;
}

/** Frees the dead thread's own records that stood in queues. Those that another thread has claimed come through the inbox. */
function free({ arena, waiters }: Survivor, records: readonly number[]): void {
  const { i32 } = arena;
  const deciders = new Set<number>();
  for (const record of records) {
    const decider = i32[record + waiter.decider];
    if (decider !== record) deciders.add(decider);
    waiters.releaseValue(record);
    arena.free(record);
  }
  for (const decider of deciders) if (waiters.claimDecider(decider)) arena.free(decider);
}

/** What had been sent to the dead and not been taken. */
function dropInbox(main: Survivor, thread: number): void {
  const { arena } = main;
  let record = takeInbox(arena, thread);
  while (record !== 0) {
    const current = record;
    record = arena.i32[current + waiter.inboxNext];
    main.orphan(current);
  }
  // Whoever waits for the last thread to fall asleep looks again.
  ring(arena, arena.threads);
}
