/** Messages that somebody else has made: random bytes, valid ones that were changed, and lies. */
import { randomSource, type RandomSource } from "../../src/lab/random.ts";
import { encodeMessage, joinMessages, KIND, type Kind } from "../../src/net/link/message.ts";
import type { Space } from "../../src/wire/type.ts";

/** WARREN_SEED, or one from the clock. */
export const SEED = Number(process.env["WARREN_SEED"] ?? Date.now() % 2 ** 31);

/** Tags of payload-encoder.ts, and some that are none. */
const MOST_TAG = 25;
const LENGTHS = [0, 1, 2, 3, 4, 7, 16, 255, 65_536, 0x7fff_ffff, -1, -2, -0x8000_0000, 1000, 1_000_000];
const KEYS = ["__proto__", "constructor", "prototype", "toString", "then", "toJSON", "length", "4294967294", "0", "message", "stack", "name", "code", "details", "a"];
const TEXTS = ["", "a", "Error", "WarrenError", "DOMException", "AggregateError", "TypeError", "(", "(?:a+)+$", "[", "gimsuvy", "u", "v", "\ud800", "__proto__", "\u001b[2J", "9".repeat(50), "\r\nNats-Msg-Id: x", "../../etc/passwd"];

/** A source of hostile messages. */
export class Foe {
  readonly #chance: RandomSource;
  readonly #space: Space;

  constructor(space: Space, stream: string) {
    this.#space = space;
    this.#chance = randomSource(SEED, stream);
  }

  below(most: number): number {
    return this.#chance.below(most);
  }

  #of<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** A message of a kind. @param fields what a valid one has */
  message(kind: Kind, fields: readonly unknown[]): Buffer {
    const valid = encodeMessage(this.#space, kind, fields, "a test");
    switch (this.below(8)) {
      case 0: return this.#random(this.below(200));
      case 1: return Buffer.concat([this.#head(kind), this.#random(this.below(200))]);
      case 2: return valid.subarray(0, this.below(valid.length));
      case 3: return Buffer.concat([this.#head(kind), this.#list(fields.length)]);
      case 4: return Buffer.concat([valid, this.#random(1 + this.below(9))]);
      default: return this.#changed(valid);
    }
  }

  /** Several answers in one message, some of them hostile, now and then cut off. */
  answers(): Buffer {
    const joined = joinMessages(Array.from({ length: this.below(4) }, () => ({ number: this.below(5) - 1, bytes: this.message(KIND.result, ["foe", { n: 7 }]) })));
    return this.below(2) === 0 ? joined : this.#changed(joined);
  }

  #head(kind: Kind): Buffer {
    return Buffer.from([0x77, 0x6e, 1, this.below(20) === 0 ? this.below(256) : kind]);
  }

  #random(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }

  /** A valid message with up to four changes: bytes, lengths that lie, parts that are missing or twice there. */
  #changed(valid: Buffer): Buffer {
    let bytes = Buffer.from(valid);
    for (let left = 1 + this.below(4); left > 0; left--) {
      const at = this.below(bytes.length);
      switch (this.below(5)) {
        case 0: bytes[at] = this.below(256); break;
        case 1: bytes[at] = (bytes[at] as number) ^ (1 << this.below(8)); break;
        case 2: if (bytes.length >= 4) bytes.writeInt32LE(this.#of(LENGTHS), Math.min(at, bytes.length - 4)); break;
        case 3: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + this.below(8))]); break;
        default: bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(this.below(bytes.length)), bytes.subarray(at)]);
      }
      if (bytes.length === 0) return bytes;
    }
    return bytes;
  }

  /** A list as the fields of a message are, of values that are wrong here and there. */
  #list(count: number): Buffer {
    return Buffer.concat([Buffer.from([9]), int(count), ...Array.from({ length: count }, () => this.#value(0)), int(0)]);
  }

  #text(text = this.#of(TEXTS)): Buffer {
    const encoding = this.below(2) === 0 ? "utf8" : "utf16le";
    const bytes = Buffer.from(text, encoding);
    return Buffer.concat([Buffer.from([encoding === "utf8" ? 6 : 7]), this.#length(bytes.length), bytes]);
  }

  #entries(depth: number): Buffer[] {
    const count = this.below(3);
    return [this.#length(count), ...Array.from({ length: count }, () => {
      const key = Buffer.from(this.#of(KEYS), "utf16le");
      return Buffer.concat([this.#length(key.length), key, this.#value(depth)]);
    })];
  }

  /** A length: mostly the right one. */
  #length(right: number): Buffer {
    return int(this.below(30) === 0 ? this.#of(LENGTHS) : right);
  }

  /** By the tags of payload-encoder.ts. */
  #value(depth: number): Buffer {
    const tag = depth > 5 ? this.below(8) : this.below(MOST_TAG);
    const start = Buffer.from([tag]);
    const inner = depth + 1;
    switch (tag) {
      case 4: case 19: return Buffer.concat([start, int(this.below(4))]);
      case 5: case 14: return Buffer.concat([start, this.#random(8)]);
      case 6: case 7: return this.#text();
      case 8: {
        const digits = Buffer.from(this.#of(["0", "-1", "9".repeat(400), "", "-", "0x10", "1e5", " 1"]));
        return Buffer.concat([start, this.#length(digits.length), digits]);
      }
      case 9: {
        const count = this.below(4);
        return Buffer.concat([start, this.#length(count), ...Array.from({ length: count }, () => (this.below(4) === 0 ? Buffer.from([21]) : this.#value(inner))), ...this.#entries(inner)]);
      }
      case 10: return Buffer.concat([start, ...this.#entries(inner)]);
      case 11: case 13: case 22: {
        const bytes = this.#random(this.below(20));
        return Buffer.concat([start, this.#length(bytes.length), bytes]);
      }
      case 12: {
        const bytes = this.#random(this.below(20));
        return Buffer.concat([start, Buffer.from([this.below(13)]), this.#length(bytes.length), bytes]);
      }
      case 15: return Buffer.concat([start, this.#length(1), this.#value(inner), this.#value(inner)]);
      case 16: return Buffer.concat([start, this.#length(2), this.#value(inner), this.#value(inner)]);
      case 17: {
        const count = this.below(3);
        const properties = Array.from({ length: count }, () => {
          const key = Buffer.from(this.#of(KEYS), "utf16le");
          return Buffer.concat([this.#length(key.length), key, Buffer.from([this.below(3)]), this.#value(inner)]);
        });
        return Buffer.concat([start, this.#text(), this.#text(), this.#text(), this.#text(), this.#length(count), ...properties]);
      }
      case 18: return Buffer.concat([start, int(this.below(1000)), int(1), this.#text("chan(i32)").subarray(1)]);
      case 20: return Buffer.concat([start, this.#text(), this.#text(this.#of(["", "g", "gg", "u", "v", "x"]))]);
      default: return start;
    }
  }
}

export function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

/** Fields of a message of each kind that a handler reads. */
export const FIELDS: Readonly<Record<"value" | "call" | "result" | "calls" | "node", readonly [Kind, readonly unknown[]]>> = {
  value: [KIND.value, ["fingerprint", "id", undefined, { word: "a", n: [1, , 2.5] }, undefined]], // oxlint-disable-line no-sparse-arrays -- a hole is a value, too
  call: [KIND.call, [1, [21, new Map([["a", new Set([1n])]])], [[[0, 5]], 100, "key", undefined]]],
  result: [KIND.result, ["node", Object.assign(new RangeError("no", { cause: /a+/giu }), { code: 7, at: new Date(0), bytes: new Float64Array(3) })]],
  calls: [KIND.calls, ["caller", [1, 2, 3]]],
  node: [KIND.node, [{ node: "a", build: "0", pid: 1, threads: 1, upMs: 1, tasks: [], running: 0, waiting: 0, done: 0, waits: [], isDraining: false }]],
};
