// @module-tag deep
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../bench/service/main.ts", import.meta.url));

it("the service under load gives the right answers in every form", { timeout: 120_000 }, async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ["--disable-warning=ExperimentalWarning", MAIN, "--connections", "4", "--bytes", "70000", "--rounds", "600", "--seconds", "0.5", "--repeat", "1", "--json"]);
  const { runs } = JSON.parse(stdout) as { runs: Record<string, { errors: number; answered: number }[]> };
  expect(Object.keys(runs)).toEqual(["one thread", "piscina", "warren"]);
  for (const [form, [run]] of Object.entries(runs)) {
    expect(run.errors, form).toBe(0);
    expect(run.answered, form).toBeGreaterThan(0);
  }
});
