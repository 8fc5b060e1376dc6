/**
 * Writes a value that describes itself into a block: see payload.ts.
 *
 * What a value says of itself is not believed where a lie could do harm: a length is
 * read once and checked, views and regular expressions are read by their internal
 * slots, and maps and sets are copied before their entries are written.
 */
import { types } from "../host.ts";
import { printValue } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { blob } from "../memory/layout.ts";
import { countBytes } from "./blobs.ts";
import { ByteWriter } from "./byte-stream.ts";
import { describeError } from "./error-class.ts";
import { isPlain } from "./json.ts";
import { type Handle, Refusal, type Space, getStep, indexStep, keyStep, step } from "./type.ts";
import { whyNotSent } from "./unsendable.ts";
import { bytesOf, isBytes, isDetached, isViewDetached, kindOf } from "./views.ts";

export const TAG = {
  undefined: 0, null: 1, false: 2, true: 3, i32: 4, f64: 5, utf8: 6, utf16: 7, bigint: 8,
  array: 9, object: 10, bytes: 11, view: 12, buffer: 13, date: 14, map: 15, set: 16, error: 17, handle: 18, again: 19, regexp: 20, hole: 21, nodeBuffer: 22,
} as const;

export const VIEWS = [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array, BigInt64Array, BigUint64Array] as const;

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
 * @throws Refusal, ERR_LIMIT, ERR_ARENA_FULL
 */
export function encodeValue(space: Space, value: unknown, isResult = false): number {
  if (value === undefined) return 0;
  const start = writer.position;
  const encoder = new Encoder(space, start);
  try {
    encoder.put(value, 0);
    const handles = encoder.end();
    const bytes = writer.since(start);
    const { arena } = space;
    countBytes(bytes.byteLength);
    const words = blob.bytes + ((bytes.byteLength + 3) >>> 2);
    const block = isResult ? arena.allocForResult(words) : arena.alloc(words);
    arena.i32[block + blob.byteLength] = bytes.byteLength;
    arena.i32[block + blob.handles] = handles;
    arena.u8.set(bytes, (block + blob.bytes) * 4);
    return block;
  } catch (thrown) {
    encoder.abandon();
    throw asRefusal(thrown, value);
  } finally {
    writer.rewind(start);
  }
}

/** As `encodeValue`, but returns the bytes, with `head` before them: for values that leave the process, in which `space` allows no handle. @throws Refusal, ERR_LIMIT */
export function encodeBytes(space: Space, value: unknown, head: readonly number[] = []): Buffer {
  const start = writer.position;
  const encoder = new Encoder(space, start + head.length);
  try {
    for (const byte of head) writer.u8(byte);
    encoder.put(value, 0);
    return Buffer.from(writer.since(start));
  } catch (thrown) {
    encoder.abandon();
    throw asRefusal(thrown, value);
  } finally {
    writer.rewind(start);
  }
}

function itemStep(item: unknown): string {
  return `<item ${printValue(item)}>`;
}

class Encoder {
  readonly #space: Space;
  /** Where it begins in the writer. */
  readonly #start: number;
  #numbers: Map<object, number> | undefined;
  readonly #handles: { readonly handle: Handle; readonly at: number }[] = [];

  constructor(space: Space, start: number) {
    this.#space = space;
    this.#start = start;
  }

  /** Writes where the handles are, so that they are found without reading the value; returns how many there are. */
  end(): number {
    for (const { at } of this.#handles) writer.i32(at);
    return this.#handles.length;
  }

  /** Releases the references of the handles, because the value is not sent after all. */
  abandon(): void {
    this.#release(0);
  }

  /** Releases the references of the handles from number `from`, and forgets them. */
  #release(from: number): void {
    for (const { handle } of this.#handles.splice(from)) this.#space.handles.release(handle.header, handle.generation, handle.type);
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
      this.#handles.push({ handle, at: writer.position + 1 - this.#start });
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
      // A copy has the pattern that the engine knows, whatever properties `value` has.
      const { source, flags } = new RegExp(value as RegExp);
      writer.u8(TAG.regexp);
      this.put(source, depth);
      return this.put(flags, depth);
    }
    if (types.isMap(value)) {
      // A copy, which nothing changes while it is written.
      const entries = [...Map.prototype.entries.call(value)];
      writer.u8(TAG.map);
      writer.i32(entries.length);
      for (const [key, item] of entries) {
        this.#at(keyStep, key, key, depth);
        this.#at(getStep, key, item, depth);
      }
      return;
    }
    if (types.isSet(value)) {
      const items = [...Set.prototype.values.call(value)];
      writer.u8(TAG.set);
      writer.i32(items.length);
      for (const item of items) this.#at(itemStep, item, item, depth);
      return;
    }
    if (!isPlain(value)) throw new Refusal(whyNotSent(value), value);
    writer.u8(TAG.object);
    this.#putEntries(value, depth);
  }

  #putEntries(value: object, depth: number): void {
    if (Object.getOwnPropertySymbols(value).length > 0) throw new Refusal("it has a symbol for a key", value);
    const keys = Object.keys(value);
    writer.i32(keys.length);
    for (const key of keys) {
      writer.text(key, "utf16le");
      this.#at(step, key, (value as Record<string, unknown>)[key], depth);
    }
  }

  /** Elements (or holes), then other properties, such as those of a regular expression's match. */
  #putArray(value: unknown[], depth: number): void {
    // Read once: a getter among the elements may change it, and a proxy may answer anything.
    const { length } = value;
    if (!Number.isInteger(length) || length < 0 || length > MOST_ELEMENTS) throw new Refusal(`its length is not an integer from 0 to ${MOST_ELEMENTS}`, value);
    writer.u8(TAG.array);
    writer.i32(length);
    let elements = 0;
    for (let k = 0; k < length; k++) {
      if (k in value) {
        elements++;
        this.#at(indexStep, k, value[k], depth);
      } else writer.u8(TAG.hole);
    }
    const keys = Object.keys(value);
    writer.i32(keys.length - elements);
    for (const key of keys.slice(elements)) {
      writer.text(key, "utf16le");
      this.#at(step, key, (value as unknown as Record<string, unknown>)[key], depth);
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
      this.#release(handles);
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

  /** A part of a value; `where(key)` is the part of the path that leads to it. */
  #at<K>(where: (key: K) => string, key: K, value: unknown, depth: number): void {
    try {
      this.put(value, depth);
    } catch (error) {
      if (error instanceof Refusal) error.path.unshift(where(key));
      throw error;
    }
  }
}
