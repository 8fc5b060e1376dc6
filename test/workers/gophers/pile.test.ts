import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { walk } from "../../../workers/gophers/pile.ts";
import { digTooDeep, emptyTree, oddTree } from "./tree.ts";

describe("a walk", () => {
  test("finds every regular file, in the order of the paths' bytes", async () => {
    using tree = oddTree();
    const { files, problems } = await walk(tree.directory);
    expect(problems).toEqual([]);
    expect(files.map(({ path }) => path.toString("latin1"))).toEqual([...tree.files.keys()]);
    expect(files.map(({ bytes }) => bytes)).toEqual([...tree.files.values()].map((content) => content.length));
  });

  test("names links and pipes as skipped, and is not caught in a loop", async () => {
    using tree = oddTree();
    expect((await walk(tree.directory)).skipped).toEqual([
      { path: "deep/loop", kind: "symbolic link" },
      { path: "link-to-file", kind: "symbolic link" },
      { path: "link-to-nothing", kind: "symbolic link" },
      { path: "pipe", kind: "pipe" },
    ]);
  });

  test("follows a link only where the user points at it", async () => {
    using tree = emptyTree(new Map([["pile/a", Buffer.from("a")]]));
    symlinkSync("pile", join(tree.directory, "link"));
    expect((await walk(join(tree.directory, "link"))).files).toHaveLength(1);
    expect((await walk(join(tree.directory, "pile/"))).files).toHaveLength(1);
  });

  test("names a directory that it cannot read, and does the rest", async () => {
    using tree = emptyTree(new Map([["a", Buffer.from("a")], ["z", Buffer.from("z")]]));
    digTooDeep(tree.directory);
    const { files, problems } = await walk(tree.directory);
    expect(files.map(({ path }) => String(path))).toEqual(["a", "z"]);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ kind: "unreadable", message: "ENAMETOOLONG: name too long" });
    expect(problems[0].path).toMatch(/^d{250}\/d{250}/);
  });

  test.skipIf(process.getuid?.() === 0)("names a directory that it may not read", async () => {
    using tree = emptyTree(new Map([["open", Buffer.from("a")], ["shut/b", Buffer.from("b")]]));
    chmodSync(join(tree.directory, "shut"), 0);
    const { files, problems } = await walk(tree.directory);
    chmodSync(join(tree.directory, "shut"), 0o700);
    expect(files).toHaveLength(1);
    expect(problems).toEqual([{ path: "shut", kind: "unreadable", message: "EACCES: permission denied" }]);
  });

  test("ends when it has as many files as are wanted", async () => {
    using tree = oddTree();
    const all = (await walk(tree.directory)).files.map(({ path }) => path.toString("latin1"));
    const some = (await walk(tree.directory, 3)).files.map(({ path }) => path.toString("latin1"));
    expect(some).toHaveLength(3);
    expect(all).toEqual(expect.arrayContaining(some));
  });

  test("of an empty directory finds nothing", async () => {
    using tree = emptyTree();
    mkdirSync(join(tree.directory, "empty"));
    expect(await walk(tree.directory)).toEqual({ files: [], skipped: [], problems: [] });
  });

  test("fails where there is no directory", async () => {
    using tree = emptyTree(new Map([["file", Buffer.from("a")]]));
    await expect(walk(join(tree.directory, "none"))).rejects.toMatchObject({ code: "ENOENT" });
    await expect(walk(join(tree.directory, "file"))).rejects.toMatchObject({ code: "ENOTDIR" });
  });
});
