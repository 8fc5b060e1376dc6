/** The mutex: a lock and nothing else. */
import { KIND } from "../memory/layout.ts";
import { ExclusiveLock } from "./exclusive.ts";
import { type Guard, LockGuard } from "./guard.ts";
import type { Mutex } from "./objects.ts";
import { makeHeader } from "./shared-object.ts";
import type { Waiters } from "../wait/waiter.ts";

export class SharedMutex extends ExclusiveLock<Guard> implements Mutex {
  static make(waiters: Waiters): number {
    return makeHeader(waiters, KIND.mutex);
  }

  override get kind(): string {
    return "Mutex";
  }

  protected override guard(ownerDied: boolean): Guard {
    return new LockGuard(this, 1, ownerDied);
  }
}
