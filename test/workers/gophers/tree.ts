/**
 * Directory trees for the tests of piles: odd names, empty and large files,
 * links, loops, pipes. Removed by `using`.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A tree that goes when it is left. */
export interface Tree extends Disposable {
  readonly directory: string;
  /** What was written: path bytes (as latin1) to content, in order of path bytes. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** An empty directory. */
export function emptyTree(files: ReadonlyMap<string, Buffer> = new Map()): Tree {
  const directory = mkdtempSync(join(tmpdir(), "warren-pile-"));
  for (const [path, content] of files) {
    const bytes = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(path, "latin1")]);
    mkdirSync(bytes.subarray(0, bytes.lastIndexOf(0x2f)), { recursive: true });
    writeFileSync(bytes, content);
  }
  return { directory, files, [Symbol.dispose]: () => rmSync(directory, { recursive: true, force: true }) };
}

/** A path of text as it is kept here: its UTF-8 bytes as latin1. */
const text = (path: string) => Buffer.from(path, "utf8").toString("latin1");

/** A tree with all that is odd about names and sizes; the links and the pipe are skipped by a walk. */
export function oddTree(): Tree {
  const contents: [string, Buffer][] = [
    ["plain.txt", Buffer.from("hello")],
    ["empty", Buffer.alloc(0)],
    ["with space/and  two", Buffer.from("x")],
    ["new\nline", Buffer.from("n")],
    ["back\\slash", Buffer.from("b")],
    ["carriage\rreturn\r", Buffer.from("r")],
    ["tab\tname", Buffer.from("t")],
    ["-", Buffer.from("a dash is a file, not a command's input")],
    ["#comment", Buffer.from("#")],
    [text("ünïcödé/文"), Buffer.from("u")],
    ["not-utf8-\xff\xfe/\xe9", Buffer.from("bytes")],
    ["deep/er/and/deeper/still/file", Buffer.from("d".repeat(1000))],
    ["deep.first", Buffer.from("sorts before deep/er")],
    ["one-block", randomBytes(65_536)],
    ["one-block-and-one", randomBytes(65_537)],
    ["two-blocks", Buffer.alloc(131_072, 1)],
    // More than all carts of the largest design together hold.
    ["larger-than-all-carts", Buffer.concat([randomBytes(700_001), Buffer.alloc(700_000, 65)])],
    ["many/empty-1", Buffer.alloc(0)],
    ["many/empty-2", Buffer.alloc(0)],
    ["many/small-1", Buffer.from("1")],
    ["many/small-2", Buffer.from("22")],
  ];
  contents.sort(([a], [b]) => Buffer.compare(Buffer.from(a, "latin1"), Buffer.from(b, "latin1")));
  const tree = emptyTree(new Map(contents));
  symlinkSync("plain.txt", join(tree.directory, "link-to-file"));
  symlinkSync("..", join(tree.directory, "deep/loop"));
  symlinkSync("nowhere", join(tree.directory, "link-to-nothing"));
  if (process.platform !== "win32") execFileSync("mkfifo", [join(tree.directory, "pipe")]);
  return tree;
}

/** Adds a chain of directories so long that its end has no valid path: unreadable even for root. */
export function digTooDeep(directory: string): void {
  const dig = `
    const { mkdirSync, writeFileSync } = require("node:fs");
    for (let i = 0; i < 20; i++) { mkdirSync("d".repeat(250)); process.chdir("d".repeat(250)); }
    writeFileSync("lost", "x");`;
  execFileSync(process.execPath, ["-e", dig], { cwd: directory });
}
