import { stripVTControlCharacters } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { printTable } from "../../../src/cli/print/table.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fakeHeadline, fakeResult } from "./fake-result.ts";

const style = { width: 120, color: false, verbose: false };

const rowOf = (text: string, design: string) => text.split("\n").find((row) => row.startsWith(design))?.split(/\s+/);

const widthOf = (text: string) => Math.max(...text.split("\n").map((line) => line.length));

/** The text as one line. */
const flat = (text: string) => text.replaceAll(/\s+/g, " ");

let headline: Result;
beforeAll(async () => {
  headline = await fakeHeadline();
});

describe("printTable", () => {
  it.each([120, 80, 60, 40])("prints the golden table for %i columns", async (width) => {
    const text = printTable(headline, { ...style, width });
    expect(widthOf(text)).toBeLessThanOrEqual(width);
    await expect(`${text}\n`).toMatchFileSnapshot(`golden/table-${width}.txt`);
  });

  it("prints the golden tables of --verbose", async () => {
    await expect(`${printTable(headline, { width: 132, color: false, verbose: true })}\n`).toMatchFileSnapshot("golden/table-verbose.txt");
  });

  it("has every column in 120 characters", () => {
    const heads = printTable(headline, style).split("\n").filter((line) => line.startsWith("design ")).map((line) => line.split(/ {2,}/));
    expect(heads[0]).toEqual(["design", "gophers", "threads", "time", "± 95 %", "C", "P", "S", "running", "on CPU", "2+", "vs model", "verdict", "noise"]);
    expect(heads[3]).toEqual(["design", "tasks", "threads", "time", "± 95 %", "C", "P", "S", "running", "on CPU", "2+", "GB/s", "verdict", "noise"]);
  });

  it("has the same columns in all worlds, one under the other", () => {
    for (const width of [40, 60, 80, 100, 120]) {
      const heads = printTable(headline, { ...style, width }).split("\n").filter((line) => line.startsWith("design "));
      expect(heads).toHaveLength(4);
      expect(new Set(heads.slice(0, 3)).size).toBe(1);
    }
  });

  it("names the columns it leaves out", () => {
    expect(flat(printTable(headline, { ...style, width: 60 }))).toContain("Not shown at this width: gophers, ± 95 %, running, on CPU, 2+, vs model, noise, tasks, GB/s;");
  });

  it("says the same with and without colour", () => {
    const colored = printTable(headline, { ...style, color: true });
    expect(colored).not.toBe(stripVTControlCharacters(colored));
    expect(stripVTControlCharacters(colored)).toBe(printTable(headline, style));
  });

  it("prints no ratio that was not measured", async () => {
    const withoutBase = printTable(await fakeResult({ designs: ["G4", "G6"] }), style);
    expect(withoutBase).toMatch(/^design {2}gophers {2}threads {4}time {2}± 95 % {2}on CPU {2}vs model {2}verdict/m);
    expect(rowOf(printTable(await fakeResult({ blocks: 3 }), style), "G1")).toContain("?");
  });

  it("has no columns for a trace where there was none, and ? where a cell has none", async () => {
    const bare = await fakeResult();
    expect(printTable(bare, style)).not.toMatch(/^design .*(?:running|2\+)/m);
    const [first, ...others] = headline.cells;
    const { Acpu } = first?.trace ?? {};
    const text = printTable({ ...headline, cells: [{ ...first, trace: { Acpu } } as (typeof headline.cells)[number], ...others] }, style);
    expect(rowOf(text, "G1")?.filter((field) => field === "?")).toHaveLength(2);
  });

  it("marks figures that tracing has changed, and says why", async () => {
    const text = printTable(await fakeHeadline({ tracingCost: 0.08 }), style);
    expect(text).toMatch(/^G6 .* ~2\.00 +2\.00 {2}~100 % /m);
    expect(flat(text)).toContain("~: approximate, because tracing slowed the run by more than 5 %, events were lost, or the CPU clock contradicts the trace.");
    expect(printTable(headline, style)).not.toContain("~");
  });

  it("says where the model gives only a lower bound", () => {
    const text = printTable(headline, { ...style, verbose: true });
    expect(text).toMatch(/^G7 +1 +≥240 ms +8\.00 +100 % /m);
    expect(flat(text)).toContain("≥: the model gives only a lower bound.");
  });

  it("gives threads that were sliced no credit", async () => {
    expect(printTable(await fakeHeadline({ processors: 1 }), style)).toMatch(/^G6 +4 +2 .* 1\.98 +1\.00 +98 % .* time-sliced/m);
  });

  it("marks a result that was interrupted, and the processors it was confined to", async () => {
    expect(printTable(await fakeResult({ config: { interrupted: true, blocksDone: 1 } }), style)).toContain("INTERRUPTED after 1 whole block of 6");
    expect(printTable(await fakeResult({ config: { cpus: "0" } }), style)).toContain(", pinned to CPU 0,");
  });

  it("gives the reasons when asked to, once for all cells that share them", () => {
    const text = printTable(headline, { width: 240, color: false, verbose: true });
    expect(text).toMatch(/^parallel: .* \(G4, G6 and G7 on 2 threads\)$/m);
    expect(text).toMatch(/^outliers \d: blocks far from the others; they count like the rest \(/m);
  });
});
