/** `warren balance` for real, as small as it gets, and what it refuses. No assertion on a time or a statistic. */
import { describe, expect, it } from "vitest";
import { BALANCE } from "../../../src/cli/programs/catalogue.ts";
import { UsageError } from "../../../src/cli/options/values.ts";
import { warren } from "../warren-process.ts";

describe("warren balance", () => {
  it("writes the table, with the checks of every part, to standard output and the rest to standard error", async () => {
    const { code, stdout, stderr } = await warren(["balance", "--simple", "--unit", "0.05", "--threads", "1", "--no-color"], { environment: { COLUMNS: "80" } });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^balance · 1 thread · items 96 · u = 0\.05 ms · seed 1 · /);
    expect(stdout.match(/^ {2}results with z = x·y +96 +96 {2}holds$/gm)).toHaveLength(3);
    expect(stdout).toContain("\nAll 9 checks held; ");
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(stderr).toContain("simple balancer, 16 workers\n");
  });

  it("writes the same as JSON, schema warren-program/1", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["balance", "--policy", "heap", "--systems", "2", "--length", "300", "--unit", "0.5ms", "--format", "json", "--seed", "7", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const report = JSON.parse(stdout) as { findings: { kind: string; name: string; verdict: string }[] };
    expect(report).toMatchObject({
      schema: "warren-program/1", tool: { name: "warren" }, program: "balance", unitMs: 0.5, seed: 7,
      config: { requesters: 100, workers: 10, systems: 2, length: 300 }, series: [], notes: expect.any(Array), conclusion: expect.any(String),
    });
    const checks = report.findings.filter(({ kind }) => kind === "check");
    expect(checks).toHaveLength(4);
    expect(checks.filter(({ verdict }) => verdict !== "holds")).toEqual([]);
    expect(report.findings.find(({ name }) => name === "throughput")).toMatchObject({ kind: "statistic", expected: { kind: "about", value: expect.any(Number), by: expect.any(Number) }, measured: expect.any(Number) });
  });

  it.each([
    [{ policy: "heep" }, '--policy: "heep" is not one of heap, round-robin, random, two-choices, all — did you mean heap?'],
    [{ workers: "0" }, '--workers: "0" is not an integer from 1 to 1000'],
    [{ systems: "many" }, '--systems: "many" is not an integer from 1 to 100'],
    [{ length: "200" }, '--length: "200" is not an integer from 300 to 1000000'],
    [{ simple: true, policy: "heap" }, "--policy cannot be used with --simple"],
    [{ policy: "heap", workers: "4" }, "--workers cannot be used with --policy: the realistic balancer has 10 workers"],
  ])("refuses %j", (raw, message) => {
    expect(() => BALANCE.resolve(raw)).toThrow(UsageError);
    expect(() => BALANCE.resolve(raw)).toThrow(message);
  });
});
