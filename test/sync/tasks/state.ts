/** What shared objects look like inside, for tests: read without the lock. */
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { syncHeader } from "../../../src/memory/layout.ts";
import { SharedObject } from "../../../src/sync/shared-object.ts";
import { queueLength } from "../../../src/wait/wait-queue.ts";

/** Address of an object's header. */
export function addressOf(object: unknown): number {
  if (!(object instanceof SharedObject)) throw new TypeError("no shared object");
  return object.header;
}

/** A word of an object's header. */
export function wordOf(rt: OpenRuntime, object: unknown, word: keyof typeof syncHeader): number {
  return rt.arena.i32[addressOf(object) + syncHeader[word]];
}

/** Waits at an object, on all threads. */
export function waitingAt(rt: OpenRuntime, object: unknown): number {
  const length = queueLength(rt.arena.i32, addressOf(object), syncHeader.waitersFirst);
  return length === wordOf(rt, object, "waiting") ? length : -1;
}

/** Processor id of the holder, 0 for none. */
export function held(rt: OpenRuntime, object: unknown): number {
  return wordOf(rt, object, "holder");
}
