/** Making channels: new ones, and objects for handles that come from other threads. */
import { WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { checkType } from "../wire/composites.ts";
import { KIND, header } from "../memory/layout.ts";
import type { Type } from "../wire/type.ts";
import type { Waiters } from "../wait/waiter.ts";
import { ArrayChannel } from "./array.ts";
import type { Channel } from "./channel.ts";
import { Rendezvous } from "./rendezvous.ts";
import { lockWord, positionOf, unlockWord } from "./words.ts";

/** Checks a capacity. @throws ERR_INVALID_ARGUMENT, ERR_LIMIT */
function checkCapacity(capacity: unknown): asserts capacity is number {
  if (typeof capacity !== "number" || !Number.isInteger(capacity) || capacity < 0) {
    throw new WarrenError("ERR_INVALID_ARGUMENT", `a channel's capacity must be an integer of at least 0, not ${printValue(capacity)}`);
  }
  if (capacity > LIMITS.capacity) {
    throw new WarrenError("ERR_LIMIT", `capacity: ${capacity} is above the limit of ${LIMITS.capacity}`, { limit: "capacity", maximum: LIMITS.capacity, actual: capacity });
  }
}

/**
 * Makes a channel with one reference.
 * @throws ERR_INVALID_ARGUMENT, ERR_LIMIT, ERR_ARENA_FULL
 */
export function makeChannel<T>(waiters: Waiters, type: Type<T>, capacity: number, isOneshot: boolean): Channel<T> {
  checkType(type, "chan");
  checkCapacity(capacity);
  const { arena } = waiters;
  const { i32, owner } = arena;
  const buffer = capacity === 0 ? 0 : arena.alloc(capacity * type.words);
  const at = arena.allocHeader(buffer);
  // A stale handle can hold the locks for a moment, until it finds out that it is stale.
  const position = positionOf(lockWord(i32, at + header.send, owner));
  lockWord(i32, at + header.recv, owner);
  i32[at + header.buffer] = buffer;
  i32[at + header.kind] = KIND.changing;
  i32[at + header.capacity] = capacity;
  i32[at + header.slotWords] = type.words;
  i32[at + header.recvBuffer] = buffer;
  i32[at + header.sendLap] = position;
  i32[at + header.recvLap] = position;
  i32[at + header.headSeen] = position;
  i32[at + header.tailSeen] = position;
  i32[at + header.receiversFirst] = 0;
  i32[at + header.receiversLast] = 0;
  i32[at + header.sendersFirst] = 0;
  i32[at + header.sendersLast] = 0;
  i32[at + header.references] = 1;
  i32[at + header.recvGeneration] = i32[at + header.generation];
  i32[at + header.kind] = capacity === 0 ? KIND.rendezvous : isOneshot ? KIND.oneshot : KIND.array;
  unlockWord(i32, at + header.recv, position);
  unlockWord(i32, at + header.send, position);
  return openChannel(waiters, at, i32[at + header.generation], type);
}

/** The object for a handle. If the handle is stale, the object behaves like a closed channel, whatever the header is used for now. */
export function openChannel<T>(waiters: Waiters, at: number, generation: number, type: Type<T>): Channel<T> {
  const { i32 } = waiters.arena;
  const capacity = waiters.arena.isHeader(at) ? i32[at + header.capacity] : 0;
  if (capacity === 0) return new Rendezvous(waiters, at, generation, type, 0);
  return new ArrayChannel(waiters, at, generation, type, capacity, i32[at + header.kind] === KIND.oneshot);
}
