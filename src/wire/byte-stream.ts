/**
 * A buffer that grows while a payload is written, and a cursor to read a payload from.
 * Uses of the writer nest, because a getter of the value being written can itself send
 * something: each begins at `position`, takes its bytes with `since` and then rewinds.
 */
import { WarrenError } from "../errors.ts";
import { LIMITS } from "../limits.ts";

/** The most characters that are written one by one. */
const SHORT = 24;

const FIRST_BYTES = 16_384;
/** A larger buffer is given up after the payload that needed it. */
const MOST_KEPT = 4_194_304;

export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #at = 0;

  get position(): number {
    return this.#at;
  }

  /** Forgets everything after `position`. */
  rewind(position: number): void {
    this.#at = position;
    if (position === 0 && this.#buffer.length > MOST_KEPT) this.#buffer = Buffer.allocUnsafeSlow(FIRST_BYTES);
  }

  /** The bytes since `position`: a view, valid until the next write. */
  since(position: number): Buffer {
    return this.#buffer.subarray(position, this.#at);
  }

  u8(value: number): void {
    this.#reserve(1);
    this.#buffer[this.#at++] = value;
  }

  i32(value: number): void {
    this.#reserve(4);
    const buffer = this.#buffer;
    const at = this.#at;
    buffer[at] = value;
    buffer[at + 1] = value >> 8;
    buffer[at + 2] = value >> 16;
    buffer[at + 3] = value >> 24;
    this.#at = at + 4;
  }

  f64(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  bytes(value: Uint8Array): void {
    this.i32(value.byteLength);
    this.#reserve(value.byteLength);
    this.#buffer.set(value, this.#at);
    this.#at += value.byteLength;
  }

  /** Byte length, then the text. Lone surrogates need `utf16le`. */
  text(value: string, encoding: "utf8" | "utf16le"): void {
    if (value.length <= SHORT && this.#shortText(value, encoding === "utf8" ? 1 : 2)) return;
    const byteLength = Buffer.byteLength(value, encoding);
    this.i32(byteLength);
    this.#reserve(byteLength);
    this.#at += this.#buffer.write(value, this.#at, byteLength, encoding);
  }

  /** Writes a short text if it is ASCII, `width` bytes a character: a loop is faster than two calls. */
  #shortText(value: string, width: 1 | 2): boolean {
    const { length } = value;
    this.#reserve(4 + length * width);
    const buffer = this.#buffer;
    let at = this.#at + 4;
    for (let k = 0; k < length; k++) {
      const code = value.charCodeAt(k);
      if (code > 127) return false;
      buffer[at] = code;
      if (width === 2) buffer[at + 1] = 0;
      at += width;
    }
    this.i32(length * width);
    this.#at = at;
    return true;
  }

  #reserve(byteLength: number): void {
    const least = this.#at + byteLength;
    if (least <= this.#buffer.length) return;
    if (least > LIMITS.messageBytes) {
      throw new WarrenError("ERR_LIMIT", `messageBytes: ${least} is above the limit of ${LIMITS.messageBytes}`, { limit: "messageBytes", maximum: LIMITS.messageBytes, actual: least });
    }
    const grown = Buffer.allocUnsafeSlow(Math.max(least, 2 * this.#buffer.length));
    this.#buffer.copy(grown, 0, 0, this.#at);
    this.#buffer = grown;
  }
}

export class ByteReader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** Goes on reading at this byte. */
  moveTo(at: number): void {
    this.#at = at;
  }

  u8(): number {
    return this.#buffer[this.#at++];
  }

  i32(): number {
    const buffer = this.#buffer;
    const at = this.#at;
    this.#at = at + 4;
    return buffer[at] | (buffer[at + 1] << 8) | (buffer[at + 2] << 16) | (buffer[at + 3] << 24);
  }

  f64(): number {
    const value = this.#buffer.readDoubleLE(this.#at);
    this.#at += 8;
    return value;
  }

  bytes(): Uint8Array<ArrayBuffer> {
    const byteLength = this.i32();
    const value = new Uint8Array(this.#buffer.subarray(this.#at, this.#at + byteLength));
    this.#at += byteLength;
    return value;
  }

  text(encoding: "utf8" | "utf16le"): string {
    const byteLength = this.i32();
    const value = this.#buffer.toString(encoding, this.#at, this.#at + byteLength);
    this.#at += byteLength;
    return value;
  }
}
