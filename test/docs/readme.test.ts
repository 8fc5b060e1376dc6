/** The README's first program runs as it stands, a process of its own, and prints what the README says. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, programsOf, removeFolder, runNode, writeProgram } from "./page.ts";

let folder: string;
beforeAll(() => {
  folder = makeFolder();
});
afterAll(() => {
  removeFolder(folder);
});

test("the README's first program prints what stands below it", async () => {
  const [{ text, printed }] = programsOf("README.md");
  expect(await runNode([writeProgram(folder, "program.ts", text)])).toMatchObject({ code: 0, stdout: printed });
});
