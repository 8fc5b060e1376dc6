/** `warren search` for real, as small as it gets, and what it refuses. */
import { describe, expect, it } from "vitest";
import { SEARCH } from "../../../src/cli/programs/catalogue.ts";
import { warren } from "../warren-process.ts";

describe("warren search", () => {
  it("holds its checks for all versions", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["search", "--queries", "20", "--unit", "0.1", "--format", "json", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const { findings, series } = JSON.parse(stdout) as { findings: { kind: string; verdict: string }[]; series: { rows: unknown[] }[] };
    const checks = findings.filter(({ kind }) => kind === "check");
    expect(checks).toHaveLength(10);
    expect(checks.filter(({ verdict }) => verdict !== "holds")).toEqual([]);
    expect(series[0]?.rows).toHaveLength(4);
  });

  it("refuses too few queries", () => {
    expect(() => SEARCH.resolve({ queries: "19" })).toThrow('--queries: "19" is not an integer from 20 to 1000000');
  });
});
