/** The messages of remote tasks: their fields, written and read in one place. */
import type { Shape } from "../link/message.ts";
import { LONGEST_ID, isTraceparent } from "../link/options.ts";

/** A call: the oldest call of the caller without an answer, arguments, and what few calls have. The subject says which task. */
export const CALL: Shape = ["number", "list", "any"];

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

export function fieldsOf({ oldest, args, contexts, timeoutMs, key, traceparent }: CallMessage): unknown[] {
  const isPlain = contexts.length === 0 && timeoutMs === undefined && key === undefined && traceparent === undefined;
  return [oldest, args, isPlain ? undefined : [contexts, timeoutMs, key, traceparent]];
}

const NONE: CallMessage["contexts"] = [];

function isKeyOrNone(value: unknown): value is string | undefined {
  return value === undefined || (typeof value === "string" && value !== "" && value.length <= LONGEST_ID);
}

/** The call of task `id` with these fields; `undefined` if they are not those of a call. */
export function callOf(id: string, [oldest, args, more]: readonly unknown[]): CallMessage | undefined {
  const [contexts, timeoutMs, key, traceparent] = more === undefined ? [NONE] : Array.isArray(more) ? (more as unknown[]) : [];
  const { length } = args as unknown[];
  const isContext = (entry: unknown): boolean => Array.isArray(entry) && Number.isInteger(entry[0]) && entry[0] >= 0 && entry[0] < length && (entry[1] === undefined || typeof entry[1] === "number");
  const isFine = Array.isArray(contexts) && contexts.every(isContext) && (timeoutMs === undefined || typeof timeoutMs === "number") && isKeyOrNone(key);
  return isFine ? { id, oldest: oldest as number, args: args as unknown[], contexts: contexts as CallMessage["contexts"], timeoutMs, key, traceparent: isTraceparent(traceparent) ? traceparent : undefined } : undefined;
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

/** An answer: the node, if it matters, and what it says. */
export const ANSWER: Shape = ["text?", "any"];
/** Several calls of one caller: to cancel them, or to ask for their answers again. */
export const CALLS: Shape = ["text", "list"];
