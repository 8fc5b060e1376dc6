/**
 * Repairs shared memory after a thread has died. The main thread does this in one
 * pass, before the thread is replaced (thread-death.ts). Afterwards everything that the
 * dead thread held is released, each operation that it had begun has either happened
 * or not, and nothing waits for it.
 *
 * The order matters. First the allocator, because the other steps allocate and free.
 * Then every header (channels, shared objects, arrays): first all locks, because live
 * threads may hold some while they wait for others, then the queues. This may undo
 * claims of the dead thread. Then the locks and permits return that were on their way to
 * its tasks, and the remaining claims are completed. Last its
 * processor record, which gets a new incarnation: so a record that another thread
 * still sends to the dead one is recognised and dropped (`Tasks.orphan`).
 *
 * After that the count of sleepers must be balanced (`balanceSleepers`); another
 * thread may delay this for a moment.
 *
 * Not released: memory and channel references that only the dead thread's heap knew.
 * They stay until the runtime stops.
 */
import { type Remains, leaveChannel, releaseChannel } from "../../channel/repair-channels.ts";
import type { Arena } from "../../memory/arena.ts";
import { store } from "../../memory/atomics.ts";
import { headersOf } from "../../memory/headers.ts";
import { ABSENT, KIND, header, processor, processorId, superblock, waiter } from "../../memory/layout.ts";
import { repairArena, repairArrayLock } from "../../memory/repair-locks.ts";
import { repairQueues } from "../../scheduler/repair-queues.ts";
import { ownerIndex } from "../../wait/claims.ts";
import { repairSleepers, ring } from "../../wait/doorbell.ts";
import { takeInbox } from "../../wait/inbox.ts";
import { repairMapObject } from "../../shared-map/repair.ts";
import { repairSyncObject, returnLostLeases } from "../../sync/kinds.ts";
import type { Aftermath } from "../thread/control.ts";
import { WAIT_REASONS } from "../../wait/wait-reason.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { isClaimedBy, isDone } from "../../wait/waiter-state.ts";

/** The parts of main's side of a runtime that the repair uses. */
export interface Survivor {
  readonly arena: Arena;
  readonly waiters: Waiters;
  /** Drops a record that was sent to the dead thread. */
  orphan(record: number): void;
  adoptContexts(dead: number): void;
}

/**
 * Releases all locks that a dead thread holds, and repairs what they protect. It can
 * be called more than once, and also in the middle of an operation of the main thread
 * that waits for a lock.
 */
export function releaseLocks(main: Survivor, thread: number): Remains {
  return main.arena.touchHeaders(() => releaseAll(main, thread));
}

function releaseAll({ arena, waiters }: Survivor, thread: number): Remains {
  const { i32 } = arena;
  const at = arena.processorAt(thread);
  repairArena(arena, thread);
  const remains: Remains = { dead: thread, claimed: claimedBy(i32, at), claimedFrom: i32[at + processor.claimedFrom], unqueued: [] };
  for (const headerAt of headersOf(arena)) {
    if (!repairSyncObject(waiters, headerAt, thread)) repairMapObject(waiters, headerAt, thread);
    if (i32[headerAt + header.kind] === KIND.sharedArray) repairArrayLock(arena, headerAt + header.arrayLock, thread);
    releaseChannel(waiters, headerAt, remains);
  }
  // A claim that was undone is no longer a claim, and its record belongs to its owner again.
  if (!remains.claimed.some((record) => isClaimedBy(i32, i32[record + waiter.decider], thread + 1))) i32[at + processor.claimedFirst] = i32[at + processor.claiming] = 0;
  repairQueues(arena, thread);
  if (i32[superblock.contextLock] === thread + 1) store(i32, superblock.contextLock, 0);
  keepStanding(i32, at, remains);
  return remains;
}

/** Repairs everything that processor `thread` left. @param earlier records that calls of `releaseLocks` have removed from queues; such a call can still come during the repair */
export function repairAfter(main: Survivor, thread: number, earlier: readonly number[] = []): Aftermath {
  const { arena, waiters } = main;
  const { i32 } = arena;
  const at = arena.processorAt(thread);
  const id = processorId(thread, i32[at + processor.incarnation]);
  const tasks = i32[at + processor.held];
  const remains = releaseLocks(main, thread);
  for (const headerAt of headersOf(arena)) leaveChannel(waiters, headerAt, remains);
  // The queues are repaired: they say which tasks are lost.
  for (const headerAt of headersOf(arena)) returnLostLeases(waiters, headerAt, id);
  waiters.flush();
  const undelivered = completeClaims(main, remains);
  // From here on their links are those of inboxes.
  for (const word of [processor.claiming, processor.claimedFirst, processor.claimedLast]) i32[at + word] = 0;
  free(main, [...earlier, ...remains.unqueued]);
  main.adoptContexts(thread);
  repairSleepers(arena, thread);
  store(i32, at + processor.answered, ABSENT);
  i32[at + processor.incarnation]++;
  dropInbox(main, thread);
  for (const word of LEFT) i32[at + word] = 0;
  i32.fill(0, at + processor.parkedBy, at + processor.parkedBy + WAIT_REASONS.length);
  return { thread, id, tasks, undelivered };
}

/** Words of a processor that belong to the thread that died, not to its index. */
const LEFT = [
  processor.held, processor.completing, processor.sliceStart, processor.timers, processor.ready, processor.systemId, processor.leaving,
];

/** Removes claims that were undone from the list, because their records may be reused. No other thread touches the remaining ones until they are completed. */
function keepStanding(i32: Int32Array, at: number, { dead, claimed }: Remains): void {
  const standing = claimed.filter((record) => isClaimedBy(i32, i32[record + waiter.decider], dead + 1));
  for (const [k, record] of standing.entries()) i32[record + waiter.inboxNext] = standing[k + 1] ?? 0;
  i32[at + processor.claiming] = 0;
  i32[at + processor.claimedFirst] = standing[0] ?? 0;
  i32[at + processor.claimedLast] = standing.at(-1) ?? 0;
}

/** The records that the dead thread had claimed and not begun to complete, oldest first. */
function claimedBy(i32: Int32Array, at: number): number[] {
  const records: number[] = [];
  for (let record = i32[at + processor.claimedFirst]; record !== 0; record = i32[record + waiter.inboxNext]) records.push(record);
  const claiming = i32[at + processor.claiming];
  if (claiming !== 0 && !records.includes(claiming)) records.push(claiming);
  return records;
}

/** Completes the remaining claims. Returns the decider whose completion was begun, if that may not have arrived. */
function completeClaims({ arena, waiters }: Survivor, { dead, claimed }: Remains): number[] {
  const { i32 } = arena;
  const completing = i32[arena.processorAt(dead) + processor.completing];
  const deciders = new Set(claimed.map((record) => i32[record + waiter.decider]));
  if (completing !== 0) deciders.add(completing);
  const undelivered: number[] = [];
  for (const decider of deciders) {
    // Read this first: if it is done, its owner may already reuse the record when the claim is read.
    const wasDone = isDone(i32, decider);
    if (ownerIndex(i32, decider) === dead || !isClaimedBy(i32, decider, dead + 1)) continue;
    if (!wasDone) waiters.complete(decider);
    else if (decider === completing) undelivered.push(decider);
  }
  return undelivered;
}

/** Frees the dead thread's own records that were in queues. Records that another thread has claimed arrive through the inbox. */
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

/** Drops what had been sent to the dead thread and not been taken. */
function dropInbox(main: Survivor, thread: number): void {
  const { arena } = main;
  let record = takeInbox(arena, thread);
  while (record !== 0) {
    const current = record;
    record = arena.i32[current + waiter.inboxNext];
    main.orphan(current);
  }
  // Wakes the main thread, in case it waits for the last thread to fall asleep.
  ring(arena, arena.threads);
}
