/**
 * Values that describe themselves: task arguments and results, because a function's
 * parameters have no type on the wire, and elements of `value()`. A copy keeps what the structured clone of
 * postMessage keeps, including cycles and shared references, and also what that loses:
 * channels, shared arrays, Node's Buffer, and the class, code, cause and own properties of errors. For
 * a value that cannot be sent the error names its path. Two views of one buffer arrive
 * as two buffers.
 *
 * Format: a tag byte, then what the tag says. Objects are numbered in order, so that a
 * later value can refer back to one. After the value comes a table: where each handle
 * is, in order. So a payload that nobody receives gives back its references without
 * being decoded.
 */
import { WarrenError, printValue } from "../errors.ts";
import { blob } from "../memory/layout.ts";
import { ByteReader } from "./byte-stream.ts";
import { Decoder } from "./payload-decoder.ts";
import { encodeValue } from "./payload-encoder.ts";
import { Refusal, type Space } from "./type.ts";

/** As `encodeValue`, for the arguments, the result or the error of a task. @throws ERR_NOT_TRANSFERABLE (details: path), ERR_LIMIT, ERR_ARENA_FULL */
export function encodePayload(space: Space, value: unknown, what: string, isResult = false): number {
  try {
    return encodeValue(space, value, isResult);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const path = error.path.join("");
    throw new WarrenError("ERR_NOT_TRANSFERABLE", `${what}${path} cannot be sent to another thread: ${printValue(error.value)}: ${error.why}`, { path, value: error.value });
  }
}

/** Decodes a block and frees it. */
export function decodePayload(space: Space, block: number): unknown {
  if (block === 0) return undefined;
  const bytes = copyOf(space, block);
  const handles = space.arena.i32[block + blob.handles];
  space.arena.free(block);
  const decoder = new Decoder(space, bytes);
  if (handles === 0) return decoder.take();
  let isWhole = false;
  try {
    const value = decoder.take();
    isWhole = true;
    return value;
  } finally {
    if (!isWhole) releaseHandles(space, bytes, handles, decoder.adopted);
  }
}

/** Decodes a block that others will read, too. It must not contain handles, because each counts as one reference. */
export function readPayload(space: Space, block: number): unknown {
  return new Decoder(space, copyOf(space, block)).take();
}

/** As `readPayload`, for a block that is freed soon: copies its bytes. The function that it returns decodes them; call it once. */
export function readLater(space: Space, block: number): () => unknown {
  if (block === 0) return () => undefined;
  const bytes = copyOf(space, block);
  return () => new Decoder(space, bytes).take();
}

/** Frees a block that nobody receives, and gives up the references of the handles in it. */
export function dropPayload(space: Space, block: number): void {
  if (block === 0) return;
  const handles = space.arena.i32[block + blob.handles];
  const bytes = handles === 0 ? undefined : copyOf(space, block);
  space.arena.free(block);
  if (bytes !== undefined) releaseHandles(space, bytes, handles, 0);
}

/** Gives up the references of the last handles of a payload, from number `first`. */
function releaseHandles(space: Space, bytes: Buffer, handles: number, first: number): void {
  const reader = new ByteReader(bytes);
  for (let k = first; k < handles; k++) {
    reader.moveTo(bytes.readInt32LE(bytes.length - (handles - k) * 4));
    space.handles.release(reader.i32(), reader.i32(), reader.text("utf8"));
  }
}

function copyOf({ arena }: Space, block: number): Buffer {
  const from = (block + blob.bytes) * 4;
  return Buffer.from(arena.u8.slice(from, from + arena.i32[block + blob.byteLength]).buffer);
}
