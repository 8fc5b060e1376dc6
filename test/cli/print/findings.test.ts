import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { printReport } from "../../../src/cli/print/findings.ts";
import { REPORT } from "./fake-report.ts";

const style = { width: 120, color: false };

describe("printReport", () => {
  it("prints the golden report", async () => {
    await expect(`${printReport(REPORT, style)}\n`).toMatchFileSnapshot("golden/report.txt");
  });

  it("prints the golden report for 80 columns", async () => {
    const text = printReport(REPORT, { ...style, width: 80 });
    expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    await expect(`${text}\n`).toMatchFileSnapshot("golden/report-80.txt");
  });

  it("says the same with and without colour", () => {
    const colored = printReport(REPORT, { ...style, color: true });
    expect(colored).not.toBe(printReport(REPORT, style));
    expect(stripVTControlCharacters(colored)).toBe(printReport(REPORT, style));
  });

  it("does not indent findings without parts, and leaves out what there is none of", () => {
    const findings = REPORT.findings.slice(0, 1).map((finding) => ({ ...finding, part: null }));
    const lines = printReport({ ...REPORT, findings, series: [], notes: [] }, style).split("\n");
    expect(lines.slice(3)).toEqual([
      "                   expected  measured  result  because",
      "requests answered   517,383   517,383  holds",
      "",
      "1 of 1 checks held. The heap keeps the workers even.",
    ]);
  });
});
