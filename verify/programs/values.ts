/** Values of each type that carry their number twice, so that a value that was cut or mixed is seen. */
import { type Type, bytes, i32, json, struct, utf8 } from "../../src/index.ts";
import type { ChannelPlan } from "./plan.ts";

type Kind = ChannelPlan["type"];

const TEXT = "warren – Kaninchenbau ";

export const TYPE: Readonly<Record<Kind, Type<unknown>>> = {
  i32: i32,
  utf8: utf8,
  bytes: bytes,
  struct: struct({ number: i32, text: utf8 }),
  json: json<unknown>(),
} as Readonly<Record<Kind, Type<unknown>>>;

const textOf = (number: number): string => `${number} ${TEXT.repeat(number % 5)}`;

export function valueOf(kind: Kind, number: number): unknown {
  switch (kind) {
    case "i32": return number;
    case "utf8": return textOf(number);
    case "bytes": return new Uint8Array(4 + (number % 60)).fill(number & 0xff).map((byte, k) => (k < 4 ? (number >>> (8 * k)) & 0xff : byte));
    case "struct": return { number, text: textOf(number) };
    case "json": return { number, text: [textOf(number)] };
  }
}

/** The number of a value that was received, or −1 if it is not exactly what was sent. */
export function numberOf(kind: Kind, value: unknown): number {
  const number = kind === "i32" ? (value as number) : kind === "utf8" ? Number.parseInt(value as string, 10) : kind === "bytes" ? new DataView((value as Uint8Array).slice(0, 4).buffer).getUint32(0, true) : (value as { number: number }).number;
  return JSON.stringify(valueOf(kind, number)) === JSON.stringify(value) ? number : -1;
}
