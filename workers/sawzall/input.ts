/**
 * The input: the lines of a file, or of all files of a directory tree, one after
 * the other; and how it is divided into chunks.
 *
 * A chunk is a range of bytes of that sequence. A record belongs to the chunk that
 * contains its first byte, wherever it ends. So every record belongs to exactly one
 * chunk, however the input is divided. A line ends with LF, CR LF, or the file's end.
 * Lines are decoded from UTF-8 whole: LF is never part of another character.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join, problem, walk, type Problem } from "../gophers/pile.ts";

/** A file of the input; its path as the file system gave it. */
export interface InputFile {
  readonly path: Uint8Array;
  readonly bytes: number;
}

export interface Input {
  readonly files: readonly InputFile[];
  readonly bytes: number;
  /** Directories that could not be read. */
  readonly problems: readonly Problem[];
}

/** Bytes `first` to `end` − 1 of one file. */
export interface Piece {
  readonly path: Uint8Array;
  /** Number of the file in the input. */
  readonly file: number;
  readonly first: number;
  readonly end: number;
}

/** A line with its place: a file's number and the byte where it begins. `bytes`: its length without the end of line. */
export interface Line {
  readonly text: string;
  readonly bytes: number;
  readonly file: number;
  readonly at: number;
}

/** Maximum length of a line, because a line is a string in memory. */
const MOST_LINE_BYTES = 256 * 2 ** 20;
/** Bytes that are read at a time beyond the end of a piece, to complete its last line. */
const READ_ON_BYTES = 64 * 1024;
const [LF, CR] = [10, 13];

/** The files at `path`: itself, or a directory's in the order of their names. @throws the system's error (ENOENT, EACCES); EINVAL if `path` is neither a file nor a directory */
export async function inputAt(path: string): Promise<Input> {
  const found = await stat(path);
  if (found.isFile()) return { files: [{ path: Buffer.from(path), bytes: found.size }], bytes: found.size, problems: [] };
  if (!found.isDirectory()) throw Object.assign(new Error(`EINVAL: neither a file nor a directory, '${path}'`), { code: "EINVAL" });
  const { files, problems } = await walk(path);
  const root = Buffer.from(path);
  return { files: files.map((file) => ({ path: join(root, file.path), bytes: file.bytes })), bytes: files.reduce((total, { bytes }) => total + bytes, 0), problems };
}

/** Divides the input into chunks of `chunkBytes`; small files share a chunk. */
export function chunksOf({ files }: Input, chunkBytes: number): Piece[][] {
  const chunks: Piece[][] = [];
  let chunk: Piece[] = [];
  let room = chunkBytes;
  for (const [file, { path, bytes }] of files.entries()) {
    for (let first = 0; first < bytes; ) {
      const end = Math.min(bytes, first + room);
      chunk.push({ path, file, first, end });
      room -= end - first;
      first = end;
      if (room > 0) continue;
      chunks.push(chunk);
      [chunk, room] = [[], chunkBytes];
    }
  }
  if (chunk.length > 0) chunks.push(chunk);
  return chunks;
}

/** Calls `each` for every line that begins in the piece. A file that cannot be read, or has a line of more than 256 MiB, is a problem and gives no more lines. */
export function readLines(piece: Piece, each: (line: Line) => void): Problem | null {
  try {
    readAll(piece, each);
    return null;
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).code !== "string") throw error;
    return problem("unreadable", Buffer.from(piece.path), error);
  }
}

/** The problems of an input, a line for each file: many pieces of a file can have the same one. */
export function problemsOf({ problems }: Input, found: Iterable<Problem>): Problem[] {
  return [...new Map([...problems, ...found].map((each) => [each.path, each])).values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

function readAll({ path, file, first, end }: Piece, each: (line: Line) => void): void {
  const handle = openSync(path as Buffer, "r");
  try {
    // The byte before `first` shows whether a line begins at `first`.
    const from = Math.max(0, first - 1);
    let bytes = readAt(handle, from, end - from);
    const startsIn = bytes.byteLength;
    let start = first === 0 ? 0 : bytes.indexOf(LF) + 1;
    if (first > 0 && start === 0) return;
    while (start < startsIn) {
      let stop = bytes.indexOf(LF, start);
      if (stop < 0) {
        bytes = readOn(handle, from, bytes, start);
        stop = bytes.indexOf(LF, start);
        if (stop < 0) stop = bytes.byteLength;
      }
      const length = (stop > start && bytes[stop - 1] === CR ? stop - 1 : stop) - start;
      each({ text: bytes.toString("utf8", start, start + length), bytes: length, file, at: from + start });
      start = stop + 1;
    }
  } finally {
    closeSync(handle);
  }
}

/** Reads until the line that begins at `start` of `bytes` ends. */
function readOn(handle: number, from: number, bytes: Buffer, start: number): Buffer {
  const parts = [bytes];
  for (let length = bytes.byteLength; ; ) {
    const more = readAt(handle, from + length, READ_ON_BYTES);
    parts.push(more);
    length += more.byteLength;
    if (more.byteLength === 0 || more.includes(LF)) return Buffer.concat(parts);
    if (length - start > MOST_LINE_BYTES) throw Object.assign(new RangeError(`a line of more than ${MOST_LINE_BYTES} bytes begins at byte ${from + start}`), { code: "EFBIG" });
  }
}

/** Up to `length` bytes from `position`: fewer where the file ends. */
function readAt(handle: number, position: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length);
  let have = 0;
  while (have < length) {
    const more = readSync(handle, buffer, have, length - have, position + have);
    if (more === 0) break;
    have += more;
  }
  return buffer.subarray(0, have);
}
