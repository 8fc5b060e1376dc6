/**
 * Guards as arguments of a task: the lock or the permits that a guard holds go to the
 * task, which gets a guard of its own, on whatever thread it starts. Between the two they
 * are in a lease, which the task's record names (sync/lock-object.ts has the algorithm).
 *
 * Invariants: a call that throws leaves its guards as they were; otherwise they are spent,
 * and the task unlocks. A task that does not start gives back what its guards held. In the
 * payload of the arguments a guard is a number; the record has the leases in that order.
 * A guard must be an argument itself: inside another value, in a channel or as a result it
 * is refused, because only a task's record is followed through the death of a thread.
 */
import type { Arena } from "../../memory/arena.ts";
import { LEASE_WORDS, leaseRecord, taskRecord } from "../../memory/layout.ts";
import { LockGuard } from "../../sync/guard.ts";
import { nameOfKind, numberOfKind, openShared } from "../../sync/kinds.ts";
import type { LockObject } from "../../sync/lock-object.ts";
import type { Waiters } from "../../wait/waiter.ts";
import { GUARD_HANDLE, type Handle, type Handles, type Space } from "../../wire/type.ts";

const NONE: readonly LockGuard[] = [];
const NO_LEASES: readonly number[] = [];

/** The guards among the arguments of a call, each once. @throws ERR_NOT_LOCKED, ERR_STALE_HANDLE */
export function guardsIn(args: readonly unknown[], arena: Arena): readonly LockGuard[] {
  let guards: LockGuard[] | undefined;
  for (const arg of args) {
    if (!(arg instanceof LockGuard) || guards?.includes(arg)) continue;
    arg.check(arena);
    (guards ??= []).push(arg);
  }
  return guards ?? NONE;
}

/** The arguments with a new guard for each of `guards`, which are spent: for a closure with this task id, or, with 0, for a task that starts later. */
export function withMoved(args: unknown[], guards: readonly LockGuard[], task: number): unknown[] {
  if (guards.length === 0) return args;
  const moved = new Map<unknown, LockGuard>(guards.map((guard) => [guard, guard.move(task)]));
  return args.map((arg) => moved.get(arg) ?? arg);
}

/** Unlocks the guards among the arguments of a task that has not started; those that were passed on are spent. */
export function giveBack(args: readonly unknown[]): void {
  for (const arg of args) if (arg instanceof LockGuard) arg[Symbol.dispose]();
}

/** A thread's handles, and guards as numbers. */
class GuardHandles implements Handles {
  readonly #handles: Handles;
  readonly #guards: readonly LockGuard[];

  constructor(handles: Handles, guards: readonly LockGuard[]) {
    this.#handles = handles;
    this.#guards = guards;
  }

  detach(value: object): Handle | undefined {
    const number = value instanceof LockGuard ? this.#guards.indexOf(value) : -1;
    return number < 0 ? this.#handles.detach(value) : { header: number, generation: 0, type: GUARD_HANDLE };
  }

  adopt(at: number, generation: number, type: string): object {
    return type === GUARD_HANDLE ? this.#guards[at] : this.#handles.adopt(at, generation, type);
  }

  share(at: number, generation: number, type: string): object {
    return this.#handles.share(at, generation, type);
  }

  release(at: number, generation: number, type: string): void {
    this.#handles.release(at, generation, type);
  }
}

/** What encodes or decodes arguments with these guards. */
export function spaceWith(space: Space, guards: readonly LockGuard[]): Space {
  return guards.length === 0 ? space : { arena: space.arena, handles: new GuardHandles(space.handles, guards) };
}

/** Memory for the leases of these guards. @throws ERR_ARENA_FULL, and what `guardsIn` throws, because code of the program may have run since */
export function allocLeases(arena: Arena, guards: readonly LockGuard[]): readonly number[] {
  if (guards.length === 0) return NO_LEASES;
  const leases: number[] = [];
  try {
    for (const guard of guards) {
      guard.check(arena);
      leases.push(arena.alloc(LEASE_WORDS));
    }
    return leases;
  } catch (error) {
    for (const lease of leases) arena.free(lease);
    throw error;
  }
}

/** Passes the guards to the task of a record, which is in no queue yet. */
export function lendGuards({ i32 }: Arena, record: number, guards: readonly LockGuard[], leases: readonly number[]): void {
  i32[record + taskRecord.leases] = leases.length === 0 ? 0 : leases[0];
  if (leases.length === 0) return;
  for (const [k, lease] of leases.entries()) {
    i32[lease + leaseRecord.nextOfTask] = leases[k + 1] ?? 0;
    i32[lease + leaseRecord.kind] = numberOfKind(guards[k].kind);
    i32[lease + leaseRecord.task] = record;
    guards[k].lend(lease, i32[record + taskRecord.id]);
  }
}

/** The guards of the task of a record, 0 for none, that starts on this thread. */
export function claimGuards(waiters: Waiters, record: number): readonly LockGuard[] {
  const { i32 } = waiters.arena;
  if (record === 0 || i32[record + taskRecord.leases] === 0) return NONE;
  return takeLeases(waiters, record).map((lease) => {
    const { at, generation, name } = handleOf(waiters, lease);
    const amount = i32[lease + leaseRecord.amount];
    const ownerDied = i32[lease + leaseRecord.ownerDied] !== 0;
    // Before the reference: if this thread dies in between, a reference is lost, and none is dropped twice.
    openLock(waiters, at, generation, name).claim(lease);
    waiters.arena.free(lease);
    return new LockGuard(waiters.handles.adopt(at, generation, `sync.${name}`) as LockObject, amount, ownerDied);
  });
}

/** Gives back what the guards of a task held that this thread has taken and does not start. */
export function returnGuards(waiters: Waiters, record: number): void {
  for (const lease of takeLeases(waiters, record)) {
    const { at, generation, name } = handleOf(waiters, lease);
    openLock(waiters, at, generation, name).giveBackLease(lease);
    waiters.arena.free(lease);
    waiters.handles.release(at, generation, `sync.${name}`);
  }
}

/** Takes the leases out of a record. */
function takeLeases({ arena: { i32 } }: Waiters, record: number): number[] {
  const leases: number[] = [];
  for (let lease = i32[record + taskRecord.leases]; lease !== 0; lease = i32[lease + leaseRecord.nextOfTask]) leases.push(lease);
  i32[record + taskRecord.leases] = 0;
  return leases;
}

function handleOf({ arena: { i32 } }: Waiters, lease: number): { at: number; generation: number; name: string } {
  return { at: i32[lease + leaseRecord.header], generation: i32[lease + leaseRecord.generation], name: nameOfKind(i32[lease + leaseRecord.kind]) };
}

function openLock(waiters: Waiters, at: number, generation: number, name: string): LockObject {
  return openShared(waiters, at, generation, name) as LockObject;
}
