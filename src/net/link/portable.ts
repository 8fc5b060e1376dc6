/**
 * Values as bytes that leave the process, in the format of payload.ts, without handles.
 *
 * What is decoded may come from an enemy. So the bytes are checked as a whole before the
 * decoder, which believes what it reads, gets them: each length lies inside the bytes,
 * each reference names an object that came before, nothing is nested deeper than the
 * limit, and nothing is left over. Decoding runs no code of the message: objects are
 * plain, and an error gets its class from the registry of this process.
 */
import { WarrenError, printValue } from "../../errors.ts";
import { LIMITS } from "../../limits.ts";
import { Decoder } from "../../wire/payload-decoder.ts";
import { TAG, VIEWS, encodeBytes } from "../../wire/payload-encoder.ts";
import { type Handle, Refusal, type Space } from "../../wire/type.ts";

/** Whether a value is an object of shared memory, which exists on one machine: supplied by the runtime. */
export type IsShared = (value: object) => boolean;

/** A space in which nothing that belongs to one machine is encoded. @param isShared tells which objects those are */
export function portableSpace(arena: Space["arena"], isShared: IsShared): Space {
  return {
    arena,
    handles: {
      detach: (value: object): Handle | undefined => {
        const its: unknown = Object.getPrototypeOf(value);
        // Most values are plain, and `isShared` asks about many classes.
        if (its !== Object.prototype && its !== Array.prototype && isShared(value)) throw new Refusal("it belongs to one machine", value);
        return undefined;
      },
      adopt: refuseHandle,
      share: refuseHandle,
      release: () => undefined,
    },
  };
}

function refuseHandle(): never {
  throw new WarrenError("ERR_NET_MESSAGE", "the message contains a handle of another machine's memory");
}

/** Encodes a list of values that describe themselves, with `head` before it. The path of one that cannot be sent begins in it. @throws ERR_NOT_TRANSFERABLE (details: path), ERR_LIMIT */
export function encodePortable(space: Space, values: readonly unknown[], what: string, head: readonly number[] = []): Buffer {
  try {
    const bytes = encodeBytes(space, values, head);
    if (bytes.length >= LONG_BYTES) new Check(bytes.subarray(head.length)).whole();
    return bytes;
  } catch (error) {
    if (error instanceof WarrenError && error.code === "ERR_NET_MESSAGE") throw new WarrenError("ERR_NOT_TRANSFERABLE", `${what} cannot be sent to another machine: ${String(error.details["why"])}`, { path: "" });
    if (!(error instanceof Refusal)) throw error;
    const path = error.path.slice(1).join("");
    throw new WarrenError("ERR_NOT_TRANSFERABLE", `${what}${path} cannot be sent to another machine: ${printValue(error.value)}: ${error.why}`, { path, value: error.value });
  }
}

/** Decodes bytes that may have been made by anybody. @throws ERR_NET_MESSAGE */
export function decodePortable(space: Space, bytes: Buffer): unknown {
  new Check(bytes).whole();
  try {
    return new Decoder(space, bytes).take();
  } catch (error) {
    // A pattern that is no regular expression, a view that does not fit its bytes, a property that an array does not accept.
    throw new WarrenError("ERR_NET_MESSAGE", `the message cannot be decoded: ${error instanceof Error ? error.message : printValue(error)}`, {}, { cause: error });
  }
}

const DIGITS = /^-?\d+$/;
/** A larger number takes long to read: the time grows faster than its length. */
const MOST_DIGITS = 100_000;
/** Patterns with the flags u or v, all of a message, in bytes: V8 compiles their classes when it makes them, up to 0.1 ms for each character. */
const MOST_PATTERN_BYTES = 4096;
/** A sender checks messages from this length on as a receiver does: shorter ones are below those limits, or cost little. */
const LONG_BYTES = MOST_PATTERN_BYTES;
/** The properties of an error that are among its texts. */
const TEXTS = new Set(["name", "message", "stack"]);

/** Walks over a payload as the decoder will, and makes nothing. */
class Check {
  readonly #bytes: Buffer;
  #at = 0;
  /** How many objects have begun. */
  #objects = 0;
  #patternBytes = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  whole(): void {
    this.#value(0);
    if (this.#at !== this.#bytes.length) refuse(`${this.#bytes.length - this.#at} bytes are left over`);
  }

  #value(depth: number): void {
    this.#tagged(this.#u8(), depth);
  }

  #tagged(tag: number, depth: number): void {
    switch (tag) {
      case TAG.undefined:
      case TAG.null:
      case TAG.false:
      case TAG.true:
        return;
      case TAG.i32: return void this.#skip(4);
      case TAG.f64: return void this.#skip(8);
      case TAG.utf8: return void this.#sized();
      case TAG.utf16: return void this.#sizedInPairs();
      case TAG.bigint: {
        const from = this.#at + 4;
        const to = this.#sized();
        if (to - from > MOST_DIGITS) refuse(`a bigint has more than ${MOST_DIGITS} digits`);
        if (!DIGITS.test(this.#bytes.toString("latin1", from, to))) refuse("a bigint is no number");
        return;
      }
      case TAG.again: {
        const number = this.#i32();
        if (number < 0 || number >= this.#objects) refuse("a reference to an object that has not come");
        return;
      }
      default:
        this.#objects++;
        if (depth >= LIMITS.depth) refuse(`it is nested deeper than ${LIMITS.depth}`);
        return this.#object(tag, depth + 1);
    }
  }

  #object(tag: number, depth: number): void {
    switch (tag) {
      case TAG.array: {
        for (let left = this.#count(1); left > 0; left--) {
          const element = this.#u8();
          if (element !== TAG.hole) this.#tagged(element, depth);
        }
        return this.#entries(depth, isIndex);
      }
      case TAG.object: return this.#entries(depth);
      case TAG.error: {
        for (let text = 0; text < 4; text++) this.#text();
        for (let left = this.#count(6); left > 0; left--) {
          if (TEXTS.has(this.#key())) refuse("an error has a text twice");
          this.#u8();
          this.#value(depth);
        }
        return;
      }
      case TAG.bytes:
      case TAG.nodeBuffer:
      case TAG.buffer:
        return void this.#sized();
      case TAG.view: {
        if (this.#u8() >= VIEWS.length) refuse("an unknown kind of view");
        return void this.#sized();
      }
      case TAG.date: return void this.#skip(8);
      case TAG.regexp: {
        const byteLength = this.#text().length;
        if (!/[uv]/.test(this.#text().toString("latin1"))) return;
        this.#patternBytes += byteLength;
        if (this.#patternBytes > MOST_PATTERN_BYTES) refuse(`regular expressions with the flags u or v have more than ${MOST_PATTERN_BYTES} bytes`);
        return;
      }
      case TAG.map: {
        for (let left = this.#count(2); left > 0; left--) {
          this.#value(depth);
          this.#value(depth);
        }
        return;
      }
      case TAG.set: {
        for (let left = this.#count(1); left > 0; left--) this.#value(depth);
        return;
      }
      default: refuse(`unknown tag ${tag}`);
    }
  }

  #entries(depth: number, isWrong?: (key: string) => boolean): void {
    for (let left = this.#count(5); left > 0; left--) {
      if (isWrong === undefined) this.#sizedInPairs();
      else if (isWrong(this.#key())) refuse("an array has an element after its end");
      this.#value(depth);
    }
  }

  #key(): string {
    const from = this.#at + 4;
    return this.#bytes.toString("utf16le", from, this.#sizedInPairs());
  }

  /** A value that must be a text. */
  #text(): Buffer {
    const tag = this.#u8();
    if (tag !== TAG.utf8 && tag !== TAG.utf16) refuse("a text is something else");
    const from = this.#at + 4;
    return this.#bytes.subarray(from, tag === TAG.utf16 ? this.#sizedInPairs() : this.#sized());
  }

  /** A byte length and as many bytes; returns where they end. */
  #sized(): number {
    return this.#skip(this.#i32());
  }

  /**
   * The same for a text in UTF-16, whose characters have two bytes each. Of an odd number of
   * bytes at an odd address, Node 24.21 writes one behind the memory that it has reserved for
   * the text (nodejs/node#64697): a few such messages end the process.
   */
  #sizedInPairs(): number {
    const byteLength = this.#i32();
    if (byteLength % 2 !== 0) refuse("a text ends with half a character");
    return this.#skip(byteLength);
  }

  /** A number of things of at least `least` bytes each. */
  #count(least: number): number {
    const count = this.#i32();
    if (count < 0 || count * least > this.#bytes.length - this.#at) refuse("it is cut off");
    return count;
  }

  #u8(): number {
    return this.#bytes[this.#skip(1) - 1] as number;
  }

  #i32(): number {
    return this.#bytes.readInt32LE(this.#skip(4) - 4);
  }

  #skip(byteLength: number): number {
    if (byteLength < 0 || byteLength > this.#bytes.length - this.#at) refuse("it is cut off");
    return (this.#at += byteLength);
  }
}

/** Whether a property of an array would be an element: one of a few bytes could make it billions long. */
function isIndex(key: string): boolean {
  return /^(?:0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1;
}

function refuse(why: string): never {
  throw new WarrenError("ERR_NET_MESSAGE", `the message cannot be decoded: ${why}`, { why });
}
