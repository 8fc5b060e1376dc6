/** Reads what payload-encoder.ts has written. */
import { WarrenError } from "../errors.ts";
import { ByteReader } from "./byte-stream.ts";
import { makeError } from "./error-class.ts";
import { TAG, VIEWS } from "./payload-encoder.ts";
import type { Space } from "./type.ts";

export class Decoder {
  readonly #space: Space;
  readonly #reader: ByteReader;
  readonly #objects: object[] = [];
  /** Handles that have been taken over. */
  #adopted = 0;

  constructor(space: Space, buffer: Buffer) {
    this.#space = space;
    this.#reader = new ByteReader(buffer);
  }

  /** How many handles have been taken over. They are read in the order in which the table lists them. */
  get adopted(): number {
    return this.#adopted;
  }

  take(): unknown {
    return this.#value(this.#reader.u8());
  }

  #value(tag: number): unknown {
    const reader = this.#reader;
    switch (tag) {
      case TAG.undefined: return undefined;
      case TAG.null: return null;
      case TAG.false: return false;
      case TAG.true: return true;
      case TAG.i32: return reader.i32();
      case TAG.f64: return reader.f64();
      case TAG.utf8: return reader.text("utf8");
      case TAG.utf16: return reader.text("utf16le");
      case TAG.bigint: return BigInt(reader.text("utf8"));
      case TAG.again: return this.#objects[reader.i32()];
      case TAG.array: return this.#array();
      case TAG.object: return this.#entries(this.#keep({}));
      case TAG.error: return this.#error();
      case TAG.bytes: return this.#keep(reader.bytes());
      case TAG.nodeBuffer: return this.#keep(Buffer.from(reader.bytes().buffer));
      case TAG.view: {
        const View = VIEWS[reader.u8()];
        return this.#keep(new View(reader.bytes().buffer));
      }
      case TAG.buffer: return this.#keep(reader.bytes().buffer);
      case TAG.date: return this.#keep(new Date(reader.f64()));
      case TAG.regexp: {
        const place = this.#objects.push({}) - 1;
        return (this.#objects[place] = new RegExp(this.take() as string, this.take() as string));
      }
      case TAG.map: return this.#map();
      case TAG.set: return this.#set();
      case TAG.handle: {
        this.#adopted++;
        return this.#keep(this.#space.handles.adopt(reader.i32(), reader.i32(), reader.text("utf8")));
      }
      default: throw new WarrenError("ERR_INTERNAL", `a payload has the unknown tag ${tag}`);
    }
  }

  #keep<T extends object>(value: T): T {
    this.#objects.push(value);
    return value;
  }

  #array(): unknown[] {
    const value: unknown[] = this.#keep([]);
    value.length = this.#reader.i32();
    for (let k = 0; k < value.length; k++) {
      const tag = this.#reader.u8();
      if (tag !== TAG.hole) value[k] = this.#value(tag);
    }
    return this.#entries(value);
  }

  #entries<T extends object>(value: T): T {
    for (let left = this.#reader.i32(); left > 0; left--) {
      const key = this.#reader.text("utf16le");
      Object.defineProperty(value, key, { value: this.take(), writable: true, enumerable: true, configurable: true });
    }
    return value;
  }

  /** The error is made before its properties, so that they can refer to it. */
  #error(): Error {
    const error = this.#keep(makeError(this.take() as string, this.take() as string, this.take() as string, this.take() as string));
    for (let left = this.#reader.i32(); left > 0; left--) {
      const key = this.#reader.text("utf16le");
      const isHidden = this.#reader.u8() === 1;
      Object.defineProperty(error, key, { value: this.take(), writable: true, enumerable: !isHidden, configurable: true });
    }
    return error;
  }

  #map(): Map<unknown, unknown> {
    const value = this.#keep(new Map<unknown, unknown>());
    for (let left = this.#reader.i32(); left > 0; left--) value.set(this.take(), this.take());
    return value;
  }

  #set(): Set<unknown> {
    const value = this.#keep(new Set<unknown>());
    for (let left = this.#reader.i32(); left > 0; left--) value.add(this.take());
    return value;
  }
}
