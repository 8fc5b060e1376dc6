/** Test runners, and the coverage of code that ran on threads. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case } from "../case.ts";
import { RESULT, WORK, testFile } from "../programs/tested.ts";

const json = JSON.stringify;
const VITEST = 'import { test } from "vitest";\n';

/** The coverage of the lines of work.js that a report gives, in %. */
function linesOf(folder: string): number {
  const summary = JSON.parse(readFileSync(join(folder, "coverage/coverage-summary.json"), "utf8")) as Record<string, { lines: { pct: number } }>;
  const [, work] = Object.entries(summary).find(([file]) => file.endsWith("work.js")) ?? [];
  if (work === undefined) throw new Error(`the report has no work.js: ${Object.keys(summary).join(" ")}`);
  return work.lines.pct;
}

/** The runner counts what ran on threads, or does not. */
const counts = (isCounted: boolean) => (folder: string): void => {
  const lines = linesOf(folder);
  if ((lines === 100) !== isCounted) throw new Error(`${lines} % of the lines of work.js are covered`);
};

const tested = (id: string, group: "runners" | "vitest", what: string, files: Readonly<Record<string, string>>, step: string, more: Partial<Case> = {}): Case => ({
  id, section: "Test runners", group, what, files: { "work.js": WORK, ...files }, steps: [step], expected: { file: ["result.json", RESULT] }, ...more,
});

const vitest = (config: string): Record<string, string> => ({ "work.test.js": testFile(VITEST), "vitest.config.js": `export default { test: { testTimeout: 60_000, ${config} } };\n` });
const C8 = "c8 --reporter=json-summary --include work.js";
const covered = (isCounted: boolean): Partial<Case> => ({ expected: { file: ["result.json", RESULT], check: counts(isCounted) }, ...(isCounted ? { remark: "code on threads counts" } : { right: "limit", remark: "the tests work, but code on threads counts as not covered. Run c8 around the runner" }) });

const JEST = { "jest.config.js": "export default { testEnvironment: \"node\", testTimeout: 60_000, transform: {} };\n" };
const TS_JEST = {
  "jest.config.js": "export default { testEnvironment: \"node\", testTimeout: 60_000, extensionsToTreatAsEsm: [\".ts\"], transform: { \"^.+\\\\.ts$\": [\"ts-jest\", { useESM: true, diagnostics: false }] } };\n",
  "tsconfig.json": json({ compilerOptions: { target: "es2022", module: "nodenext", isolatedModules: true, allowJs: true } }),
};

export const RUNNERS: readonly Case[] = [
  tested("vitest-forks", "vitest", "vitest, pool forks", vitest('pool: "forks"'), "vitest run", { isSmall: true }),
  tested("vitest-threads", "vitest", "vitest, pool threads", vitest('pool: "threads"'), "vitest run"),
  tested("vitest-vm-threads", "vitest", "vitest, pool vmThreads", vitest('pool: "vmThreads"'), "vitest run"),
  tested("vitest-coverage-v8", "vitest", "vitest, coverage v8", vitest('coverage: { provider: "v8", reporter: ["json-summary"], include: ["work.js"] }'), "vitest run --coverage", covered(false)),
  tested("vitest-coverage-istanbul", "vitest", "vitest, coverage istanbul", vitest('coverage: { provider: "istanbul", reporter: ["json-summary"], include: ["work.js"] }'), "vitest run --coverage", covered(false)),
  tested("vitest-c8", "vitest", "vitest in c8", vitest('pool: "forks"'), `${C8} vitest run`, covered(true)),
  tested("jest", "runners", "jest, ES modules", { ...JEST, "work.test.js": testFile() }, "NODE_OPTIONS=--experimental-vm-modules jest"),
  tested("ts-jest", "runners", "ts-jest, ES modules", { ...TS_JEST, "work.test.ts": testFile() }, "NODE_OPTIONS=--experimental-vm-modules jest"),
  tested("jest-coverage", "runners", "jest, coverage v8", { ...JEST, "work.test.js": testFile() }, "NODE_OPTIONS=--experimental-vm-modules jest --coverage --coverageProvider=v8 --coverageReporters=json-summary --collectCoverageFrom=work.js", covered(false)),
  tested("jest-c8", "runners", "jest in c8", { ...JEST, "work.test.js": testFile() }, `NODE_OPTIONS=--experimental-vm-modules ${C8} jest`, covered(true)),
  tested("node-test", "runners", "node:test", { "work.test.js": testFile('import { test } from "node:test";\n') }, "node --test"),
  tested("node-test-coverage", "runners", "node:test with its coverage", { "work.test.js": testFile('import { test } from "node:test";\n') }, "node --test --experimental-test-coverage --test-coverage-include=work.js", { expected: { file: ["result.json", RESULT], stdout: /work\.js +\| +100\.00 \| +100\.00 \| +100\.00/ }, remark: "code on threads counts" }),
  tested("mocha", "runners", "mocha", { "work.test.js": testFile("", "it") }, "mocha --timeout 60000 work.test.js"),
  tested("mocha-c8", "runners", "mocha in c8", { "work.test.js": testFile("", "it") }, `${C8} mocha --timeout 60000 work.test.js`, covered(true)),
];
