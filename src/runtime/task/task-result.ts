/** How a task's result or error gets into its record. */
import { WarrenError, printValue } from "../../errors.ts";
import type { Arena } from "../../memory/arena.ts";
import { OUTCOME } from "../../memory/layout.ts";
import { encodePayload } from "../../wire/payload.ts";
import type { Space } from "../../wire/type.ts";

/** The promise of a task function's result; `undefined` for a plain value. What only looks like a promise may call back twice, or throw: it is taken as `await` takes it. */
export function promiseOf(result: unknown): Promise<unknown> | undefined {
  if (typeof result !== "object" || result === null) return undefined;
  try {
    return typeof (result as { then?: unknown }).then === "function" ? Promise.resolve(result) : undefined;
  } catch (error) {
    return Promise.reject(error);
  }
}

/** Outcome and payload. A result that cannot travel becomes the error that says so; if even that has no room, the outcome alone does. */
export function encodeResult(space: Space, name: string, failed: boolean, value: unknown): [outcome: number, payload: number] {
  try {
    return [failed ? OUTCOME.failed : OUTCOME.ok, encodePayload(space, value, failed ? `the error of task ${name}` : `the result of task ${name}`)];
  } catch (error) {
    try {
      return [OUTCOME.failed, encodePayload(space, refusalOf(name, error), name)];
    } catch (second) {
      if (!(second instanceof WarrenError) || second.code !== "ERR_ARENA_FULL") throw second;
      return [OUTCOME.noRoom, 0];
    }
  }
}

/** A task ended with a result or an error for which the arena has no room. */
export function noRoom(arena: Arena): WarrenError {
  const { limit, used, reserved } = arena.use();
  return new WarrenError("ERR_ARENA_FULL", `shared memory is full: no room for the task's result or error (${used} of ${limit} bytes in use)`, { limit, used, reserved });
}

/** Why it cannot travel. What it threw when it was looked at may be anything, too. */
function refusalOf(name: string, error: unknown): WarrenError {
  if (error instanceof WarrenError) return withoutValue(error);
  return new WarrenError("ERR_NOT_TRANSFERABLE", `the result or error of task ${name} cannot be sent back: ${error instanceof Error ? error.message : printValue(error)}`);
}

/** A refused value cannot travel as a detail of the error that refuses it. */
function withoutValue(error: WarrenError): WarrenError {
  const { value, ...details } = error.details;
  return new WarrenError(error.code, error.message, { ...details, value: printValue(value) });
}
