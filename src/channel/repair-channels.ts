/**
 * Repairs a channel after a thread has died, by main, while no other thread has
 * the dead one's place.
 *
 * What the dead thread was doing has happened or has not: the store to `send`
 * that gives the lock back decides. Before it, whom it had claimed waits again,
 * at the head of the queue, and what it had written into the ring is not there;
 * a value that it had taken is gone with it. After it, the claims are completed
 * (runtime/repair.ts). One lock alone is a fast path, or the second store of two:
 * nothing but the lock has to go. Invariant afterwards: that of channel-core.ts.
 */
import { load, store } from "../memory/atomics.ts";
import { KIND, OUTCOME, header, nextGeneration, waiter } from "../memory/layout.ts";
import { ownerIndex } from "../wait/claims.ts";
import { enqueueAfter, relink } from "../wait/wait-queue.ts";
import type { Waiters } from "../wait/waiter.ts";
import { isClaimedBy, isDone, unclaim } from "../wait/waiter-state.ts";
import { type Queue, RECEIVERS, SENDERS } from "./queues.ts";
import { CLOSED_BIT, OWNER, STEP, distance, lockWord, ownerOf, positionOf, withWaited } from "./words.ts";

/** What a dead thread left. */
export interface Remains {
  readonly dead: number;
  /** Records that it had claimed, oldest first, and the queue they were in. */
  readonly claimed: readonly number[];
  readonly claimedFrom: number;
  /** Its own records that were taken out of queues: nobody else knows them any more. */
  readonly unqueued: number[];
}

/**
 * Gives back the locks that the dead thread held in the header at `at`, of
 * whatever kind: a stale handle of a channel locks any. Waits for nobody, so that
 * live threads which wait for the dead can go on before main waits for them.
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
  // `recv` first: whoever has `send` may be waiting for it.
  if (holdsRecv) releaseRecv(i32, at, isRing);
  if (!holdsSend) return;
  if (kind === KIND.rendezvous) repairHeld(waiters, at, remains, false);
  else store(i32, at + header.send, i32[at + header.send] & ~OWNER);
}

/**
 * The receive lock alone: of a fast path, or the second that was to be given
 * back. In the latter case `send` is as it should be and the rest is behind it.
 */
function releaseRecv(i32: Int32Array, at: number, isRing: boolean): void {
  const recv = i32[at + header.recv] & ~OWNER;
  if (!isRing) return void store(i32, at + header.recv, recv);
  const send = load(i32, at + header.send);
  i32[at + header.tailSeen] = positionOf(send);
  store(i32, at + header.recv, withWaited(recv | (send & CLOSED_BIT), isWaiting(i32, at, SENDERS)));
}

/** Takes the dead thread's waiters out of the channel behind the header at `at`; any header. Call it when nobody waits for the dead any more. */
export function leaveChannel(waiters: Waiters, at: number, remains: Remains): void {
  const { i32, owner } = waiters.arena;
  const kind = i32[at + header.kind];
  const isRing = isRingKind(kind);
  if (!isRing && kind !== KIND.rendezvous) return;
  if (i32[at + header.receiversFirst] === 0 && i32[at + header.sendersFirst] === 0) return;
  // Main may be waiting for another lock itself, with this one in hand.
  const isMine = ownerOf(i32[at + header.send]) === owner;
  if (!isMine) lockWord(i32, at + header.send, owner);
  if (!isMine && isRing) lockWord(i32, at + header.recv, owner);
  unqueue(i32, at, remains);
  if (!isMine) unlockBoth(i32, at, isRing);
}

function isRingKind(kind: number): boolean {
  return kind === KIND.array || kind === KIND.oneshot;
}

/** Both locks, or the only one, are the dead thread's: nobody else is in here. */
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

/** Takes the dead thread's own waiters out. */
function unqueue(i32: Int32Array, at: number, { dead, unqueued }: Remains): void {
  for (const queue of [RECEIVERS, SENDERS]) {
    relink(i32, at, queue, (record) => {
      if (ownerIndex(i32, record) !== dead) return true;
      unqueued.push(record);
      return false;
    });
  }
}

/** Whom it had claimed waits again, in the old order. */
function takeBackClaims(i32: Int32Array, at: number, { dead, claimed, claimedFrom }: Remains): void {
  const queue = claimedFrom - at;
  if (queue !== RECEIVERS && queue !== SENDERS) return;
  // `queued` is cleared after the links: it does not tell who is still in the queue.
  const queued = new Set<number>();
  for (let record = i32[at + queue]; record !== 0; record = i32[record + waiter.next]) queued.add(record);
  for (const record of claimed.toReversed()) {
    const decider = i32[record + waiter.decider];
    // A select that is done was claimed through another channel, before: this claim had failed.
    const isMine = isClaimedBy(i32, decider, dead + 1) && !isDone(i32, decider);
    if (ownerIndex(i32, record) === dead || !isMine) continue;
    if (!queued.has(record)) enqueueAfter(i32, at, queue, record, 0);
    unclaim(i32, record);
  }
}

/** A lap that was moved on for positions which were not published is moved back. */
function settleLap(i32: Int32Array, lap: number, word: number, capacity: number): void {
  const isAhead = distance(positionOf(word), i32[lap]) > LARGEST_SLOT;
  if (isAhead) i32[lap] = (i32[lap] - capacity * STEP) | 0;
}

/** More than the slots of the largest ring and one batch: a distance beyond it is a negative one. */
const LARGEST_SLOT = 2 ** 23 - 2 ** 13;

/** The dead thread may have taken values whose slots the waiting senders were to fill. */
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

/** Gives both locks back, `send` first as in array.ts, with the waited-for bits that the queues ask for. */
function unlockBoth(i32: Int32Array, at: number, isRing: boolean): void {
  const send = i32[at + header.send] & ~OWNER;
  store(i32, at + header.send, isRing ? withWaited(send, isWaiting(i32, at, RECEIVERS)) : send);
  if (isRing) store(i32, at + header.recv, withWaited(i32[at + header.recv] & ~OWNER, isWaiting(i32, at, SENDERS)));
}

function isWaiting(i32: Int32Array, at: number, queue: Queue): boolean {
  return i32[at + queue] !== 0;
}

/** A channel that nobody has yet, or nobody any more. */
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
