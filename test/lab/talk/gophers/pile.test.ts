import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { emptiness } from "../../../../src/lab/talk/gophers/pile.ts";
import { digTooDeep, emptyTree, oddTree } from "../../../workers/gophers/tree.ts";

test("a pile with a file that can be read has one", async () => {
  using tree = oddTree();
  expect(await emptiness(tree.directory)).toBeNull();
});

test("an empty pile is named, with what was skipped and what could not be read", async () => {
  using tree = emptyTree();
  mkdirSync(join(tree.directory, "below"));
  expect(await emptiness(tree.directory)).toBe(`there is no file in ${tree.directory}`);
  symlinkSync("nowhere", join(tree.directory, "one"));
  symlinkSync("nowhere", join(tree.directory, "below", "two"));
  expect(await emptiness(tree.directory)).toBe(`there is no file in ${tree.directory}; skipped 2 symbolic links`);
  digTooDeep(tree.directory);
  expect(await emptiness(tree.directory)).toMatch(/^there is no file in .* that can be read; skipped 2 symbolic links; 1 path could not be read, the first is d+.*: ENAMETOOLONG: name too long$/);
});

test("a directory that is not there is an error", async () => {
  await expect(emptiness("/no/such/place")).rejects.toMatchObject({ code: "ENOENT" });
});
