/**
 * Messages between nodes: four bytes that say what it is, then a list of fields in the
 * format of portable.ts.
 *
 * Invariant: a message is decoded only if its first bytes are ours and each field has the
 * kind that the receiver expects. Otherwise it is refused with ERR_NET_MESSAGE.
 */
import { WarrenError, printValue } from "../../errors.ts";
import { decodePortable, encodePortable } from "./portable.ts";
import type { Space } from "../../wire/type.ts";

/** The version of this format. Nodes with different versions do not talk to each other. */
const VERSION = 1;
const MARK = [0x77, 0x6e] as const;
const HEAD_BYTES = 4;
/** Number and length of one message of several. */
export const PART_BYTES = 12;

/** What a message is. */
export const KIND = { value: 1, call: 2, accepted: 3, result: 4, failure: 5, busy: 6, calls: 7, beat: 8, node: 9, answers: 10, again: 11 } as const;
export type Kind = (typeof KIND)[keyof typeof KIND];

/** @throws ERR_NOT_TRANSFERABLE, ERR_LIMIT */
export function encodeMessage(space: Space, kind: Kind, fields: readonly unknown[], what: string): Buffer {
  return encodePortable(space, fields, what, [...MARK, VERSION, kind]);
}

/** A message as one of another kind with the same fields. */
export function asKind(bytes: Uint8Array, kind: Kind): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[HEAD_BYTES - 1] = kind;
  return copy;
}

/** Several messages in one, each with a number. */
export function joinMessages(messages: readonly { readonly number: number; readonly bytes: Uint8Array }[]): Buffer {
  const joined = Buffer.allocUnsafe(HEAD_BYTES + messages.reduce((sum, { bytes }) => sum + PART_BYTES + bytes.length, 0));
  joined.set([...MARK, VERSION, KIND.answers]);
  let at = HEAD_BYTES;
  for (const { number, bytes } of messages) {
    joined.writeDoubleLE(number, at);
    joined.writeUInt32LE(bytes.length, at + 8);
    joined.set(bytes, at + PART_BYTES);
    at += PART_BYTES + bytes.length;
  }
  return joined;
}

/** Whether a message is several in one. */
export function isJoined(bytes: Uint8Array): boolean {
  return bytes.length > HEAD_BYTES && bytes[0] === MARK[0] && bytes[1] === MARK[1] && bytes[2] === VERSION && bytes[3] === KIND.answers;
}

/** Calls `each` with the messages of `joinMessages`. @throws ERR_NET_MESSAGE */
export function splitMessages(joined: Uint8Array, each: (number: number, bytes: Uint8Array) => void): void {
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength);
  for (let at = HEAD_BYTES; at < joined.length; ) {
    const from = at + PART_BYTES;
    const to = from > joined.length ? Infinity : from + view.getUint32(at + 8, true);
    if (to > joined.length) throw new WarrenError("ERR_NET_MESSAGE", "a message of several is cut off");
    each(view.getFloat64(at, true), joined.subarray(from, to));
    at = to;
  }
}

/** What kind of message it is. @throws ERR_NET_MESSAGE */
export function kindOf(bytes: Uint8Array): number {
  if (bytes.length <= HEAD_BYTES || bytes[0] !== MARK[0] || bytes[1] !== MARK[1]) throw new WarrenError("ERR_NET_MESSAGE", `the message (${bytes.length} bytes) is none of warren's`);
  if (bytes[2] !== VERSION) throw new WarrenError("ERR_NET_MESSAGE", `the message has format ${bytes[2]}, and this version of warren reads format ${VERSION}`, { here: VERSION, there: bytes[2] });
  return bytes[3] as number;
}

/** What a field may be. `any` is left to the receiver. */
export type Shape = readonly ("text" | "number" | "list" | "object" | "text?" | "number?" | "any")[];

/** The fields of a message. @throws ERR_NET_MESSAGE */
export function decodeMessage(space: Space, kind: Kind, bytes: Uint8Array, shape: Shape): unknown[] {
  const found = kindOf(bytes);
  if (found !== kind) throw new WarrenError("ERR_NET_MESSAGE", `the message is of kind ${found}, and ${kind} was expected`);
  const fields = decodePortable(space, Buffer.from(bytes.buffer, bytes.byteOffset + HEAD_BYTES, bytes.byteLength - HEAD_BYTES));
  if (!Array.isArray(fields) || fields.length !== shape.length || !shape.every((what, k) => fits(fields[k], what))) {
    throw new WarrenError("ERR_NET_MESSAGE", `the message of kind ${kind} does not have the fields that it should have: ${printValue(fields)}`);
  }
  return fields as unknown[];
}

function fits(value: unknown, what: Shape[number]): boolean {
  switch (what) {
    case "text": return typeof value === "string";
    case "number": return typeof value === "number";
    case "text?": return value === undefined || typeof value === "string";
    case "number?": return value === undefined || typeof value === "number";
    case "list": return Array.isArray(value);
    case "object": return typeof value === "object" && value !== null;
    default: return true;
  }
}
