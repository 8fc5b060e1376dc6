/** The kinds of shared objects by their public names: opens one for a handle, and repairs one after a thread's death. */
import { WarrenError } from "../errors.ts";
import { KIND, syncHeader } from "../memory/layout.ts";
import { SharedBarrier } from "./barrier.ts";
import { SharedCounter } from "./counter.ts";
import { SharedGuarded } from "./guarded.ts";
import { LockObject } from "./lock-object.ts";
import { SharedMutex } from "./mutex.ts";
import { SharedOnce } from "./once.ts";
import { SharedRwLock } from "./rw-lock.ts";
import { SharedSemaphore } from "./semaphore.ts";
import type { SharedObject } from "./shared-object.ts";
import { SharedWaitGroup } from "./wait-group.ts";
import type { Waiters } from "../wait/waiter.ts";

interface Kind {
  readonly kind: number;
  readonly Shared: new (waiters: Waiters, at: number, generation: number) => SharedObject;
}

const KINDS: Readonly<Record<string, Kind>> = {
  Mutex: { kind: KIND.mutex, Shared: SharedMutex },
  RwLock: { kind: KIND.rwLock, Shared: SharedRwLock },
  Semaphore: { kind: KIND.semaphore, Shared: SharedSemaphore },
  WaitGroup: { kind: KIND.waitGroup, Shared: SharedWaitGroup },
  Once: { kind: KIND.once, Shared: SharedOnce },
  Barrier: { kind: KIND.barrier, Shared: SharedBarrier },
  Counter: { kind: KIND.counter, Shared: SharedCounter },
  Guarded: { kind: KIND.guarded, Shared: SharedGuarded },
};

/** The object for a handle of the named kind. If the handle is stale, every call on the object throws, whatever the header is used for now. */
export function openShared(waiters: Waiters, at: number, generation: number, name: string): SharedObject {
  const kind = KINDS[name];
  if (kind === undefined) throw new WarrenError("ERR_INTERNAL", `${JSON.stringify(name)} is no kind of shared object`);
  return new kind.Shared(waiters, at, generation);
}

/**
 * Repairs the shared object of the header at `at` after processor `dead` has died:
 * releases its lock, finishes or takes back its operation, removes its waiters from the
 * queue, and grants what it held to others. Call it for every header, before the dead
 * thread's claims are completed (because this takes back a grant in progress) and before
 * another thread takes its place. Other threads can use the object meanwhile. Returns
 * false if the header is of another kind.
 */
export function repairSyncObject(waiters: Waiters, at: number, dead: number): boolean {
  const object = openAt(waiters, at);
  object?.repair(dead);
  return object !== undefined;
}

/** After the death of the thread with this `processorId`, when the queues of tasks are repaired: gives back what guards held on their way to tasks that are lost with it. */
export function returnLostLeases(waiters: Waiters, at: number, dead: number): void {
  const object = openAt(waiters, at);
  if (object instanceof LockObject) object.returnLost(dead);
}

/** The object of the header at `at`, whatever its generation; none if the header is of another kind. */
function openAt(waiters: Waiters, at: number): SharedObject | undefined {
  const { i32 } = waiters.arena;
  for (const { kind, Shared } of Object.values(KINDS)) if (kind === i32[at + syncHeader.kind]) return new Shared(waiters, at, i32[at + syncHeader.generation]);
  return undefined;
}

/** The number of a kind, by its public name. */
export function numberOfKind(name: string): number {
  return KINDS[name].kind;
}

/** The public name of a kind. */
export function nameOfKind(number: number): string {
  return Object.keys(KINDS).find((name) => KINDS[name].kind === number) as string;
}
