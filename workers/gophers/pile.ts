/**
 * A pile of real books: the regular files of a directory tree.
 *
 * Names are bytes, not text: every path is kept as the file system gave it, so
 * names that are not UTF-8, hold a newline or begin with a dash are read like
 * any other. Files are sorted by the bytes of their paths, so the order is the same everywhere.
 *
 * - Symbolic links are not followed, neither to files nor to directories. Their target
 *   is either in the tree, and then burnt once, or outside the tree. So there are no
 *   loops. Links are reported as skipped. (The directory that the user names can be a
 *   link.)
 * - Pipes, sockets and devices are skipped and reported.
 * - A directory that cannot be read is reported as a problem; the others are done.
 */
import { lstat, readdir, stat } from "node:fs/promises";
import { printPath } from "./manifest.ts";

/** A regular file that was found: its path relative to the root, and its size at that time. */
export interface Found {
  readonly path: Buffer;
  readonly bytes: number;
}

/** A file or directory that could not be read: its path (printed as `sha256sum` prints it) and why. */
export interface Problem {
  readonly path: string;
  readonly kind: "unreadable" | "changed";
  readonly message: string;
}

/** Paths that were skipped on purpose. */
export interface Skipped {
  readonly path: string;
  readonly kind: "symbolic link" | "pipe" | "socket" | "device";
}

/** The outcome of a walk. */
export interface Walk {
  readonly files: readonly Found[];
  readonly skipped: readonly Skipped[];
  readonly problems: readonly Problem[];
}

const SLASH = Buffer.from("/");
/** Files whose size is asked for at the same time: as many as keep Node's file threads busy. */
const ASKED_TOGETHER = 32;

/**
 * Finds all files under `directory`, or, in any order of directories, the first `most`.
 *
 * @throws the system's error (ENOENT, ENOTDIR, EACCES) if `directory` itself
 * cannot be listed: a missing pile is not an empty pile.
 */
export async function walk(directory: string, most = Infinity): Promise<Walk> {
  const root = Buffer.from(directory);
  if (!(await stat(root)).isDirectory()) {
    throw Object.assign(new Error(`ENOTDIR: not a directory, '${directory}'`), { code: "ENOTDIR" });
  }
  const files: Found[] = [];
  const skipped: Skipped[] = [];
  const problems: Problem[] = [];
  const waiting: Buffer[] = [Buffer.alloc(0)];
  for (let folder = waiting.pop(); folder !== undefined && files.length < most; folder = waiting.pop()) {
    let names;
    try {
      names = await readdir(join(root, folder), { encoding: "buffer", withFileTypes: true });
    } catch (error) {
      if (folder.length === 0) throw error;
      problems.push(problem("unreadable", folder, error));
      continue;
    }
    const found: Buffer[] = [];
    for (const entry of names) {
      const path = folder.length === 0 ? entry.name : join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) found.push(path);
      else skipped.push({ path: printPath(path), kind: kindOf(entry) });
    }
    const wanted = found.slice(0, most - files.length);
    for (let at = 0; at < wanted.length; at += ASKED_TOGETHER) {
      await Promise.all(wanted.slice(at, at + ASKED_TOGETHER).map((path) => weigh(root, path, files, problems)));
    }
  }
  files.sort((a, b) => Buffer.compare(a.path, b.path));
  skipped.sort((a, b) => compareText(a.path, b.path));
  problems.sort((a, b) => compareText(a.path, b.path));
  return { files, skipped, problems };
}

/** The error of a path, without the path in the system's message, which would be printed twice. */
export function problem(kind: Problem["kind"], path: Buffer, reason: unknown): Problem {
  const message = reason instanceof Error ? reason.message.replace(/, \w+ '[^]*'$/, "").replace(/, \w+$/, "") : String(reason);
  return { path: printPath(path), kind, message };
}

/** A path below another, in bytes. */
export function join(folder: Buffer, name: Buffer): Buffer {
  return folder.length === 0 ? name : Buffer.concat([folder, SLASH, name]);
}

/** Compares by UTF-16 code units: the same order in every locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

async function weigh(root: Buffer, path: Buffer, files: Found[], problems: Problem[]): Promise<void> {
  try {
    files.push({ path, bytes: (await lstat(join(root, path))).size });
  } catch (error) {
    problems.push(problem("unreadable", path, error));
  }
}

function kindOf(entry: { isSymbolicLink(): boolean; isFIFO(): boolean; isSocket(): boolean }): Skipped["kind"] {
  if (entry.isSymbolicLink()) return "symbolic link";
  if (entry.isFIFO()) return "pipe";
  return entry.isSocket() ? "socket" : "device";
}
