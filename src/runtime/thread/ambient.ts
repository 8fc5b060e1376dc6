/**
 * The runtime of the free functions: on a thread of a runtime that runtime; on the
 * main thread the one that is open, if there is exactly one.
 */
import { WarrenError } from "../../errors.ts";
import type { ThreadSide } from "./side.ts";

let thread: ThreadSide | undefined;
const open = new Set<ThreadSide>();
/** Set while code of the main thread runs for a certain runtime. */
let asked: ThreadSide | undefined;

/** From now on this thread belongs to a runtime. */
export function enterThread(side: ThreadSide): void {
  thread = side;
}

export function enterMain(side: ThreadSide): void {
  open.add(side);
}

export function leaveMain(side: ThreadSide): void {
  open.delete(side);
}

/** Calls `fn`, in which the free functions are those of the runtime of `side`, whichever others are open. */
export function within<R>(side: ThreadSide, fn: () => R): R {
  const before = asked;
  asked = side;
  try {
    return fn();
  } finally {
    asked = before;
  }
}

/** @throws ERR_NO_RUNTIME, ERR_WHICH_RUNTIME */
export function current(what: string): ThreadSide {
  if (thread !== undefined) return thread;
  if (asked !== undefined) return asked;
  if (open.size === 1) for (const side of open) return side;
  if (open.size === 0) {
    throw new WarrenError("ERR_NO_RUNTIME", `${what} was called while no runtime is open here. Call it in a task, or after start()`);
  }
  throw new WarrenError("ERR_WHICH_RUNTIME", `${what} was called while ${open.size} runtimes are open here. Call the method of one of them`, { open: open.size });
}
