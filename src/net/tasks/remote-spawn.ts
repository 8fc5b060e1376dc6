/** `net.spawn` as a program sees it, and its options, checked. */
import { WarrenError, printValue } from "../../errors.ts";
import type { AbortSignal } from "../../wait/abort-signal.ts";
import { checkSignal } from "../../wait/wait.ts";
import { LONGEST_ID, checkCount, checkKeys, checkMs, checkTraceparent } from "../link/options.ts";
import { acceptOf } from "./versions.ts";

/** Options of `net.spawn.with`. */
export interface RemoteOptions {
  /** For so long, in milliseconds, each try may take. Then the call fails with ERR_REMOTE_TIMEOUT, and the task is cancelled. Without end by default. */
  readonly timeoutMs?: number | undefined;
  /** So often the task is tried if its node is lost or late. More than 1 needs a key: the task may run more than once. */
  readonly tries?: number | undefined;
  /** Names the work, such as an order's number: a node that has done it lately answers again, and does not do it again. */
  readonly key?: string | undefined;
  /** The builds that may run the task: `"2.3.0"`, `"^2"`, `"~2.3"`, `"*"`. This program's own by default. */
  readonly accept?: string | undefined;
  /** Rejects the call with its reason, and cancels the task. */
  readonly signal?: AbortSignal | undefined;
  /** W3C trace context. By default that of the first context among the arguments, then that of `join`. */
  readonly traceparent?: string | undefined;
}

/** Starts a task on any node that serves it. It is not `spawn`: other errors can come. */
export interface RemoteSpawn {
  /**
   * Runs the task `fn` at most once. Arguments and result are copied; a context among the
   * arguments is a new one on the other node, with the same deadline, which is cancelled
   * when this one is.
   * @throws ERR_NO_NODE: it did not run, ERR_TASK_VERSION: it did not run, ERR_NET_REFUSED: it did not run, ERR_NODE_LOST: it may have run, ERR_NOT_TRANSFERABLE, ERR_TOO_BIG, ERR_NET_DOWN, ERR_NET_CLOSED, ERR_INVALID_ARGUMENT, or what the task throws, with the node's name as `node`
   */
  <A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Promise<Awaited<R>>;
  /** The same with options: `net.spawn.with({ timeoutMs: 5000 })(resize, image)`. @throws ERR_REMOTE_TIMEOUT, the signal's reason, and as above */
  with(options: RemoteOptions): <A extends unknown[], R>(fn: (...args: A) => R, ...args: A) => Promise<Awaited<R>>;
}

/** The options, checked. */
export interface Resolved extends RemoteOptions {
  readonly tries: number;
}

/** Checks options. @throws ERR_INVALID_ARGUMENT */
export function resolveRemote(options: RemoteOptions): Resolved {
  checkKeys("spawn.with", options, ["timeoutMs", "tries", "key", "accept", "signal", "traceparent"]);
  const { timeoutMs, key, accept, signal, traceparent, tries = 1 } = options;
  if (timeoutMs !== undefined) checkMs("timeoutMs of spawn.with", timeoutMs, 1);
  checkCount("tries of spawn.with", tries, 1, 1000);
  if (key !== undefined && (typeof key !== "string" || key === "" || key.length > LONGEST_ID)) throw new WarrenError("ERR_INVALID_ARGUMENT", `the option key of spawn.with must be a text of 1 to ${LONGEST_ID} characters, not ${printValue(key)}`);
  if (tries > 1 && key === undefined) throw new WarrenError("ERR_INVALID_ARGUMENT", "the option tries of spawn.with needs the option key: the task may run more than once, and the key names the work");
  if (accept !== undefined) acceptOf(accept);
  if (signal !== undefined) checkSignal(signal);
  checkTraceparent(traceparent);
  return { ...options, tries };
}
