/**
 * Real books: loading reads chunks of files into the cart, moving seals them, burning
 * computes SHA-256 and compresses.
 *
 * Reading waits for the disk, and the thread can run other tasks during that time.
 * Burning computes on the gopher's own thread: Node's streaming compressors would use
 * hidden threads (libuv's pool), but this program measures what *warren's* threads do.
 * So each chunk of 64 KiB becomes its own gzip member (the members one after the other
 * are a valid .gz of the file). This also makes the number of compressed bytes
 * independent of carts, design and threads.
 *
 * A gopher has at most one file open to read and one that it burns, so memory does not
 * depend on the size of the files. Frames of one file arrive in order, because one
 * gopher loads the file and every channel after it keeps the order. This is checked.
 */
import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { mark } from "../../src/index.ts";
import { join, problem, type Problem } from "./pile.ts";
import { BLOCK_BYTES, frameBytes, HEADER_BYTES, readFrames, sealFrames, writeHeader, type Frame } from "./frames.ts";
import { pathOf, setDigest, type FileMemory } from "./catalogue.ts";
import type { Goods } from "./books.ts";

/** If a file has been replaced by a link, opening fails; if it has been replaced by a pipe, opening does not block. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
const GZIP_LEVEL = 6;

/** A file being read. */
interface Reading {
  readonly file: number;
  readonly handle: FileHandle;
  readonly size: number;
  readonly changedNs: bigint;
  offset: number;
}

/** A file being burnt. */
interface Burning {
  readonly file: number;
  readonly hash: Hash;
  bytes: number;
  compressedBytes: number;
}

/** Handles the files of one lane. */
export class Files implements Goods {
  readonly #memory: FileMemory;
  readonly #lane: number;
  readonly #root: Buffer;
  readonly #problems: Problem[];
  readonly #mistakes: string[];
  #reading: Reading | undefined;
  #burning: Burning | undefined;

  /** @param problems where files that cannot be read are reported. @param mistakes where errors of the program itself are reported. */
  constructor(memory: FileMemory, lane: number, problems: Problem[], mistakes: string[]) {
    this.#memory = memory;
    this.#lane = lane;
    this.#root = Buffer.from(memory.directory);
    this.#problems = problems;
    this.#mistakes = mistakes;
  }

  async load(room: Uint8Array): Promise<number> {
    let used = 0;
    for (let frames = 0; frames < this.#memory.framesPerCart; frames++) {
      this.#reading ??= await this.#openNext();
      if (this.#reading === undefined) break;
      const wanted = Math.min(BLOCK_BYTES, this.#reading.size - this.#reading.offset);
      if (used + frameBytes(wanted) > room.byteLength) break;
      used += await this.#readBlock(this.#reading, room, used, wanted);
    }
    return used;
  }

  move(load: Uint8Array): void {
    const damaged = sealFrames(load);
    if (damaged > 0) this.#mistakes.push(`${damaged} frames were damaged before they were moved`);
  }

  burn(load: Uint8Array): number {
    let burnt = 0;
    for (const frame of readFrames(load)) burnt += this.#burnFrame(frame);
    return burnt;
  }

  async close(): Promise<void> {
    await this.#reading?.handle.close();
    this.#reading = undefined;
  }

  /** Opens the next file that can be opened. Files that cannot be opened are reported as problems. */
  async #openNext(): Promise<Reading | undefined> {
    const { next, end, order } = this.#memory;
    for (let at = next.array[this.#lane]; at < end.array[this.#lane]; at++) {
      next.array[this.#lane] = at + 1;
      const file = order.array[at];
      let handle: FileHandle | undefined;
      try {
        handle = await open(join(this.#root, pathOf(this.#memory, file)), OPEN_FLAGS);
        const stat = await handle.stat({ bigint: true });
        if (stat.isFile()) return { file, handle, size: Number(stat.size), changedNs: stat.mtimeNs, offset: 0 };
        await handle.close();
        this.#giveUp(file, "changed", "is no longer a regular file");
      } catch (error) {
        await handle?.close();
        this.#giveUp(file, "unreadable", error);
      }
    }
    return undefined;
  }

  /** Reads a chunk behind its header. At the end of the file it checks whether the file has changed. */
  async #readBlock(reading: Reading, room: Uint8Array, at: number, wanted: number): Promise<number> {
    const { file, handle, offset } = reading;
    let got = 0;
    let trouble: [Problem["kind"], unknown] | undefined;
    try {
      while (got < wanted) {
        const { bytesRead } = await handle.read(room, at + HEADER_BYTES + got, wanted - got, offset + got);
        if (bytesRead === 0) break;
        got += bytesRead;
      }
      if (got < wanted) trouble = ["changed", `became shorter while it was read: ${offset + got} bytes of ${reading.size}`];
      else if (offset + got === reading.size) trouble = await changeOf(reading);
    } catch (error) {
      trouble = ["unreadable", error];
    }
    reading.offset += got;
    const broken = trouble !== undefined;
    const last = broken || reading.offset === reading.size;
    if (trouble) this.#giveUp(file, ...trouble);
    if (last) await this.close();
    writeHeader(room, at, { file, offset, last, broken }, got);
    return frameBytes(got);
  }

  #burnFrame({ file, offset, last, broken, payload, intact }: Frame): number {
    if (offset === 0) this.#burning = { file, hash: createHash("sha256"), bytes: 0, compressedBytes: 0 };
    const burning = this.#burning;
    if (!intact || burning?.file !== file || burning.bytes !== offset) {
      this.#mistakes.push(`file ${file}: the frame at ${offset} was damaged or out of order`);
      return 0;
    }
    if (last) this.#burning = undefined;
    if (broken) return 0;
    burning.hash.update(payload);
    burning.bytes += payload.byteLength;
    burning.compressedBytes += gzipSync(payload, { level: GZIP_LEVEL }).byteLength;
    if (!last) return 0;
    setDigest(this.#memory, file, burning.hash.digest());
    this.#memory.bytes.array[file] = burning.bytes;
    this.#memory.compressedBytes.array[file] = burning.compressedBytes;
    this.#memory.burnt.array[file] += 1;
    mark("burnt", file);
    return 1;
  }

  #giveUp(file: number, kind: Problem["kind"], reason: unknown): void {
    this.#memory.failed.array[file] += 1;
    this.#problems.push(problem(kind, pathOf(this.#memory, file), reason));
  }
}

/** Whether a file has changed since it was opened. Reading stops at the length that it had then, so it always ends. */
async function changeOf({ handle, size, changedNs }: Reading): Promise<[Problem["kind"], string] | undefined> {
  const stat = await handle.stat({ bigint: true });
  if (Number(stat.size) !== size) return ["changed", `was ${size} bytes when opened and ${stat.size} when read`];
  if (stat.mtimeNs !== changedNs) return ["changed", "was written to while it was read"];
  // Virtual files of the kernel (/proc) report a size of 0.
  if (size === 0 && (await handle.read(Buffer.alloc(1), 0, 1, 0)).bytesRead > 0) return ["changed", "has more bytes than its size says"];
  return undefined;
}
