/** The README: short, its program runs as it stands in a process of its own, and its picture and screen are those of the stored results. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ROOT } from "../structure/sources.ts";
import { makeFolder, programsOf, removeFolder, runNode, writeProgram } from "./page.ts";

let folder: string;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  removeFolder(folder);
});

test("the README has at most 150 lines", () => {
  expect(readFileSync(join(ROOT, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThanOrEqual(150);
});

test("its first program prints what the page says", async () => {
  const [{ text, printed }] = programsOf("README.md");
  expect(await runNode([writeProgram(folder, "program.ts", text)])).toMatchObject({ code: 0, stdout: printed });
});

test("its picture and its screen, and the tables of docs/results, are made from the published reports", async () => {
  expect(await runNode([join(ROOT, "scripts/picture.ts"), "--check"])).toMatchObject({ code: 0, stderr: "" });
});
