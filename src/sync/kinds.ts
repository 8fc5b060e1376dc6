/** The kinds of shared objects by their public names: opens one for a handle, and repairs one after a thread's death. */
import { WarrenError } from "../errors.ts";
import { KIND, syncHeader } from "../memory/layout.ts";
import { SharedBarrier } from "./barrier.ts";
import { SharedCounter } from "./counter.ts";
import { SharedGuarded } from "./guarded.ts";
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
  const { i32 } = waiters.arena;
  for (const { kind, Shared } of Object.values(KINDS)) {
    if (kind !== i32[at + syncHeader.kind]) continue;
    new Shared(waiters, at, i32[at + syncHeader.generation]).repair(dead);
    return true;
  }
  return false;
}
