/** `warren compare`, `--save` and `--baseline` as processes: what goes to which stream, and the exit codes. */
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Comparison } from "../../../src/lab/comparison.ts";
import type { Result } from "../../../src/lab/result.ts";
import { simulatedResult } from "../../lab/figures/simulated-result.ts";
import { warren, type RunOptions } from "../warren-process.ts";

let folder: string;
const many = await simulatedResult({ seed: 3, cells: 8, noise: 0.005 });
const run = (args: readonly string[], options: RunOptions = {}) => warren(args, { cwd: folder, environment: { COLUMNS: "100" }, ...options });
const write = (name: string, value: unknown): Promise<void> => writeFile(join(folder, name), typeof value === "string" ? value : JSON.stringify(value));

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-compare-"));
  const result = await simulatedResult({ seed: 1, cells: 3, noise: 0.005 });
  await write("a.json", result);
  await write("b.json", await simulatedResult({ seed: 2, cells: 3, noise: 0.005, slower: (cell) => (cell === 1 ? 1.12 : 1) }));
  await write("many.json", many);
  await write("other.json", { ...result, cells: result.cells.map((cell) => ({ ...cell, world: "wait" })) });
  await write("empty.json", { ...result, cells: [] });
  await write("text.json", "hello");
  await write("package.json", { name: "x", version: "1" });
  await write("future.json", { ...result, schema: "warren/2" });
  await write("half.json", JSON.stringify(result).replaceAll('"samples"', '"examples"'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("warren compare", () => {
  it("prints a table with times, ratios, intervals and outcomes, and a sentence", async () => {
    const { code, stdout, stderr } = await run(["compare", "a.json", "b.json"]);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^before: a\.json, 2026-01-01 00:00, 10 blocks, warren 0\.1\.0, Node 24\.21\.0\nafter: b\.json, /);
    expect(stdout).toContain("\n\ngophers, cpu\ndesign  threads    before     after  ratio  95 %         outcome\n");
    expect(stdout).toMatch(/^D1 +1 +2\d\d\.\d ms +2\d\d\.\d ms +1\.1\d\d +1\.1\d\d–1\.1\d\d +slower$/m);
    expect(stdout).toMatch(/^D0 +1 +[\d.]+ ms +[\d.]+ ms +[01]\.\d{3} +\S+ +no difference found$/m);
    expect(stdout).toMatch(/^3 cells in both: 2 with no difference found and 1 slower\. gophers D1, cpu, 1 thread\s+takes\s+1\.1\d\s+times\s+as\s+long\.$/m);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  it("exits with 1 only if a cell is slower by more than --max-regression", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await run(["compare", "a.json", "b.json", "--max-regression", "5%"]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warren: regression: gophers D1, cpu, 1 thread: 2\d\d ms → 2\d\d ms, 1\.1\d× \(95 %: 1\.1\d to 1\.1\d\)\n$/);
    expect(stdout).toContain("1 cell is significantly slower by more than 5 %.");
    expect(await run(["compare", "b.json", "a.json", "--max-regression", "5%"])).toMatchObject({ code: 0, stderr: "" });
    const lax = await run(["compare", "a.json", "b.json", "--max-regression", "20%"]);
    expect(lax.code).toBe(0);
    expect(lax.stdout).toContain("No cell is significantly slower by more than 20 %.");
  });

  it("gives JSON and Markdown, to a file too, and reads standard input", { tags: ["deep"] }, async () => {
    const { code, stdout } = await run(["compare", "-", "b.json", "--format", "json"], { stdin: await readFile(join(folder, "a.json"), "utf8") });
    expect(code).toBe(0);
    const { schema, cells, a } = JSON.parse(stdout) as Comparison;
    expect([schema, a.name]).toEqual(["warren-comparison/1", "-"]);
    expect(cells.map(({ outcome }) => outcome)).toEqual(["equal", "slower", "equal"]);
    expect(await run(["compare", "a.json", "b.json", "-o", "out.md"])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(join(folder, "out.md"), "utf8")).toMatch(/^\| D1 \| 1 \| 2\d\d\.\d ms \| 2\d\d\.\d ms \| 1\.1\d\d \| \S+ \| slower \| {2}\| {2}\|$/m);
  });

  it("says first what makes them hard to compare: three warnings, or all with -v; it belongs to the result, so it is there with -q", { tags: ["deep"] }, async () => {
    const result = JSON.parse(await readFile(join(folder, "b.json"), "utf8")) as Result;
    await write("elsewhere.json", { ...result, env: { ...result.env, node: "26.1.0", warnings: ["busy", "very busy"] }, config: { ...result.config, seed: 7 } });
    const { code, stdout, stderr } = await run(["compare", "a.json", "elsewhere.json"]);
    expect([code, stderr]).toEqual([0, ""]);
    const three = "warning: Node: 24.21.0 before, 26.1.0 after\nwarning: seed: 1 before, 7 after\nwarning: elsewhere.json: busy\n";
    expect(stdout).toContain(`, Node 26.1.0\n${three}1 more warning: -v\n\ngophers, cpu\n`);
    expect((await run(["compare", "a.json", "elsewhere.json", "-q"])).stdout).toBe(stdout);
    expect((await run(["compare", "a.json", "elsewhere.json", "-v"])).stdout).toContain(`${three}warning: elsewhere.json: very busy\n\n`);
    const json = ["compare", "a.json", "elsewhere.json", "--format", "json"];
    expect((await run(json)).stderr).toBe(`${three}1 more warning: -v\n`);
    expect((await run([...json, "-q"])).stderr).toBe("");
  });

  it("counts the cells that only one of them has, and names them with -v", { tags: ["deep"] }, async () => {
    await write("part.json", { ...many, cells: many.cells.slice(0, 2) });
    expect((await run(["compare", "many.json", "part.json"])).stdout).toContain("\n\nOnly in the result before: 6 cells (-v names them).\n\n");
    expect((await run(["compare", "part.json", "many.json"])).stdout).toContain("\n\nOnly in the result after: 6 cells (-v names them).\n\n");
    expect((await run(["compare", "part.json", "many.json", "-v"])).stdout.replaceAll(/\s+/g, " ")).toContain("Only in the result after: gophers D2, cpu, 1 thread; gophers D3, cpu, 1 thread; gophers D4,");
  });

  it("lets no missing cell pass --max-regression, unless --allow-missing says so", { tags: ["deep"] }, async () => {
    await write("less.json", { ...many, cells: many.cells.slice(0, 6) });
    const gate = ["compare", "many.json", "less.json", "--max-regression", "50%"];
    const { code, stderr } = await run(gate);
    expect([code, stderr]).toEqual([1, "warren: missing: 2 cells of many.json are not in less.json: gophers D6, cpu, 1 thread; gophers D7, cpu, 1 thread (--allow-missing lets that pass)\n"]);
    expect(await run([...gate, "--allow-missing"])).toMatchObject({ code: 0, stderr: "" });
    expect(await run(["compare", "less.json", "many.json", "--max-regression", "50%"])).toMatchObject({ code: 0, stderr: "" });
  });

  it.each([
    [["a.json"], "missing required argument 'b'"],
    [["a.json", "nowhere.json"], 'compare: there is no file "nowhere.json"'],
    [["a.json", "mian"], 'compare: there is no result "mian" (nothing has been saved here: --save NAME does)'],
    [["a.json", "text.json"], '"text.json" is not JSON: '],
    [["package.json", "a.json"], '"package.json" is not a result of warren: it has no schema; write one with --format json'],
    [["a.json", "future.json"], '"future.json" was written by a newer warren: its schema is "warren/2", and warren '],
    [["a.json", "half.json"], '"half.json" is not a whole result of warren: cells[0].samples is missing'],
    [["a.json", "empty.json"], 'compare: "empty.json" contains no measurements to compare with'],
    [["a.json", "other.json"], '"a.json" and "other.json" have no cell in common'],
    [["-", "-"], "only one of the results can be standard input"],
    [["a.json", "b.json", "--max-regression", "1%"], '--max-regression: "1%" is not a percentage from 3% '],
    [["a.json", "b.json", "--format", "csv"], '--format: "csv" is not one of table, json, markdown'],
    [["a.json", "b.json", "-o", "/no/such/place"], '--output: "/no/such/place" cannot be written'],
  ])("compare %j: exit 2 and one line", { tags: ["deep"] }, async (args, message) => {
    const { code, stdout, stderr } = await run(["compare", ...args]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr.startsWith(`warren: ${message}`), stderr).toBe(true);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
  });
});

describe("--save and --baseline", { tags: ["deep"] }, () => {
  const small = ["gophers", "--designs", "G1", "--threads", "1", "--world", "wait", "--blocks", "1", "--runs", "1", "--warmup", "1", "--books", "8", "--unit", "1ms", "--min-time", "1"];

  let kept: Result;
  beforeAll(async () => {
    const saved = await run([...small, "--save", "main", "-q", "--format", "json"]);
    expect([saved.code, saved.stderr]).toEqual([0, ""]);
    expect(await readdir(join(folder, ".warren"))).toEqual(["main.json"]);
    kept = JSON.parse(await readFile(join(folder, ".warren", "main.json"), "utf8")) as Result;
    expect(kept).toEqual(JSON.parse(saved.stdout));
  }, 60_000);

  it("do the work of the baseline again, and compare", async () => {
    expect(kept.config.calibrations?.["gophers"]?.["iterationsPerMs"]).toBeGreaterThan(0);
    const again = await run([...small, "--baseline", "main", "--max-regression", "5%", "--format", "json"]);
    expect(again.code).toBe(0); // one block: nothing can be significant
    const result = JSON.parse(again.stdout) as Result;
    expect(result.cells[0]?.params).toEqual(kept.cells[0]?.params);
    expect(result.config.calibrations?.["gophers"]?.["iterationsPerMs"]).toBe(kept.config.calibrations?.["gophers"]?.["iterationsPerMs"]);
    expect(result.fits).toEqual([]);
    expect(result.comparison).toMatchObject({
      a: { name: "main", blocks: 1 }, b: { name: "this measurement" },
      cells: [{ cell: { design: "G1" }, scaled: false, ci: null, able: false, outcome: "inconclusive" }],
    });
  });

  it("put the comparison under the table; what has no room for it tells it on standard error", async () => {
    const table = await run([...small, "--baseline", join(folder, ".warren", "main.json"), "-q"]);
    expect(table.stdout).toMatch(/^G1 +1 .* \? +inconclusive$/m);
    const csv = await run([...small, "--baseline", "main", "--format", "csv"]);
    expect(csv.stdout).not.toContain("inconclusive");
    expect(csv.stderr).toContain("1 cell in both: 1 inconclusive.");
  });

  it("compare by name", async () => {
    const { code, stdout } = await run(["compare", "main", "main"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^before: main, .*\nafter: main, /);
  });

  it("are checked before anything is measured", async () => {
    const refuse = async (args: readonly string[], message: string | RegExp): Promise<void> => {
      const { code, stdout, stderr } = await run([...small, ...args]);
      expect([code, stdout]).toEqual([2, ""]);
      expect(stderr).toMatch(message);
      expect(stderr).not.toContain("measuring");
    };
    await refuse(["--baseline", "mian"], /^warren: --baseline: there is no result "mian" — did you mean main\? \(saved: main\)\n$/);
    await refuse(["--baseline", "a.json"], /^warren: --baseline: "a\.json" has none of these cells: it was measured by "warren gophers --quick"\n$/);
    await refuse(["--baseline", "main", "--allow-missing"], /^warren: --allow-missing needs --max-regression: /);
    await refuse(["--save", "../main"], /^warren: --save: "\.\.\/main" is not a name/);
  });

  it("keep nothing of a measurement that was interrupted", async () => {
    let sent = false;
    const { code, stderr } = await run([...small.filter((arg, index) => arg !== "--blocks" && small[index - 1] !== "--blocks"), "--blocks", "500", "--save", "half", "--format", "json"], {
      onStderr: (text, interrupt) => {
        if (sent || !text.includes("block 2 of")) return;
        sent = true;
        interrupt();
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('warren: not saved as "half": the measurement was interrupted');
    expect(await readdir(join(folder, ".warren"))).not.toContain("half.json");
  });
});
