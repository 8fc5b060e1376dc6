/** `warren drivers` for real, as small as it gets, and what it refuses. */
import { describe, expect, it } from "vitest";
import { DRIVERS } from "../../../src/cli/programs/catalogue.ts";
import { warren } from "../warren-process.ts";

describe("warren drivers", () => {
  it("runs on one thread unless told otherwise, and holds its checks", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["drivers", "--length", "200", "--unit", "0.5", "--format", "json", "-q"]);
    expect([code, stderr]).toEqual([0, ""]);
    const report = JSON.parse(stdout) as { threads: number; findings: { kind: string; verdict: string }[] };
    const checks = report.findings.filter(({ kind }) => kind === "check");
    expect(report.threads).toBe(1);
    expect(checks).toHaveLength(7);
    expect(checks.filter(({ verdict }) => verdict !== "holds")).toEqual([]);
  });

  it("refuses a length in which the disk does nothing", () => {
    expect(() => DRIVERS.resolve({ length: "199" })).toThrow('--length: "199" is not an integer from 200 to 1000000');
  });
});
