/**
 * Task arguments and results: values that describe themselves, because a function's
 * parameters have no type on the wire. A copy keeps what the structured clone of
 * postMessage keeps, including cycles and shared references, and also what that loses:
 * channels, shared arrays, Node's Buffer, and the class, code, cause and own properties of errors. For
 * a value that cannot be sent the error names its path. Two views of one buffer arrive
 * as two buffers.
 *
 * Format: a tag byte, then what the tag says. Objects are numbered in order, so that a
 * later value can refer back to one.
 */
import { types } from "../host.ts";
import { WarrenError, printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { ByteReader, ByteWriter } from "./byte-stream.ts";
import { describeError, makeError } from "./error-class.ts";
import { isPlain } from "./json.ts";
import { blob } from "../memory/layout.ts";
import { type Handle, Refusal, type Space, step } from "./type.ts";
import { bytesOf, isBytes, isDetached, isViewDetached, kindOf } from "./views.ts";

const TAG = {
  undefined: 0, null: 1, false: 2, true: 3, i32: 4, f64: 5, utf8: 6, utf16: 7, bigint: 8,
  array: 9, object: 10, bytes: 11, view: 12, buffer: 13, date: 14, map: 15, set: 16, error: 17, handle: 18, again: 19, regexp: 20, hole: 21, nodeBuffer: 22,
} as const;

const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array] as const;

/** The most elements of one array. */
const MOST_ELEMENTS = 2 ** 31 - 1;

const writer = new ByteWriter();

/** What a value's encoding has thrown: the end of the stack is a refusal, because how deep a value may be nested depends on the stack that is left. */
function asRefusal(error: unknown, value: unknown): unknown {
  return error instanceof RangeError && error.message === "Maximum call stack size exceeded" ? new Refusal("it is nested too deeply for the stack that is left", value) : error;
}

/**
 * Encodes a value into a block of the arena; 0 for `undefined`. With `isResult` it is
 * the result or the error of a task, for which memory is kept.
 * @throws ERR_NOT_TRANSFERABLE (details: path), ERR_LIMIT, ERR_ARENA_FULL
 */
export function encodePayload(space: Space, value: unknown, what: string, isResult = false): number {
  if (value === undefined) return 0;
  const start = writer.position;
  const encoder = new Encoder(space);
  try {
    encoder.put(value, 0);
    const bytes = writer.since(start);
    const { arena } = space;
    const words = blob.bytes + ((bytes.byteLength + 3) >>> 2);
    const block = isResult ? arena.allocForResult(words) : arena.alloc(words);
    arena.i32[block + blob.byteLength] = bytes.byteLength;
    arena.u8.set(bytes, (block + blob.bytes) * 4);
    return block;
  } catch (thrown) {
    encoder.abandon();
    const error = asRefusal(thrown, value);
    if (!(error instanceof Refusal)) throw error;
    const path = error.path.join("");
    throw new WarrenError("ERR_NOT_TRANSFERABLE", `${what}${path} cannot be sent to another thread: ${printValue(error.value)}: ${error.why}`, { path, value: error.value });
  } finally {
    writer.rewind(start);
  }
}

/** Decodes a block and frees it. */
export function decodePayload(space: Space, block: number): unknown {
  if (block === 0) return undefined;
  const decoder = decoderOf(space, block);
  space.arena.free(block);
  return decoder.take();
}

/** Decodes a block that others will read, too. It must not contain handles, because each counts as one reference. */
export function readPayload(space: Space, block: number): unknown {
  return decoderOf(space, block).take();
}

function decoderOf(space: Space, block: number): Decoder {
  const { arena } = space;
  const from = (block + blob.bytes) * 4;
  return new Decoder(space, Buffer.from(arena.u8.slice(from, from + arena.i32[block + blob.byteLength]).buffer));
}

/** Why an object that is not plain cannot be sent. */
function whyNot(value: object): string {
  if (types.isPromise(value)) return "its value is not known yet";
  if (value instanceof AbortSignal) return "it works on its own thread only: send a context, which has a signal on every thread";
  return "it is an instance of a class, which would arrive without its methods";
}

class Encoder {
  readonly #space: Space;
  #numbers: Map<object, number> | undefined;
  readonly #handles: Handle[] = [];

  constructor(space: Space) {
    this.#space = space;
  }

  /** Releases the references of the handles, because the value is not sent after all. */
  abandon(): void {
    for (const { header, generation, type } of this.#handles) this.#space.handles.release(header, generation, type);
  }

  put(value: unknown, depth: number): void {
    switch (typeof value) {
      case "undefined": return writer.u8(TAG.undefined);
      case "boolean": return writer.u8(value ? TAG.true : TAG.false);
      case "number":
        if ((value | 0) === value && !Object.is(value, -0)) {
          writer.u8(TAG.i32);
          return writer.i32(value);
        }
        writer.u8(TAG.f64);
        return writer.f64(value);
      case "string":
        if (value.isWellFormed()) {
          writer.u8(TAG.utf8);
          return writer.text(value, "utf8");
        }
        writer.u8(TAG.utf16);
        return writer.text(value, "utf16le");
      case "bigint":
        writer.u8(TAG.bigint);
        return writer.text(value.toString(), "utf8");
      case "object":
        if (value === null) return writer.u8(TAG.null);
        return this.#putObject(value, depth + 1);
      default:
        throw new Refusal(`a ${typeof value} cannot leave its thread`, value);
    }
  }

  #putObject(value: object, depth: number): void {
    if (depth > LIMITS.depth) throw new Refusal(`it is nested deeper than ${LIMITS.depth}`, value);
    this.#numbers ??= new Map();
    const again = this.#numbers.get(value);
    if (again !== undefined) {
      writer.u8(TAG.again);
      return writer.i32(again);
    }
    this.#numbers.set(value, this.#numbers.size);
    const handle = this.#space.handles.detach(value);
    if (handle) {
      this.#handles.push(handle);
      writer.u8(TAG.handle);
      writer.i32(handle.header);
      writer.i32(handle.generation);
      return writer.text(handle.type, "utf8");
    }
    if (Array.isArray(value)) return this.#putArray(value, depth);
    if (value instanceof Error) {
      return this.#putError(value, depth);
    }
    if (ArrayBuffer.isView(value)) return this.#putView(value);
    if (types.isArrayBuffer(value)) {
      if (isDetached(value)) throw new Refusal("it has been transferred away", value);
      writer.u8(TAG.buffer);
      return writer.bytes(new Uint8Array(value));
    }
    if (types.isDate(value)) {
      writer.u8(TAG.date);
      return writer.f64(Date.prototype.getTime.call(value));
    }
    if (types.isRegExp(value)) {
      writer.u8(TAG.regexp);
      this.put(value.source, depth);
      return this.put(value.flags, depth);
    }
    if (types.isMap(value)) {
      // A copy, which nothing changes while it is written.
      const entries = [...Map.prototype.entries.call(value)];
      writer.u8(TAG.map);
      writer.i32(entries.length);
      for (const [key, item] of entries) {
        this.#at(`<key ${printValue(key)}>`, key, depth);
        this.#at(`.get(${printValue(key)})`, item, depth);
      }
      return;
    }
    if (types.isSet(value)) {
      const items = [...Set.prototype.values.call(value)];
      writer.u8(TAG.set);
      writer.i32(items.length);
      for (const item of items) this.#at(`<item ${printValue(item)}>`, item, depth);
      return;
    }
    if (!isPlain(value)) throw new Refusal(whyNot(value), value);
    writer.u8(TAG.object);
    this.#putEntries(value, depth);
  }

  #putEntries(value: object, depth: number): void {
    if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("it has a symbol for a key", value);
    const keys = Object.keys(value);
    writer.i32(keys.length);
    for (const key of keys) {
      writer.text(key, "utf16le");
      this.#at(step(key), (value as Record<string, unknown>)[key], depth);
    }
  }

  /** Elements (or holes), then other properties, such as those of a regular expression's match. */
  #putArray(value: unknown[], depth: number): void {
    if (value.length > MOST_ELEMENTS) throw new Refusal(`it has more than ${MOST_ELEMENTS} elements`, value);
    writer.u8(TAG.array);
    // Read once: a getter among the elements may change it.
    const { length } = value;
    writer.i32(length);
    let elements = 0;
    for (let k = 0; k < length; k++) {
      if (k in value) {
        elements++;
        this.#at(`[${k}]`, value[k], depth);
      } else writer.u8(TAG.hole);
    }
    const keys = Object.keys(value);
    writer.i32(keys.length - elements);
    for (const key of keys.slice(elements)) {
      writer.text(key, "utf16le");
      this.#at(step(key), (value as unknown as Record<string, unknown>)[key], depth);
    }
  }

  /** Class, name, message and stack, then own properties. A property that cannot be sent is replaced by a text that says so. */
  #putError(error: Error, depth: number): void {
    const { texts, properties } = describeError(error);
    writer.u8(TAG.error);
    for (const text of texts) this.put(text, depth);
    writer.i32(properties.length);
    for (const { key, value, isHidden } of properties) {
      writer.text(key, "utf16le");
      writer.u8(isHidden ? 1 : 0);
      this.#putIfPossible(value, depth);
    }
  }

  #putIfPossible(value: unknown, depth: number): void {
    const position = writer.position;
    const numbers = this.#numbers?.size ?? 0;
    const handles = this.#handles.length;
    try {
      this.put(value, depth);
    } catch (thrown) {
      const error = asRefusal(thrown, value);
      if (!(error instanceof Refusal)) throw error;
      writer.rewind(position);
      for (const [object, number] of this.#numbers ?? []) if (number >= numbers) this.#numbers?.delete(object);
      for (const { header, generation, type } of this.#handles.splice(handles)) this.#space.handles.release(header, generation, type);
      this.put(`[cannot be sent: ${printValue(value)}]`, depth);
    }
  }

  #putView(value: ArrayBufferView): void {
    const kind = types.isTypedArray(value) ? VIEWS.findIndex(({ name }) => name === kindOf(value)) : -1;
    if (kind < 0) throw new Refusal("this kind of view cannot be sent", value);
    if (isViewDetached(value)) throw new Refusal("its buffer has been transferred away", value);
    if (isBytes(value)) writer.u8(Buffer.isBuffer(value) ? TAG.nodeBuffer : TAG.bytes);
    else {
      writer.u8(TAG.view);
      writer.u8(kind);
    }
    writer.bytes(bytesOf(value));
  }

  #at(where: string, value: unknown, depth: number): void {
    try {
      this.put(value, depth);
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(where);
      throw error;
    }
  }
}

class Decoder {
  readonly #space: Space;
  readonly #reader: ByteReader;
  readonly #objects: object[] = [];

  constructor(space: Space, buffer: Buffer) {
    this.#space = space;
    this.#reader = new ByteReader(buffer);
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
      case TAG.handle: return this.#keep(this.#space.handles.adopt(reader.i32(), reader.i32(), reader.text("utf8")));
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
