import { stripVTControlCharacters } from "node:util";
import { describe, expect, it } from "vitest";
import { printTable } from "../../src/cli/table.ts";
import { fakeResult } from "./fake-result.ts";

const style = { width: 120, color: false, verbose: false };

const rowOf = (text: string, design: string) => text.split("\n").find((row) => row.startsWith(design))?.split(/\s+/);

describe("printTable", () => {
  it("prints the golden table", async () => {
    await expect(`${printTable(await fakeResult(), style)}\n`).toMatchFileSnapshot("golden/table.txt");
  });

  it("prints the golden table for 80 columns", async () => {
    await expect(`${printTable(await fakeResult(), { ...style, width: 80 })}\n`).toMatchFileSnapshot("golden/table-80.txt");
  });

  it.each([40, 60, 80, 100, 120])("keeps to %i columns, or to the columns that are needed", async (width) => {
    const lines = printTable(await fakeResult(), { ...style, width }).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(Math.max(width, 59));
  });

  it("names the columns it leaves out", async () => {
    expect(printTable(await fakeResult(), { ...style, width: 60 }).replaceAll(/\s+/g, " ")).toContain("Not shown at this width: gophers, 95 %, noise, S, model, of model;");
  });

  it("says the same with and without colour", async () => {
    const result = await fakeResult();
    const colored = printTable(result, { ...style, color: true });
    expect(colored).not.toBe(stripVTControlCharacters(colored));
    expect(stripVTControlCharacters(colored)).toBe(printTable(result, style));
  });

  it("prints no ratio that was not measured", async () => {
    const withoutBase = printTable(await fakeResult({ designs: ["G4", "G6"] }), style);
    expect(rowOf(withoutBase, "G4")).toEqual(expect.arrayContaining(["?"]));
    const fewBlocks = printTable(await fakeResult({ blocks: 3 }), style);
    expect(rowOf(fewBlocks, "G1")?.filter((text) => text === "?")).toHaveLength(2);
  });

  it("marks a result that was interrupted", async () => {
    expect(printTable(await fakeResult({ config: { interrupted: true, blocksDone: 1 } }), style)).toContain("INTERRUPTED after 1 whole block of 6");
  });

  it("gives the reasons when asked to", async () => {
    expect(printTable(await fakeResult(), { width: 240, color: false, verbose: true })).toMatch(/parallel {2,}.*several threads had a processor at once/);
  });
});
