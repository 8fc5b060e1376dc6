import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ascii, isUnicode } from "../../../src/cli/terminal/characters.ts";

describe("isUnicode", () => {
  it.each<[boolean, NodeJS.ProcessEnv]>([
    [true, {}], [true, { LANG: "" }], [true, { LANG: "en_GB.UTF-8" }], [true, { LANG: "C.utf8" }], [true, { LANG: "C", LC_ALL: "C.UTF-8" }], [true, { LANG: "POSIX", LC_CTYPE: "de_DE.UTF-8" }],
    [false, { LANG: "C" }], [false, { LANG: "POSIX" }], [false, { LANG: "de_DE.ISO-8859-1" }], [false, { LANG: "en_GB.UTF-8", LC_ALL: "C" }],
  ])("%s for %j", (expected, environment) => expect(isUnicode(environment)).toBe(expected));
});

describe("ascii", () => {
  it("replaces bars, signs, dashes and letters", () => {
    expect(ascii("██▌ 3.66× ±4 % — G1…G6 45 µs ≥ 2 · ▁▃▇")).toBe("##= 3.66x +-4 % - G1...G6 45 us >= 2 . 137");
    expect(ascii("0.8³, U₁, hₚ, L = ½, Π₂")).toBe("0.8^3, U1, hp, L = 1/2, Pi2");
  });

  it("leaves what belongs to the user", () => expect(ascii("Straße/日本.txt")).toBe("Straße/日本.txt"));

  it("knows every character that the command prints", () => {
    const sources = ["src/cli", "src/lab/print", "src/lab/talk", "src/lab/figures", "src/lab/machine", "bench"].flatMap((folder) => readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts")).map((name) => readFileSync(join(folder, name), "utf8")));
    const used = new Set(sources.flatMap((text) => [...text.replace(/\/\*[\s\S]*?\*\//g, "").matchAll(/\P{ASCII}/gu)].map(([character]) => character)));
    expect(used.size).toBeGreaterThan(20);
    expect([...used].filter((character) => !/^\p{ASCII}+$/u.test(ascii(character)))).toEqual([]);
  });
});
