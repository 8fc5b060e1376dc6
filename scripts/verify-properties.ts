/**
 * Properties: the tests that use fast-check, and random programs over the public entry
 * in which every value is counted (verify/programs): `npm run verify:properties`.
 *
 *   --seed n      the seed of both; without it one from the clock
 *   --minutes n   how long random programs are run, 1 by default
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { runPrograms } from "../verify/programs/programs.ts";

const ROOT = join(import.meta.dirname, "..");
/** What vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly numTotalTests: number;
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly { readonly assertionResults: readonly { readonly fullName: string; readonly status: string; readonly failureMessages: readonly string[] }[] }[];
}

function propertyFiles(): string[] {
  return readdirSync(join(ROOT, "test"), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts") && readFileSync(join(ROOT, "test", name), "utf8").includes('from "fast-check"'))
    .map((name) => `test/${name.replaceAll("\\", "/")}`)
    .toSorted();
}

/** Whether every property holds. */
function runProperties(seed: string): boolean {
  const files = propertyFiles();
  const folder = mkdtempSync(join(tmpdir(), "warren-properties-"));
  try {
    const output = join(folder, "report.json");
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const began = performance.now();
    const { stderr } = spawnSync(process.execPath, [vitest, "run", "--reporter=json", `--outputFile=${output}`, ...files], { cwd: ROOT, encoding: "utf8", env: { ...process.env, WARREN_SEED: seed } });
    const seconds = (performance.now() - began) / 1000;
    const { numTotalTests, numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(output, "utf8")) as Report;
    console.log(`properties: ${files.length} files, ${numPassedTests} of ${numTotalTests} tests hold, ${numFailedTests} counterexamples, ${seconds.toFixed(1)} s, seed ${seed}; npm run verify:properties -- --seed ${seed}`);
    for (const { fullName, status, failureMessages } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
      if (status === "failed") console.log(`  FAILED: ${fullName}\n${failureMessages.join("\n")}`);
    }
    if (numPassedTests === 0) console.log(stderr);
    return numPassedTests > 0 && numFailedTests === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({ options: { seed: { type: "string", default: String(Date.now() % 1_000) }, minutes: { type: "string", default: "1" } } });
const hold = runProperties(values.seed);
const { passed, lines } = await runPrograms({ seed: Number(values.seed) % 1000, minutes: Number(values.minutes) });
for (const line of lines) console.log(line);
process.exitCode = hold && passed ? 0 : 1;
