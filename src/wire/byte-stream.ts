/**
 * A buffer that grows while a payload is written, and a cursor to read a payload from.
 * Uses of the writer nest, because a getter of the value being written can itself send
 * something: each begins at `position`, takes its bytes with `since` and then rewinds.
 */
import { WarrenError } from "../errors.ts";
import { LIMITS } from "../limits.ts";

export class ByteWriter {
  #buffer = Buffer.allocUnsafeSlow(16_384);
  #at = 0;

  get position(): number {
    return this.#at;
  }

  /** Forgets everything after `position`. */
  rewind(position: number): void {
    this.#at = position;
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
    this.#at = this.#buffer.writeInt32LE(value, this.#at);
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
    const byteLength = Buffer.byteLength(value, encoding);
    this.i32(byteLength);
    this.#reserve(byteLength);
    this.#at += this.#buffer.write(value, this.#at, byteLength, encoding);
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

  u8(): number {
    return this.#buffer[this.#at++];
  }

  i32(): number {
    const value = this.#buffer.readInt32LE(this.#at);
    this.#at += 4;
    return value;
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
