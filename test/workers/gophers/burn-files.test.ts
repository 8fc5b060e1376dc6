// @module-tag deep
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { DESIGN_IDS, formatManifest, gophers, type GopherConfig } from "../../../workers/gophers.ts";
import { digTooDeep, emptyTree, oddTree, type Tree } from "./tree.ts";

const CONFIG: GopherConfig = {
  design: "G6",
  world: "mixed",
  loads: 1,
  booksPerCart: 4,
  steps: { L: 1, M: 1, U: 1, R: 1, D: 1, W: 0 },
  unitMs: 1,
  unitIterations: 1,
};

/** What the manifest must be, from the contents: no cart, no frame, no gopher. */
function expected({ files }: Tree) {
  return [...files].map(([path, content]) => {
    let compressedBytes = 0;
    for (let at = 0; at < Math.max(1, content.length); at += 65_536) {
      compressedBytes += gzipSync(content.subarray(at, at + 65_536), { level: 6 }).length;
    }
    return {
      path: Buffer.from(path, "latin1").toString("latin1"),
      bytes: content.length,
      sha256: createHash("sha256").update(content).digest("hex"),
      compressedBytes,
    };
  });
}

const readable = (entries: readonly { path: Uint8Array }[]) =>
  entries.map((entry) => ({ ...entry, path: Buffer.from(entry.path).toString("latin1") }));

describe("a pile of files", () => {
  test("gives the same manifest for every design and number of threads", async () => {
    using tree = oddTree();
    const manifest = expected(tree);
    for (const threads of [1, 2]) {
      await using runtime = await start({ threads });
      for (const design of DESIGN_IDS) {
        for (const booksPerCart of [1, 4]) {
          const result = await runtime.spawn(gophers, { ...CONFIG, design, booksPerCart, pile: tree.directory });
          expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
          expect(result.problems).toEqual([]);
          expect(result.skipped).toHaveLength(4);
          expect(result.books).toBe(manifest.length);
          expect(readable(result.manifest!)).toEqual(manifest);
        }
      }
      const lanes = await runtime.spawn(gophers, { ...CONFIG, design: "G11", lanes: 64, carts: 1, pile: tree.directory });
      expect(readable(lanes.manifest!)).toEqual(manifest);
    }
  });

  test("is confirmed by sha256sum, file by file", async () => {
    using tree = oddTree();
    using elsewhere = emptyTree();
    await using runtime = await start({ threads: 2 });
    const { manifest } = await runtime.spawn(gophers, { ...CONFIG, pile: tree.directory });
    const list = join(elsewhere.directory, "MANIFEST");
    writeFileSync(list, formatManifest(manifest!));
    const said = execFileSync("sha256sum", ["--check", "--strict", list], { cwd: tree.directory, encoding: "latin1" });
    expect(said.match(/: OK$/gm)).toHaveLength(tree.files.size);
  });

  test("of nothing is burnt at once", async () => {
    using tree = emptyTree();
    await using runtime = await start({ threads: 1 });
    for (const design of DESIGN_IDS) {
      const result = await runtime.spawn(gophers, { ...CONFIG, design, pile: tree.directory });
      expect(result.checks.filter(({ ok }) => !ok)).toEqual([]);
      expect(result).toMatchObject({ books: 0, loads: 0, manifest: [], problems: [], skipped: [] });
    }
  });

  test("with a directory that cannot be read is burnt but for that", async () => {
    using tree = emptyTree(new Map([["a", Buffer.from("a")], ["z", Buffer.from("z")]]));
    digTooDeep(tree.directory);
    await using runtime = await start({ threads: 1 });
    const result = await runtime.spawn(gophers, { ...CONFIG, design: "G7", pile: tree.directory });
    expect(readable(result.manifest!)).toEqual(expected(tree));
    expect(result.problems).toHaveLength(1);
    expect(result.problems![0]).toMatchObject({ kind: "unreadable" });
  });

  test("that is not there is an error", async () => {
    await using runtime = await start({ threads: 1 });
    await expect(runtime.spawn(gophers, { ...CONFIG, pile: "/no/such/pile" })).rejects.toMatchObject({ code: "ENOENT" });
  });
});
