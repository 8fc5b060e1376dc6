/** The messages of remote tasks: their fields, written and read in one place. */
import type { Shape } from "../link/message.ts";
import { LONGEST_ID, isTraceparent } from "../link/options.ts";

/** A call: the task's id, arguments, which of them are contexts, time left, key, traceparent. */
export const CALL: Shape = ["text", "list", "list", "number?", "text?", "text?"];

/** What a node is asked to run. */
export interface CallMessage {
  readonly id: string;
  readonly args: unknown[];
  /** Which arguments are contexts, with what is left of their deadlines in milliseconds. */
  readonly contexts: readonly (readonly [place: number, leftMs: number | undefined])[];
  readonly timeoutMs: number | undefined;
  /** Names the work: a node that has done it, or is doing it, does not do it again. */
  readonly key: string | undefined;
  readonly traceparent: string | undefined;
}

export function fieldsOf({ id, args, contexts, timeoutMs, key, traceparent }: CallMessage): unknown[] {
  return [id, args, contexts, timeoutMs, key, traceparent];
}

export function callOf(fields: readonly unknown[]): CallMessage | undefined {
  const [id, args, contexts, timeoutMs, key, traceparent] = fields as [string, unknown[], unknown[], number | undefined, string | undefined, string | undefined];
  const isFine = contexts.every((entry) => Array.isArray(entry) && Number.isInteger(entry[0]) && entry[0] >= 0 && entry[0] < args.length && (entry[1] === undefined || typeof entry[1] === "number"));
  if (!isFine || (key !== undefined && (key === "" || key.length > LONGEST_ID))) return undefined;
  return { id, args, contexts: contexts as CallMessage["contexts"], timeoutMs, key, traceparent: isTraceparent(traceparent) ? traceparent : undefined };
}

/** Where an answer goes: its last two parts name the caller and the number of its call. */
export function callerOf(reply: string): { readonly caller: string; readonly number: number } {
  const [caller, number] = reply.split(".").slice(-2) as [string, string];
  return { caller, number: Number(number) };
}

/** An answer: the node, and what it says. */
export const ANSWER: Shape = ["text", "any"];
/** Several calls of one caller: to cancel them, or to ask for their answers again. */
export const CALLS: Shape = ["text", "list"];
