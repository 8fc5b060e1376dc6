/**
 * The catalogue of a pile: which files there are, which lane burns which file, and the
 * outcome of each. It is in shared memory, about 50 bytes and the path for each file,
 * so that a tree of a million files needs no messages.
 *
 * The coordinator writes it before the gate opens. After that the gopher at the lane's
 * pile writes `next`, and the gopher that burns a file writes the file's outcome.
 */
import { shared, type SharedArray } from "../../src/index.ts";
import type { Found } from "./pile.ts";
import type { ManifestEntry } from "./manifest.ts";

const DIGEST_BYTES = 32;

/** What the gophers share about the files, as a task argument. */
export interface FileMemory {
  readonly kind: "files";
  readonly directory: string;
  readonly files: number;
  readonly framesPerCart: number;
  /** All paths, one after the other, and where each ends. */
  readonly paths: SharedArray<"u8">;
  readonly pathEnds: SharedArray<"i32">;
  /** The files by lane, in the order of their paths; `end[lane]` is where the next lane begins. */
  readonly order: SharedArray<"i32">;
  readonly next: SharedArray<"i32">;
  readonly end: SharedArray<"i32">;
  /** How often a file was burnt completely, and how often it was given up. */
  readonly burnt: SharedArray<"i32">;
  readonly failed: SharedArray<"i32">;
  readonly bytes: SharedArray<"f64">;
  readonly compressedBytes: SharedArray<"f64">;
  readonly digests: SharedArray<"u8">;
}

/** Writes the catalogue of `found`, which is sorted by path, for `lanes` lanes. */
export function catalogue(directory: string, found: readonly Found[], lanes: number, framesPerCart: number): FileMemory {
  const files = found.length;
  const memory: FileMemory = {
    kind: "files",
    directory,
    files,
    framesPerCart,
    paths: shared.bytes(found.reduce((total, { path }) => total + path.length, 0)),
    pathEnds: shared.int32(files),
    order: shared.int32(files),
    next: shared.int32(lanes),
    end: shared.int32(lanes),
    burnt: shared.int32(files),
    failed: shared.int32(files),
    bytes: shared.float64(files),
    compressedBytes: shared.float64(files),
    digests: shared.bytes(files * DIGEST_BYTES),
  };
  let pathEnd = 0;
  for (const [file, { path }] of found.entries()) {
    memory.paths.array.set(path, pathEnd);
    pathEnd += path.length;
    memory.pathEnds.array[file] = pathEnd;
  }
  let at = 0;
  for (const [lane, members] of divide(found, lanes).entries()) {
    memory.next.array[lane] = at;
    memory.order.array.set(members, at);
    at += members.length;
    memory.end.array[lane] = at;
  }
  return memory;
}

/** Frees the catalogue's memory. */
export function clearCatalogue(memory: FileMemory): void {
  for (const words of [memory.pathEnds, memory.order, memory.next, memory.end, memory.burnt, memory.failed]) words.free();
  memory.bytes.free();
  memory.compressedBytes.free();
  memory.paths.free();
  memory.digests.free();
}

/** The path of a file, relative to the root, in bytes. */
export function pathOf(memory: FileMemory, file: number): Buffer {
  const start = file === 0 ? 0 : memory.pathEnds.array[file - 1];
  return Buffer.from(memory.paths.array.slice(start, memory.pathEnds.array[file]));
}

/** Records the digest of a burnt file. */
export function setDigest(memory: FileMemory, file: number, digest: Uint8Array): void {
  memory.digests.array.set(digest, file * DIGEST_BYTES);
}

/** The manifest: an entry for each file that was burnt completely, sorted by path. */
export function manifestOf(memory: FileMemory): ManifestEntry[] {
  const entries: ManifestEntry[] = [];
  for (let file = 0; file < memory.files; file++) {
    if (memory.burnt.array[file] === 0) continue;
    const digest = memory.digests.array.slice(file * DIGEST_BYTES, (file + 1) * DIGEST_BYTES);
    entries.push({
      path: Uint8Array.from(pathOf(memory, file)),
      bytes: memory.bytes.array[file],
      sha256: Buffer.from(digest).toString("hex"),
      compressedBytes: memory.compressedBytes.array[file],
    });
  }
  return entries;
}

/**
 * Divides the files over the lanes: each file in turn goes to the lane with the fewest
 * bytes so far. Each file counts as one chunk more than it has, for opening it.
 */
function divide(found: readonly Found[], lanes: number): number[][] {
  const members: number[][] = Array.from({ length: lanes }, () => []);
  const weights = Array.from({ length: lanes }, () => 0);
  for (const [file, { bytes }] of found.entries()) {
    let lightest = 0;
    for (let lane = 1; lane < lanes; lane++) if (weights[lane] < weights[lightest]) lightest = lane;
    members[lightest].push(file);
    weights[lightest] += bytes + 65_536;
  }
  return members;
}
