/** Jobs in pieces: every file is in one piece, and halves of a piece have the result of the whole. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { linesJob, pileJob } from "../../../src/cli/net/jobs.ts";
import { readLines, type Piece } from "../../../workers/sawzall/input.ts";
import { emitRecord, openTables, resultOf } from "../../../workers/sawzall/job.ts";
import type { Sawn } from "../../../workers/sawzall.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-jobs-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("a pile", () => {
  const pile = join(folder, "pile");
  mkdirSync(pile);
  for (let file = 0; file < 300; file++) writeFileSync(join(pile, `f${file}`), "x".repeat(file === 7 ? 2_000_000 : file));

  test("has each file in one piece, the longest piece first, no piece with more than 128 files", async () => {
    const { pieces, files, fileCount, bytes } = await pileJob(pile);
    expect(pieces.flatMap((piece) => files(piece)).toSorted()).toEqual(Array.from({ length: 300 }, (_, file) => `f${file}`).toSorted());
    expect([fileCount, bytes, files(pieces[0])]).toEqual([300, 2_000_000 - 7 + (299 * 300) / 2, ["f7"]]);
    expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThanOrEqual(128);
  });

  test("sorts the manifest, and names files that have another size where they are burnt", async () => {
    const { pieces, collect } = await pileJob(pile);
    const { add, end } = collect();
    for (const [index, piece] of pieces.entries()) add({ entries: piece.map(({ path, bytes }) => ({ path: Uint8Array.from(path), bytes: bytes + (path.toString() === "f3" ? 1 : 0), sha256: "0".repeat(64), compressedBytes: 1 })), problems: [] }, index);
    const { manifest, burnt, problems } = end();
    const paths = [...manifest.toString().matchAll(/ {2}\.\/(\w+)$/gm)].map(([, path]) => path);
    expect([burnt, paths]).toEqual([300, paths.toSorted()]);
    expect(problems).toEqual([{ path: "f3", kind: "changed", message: "was 3 bytes when the pile was listed and 4 when it was burnt" }]);
  });
});

describe("lines", () => {
  const text = Array.from({ length: 8_000 }, (_, line) => `line ${line} of ${line % 97}`).join("\n");
  for (const name of ["a", "b", "c"]) writeFileSync(join(folder, name), text);
  writeFileSync(join(folder, "small"), "x\ny");

  /** What `sawChunk` does. */
  function sawn(chunk: readonly Piece[]): Sawn {
    const tables = openTables();
    for (const piece of chunk) readLines(piece, (line) => emitRecord(tables, line));
    return { tables, problems: [] };
  }

  test("halves of a chunk, and of their halves, have the result of the chunk", async () => {
    const { pieces, halves, collect } = await linesJob(folder);
    const whole = (chunk: readonly Piece[], depth: number): Sawn => {
      const parts = depth === 0 ? null : halves(chunk);
      return parts === null ? sawn(chunk) : parts.join(whole(parts.parts[0], depth - 1), whole(parts.parts[1], depth - 1));
    };
    const results = [0, 1, 2].map((depth) => {
      const { add, end } = collect();
      for (const [index, piece] of pieces.entries()) add(whole(piece, depth), index);
      return end();
    });
    const tables = openTables();
    for (const piece of pieces) for (const one of piece) readLines(one, (line) => emitRecord(tables, line));
    expect(results).toEqual(results.map(() => ({ result: resultOf(tables), problems: [] })));
  });

  test("a chunk of a few kilobytes is not divided", async () => {
    const { pieces, halves } = await linesJob(join(folder, "small"));
    expect(pieces.map((piece) => halves(piece))).toEqual([null]);
  });
});
