/** How a task's result or error is written into its record. */
import { WarrenError, printValue } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { OUTCOME } from "../../memory/layout.ts";
import { encodePayload } from "../../wire/payload.ts";
import type { Space } from "../../wire/type.ts";

/** The promise that a task function returned; `undefined` for a plain value. Another object with a `then`, which may call back twice or throw, is treated as `await` would treat it. */
export function promiseOf(result: unknown): Promise<unknown> | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  try {
    return typeof (result as { then?: unknown }).then === "function" ? Promise.resolve(result) : undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Outcome and payload. A result that cannot be sent is replaced by an error that explains why. If shared memory has no room for that error, the outcome alone says so. */
export function encodeResult(space: Space, name: string, failed: boolean, value: unknown): [outcome: number, payload: number] {
  try {
    return [failed ? OUTCOME.failed : OUTCOME.ok, encodePayload(space, value, failed ? `the error of task ${name}` : `the result of task ${name}`, true)];
  } catch (error) {
    try {
      return [OUTCOME.failed, encodePayload(space, refusalOf(name, error), name, true)];
    } catch (second) {
      if (!(second instanceof WarrenError) || second.code !== "ERR_ARENA_FULL") throw second;
      return [OUTCOME.noRoom, 0];
    }
  }
}

/** The error of a task whose result or error found no room in shared memory. */
export function noRoom(arena: Arena): WarrenError {
  const { limit, used, reserved, largest } = arena.use();
  const { text, byKind, holders } = arena.holdings();
  return new WarrenError("ERR_ARENA_FULL", `shared memory is full: no room for the task's result or error (${used} of ${limit} bytes in use). ${text}`, { limit, used, reserved, largest, byKind, holders });
}

/** Why a result cannot be sent. `error` was thrown while the result was read, so it may be any value. */
function refusalOf(name: string, error: unknown): WarrenError {
  if (error instanceof WarrenError) return withoutValue(error);
  return new WarrenError("ERR_NOT_TRANSFERABLE", `the result or error of task ${name} cannot be sent back: ${error instanceof Error ? error.message : printValue(error)}`);
}

/** The value that cannot be sent is also in the details of the error: there it is replaced by its text. */
function withoutValue(error: WarrenError): WarrenError {
  const { value, ...details } = error.details;
  return new WarrenError(error.code, error.message, { ...details, value: printValue(value) });
}
