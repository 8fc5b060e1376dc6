/**
 * Runs the tests that use fast-check with one seed, and prints one line:
 * `npm run verify:properties -- --seed n`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";

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

function main(): number {
  const { values } = parseArgs({ options: { seed: { type: "string", default: String(Date.now() % 1_000_000) } } });
  const files = propertyFiles();
  const folder = mkdtempSync(join(tmpdir(), "warren-properties-"));
  try {
    const output = join(folder, "report.json");
    const vitest = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
    const began = performance.now();
    const { stderr } = spawnSync(process.execPath, [vitest, "run", "--reporter=json", `--outputFile=${output}`, ...files], { cwd: ROOT, encoding: "utf8", env: { ...process.env, WARREN_SEED: values.seed } });
    const seconds = (performance.now() - began) / 1000;
    const { numTotalTests, numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(output, "utf8")) as Report;
    console.log(`properties: ${files.length} files, ${numPassedTests} of ${numTotalTests} tests hold, ${numFailedTests} counterexamples, ${seconds.toFixed(1)} s, seed ${values.seed}; npm run verify:properties -- --seed ${values.seed}`);
    for (const { fullName, status, failureMessages } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
      if (status === "failed") console.log(`  FAILED: ${fullName}\n${failureMessages.join("\n")}`);
    }
    if (numPassedTests === 0) console.log(stderr);
    return numPassedTests > 0 && numFailedTests === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

process.exitCode = main();
