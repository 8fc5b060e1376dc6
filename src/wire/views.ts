/**
 * Typed arrays by their internal slots. A subclass or an own property can say anything
 * of `length`, `byteLength` or `buffer`; what is believed here is what the engine knows,
 * so that no value makes a copy read or write memory of another message.
 */
import { types } from "../host.ts";

const PROTOTYPE = Object.getPrototypeOf(Uint8Array.prototype) as object;

function slot<T>(name: string | symbol): (view: ArrayBufferView) => T {
  const { get } = Object.getOwnPropertyDescriptor(PROTOTYPE, name) as { get: () => T };
  return (view) => Reflect.apply(get, view, []);
}

const bufferOf = slot<ArrayBufferLike>("buffer");
const byteOffsetOf = slot<number>("byteOffset");

/** The bytes in a typed array. */
export const byteLengthOf = slot<number>("byteLength");
/** The name of a typed array's class, such as `Uint8Array`, whatever subclass it is of. */
export const kindOf = slot<string>(Symbol.toStringTag);
/** Whether a value is a typed array of bytes: not what only has the prototype, nor a proxy. */
export const isBytes = types.isUint8Array;

/** The memory of a typed array, as bytes. */
export function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(bufferOf(view), byteOffsetOf(view), byteLengthOf(view));
}

/** Whether the buffer of a view was transferred away: its copy would be empty. */
export function isViewDetached(view: ArrayBufferView): boolean {
  return isDetached(bufferOf(view));
}

/** Whether a buffer was transferred away. */
export function isDetached(buffer: ArrayBufferLike): boolean {
  return types.isArrayBuffer(buffer) && buffer.detached;
}
