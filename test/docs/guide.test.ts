// @module-tag deep
/** The programs of the guide and of docs/testing.md: they type-check, and print what the page says on one thread and on two. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf, makeFolder, pattern, programsOf, removeFolder, runPrograms, typeErrors, writeProgram } from "./page.ts";
import { onThreads } from "../on-threads.ts";

const guide = programsOf("docs/guide.md");
/** Blocks that begin with a file's name are parts of the test file, which testing.test.ts runs. */
const programs = [...guide, ...programsOf("docs/testing.md").filter(({ text }) => !/^\/\/ \S+\.ts\n/.test(text))];
let folder: string;
beforeAll(async () => {
  folder = makeFolder();
  for (const [k, { text }] of programs.entries()) writeProgram(folder, `program-${k}.ts`, text);
});
afterAll(() => {
  removeFolder(folder);
});

test("each chapter of the guide begins with a program", () => {
  const headings = new Set(blocksOf("docs/guide.md").map(({ heading }) => heading));
  expect([...new Set(guide.map(({ heading }) => heading))]).toEqual([...headings]);
  expect(programs.length).toBeGreaterThanOrEqual(18);
});

test("they type-check as a user's modules do", async () => {
  expect(await typeErrors(folder)).toBe("");
});

onThreads("on threads: %i", (threads) => {
  let printed: string[];
  beforeAll(async () => {
    printed = await runPrograms(folder, programs, threads);
  });
  test.each(programs.map(({ heading, printed: expected }, k) => [heading, expected, k] as const))("%s", (_heading, expected, k) => {
    expect(printed[k]).toMatch(pattern(expected));
  });
});
