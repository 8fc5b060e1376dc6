/**
 * One exchange of values with a channel in the arena, as functions over words: what a
 * send or a receive does if nothing unusual is in its way. They are compiled to
 * WebAssembly (memory/compiled.ts), where an atomic access costs a third and reading a
 * word a quarter; the explorer runs this very source.
 *
 * Each of them takes the locks that it needs at the first attempt, or returns `BUSY` and
 * has changed nothing. It also returns `BUSY` for a channel that is closed or closes
 * itself: then the operation continues in array.ts or rendezvous.ts, which can do
 * everything. A partner whose wait they claim is ended in the same call; of a batch, by
 * `Waiters.flush`.
 *
 * `channel` is a header, `mark` its word in the page map, `generation` that of the handle,
 * `here`, `id` and `owner` the processor record, processor id and lock id of this thread. `from` and `to` are
 * `words` words of staged values. A sender counts what it has sent. `parked` is 1 if the owner of `record` will not look
 * before it is notified.
 */
import { cas, load } from "../memory/atomics.ts";
import { OUTCOME, header } from "../memory/layout.ts";
import { HEADER_MARK } from "../memory/size-classes.ts";
import { countSends } from "../wait/counts.ts";
import { claimFirst, endListed, valueOf } from "../wait/claims.ts";
import { enqueue } from "../wait/wait-queue.ts";
import { transitionToWaiting } from "../wait/waiter-state.ts";
import { CLOSED_BIT, OWNER, RECEIVERS, SENDERS, SLOW, STEP, distance, positionOf, unlockWord, withWaited } from "./words.ts";

/** How an attempt to send or receive without waiting can end. A value was moved. */
export const DONE = 0;
/** There is no room, or no value, now. */
export const WOULD_WAIT = 1;
/** The channel is closed; for a receive: closed and empty. */
export const CLOSED = 2;
/** Something unusual: nothing was done. */
export const BUSY = 3;
/** The same of a batch, in place of a count. */
export const BUSY_MANY = -2;
/** A value was moved; and that the wait in slot `attempt − READY` of this thread is ready. Below 0: `DONE`, and what `endListed` returns. */
export const READY = 4;

/** The result of an exchange with the listed wait of a partner, which it ends. Both locks are released. */
function endPartner(i32: Int32Array, here: number, id: number): number {
  const left = endListed(i32, here, id);
  return left > 0 ? left + READY - 1 : left;
}

/** Takes the lock in the word at `at`, if it is free and has none of the bits `not`. Returns whether it has. */
function own(i32: Int32Array, at: number, word: number, not: number, owner: number): boolean {
  return (word & not) === 0 && cas(i32, at, word, word | owner) === word;
}

/** A loop, which is faster than copyWithin for batches of this size. */
export function copyWords(i32: Int32Array, from: number, to: number, words: number): void {
  for (let k = 0; k < words; k++) i32[to + k] = i32[from + k];
}

/** The slot of a position that is published; `lap` is the word of its side. */
export function slotOf(i32: Int32Array, lap: number, position: number, capacity: number): number {
  const slot = distance(position, i32[lap]);
  if (slot < capacity) return slot;
  i32[lap] = (i32[lap] + capacity * STEP) | 0;
  return slot - capacity;
}

/** How many values the ring holds. Other threads can change that right after. */
export function lengthOf(i32: Int32Array, channel: number, capacity: number): number {
  const head = positionOf(load(i32, channel + header.recv));
  const tail = positionOf(load(i32, channel + header.send));
  const length = distance(tail, head);
  return length < capacity ? length : capacity;
}

/** Copies `count` values into the slots from a position on, in at most two runs. Under the send lock. */
function writeMany(i32: Int32Array, channel: number, capacity: number, words: number, from: number, count: number, position: number): void {
  const slot = slotOf(i32, channel + header.sendLap, position, capacity);
  const first = count < capacity - slot ? count : capacity - slot;
  copyWords(i32, from, i32[channel + header.buffer] + slot * words, first * words);
  copyWords(i32, from + first * words, i32[channel + header.buffer], (count - first) * words);
}

/** Copies `count` values out of the slots from a position on. Under the receive lock. */
export function readMany(i32: Int32Array, channel: number, capacity: number, words: number, to: number, count: number, position: number): void {
  const slot = slotOf(i32, channel + header.recvLap, position, capacity);
  const first = count < capacity - slot ? count : capacity - slot;
  copyWords(i32, i32[channel + header.recvBuffer] + slot * words, to, first * words);
  copyWords(i32, i32[channel + header.recvBuffer], to + first * words, (count - first) * words);
}

/** Puts a value into the ring, as the only sender. `DONE`, `WOULD_WAIT`, `CLOSED` or `BUSY`. */
export function put(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, from: number, here: number): number {
  const word = i32[channel + header.send];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.send, word, SLOW, owner)) return BUSY;
  if (i32[channel + header.generation] !== generation) {
    unlockWord(i32, channel + header.send, word);
    return CLOSED;
  }
  if (distance(word, i32[channel + header.headSeen]) >= capacity) {
    const head = positionOf(load(i32, channel + header.recv));
    i32[channel + header.headSeen] = head;
    if (distance(word, head) >= capacity) {
      unlockWord(i32, channel + header.send, word);
      return WOULD_WAIT;
    }
  }
  copyWords(i32, from, i32[channel + header.buffer] + slotOf(i32, channel + header.sendLap, word, capacity) * words, words);
  unlockWord(i32, channel + header.send, (word + STEP) | 0);
  countSends(i32, here, 1);
  return DONE;
}

/** Takes a value out of the ring, as the only receiver: as `put`. */
export function take(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, to: number): number {
  const word = i32[channel + header.recv];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.recv, word, SLOW, owner)) return BUSY;
  if (i32[channel + header.recvGeneration] !== generation) {
    unlockWord(i32, channel + header.recv, word);
    return CLOSED;
  }
  if (i32[channel + header.tailSeen] === word) {
    const tail = positionOf(load(i32, channel + header.send));
    i32[channel + header.tailSeen] = tail;
    if (tail === word) {
      unlockWord(i32, channel + header.recv, word);
      return WOULD_WAIT;
    }
  }
  copyWords(i32, i32[channel + header.recvBuffer] + slotOf(i32, channel + header.recvLap, word, capacity) * words, to, words);
  unlockWord(i32, channel + header.recv, (word + STEP) | 0);
  return DONE;
}

/** As `put` for up to `count` values. Returns how many it put, −1 if the channel is closed, or `BUSY_MANY`. */
export function putMany(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, from: number, here: number, count: number): number {
  const word = i32[channel + header.send];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.send, word, SLOW, owner)) return BUSY_MANY;
  if (i32[channel + header.generation] !== generation) {
    unlockWord(i32, channel + header.send, word);
    return -1;
  }
  let room = capacity - distance(word, i32[channel + header.headSeen]);
  if (room < count) {
    const head = positionOf(load(i32, channel + header.recv));
    i32[channel + header.headSeen] = head;
    room = capacity - distance(word, head);
  }
  // The room can be negative: the head is behind while another thread releases both locks.
  const moved = room < 0 ? 0 : room < count ? room : count;
  writeMany(i32, channel, capacity, words, from, moved, word);
  unlockWord(i32, channel + header.send, (word + moved * STEP) | 0);
  countSends(i32, here, moved);
  return moved;
}

/** As `take` for up to `count` values: as `putMany`. */
export function takeMany(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, to: number, count: number): number {
  const word = i32[channel + header.recv];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.recv, word, SLOW, owner)) return BUSY_MANY;
  if (i32[channel + header.recvGeneration] !== generation) {
    unlockWord(i32, channel + header.recv, word);
    return -1;
  }
  let there = distance(i32[channel + header.tailSeen], word);
  if (there < count) {
    const tail = positionOf(load(i32, channel + header.send));
    i32[channel + header.tailSeen] = tail;
    there = distance(tail, word);
  }
  const moved = there < count ? there : count;
  readMany(i32, channel, capacity, words, to, moved, word);
  unlockWord(i32, channel + header.recv, (word + moved * STEP) | 0);
  return moved;
}

/**
 * Takes both locks of a buffered channel. False if that would need waiting, or the
 * channel is closed or stale.
 */
function ownBoth(i32: Int32Array, channel: number, mark: number, generation: number, owner: number): boolean {
  if (i32[mark] !== HEADER_MARK) return false;
  const send = i32[channel + header.send];
  if (!own(i32, channel + header.send, send, OWNER | CLOSED_BIT, owner)) return false;
  const recv = i32[channel + header.recv];
  if (i32[channel + header.generation] !== generation || !own(i32, channel + header.recv, recv, OWNER, owner)) {
    unlockWord(i32, channel + header.send, send);
    return false;
  }
  return true;
}

/** Releases both, with the positions as given, in this order: the next holder of the receive lock must not find `tailSeen` ahead of the send word. */
function releaseBoth(i32: Int32Array, channel: number, send: number, recv: number): void {
  unlockWord(i32, channel + header.send, withWaited(send, i32[channel + RECEIVERS] !== 0));
  i32[channel + header.tailSeen] = send;
  unlockWord(i32, channel + header.recv, withWaited(recv, i32[channel + SENDERS] !== 0));
}

/** Under the locks: this thread's wait with `record` begins, and joins a queue. */
function join(i32: Int32Array, channel: number, queue: number, record: number, parked: number): void {
  transitionToWaiting(i32, record, parked !== 0);
  enqueue(i32, channel, queue, record);
}

/**
 * Sends through a buffered channel: to a waiting receiver, or into the ring; if there is
 * no room, the wait with `record` joins the queue, unless that is 0 (`WOULD_WAIT`).
 */
export function sendBuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, from: number, here: number, id: number, record: number, parked: number): number {
  if (!ownBoth(i32, channel, mark, generation, owner)) return BUSY;
  let send = positionOf(i32[channel + header.send]);
  const recv = positionOf(i32[channel + header.recv]);
  let attempt = DONE;
  const receiver = claimFirst(i32, here, owner, channel, RECEIVERS, OUTCOME.ok);
  if (receiver !== 0) copyWords(i32, from, valueOf(i32, receiver), words);
  else if (distance(send, recv) < capacity) {
    copyWords(i32, from, i32[channel + header.buffer] + slotOf(i32, channel + header.sendLap, send, capacity) * words, words);
    send = (send + STEP) | 0;
  } else {
    if (record !== 0) {
      copyWords(i32, from, valueOf(i32, record), words);
      join(i32, channel, SENDERS, record, parked);
    }
    attempt = WOULD_WAIT;
  }
  releaseBoth(i32, channel, send, recv);
  if (attempt !== DONE) return attempt;
  countSends(i32, here, 1);
  return endPartner(i32, here, id);
}

/** Receives from a buffered channel: out of the ring, whose slot a waiting sender then fills; if it is empty, the wait with `record` joins the queue, unless that is 0 (`WOULD_WAIT`). */
export function recvBuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, to: number, here: number, id: number, record: number, parked: number): number {
  if (!ownBoth(i32, channel, mark, generation, owner)) return BUSY;
  let send = positionOf(i32[channel + header.send]);
  let recv = positionOf(i32[channel + header.recv]);
  let attempt = DONE;
  if (send === recv) {
    if (record !== 0) join(i32, channel, RECEIVERS, record, parked);
    attempt = WOULD_WAIT;
  } else {
    copyWords(i32, i32[channel + header.recvBuffer] + slotOf(i32, channel + header.recvLap, recv, capacity) * words, to, words);
    recv = (recv + STEP) | 0;
    // From this write on this thread owns the value, even if it dies: its slot can be written again. Still locked.
    i32[channel + header.recv] = recv | owner;
    const sender = claimFirst(i32, here, owner, channel, SENDERS, OUTCOME.ok);
    if (sender !== 0) {
      copyWords(i32, valueOf(i32, sender), i32[channel + header.buffer] + slotOf(i32, channel + header.sendLap, send, capacity) * words, words);
      send = (send + STEP) | 0;
    }
  }
  releaseBoth(i32, channel, send, recv);
  return attempt === DONE ? endPartner(i32, here, id) : attempt;
}

/** As `sendBuffered` for up to `count` values, of which none waits: how many it sent, or `BUSY_MANY`. */
export function sendManyBuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, from: number, here: number, count: number): number {
  if (!ownBoth(i32, channel, mark, generation, owner)) return BUSY_MANY;
  const send = positionOf(i32[channel + header.send]);
  const recv = positionOf(i32[channel + header.recv]);
  let moved = 0;
  // While receivers wait the ring is empty, so what they get comes first.
  while (moved < count) {
    const receiver = claimFirst(i32, here, owner, channel, RECEIVERS, OUTCOME.ok);
    if (receiver === 0) break;
    copyWords(i32, from + moved * words, valueOf(i32, receiver), words);
    moved++;
  }
  const room = capacity - distance(send, recv);
  const more = room < count - moved ? room : count - moved;
  writeMany(i32, channel, capacity, words, from + moved * words, more, send);
  releaseBoth(i32, channel, (send + more * STEP) | 0, recv);
  countSends(i32, here, moved + more);
  return moved + more;
}

/** As `recvBuffered` for up to `count` values, without waiting: how many it received, or `BUSY_MANY`. */
export function recvManyBuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, capacity: number, words: number, to: number, here: number, count: number): number {
  if (!ownBoth(i32, channel, mark, generation, owner)) return BUSY_MANY;
  let send = positionOf(i32[channel + header.send]);
  let recv = positionOf(i32[channel + header.recv]);
  const there = distance(send, recv);
  const moved = there < count ? there : count;
  readMany(i32, channel, capacity, words, to, moved, recv);
  recv = (recv + moved * STEP) | 0;
  // As in `recvBuffered`.
  i32[channel + header.recv] = recv | owner;
  for (let k = 0; k < moved; k++) {
    const sender = claimFirst(i32, here, owner, channel, SENDERS, OUTCOME.ok);
    if (sender === 0) break;
    copyWords(i32, valueOf(i32, sender), i32[channel + header.buffer] + slotOf(i32, channel + header.sendLap, send, capacity) * words, words);
    send = (send + STEP) | 0;
  }
  releaseBoth(i32, channel, send, recv);
  return moved;
}

/** Sends through an unbuffered channel, to a waiting receiver; if there is none, the wait with `record` joins the queue, unless that is 0 (`WOULD_WAIT`). */
export function sendUnbuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, words: number, from: number, here: number, id: number, record: number, parked: number): number {
  const word = i32[channel + header.send];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.send, word, OWNER | CLOSED_BIT, owner)) return BUSY;
  let attempt = BUSY;
  if (i32[channel + header.generation] === generation) {
    const receiver = claimFirst(i32, here, owner, channel, RECEIVERS, OUTCOME.ok);
    const to = receiver !== 0 ? receiver : record;
    if (to !== 0) copyWords(i32, from, valueOf(i32, to), words);
    if (receiver === 0 && record !== 0) join(i32, channel, SENDERS, record, parked);
    attempt = receiver !== 0 ? DONE : WOULD_WAIT;
  }
  unlockWord(i32, channel + header.send, word);
  if (attempt !== DONE) return attempt;
  countSends(i32, here, 1);
  return endPartner(i32, here, id);
}

/** Receives from an unbuffered channel, from a waiting sender: as `sendUnbuffered`. */
export function recvUnbuffered(i32: Int32Array, channel: number, mark: number, generation: number, owner: number, words: number, to: number, here: number, id: number, record: number, parked: number): number {
  const word = i32[channel + header.send];
  if (i32[mark] !== HEADER_MARK || !own(i32, channel + header.send, word, OWNER | CLOSED_BIT, owner)) return BUSY;
  let attempt = BUSY;
  if (i32[channel + header.generation] === generation) {
    const sender = claimFirst(i32, here, owner, channel, SENDERS, OUTCOME.ok);
    if (sender !== 0) {
      copyWords(i32, valueOf(i32, sender), to, words);
      attempt = DONE;
    } else {
      if (record !== 0) join(i32, channel, RECEIVERS, record, parked);
      attempt = WOULD_WAIT;
    }
  }
  unlockWord(i32, channel + header.send, word);
  return attempt === DONE ? endPartner(i32, here, id) : attempt;
}
