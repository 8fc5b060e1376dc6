// @module-tag deep
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../bench/programs/main.ts", import.meta.url));

interface Printed {
  readonly rows: readonly { readonly program: string; readonly form: string; readonly threads: number; readonly wholeMs: number; readonly workMs: number; readonly cpuMs: number }[];
  readonly faults: readonly string[];
}

describe("real programs as a benchmark", () => {
  it.each([
    ["gzip", ["plain 1", "warren 1", "warren 2", "warren 4", "piscina 2", "workers 2"]],
    ["pipeline-batches", ["plain 1", "warren 1", "warren 2", "warren 4"]],
  ])("%s gives the same result in every form, and times for each", { timeout: 120_000 }, async (program, forms) => {
    const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, program, "--quick", "--json"]);
    const { rows, faults } = JSON.parse(stdout) as Printed;
    expect(faults).toEqual([]);
    expect(rows.map(({ form, threads }) => `${form} ${threads}`).filter((form) => !form.startsWith("go"))).toEqual(forms);
    for (const { wholeMs, workMs, cpuMs } of rows) {
      expect(wholeMs).toBeGreaterThan(workMs);
      expect(Math.min(workMs, cpuMs)).toBeGreaterThan(0);
    }
  });
});
