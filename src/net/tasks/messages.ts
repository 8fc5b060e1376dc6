/** The messages of remote tasks: their fields, written and read in one place. */
import type { Shape } from "../link/message.ts";

/** A call: the task's id, the oldest call of the caller without an answer, arguments, which of them are contexts, time left, key, traceparent. */
export const CALL: Shape = ["text", "number", "list", "list", "number?", "text?", "text?"];

/** What a node is asked to run. */
export interface CallMessage {
  readonly id: string;
  /** The number of the caller's oldest call that has no answer. */
  readonly oldest: number;
  readonly args: unknown[];
  /** Which arguments are contexts, with what is left of their deadlines in milliseconds. */
  readonly contexts: readonly (readonly [place: number, leftMs: number | undefined])[];
  readonly timeoutMs: number | undefined;
  /** Names the work: a node that has done it, or is doing it, does not do it again. */
  readonly key: string | undefined;
  readonly traceparent: string | undefined;
}

export function fieldsOf({ id, oldest, args, contexts, timeoutMs, key, traceparent }: CallMessage): unknown[] {
  return [id, oldest, args, contexts, timeoutMs, key, traceparent];
}

export function callOf(fields: readonly unknown[]): CallMessage | undefined {
  const [id, oldest, args, contexts, timeoutMs, key, traceparent] = fields as [string, number, unknown[], unknown[], number | undefined, string | undefined, string | undefined];
  const isFine = contexts.every((entry) => Array.isArray(entry) && Number.isInteger(entry[0]) && entry[0] >= 0 && entry[0] < args.length && (entry[1] === undefined || typeof entry[1] === "number"));
  return isFine ? { id, oldest, args, contexts: contexts as CallMessage["contexts"], timeoutMs, key, traceparent } : undefined;
}

/** Who asks for a call, and where the answer goes. */
export interface Asker {
  readonly caller: string;
  readonly number: number;
  readonly reply: string;
}

/** Reads the subject of an answer: its last two parts name the caller and the number of its call. */
export function askerOf(reply: string): Asker {
  const at = reply.lastIndexOf(".");
  return { caller: reply.slice(reply.lastIndexOf(".", at - 1) + 1, at), number: Number(reply.slice(at + 1)), reply };
}

/** An answer: the node, and what it says. */
export const ANSWER: Shape = ["text", "any"];
/** Several calls of one caller: to cancel them, or to ask for their answers again. */
export const CALLS: Shape = ["text", "list"];
