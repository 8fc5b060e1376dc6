import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { digestOf, fileName, makePile, removePile } from "../../bench/files/pile.ts";
import { timePile, workOn } from "../../bench/files/work.ts";
import type { PileFiles } from "../../bench/rounds/contestant.ts";

const piles: PileFiles[] = [];
const pileOf = (warm: number, timed: number): PileFiles => {
  const pile = makePile({ warm, timed });
  piles.push(pile);
  return pile;
};
afterEach(() => {
  for (const pile of piles.splice(0)) removePile(pile);
});

describe("the pile of files", () => {
  test("is the same in every run, compressible, and removed", () => {
    const [one, two] = [pileOf(1, 2), pileOf(1, 2)];
    expect(one.digest).toBe(two.digest);
    const content = readFileSync(fileName(one.folder, 2));
    expect(content.byteLength).toBe(36_000);
    expect(gzipSync(content).byteLength).toBeLessThan(24_000);
    expect(readFileSync(fileName(one.folder, 1))).not.toEqual(content);
    removePile(one);
    expect(existsSync(one.folder)).toBe(false);
  });

  test("is timed without its warm-up, and the sums are checked", async () => {
    const pile = pileOf(2, 3);
    const asked: number[] = [];
    const work = async (paths: readonly string[]): Promise<string[]> => {
      asked.push(paths.length);
      return paths.map(workOn);
    };
    await timePile(pile, work);
    expect(asked).toEqual([2, 3]);
    expect(pile.digest).toBe(digestOf([2, 3, 4].map((index) => hash("sha256", readFileSync(fileName(pile.folder, index))))));
    await expect(timePile(pile, async (paths) => (await work(paths)).toReversed())).rejects.toThrow("the SHA-256 sums of the files are not those of the pile");
    writeFileSync(fileName(pile.folder, 4), "another text ".repeat(100));
    await expect(timePile(pile, work)).rejects.toThrow("are not those of the pile");
  });
});
