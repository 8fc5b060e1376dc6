/**
 * Files that a command writes. The content goes to a temporary file in the folder
 * of its target, which is then renamed. So at every moment the target has either
 * its old content or the new one, whatever fails: a full disk, a signal, a crash.
 *
 * Symbolic links stay: the file that they lead to is replaced. It keeps its mode
 * and its owner. What a rename cannot replace is written directly: a pipe, a
 * device, `/dev/stdout`, a file in a folder in which nothing can be created.
 *
 * All but the direct writing is synchronous, so that no signal comes between.
 */
import { randomBytes } from "node:crypto";
import { accessSync, closeSync, constants, fchmodSync, fchownSync, fstatSync, fsyncSync, lstatSync, mkdirSync, openSync, readlinkSync, realpathSync, renameSync, rmdirSync, rmSync, statSync, writeSync, type Stats } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve, sep } from "node:path";
import { FOLDER } from "../options/values.ts";

/** Where a path leads: a file to replace (`old`: what is there) or something to write to. */
type Target = { readonly kind: "file"; readonly path: string; readonly old: Stats | null } | { readonly kind: "stream"; readonly path: string };

/** Names of what is already open: `realpath` would lead to a file behind it, or nowhere. */
const OPEN = /^\/(?:dev\/(?:stdin|stdout|stderr|fd\/\d+)|proc\/(?:self|\d+)\/fd\/\d+)$/;

/** Errors of a file that can be written but not replaced: its folder is read-only or sticky, or the file is a mount point. */
const NOT_REPLACEABLE: ReadonlySet<string | undefined> = new Set(["EACCES", "EPERM", "EBUSY", "EXDEV", "EROFS"]);

/**
 * Writes a file.
 *
 * @throws the system's error (ENOENT, ENOSPC, …); the old file is then as it was
 */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  const bytes = Buffer.from(content);
  const target = targetOf(path);
  if (target.kind === "stream") return writeFile(path, bytes);
  try {
    replace(target.path, target.old, bytes);
  } catch (error) {
    if (!isWritableOnly(target.old, error)) throw error;
    await writeFile(target.path, bytes);
  }
}

/** Does what `replaceFile` does, without changing the file. @throws the error that it would throw now */
export function rehearseReplacing(path: string): void {
  const target = targetOf(path);
  if (target.kind === "stream" || target.old !== null) accessSync(target.path, constants.W_OK);
  if (target.kind === "stream") return;
  try {
    const temporary = temporaryIn(dirname(target.path));
    closeSync(openSync(temporary, "wx"));
    rmSync(temporary);
  } catch (error) {
    if (!isWritableOnly(target.old, error)) throw error;
  }
}

/** Writes all bytes to an open file; unlike Node's streams, it notices a disk that fills half-way. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.byteLength; ) done += writeSync(file, bytes, done);
}

/** A text that must not be lost, and the name of the file for it. */
export interface Kept {
  readonly name: string;
  readonly text: () => string | Uint8Array;
}

/** The name of a file for what could not be written where it should go, such as "warren-result-2026-01-31T12-00-00-000Z.json". */
export function keptName(what: string, extension: string): string {
  return `warren-${what}-${new Date().toISOString().replaceAll(/[:.]/g, "-")}${extension}`;
}

/** Keeps a text in the folder of saved results, or else in the system's temporary folder. The path, or why neither takes it. */
export function keepElsewhere({ name, text }: Kept): { readonly path: string } | { readonly reasons: readonly unknown[] } {
  const bytes = Buffer.from(text());
  const reasons: unknown[] = [];
  for (const folder of [FOLDER, tmpdir()]) {
    try {
      return { path: create(folder, name, bytes) };
    } catch (error) {
      reasons.push(error);
    }
  }
  return { reasons };
}

function create(folder: string, name: string, bytes: Uint8Array): string {
  const made = mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  try {
    writeWhole(path, bytes, 0o600);
    return path;
  } catch (error) {
    if (made !== undefined) rmdirSync(folder);
    throw error;
  }
}

function targetOf(path: string): Target {
  if (path === "") throw new Error("the path is empty");
  if (path.endsWith("/") || path.endsWith(sep)) throw new Error("it names a directory");
  if (OPEN.test(path)) return { kind: "stream", path };
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) {
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return link ? targetOf(resolve(realpathSync(dirname(path)), readlinkSync(path))) : { kind: "file", path, old: null };
  }
  if (found.isDirectory()) throw new Error("it is a directory");
  return found.isFile() ? { kind: "file", path: realpathSync(path), old: found } : { kind: "stream", path };
}

function replace(path: string, old: Stats | null, bytes: Uint8Array): void {
  const temporary = temporaryIn(dirname(path));
  writeWhole(temporary, bytes, old === null ? 0o666 : old.mode & 0o777, old);
  try {
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary);
    throw error;
  }
}

/** A new file with all the bytes on the disk, or none. `like`: the file whose owner and mode it gets. */
function writeWhole(path: string, bytes: Uint8Array, mode: number, like: Stats | null = null): void {
  const file = openSync(path, "wx", mode);
  try {
    try {
      if (like !== null) {
        const { uid, gid } = fstatSync(file);
        if (uid !== like.uid || gid !== like.gid) fchownSync(file, like.uid, like.gid);
        fchmodSync(file, like.mode & 0o7777);
      }
      writeAll(file, bytes);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    rmSync(path);
    throw error;
  }
}

/** Short, because the target's own name can be as long as names can be. */
function temporaryIn(folder: string): string {
  return join(folder, `.warren-${randomBytes(6).toString("hex")}.tmp`);
}

function isWritableOnly(old: Stats | null, error: unknown): boolean {
  return old !== null && NOT_REPLACEABLE.has((error as NodeJS.ErrnoException).code);
}
