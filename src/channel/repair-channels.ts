/**
 * The main thread repairs a channel after a thread has died, before another thread
 * takes its place.
 *
 * The dead thread's operation either has happened completely or has not happened. The
 * store to `send` that releases the lock decides. If the thread died before that store,
 * every waiter that it had claimed goes back to the head of the queue, and the values
 * that it had written into the ring do not count; a value that it had taken is lost with
 * it. If it died after the store, its claims are completed
 * (runtime/main/repair-shared-memory.ts). A thread that held only one lock was on a fast
 * path, or was about to release the second of two: only the lock has to be removed.
 * Afterwards the invariants of channel-core.ts hold.
 */
import { load, store } from "../memory/atomics.ts";
import { KIND, OUTCOME, header, nextGeneration, waiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { enqueueAfter, relink } from "../wait/wait-queue.ts";
import type { Waiters } from "../wait/waiter.ts";
import { isClaimedBy, isDone, unclaim } from "../wait/waiter-state.ts";
import { CLOSED_BIT, OWNER, type Queue, RECEIVERS, SENDERS, STEP, distance, lockWord, ownerOf, positionOf, withWaited } from "./words.ts";

/** What a dead thread left. */
export interface Remains {
  readonly dead: number;
  /** Records that it had claimed, oldest first, and the queue they were in. */
  readonly claimed: readonly number[];
  readonly claimedFrom: number;
  /** Its own records that the repair has removed from queues: no other thread knows them. */
  readonly unqueued: number[];
}

/**
 * Releases the locks that the dead thread held in the header at `at`. The header can be
 * of any kind, because a stale handle of a channel locks it, too. Does not wait for a
 * lock, so that live threads that wait for the dead one can continue before main waits
 * for them.
 */
export function releaseChannel(waiters: Waiters, at: number, remains: Remains): void {
  const { i32 } = waiters.arena;
  const lockId = remains.dead + 1;
  const holdsSend = ownerOf(i32[at + header.send]) === lockId;
  const holdsRecv = ownerOf(i32[at + header.recv]) === lockId;
  if (!holdsSend && !holdsRecv) return;
  const kind = i32[at + header.kind];
  const isRing = isRingKind(kind);
  if (holdsSend && kind === KIND.changing) return finishFreeing(waiters, at);
  if (holdsSend && holdsRecv && isRing) return repairHeld(waiters, at, remains, true);
  // `recv` first: a thread that has `send` may be waiting for it.
  if (holdsRecv) releaseRecv(i32, at, isRing);
  if (!holdsSend) return;
  if (kind === KIND.rendezvous) repairHeld(waiters, at, remains, false);
  else store(i32, at + header.send, i32[at + header.send] & ~OWNER);
}

/**
 * The dead thread held only the receive lock: on a fast path, or because it had not yet
 * released the second of two. In that case `send` is right, and `recv` is adapted to it.
 */
function releaseRecv(i32: Int32Array, at: number, isRing: boolean): void {
  const recv = i32[at + header.recv] & ~OWNER;
  if (!isRing) return void store(i32, at + header.recv, recv);
  const send = load(i32, at + header.send);
  i32[at + header.tailSeen] = positionOf(send);
  store(i32, at + header.recv, withWaited(recv | (send & CLOSED_BIT), isWaiting(i32, at, SENDERS)));
}

/** Removes the dead thread's waiters from the channel of the header at `at`, which can be of any kind. Call it when no thread waits for the dead one any more. */
export function leaveChannel(waiters: Waiters, at: number, remains: Remains): void {
  const { i32, owner } = waiters.arena;
  const kind = i32[at + header.kind];
  const isRing = isRingKind(kind);
  if (!isRing && kind !== KIND.rendezvous) return;
  if (i32[at + header.receiversFirst] === 0 && i32[at + header.sendersFirst] === 0) return;
  // Main itself may hold this lock while it waits for another one.
  const isMine = ownerOf(i32[at + header.send]) === owner;
  if (!isMine) lockWord(i32, at + header.send, owner);
  if (!isMine && isRing) lockWord(i32, at + header.recv, owner);
  unqueue(i32, at, remains);
  if (!isMine) unlockBoth(i32, at, isRing);
}

function isRingKind(kind: number): boolean {
  return kind === KIND.array || kind === KIND.oneshot;
}

/** The dead thread held both locks, or the only one: no other thread is using the channel. */
function repairHeld(waiters: Waiters, at: number, remains: Remains, isRing: boolean): void {
  const { i32 } = waiters.arena;
  unqueue(i32, at, remains);
  takeBackClaims(i32, at, remains);
  if (isRing) {
    settleLap(i32, at + header.sendLap, i32[at + header.send], i32[at + header.capacity]);
    settleLap(i32, at + header.recvLap, i32[at + header.recv], i32[at + header.capacity]);
    fillRoom(waiters, at);
    i32[at + header.headSeen] = positionOf(i32[at + header.recv]);
    i32[at + header.tailSeen] = positionOf(i32[at + header.send]);
  }
  unlockBoth(i32, at, isRing);
  waiters.flush();
}

/** Removes the dead thread's own waiters. */
function unqueue(i32: Int32Array, at: number, { dead, unqueued }: Remains): void {
  for (const queue of [RECEIVERS, SENDERS]) {
    relink(i32, at, queue, (record) => {
      if (ownerIndex(i32, record) !== dead) return true;
      unqueued.push(record);
      return false;
    });
  }
}

/** The waiters that it had claimed go back to the queue, in the old order. */
function takeBackClaims(i32: Int32Array, at: number, { dead, claimed, claimedFrom }: Remains): void {
  const queue = claimedFrom - at;
  if (queue !== RECEIVERS && queue !== SENDERS) return;
  // `queued` is cleared after the links, so it does not say which records are still in the queue.
  const queued = new Set<number>();
  for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) queued.add(record);
  for (const record of claimed.toReversed()) {
    const decider = i32[record + waiter.decider];
    // A select that is done was claimed earlier through another channel: this claim had failed.
    const isMine = isClaimedBy(i32, decider, dead + 1) && !isDone(i32, decider);
    if (ownerIndex(i32, record) === dead || !isMine) continue;
    if (!queued.has(record)) enqueueAfter(i32, at, queue, record, 0);
    unclaim(i32, record);
  }
}

/** Moves a lap back if it had moved on for positions that were not published. */
function settleLap(i32: Int32Array, lap: number, word: number, capacity: number): void {
  const isAhead = distance(positionOf(word), i32[lap]) > LARGEST_SLOT;
  if (isAhead) i32[lap] = (i32[lap] - capacity * STEP) | 0;
}

/** More than the slots of the largest ring and one batch: a larger distance is a negative one. */
const LARGEST_SLOT = 2 ** 23 - 2 ** 13;

/** The dead thread may have taken values: then waiting senders must fill the slots. */
function fillRoom(waiters: Waiters, at: number): void {
  const { i32 } = waiters.arena;
  const capacity = i32[at + header.capacity];
  const words = i32[at + header.slotWords];
  for (;;) {
    const sender = i32[at + SENDERS];
    const tail = positionOf(i32[at + header.send]);
    if (sender === 0 || distance(tail, positionOf(i32[at + header.recv])) >= capacity) return;
    const isMine = waiters.claim(sender, OUTCOME.ok);
    relink(i32, at, SENDERS, (record) => record !== sender);
    i32[sender + waiter.queued] = 0;
    if (!isMine) continue;
    waiters.defer(sender);
    let slot = distance(tail, i32[at + header.sendLap]);
    for (; slot >= capacity; slot -= capacity) i32[at + header.sendLap] = (i32[at + header.sendLap] + capacity * STEP) | 0;
    i32.copyWithin(i32[at + header.buffer] + slot * words, waiters.valueAt(sender), waiters.valueAt(sender) + words);
    i32[at + header.send] += STEP;
  }
}

/** Releases both locks, `send` first as in array.ts, with the waited-for bits that follow from the queues. */
function unlockBoth(i32: Int32Array, at: number, isRing: boolean): void {
  const send = i32[at + header.send] & ~OWNER;
  store(i32, at + header.send, isRing ? withWaited(send, isWaiting(i32, at, RECEIVERS)) : send);
  if (isRing) store(i32, at + header.recv, withWaited(i32[at + header.recv] & ~OWNER, isWaiting(i32, at, SENDERS)));
}

function isWaiting(i32: Int32Array, at: number, queue: Queue): boolean {
  return i32[at + queue] !== 0;
}

/** The channel was being made or freed: no other thread uses it. */
function finishFreeing(waiters: Waiters, at: number): void {
  const { arena } = waiters;
  const { i32 } = arena;
  const generation = nextGeneration(i32[at + header.generation]);
  i32[at + header.generation] = generation;
  i32[at + header.recvGeneration] = generation;
  const buffer = i32[at + header.buffer];
  i32[at + header.buffer] = 0;
  i32[at + header.kind] = 0;
  store(i32, at + header.send, positionOf(i32[at + header.send]) | CLOSED_BIT);
  store(i32, at + header.recv, positionOf(i32[at + header.send]) | CLOSED_BIT);
  if (buffer !== 0) arena.free(buffer);
  arena.free(at);
}
