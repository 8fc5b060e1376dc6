import { describe, expect, it } from "vitest";
import { printCsv, printJson, printMarkdown, printPlain } from "../../../src/cli/print/formats.ts";
import { fakeHeadline, fakeResult } from "./fake-result.ts";

/** The records of a CSV text by column name; RFC 4180 without line breaks in fields. */
function readCsv(text: string): Record<string, string>[] {
  const [names = [], ...lines] = text.split("\n").map((line) => [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? ""));
  return lines.map((line) => Object.fromEntries(names.map((name, index) => [name, line[index] ?? "(no field)"])));
}

describe("json", () => {
  it("is schema warren/1 and nothing else", async () => {
    const result = JSON.parse(printJson(await fakeResult())) as Record<string, unknown>;
    expect(Object.keys(result)).toEqual(["schema", "tool", "env", "config", "cells", "gainRule", "gains", "checks"]);
    expect(result["schema"]).toBe("warren/1");
    const [cell] = result["cells"] as Record<string, unknown>[];
    expect(Object.keys(cell as object)).toEqual(expect.arrayContaining([
      "design", "gophers", "items", "params", "predicted", "program", "samples", "summary", "threads", "trace", "verdict", "world",
    ]));
    expect(Object.keys((cell as { summary: object }).summary)).toEqual(["medianNs", "ci", "n", "grade", "flags"]);
    expect((cell as { samples: object[] }).samples[0]).toMatchObject({ block: 0, run: 0, wallNs: expect.any(Number), windowNs: expect.any(Number), cpuNs: [expect.any(Number)], runDelayNs: [0] });
    expect((result["gains"] as object[])[1]).toMatchObject({ design: "G1", world: "cpu", threads: 2, I: 1, ci: { P: [expect.any(Number), expect.any(Number)] } });
    expect((result["checks"] as object[])[0]).toEqual({ name: "each book once", ok: true, detail: expect.any(String) });
  });
});

describe("csv", () => {
  it("has a header, one line per cell and as many fields in each", async () => {
    const text = printCsv(await fakeResult());
    expect(text.split("\n")).toHaveLength(17);
    expect(readCsv(text).every((record) => !Object.values(record).includes("(no field)"))).toBe(true);
    expect(text).toMatch(/^program,world,design,gophers,threads,items,params,median_ns,/);
  });

  it("has all that the trace says, and where the gains come from", async () => {
    const result = await fakeHeadline();
    const records = readCsv(printCsv(result));
    for (const [index, { trace, predicted, summary }] of result.cells.entries()) {
      const record = records[index] ?? {};
      expect(Number(record["parallelism"])).toBe(trace.A);
      expect(Number(record["two_or_more"])).toBe(trace.Pi2);
      expect(Number(record["concurrency"])).toBe(trace.L);
      expect(Number(record["cpu_parallelism"])).toBe(trace.Acpu);
      expect(record["of_predicted"]).toBe(predicted === undefined ? "" : String(summary.medianNs / predicted.ns));
      expect(record["approximate"]).toBe("false");
    }
    const g6 = records.find(({ world, design, threads }) => world === "mixed" && design === "G6" && threads === "1") ?? {};
    expect(g6["predicted_is_bound"]).toBe("true");
    expect(Number(g6["fill"]) * Number(g6["work"])).toBeCloseTo(2, 1);
  });

  it("leaves what is not known empty", async () => {
    const [record] = readCsv(printCsv(await fakeResult({ designs: ["G4"], blocks: 2 })));
    expect(record).toMatchObject({ parallelism: "", C: "", C_low: "", median_ns_low: "", grade: "", fill: "" });
  });

  it("says last what makes each row unreliable", async () => {
    const result = await fakeResult({ blocks: 2, designs: ["G1", "G4"], worlds: ["wait"] });
    const text = printCsv({ ...result, env: { ...result.env, warnings: ["the machine is busy: load 12, on 2 cores"] } });
    expect(text.split("\n")[0]).toMatch(/,U1,doubts$/);
    for (const { doubts } of readCsv(text)) expect(doubts).toBe("the machine is busy: load 12, on 2 cores; fewer than 6 blocks: no intervals");
    const records = readCsv(printCsv({
      ...result, checks: [{ name: "books", ok: false, detail: "1 lost" }], config: { ...result.config, interrupted: true, blocksDone: 1, blocks: 2 },
      cells: result.cells.map((cell, index) => ({ ...cell, trace: { ...cell.trace, approximate: index === 2 }, summary: { ...cell.summary, ci: [1, 2] as const, grade: index === 0 ? "D" as const : "A" as const, flags: index === 1 ? ["drift:+5%", "interrupted"] : [] } })),
    }));
    const general = "interrupted after 1 whole block of 2; check failed: books: 1 lost";
    expect(records.map(({ doubts }) => doubts)).toEqual([
      `${general}; the 95 % interval is wider than ±10 %`, `${general}; drift +5 %: later blocks were slower or faster than earlier ones`, `${general}; the figures of the trace are approximate`, general,
    ]);
    const fine = await fakeHeadline();
    for (const { doubts } of readCsv(printCsv({ ...fine, env: { ...fine.env, warnings: [] }, cells: fine.cells.map((cell) => ({ ...cell, summary: { ...cell.summary, grade: "A", flags: [] } })) }))) expect(doubts).toBe("");
  });

  it("quotes what needs it", async () => {
    const result = await fakeResult({ worlds: ["cpu"] });
    const text = printCsv({ ...result, cells: result.cells.map((cell) => ({ ...cell, world: 'a "b", c' })) });
    expect(text).toContain('gophers,"a ""b"", c",G1,');
    expect(readCsv(text)[0]?.["world"]).toBe('a "b", c');
  });
});

describe("plain", () => {
  it("has the same number of blank-separated fields in every line", async () => {
    const lines = printPlain(await fakeResult({ blocks: 3, designs: ["G4"] })).split("\n");
    expect(new Set(lines.map((line) => line.split(/ +/).length))).toEqual(new Set([19]));
    expect(lines[1]).toMatch(/ - .* concurrent-only +- +- +-$/);
    const traced = printPlain(await fakeHeadline()).split("\n");
    expect(new Set(traced.map((line) => line.split(/ +/).length))).toEqual(new Set([19]));
  });
});

describe("markdown", () => {
  it("lists what makes the figures unreliable, before the tables", async () => {
    const result = await fakeResult({ designs: ["G1", "G4"], worlds: ["wait"], threads: [1] });
    const text = printMarkdown({ ...result, env: { ...result.env, warnings: ["the machine is busy"] }, cells: result.cells.map((cell, index) => ({ ...cell, summary: { ...cell.summary, flags: ["short", ...(index === 1 ? ["drift:+5%"] : [])] } })) });
    expect(text).toContain("\n\nWhat makes these figures unreliable:\n\n- the machine is busy\n- short: runs shorter than 100 ms\n- drift +5 %: later blocks were slower or faster than earlier ones (gophers G4, wait, 1 thread)\n\n### ");
    expect(printMarkdown({ ...result, env: { ...result.env, warnings: [] } })).not.toContain("unreliable");
  });

  it("has a table for each world, with absolute times next to the ratios", async () => {
    const text = printMarkdown(await fakeHeadline());
    expect(text.match(/^### /gm)).toHaveLength(4);
    expect(text).toMatch(/^\| G7 \| 8 \| 2 \| 128\.0 ms \| ±0\.\d % \| \d\.\d\d \| \d\.\d\d \| \d\.\d\d \| 2\.00 \| 2\.00 \| 100 % \| 128 ms \| \d+ % \| parallel \| A \|$/m);
    expect(text).toMatch(/^\| G6 \| 4 \| 1 \|.*\| ≥240 ms \| 100 % \|/m);
    for (const table of text.split("### ").slice(1)) {
      const widths = table.split("\n").filter((line) => line.startsWith("|")).map((line) => line.split("|").length);
      expect(widths.length).toBeGreaterThan(4);
      expect(new Set(widths).size).toBe(1);
    }
  });
});
