import { describe, expect, it } from "vitest";
import { printBenchfmt, printCsv, printJson, printMarkdown, printPlain } from "../../src/cli/formats.ts";
import { fakeResult } from "./fake-result.ts";

describe("json", () => {
  it("is schema warren/1 and nothing else", async () => {
    const result = JSON.parse(printJson(await fakeResult())) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(["schema", "tool", "env", "config", "cells", "gains", "checks"]);
    expect(result["schema"]).toBe("warren/1");
    const [cell] = result["cells"] as Record<string, unknown>[];
    expect(Object.keys(cell as object).toSorted()).toEqual([
      "design", "gophers", "items", "params", "predicted", "program", "samples", "summary", "threads", "trace", "verdict", "world",
    ]);
    expect(Object.keys((cell as { summary: object }).summary)).toEqual(["medianNs", "ci", "n", "grade", "flags"]);
    expect((cell as { samples: object[] }).samples[0]).toEqual({ block: 0, run: 0, wallNs: expect.any(Number), windowNs: expect.any(Number), cpuNs: [expect.any(Number)], runDelayNs: [0] });
    expect((result["gains"] as object[])[1]).toMatchObject({ design: "G1", world: "cpu", threads: 2, C: 1, I: 1, ci: { P: [expect.any(Number), expect.any(Number)] } });
    expect((result["checks"] as object[])[0]).toEqual({ name: "each book once", ok: true, detail: expect.any(String) });
  });
});

describe("csv", () => {
  it("has a header, one line per cell and as many fields in each", async () => {
    const lines = printCsv(await fakeResult()).split("\n");
    expect(lines).toHaveLength(17);
    expect(new Set(lines.map((line) => line.split(",").length)).size).toBe(1);
    expect(lines[0]).toMatch(/^program,world,design,gophers,threads,items,params,median_ns,/);
  });

  it("quotes what needs it", async () => {
    const result = await fakeResult({ worlds: ["cpu"] });
    const cells = result.cells.map((cell) => ({ ...cell, world: 'a "b", c' }));
    expect(printCsv({ ...result, cells })).toContain('gophers,"a ""b"", c",G1,');
  });
});

describe("plain", () => {
  it("has the same number of blank-separated fields in every line", async () => {
    const lines = printPlain(await fakeResult({ blocks: 3, designs: ["G4"] })).split("\n");
    expect(new Set(lines.map((line) => line.split(/ +/).length))).toEqual(new Set([16]));
    expect(lines[1]).toMatch(/ - .* concurrent-only$/);
  });
});

describe("markdown", () => {
  it("has a table for each world, with absolute times", async () => {
    const text = printMarkdown(await fakeResult());
    expect(text.match(/^### /gm)).toHaveLength(2);
    expect(text).toMatch(/^\| G7 \| 8 \| 2 \| \d+ ms \| \d+ ms – \d+ ms \| 1\.00 \| 2\.0\d|1\.9\d \|/m);
  });
});

describe("benchfmt", () => {
  it("is Go's benchmark format, one line for each cell and block", async () => {
    const lines = printBenchfmt(await fakeResult()).split("\n");
    expect(lines.slice(0, 4)).toEqual(["goos: linux", "goarch: amd64", "pkg: warren", "cpu: Test CPU"]);
    expect(lines.slice(4)).toHaveLength(16 * 6);
    for (const line of lines.slice(4)) expect(line).toMatch(/^BenchmarkGophers\/world=(cpu|wait)\/design=G\d+-[12]\t1\t\d+ ns\/op$/);
  });
});
