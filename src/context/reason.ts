/**
 * When and why a context ends: its options, and the reasons of cancellations. A reason
 * is an error that is encoded once, so that every thread decodes the same. The default
 * reasons are not encoded, because their text never differs.
 */
import { performance } from "../host.ts";
import { WarrenError, printValue } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
import { encodePayload, readPayload } from "../wire/payload.ts";
import type { Handles, Space } from "../wire/type.ts";
import type { ContextOptions } from "./context.ts";
import { REASON, REASON_WORDS, reasonRecord } from "./words.ts";

/** A reason is decoded many times, so it contains no handles: a channel in an error's properties arrives as a text. */
const NO_HANDLES: Handles = {
  detach: () => undefined,
  adopt: () => {
    throw new WarrenError("ERR_INTERNAL", "a reason carries a handle");
  },
  share: () => {
    throw new WarrenError("ERR_INTERNAL", "a reason carries a handle");
  },
  release: () => undefined,
};

/** The deadline given by the options, on the clock of `performance.now()`, which is `nowMs` now. @throws ERR_INVALID_ARGUMENT */
export function checkOptions(options: ContextOptions, nowMs: number): number {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `context needs an object of options, not ${printValue(options)}`);
  const { timeout = Infinity, deadline = Infinity } = options;
  const untilMs = deadline instanceof Date ? deadline.getTime() : deadline;
  checkNumber("timeout", timeout);
  checkNumber("deadline", untilMs);
  return Math.min(nowMs + timeout, untilMs - performance.timeOrigin);
}

function checkNumber(name: string, value: unknown): void {
  if (typeof value === "number" && !Number.isNaN(value)) return;
  throw new WarrenError("ERR_INVALID_ARGUMENT", `the ${name} of a context must be a number of milliseconds, not ${printValue(value)}`);
}

/** The reason given to `cancel`, as an error. */
export function errorFrom(reason: unknown): Error {
  if (reason instanceof Error) return reason;
  return new WarrenError("ERR_CANCELLED", `the context was cancelled: ${printValue(reason)}`, {}, { cause: reason });
}

/** A reason record with one reference; 0 if the error cannot be sent or shared memory is full, because a cancellation must not fail. */
export function encodeReason(arena: Arena, error: Error): number {
  let payload = 0;
  try {
    payload = encodePayload(spaceOf(arena), error, "the reason");
    const record = arena.alloc(REASON_WORDS);
    arena.i32[record + reasonRecord.payload] = payload;
    arena.i32[record + reasonRecord.references] = 1;
    return record;
  } catch (failure) {
    if (payload !== 0) arena.free(payload);
    if (!(failure instanceof WarrenError)) throw failure;
    return 0;
  }
}

/** The error for a REASON; `record` is 0 unless the reason was given. */
export function decodeReason(arena: Arena, kind: number, record: number): Error {
  if (record !== 0) return readPayload(spaceOf(arena), arena.i32[record + reasonRecord.payload]) as Error;
  if (kind === REASON.deadline) return new WarrenError("ERR_DEADLINE", "the context's deadline has passed");
  return new WarrenError("ERR_CANCELLED", kind === REASON.disposed ? "the context was disposed" : "the context was cancelled");
}

function spaceOf(arena: Arena): Space {
  return { arena, handles: NO_HANDLES };
}
