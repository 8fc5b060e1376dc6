/**
 * Frames: how the bytes of files are stored in a cart.
 *
 * A cart holds one or more frames, each a header of 32 bytes and the payload,
 * padded to 8 bytes. Little-endian:
 *
 * | at | what |
 * |---|---|
 * | 0 | u32 mark: `LOOSE` when loaded, `SEALED` when moved |
 * | 4 | u32 number of the file in the catalogue |
 * | 8 | f64 offset of the payload in the file |
 * | 16 | u32 bytes of payload |
 * | 20 | u32 flags: 1 the file's last frame, 2 the file is broken: ignore it |
 * | 24 | u32 CRC-32 of bytes 4…23 and the payload, once sealed |
 *
 * A file is divided at multiples of 64 KiB, whatever the cart or the design. So a
 * frame's payload, and its compressed form, are always the same.
 */
import { crc32 } from "node:zlib";

/** Maximum payload, and the size of a chunk of a file. */
export const BLOCK_BYTES = 65_536;
/** Bytes of a frame's header. */
export const HEADER_BYTES = 32;

const LOOSE = 0x6c_6f_6f_73;
const SEALED = 0x73_65_61_6c;
const LAST = 1;
const BROKEN = 2;

/** The fields of a header, and the payload, which is still in the cart. */
export interface Frame {
  readonly file: number;
  readonly offset: number;
  readonly last: boolean;
  readonly broken: boolean;
  readonly payload: Uint8Array;
  /** False: not sealed, or changed since it was sealed. */
  readonly intact: boolean;
}

/** Bytes that a frame takes in a cart. */
export function frameBytes(payloadBytes: number): number {
  return HEADER_BYTES + Math.ceil(payloadBytes / 8) * 8;
}

/** Writes a header in front of a payload that is already in the cart at `at`. */
export function writeHeader(cart: Uint8Array, at: number, frame: Omit<Frame, "payload" | "intact">, payloadBytes: number): void {
  const header = new DataView(cart.buffer, cart.byteOffset + at, HEADER_BYTES);
  header.setUint32(0, LOOSE, true);
  header.setUint32(4, frame.file, true);
  header.setFloat64(8, frame.offset, true);
  header.setUint32(16, payloadBytes, true);
  header.setUint32(20, (frame.last ? LAST : 0) | (frame.broken ? BROKEN : 0), true);
}

/** Seals the loose frames of a cartload and checks the seals of the others. Returns the number of wrong seals. */
export function sealFrames(load: Uint8Array): number {
  let damaged = 0;
  for (const [header, payload] of headers(load)) {
    if (header.getUint32(0, true) === SEALED) {
      if (!sealHolds(header, payload)) damaged += 1;
    } else {
      header.setUint32(24, checksum(header, payload), true);
      header.setUint32(0, SEALED, true);
    }
  }
  return damaged;
}

/** The frames of a cartload, in order. */
export function* readFrames(load: Uint8Array): Generator<Frame> {
  for (const [header, payload] of headers(load)) {
    const flags = header.getUint32(20, true);
    yield {
      file: header.getUint32(4, true),
      offset: header.getFloat64(8, true),
      last: (flags & LAST) !== 0,
      broken: (flags & BROKEN) !== 0,
      payload,
      intact: sealHolds(header, payload),
    };
  }
}

function sealHolds(header: DataView, payload: Uint8Array): boolean {
  return header.getUint32(0, true) === SEALED && header.getUint32(24, true) === checksum(header, payload);
}

function checksum(header: DataView, payload: Uint8Array): number {
  return crc32(payload, crc32(new Uint8Array(header.buffer, header.byteOffset + 4, 20)));
}

/** @throws Error if the cartload does not consist of frames. */
function* headers(load: Uint8Array): Generator<[DataView, Uint8Array]> {
  for (let at = 0; at < load.byteLength; ) {
    const header = new DataView(load.buffer, load.byteOffset + at, HEADER_BYTES);
    const payloadBytes = header.getUint32(16, true);
    const mark = header.getUint32(0, true);
    const size = frameBytes(payloadBytes);
    if ((mark !== LOOSE && mark !== SEALED) || at + size > load.byteLength) {
      throw new Error(`no frame at byte ${at} of a load of ${load.byteLength}`);
    }
    yield [header, load.subarray(at + HEADER_BYTES, at + HEADER_BYTES + payloadBytes)];
    at += size;
  }
}
