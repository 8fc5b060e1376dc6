// @module-tag deep
/** The packed package in real projects: a small part of `npm run verify:projects`. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CASES } from "../../verify/projects/cases/cases.ts";
import { type Result, runCases } from "../../verify/projects/run.ts";

const SMALL = CASES.filter(({ isSmall }) => isSmall);
/** Packing builds, installing fetches. */
const TIMEOUT_MS = 600_000;

let folder: string;
let results: readonly Result[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-projects-"));
  results = await runCases(SMALL, { folder });
}, TIMEOUT_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

test.each(SMALL.map(({ id, what }) => [id, what]))("%s: %s", (id) => {
  expect(results.find((result) => result.case.id === id)?.problem).toBeUndefined();
});

test("each case has a name of its own", () => {
  expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
});
