import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { printHtml, printJson } from "../../../src/cli/print/formats.ts";
import { parseResult, readResult } from "../../../src/cli/saved/result-file.ts";
import { UsageError } from "../../../src/cli/options/values.ts";
import { fullResult } from "../../lab/report/full-result.ts";

const result = await fullResult({ worlds: ["wait"], designs: ["G1", "G6"], dot: false });

test("what --format json wrote is read back, and what is new in it stays", async () => {
  const folder = mkdtempSync(join(tmpdir(), "warren-result-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "run.json"), printJson({ ...result, later: true } as never));
  expect(await readResult(join(folder, "run.json"))).toEqual({ ...JSON.parse(JSON.stringify(result)), later: true });
});

test("the result in a report is read back", async () => {
  const page = await printHtml({ ...result, config: { ...result.config, command: ["</script><script>"] } });
  expect(parseResult(page, "x").config.command).toEqual(["</script><script>"]);
  expect(parseResult(await printHtml(result), "x")).toEqual(JSON.parse(JSON.stringify(result)));
});

test.each([
  ["not JSON", "{\n}}", /^"run.json" is not JSON: .*$/],
  ["a page of something else", "<!doctype html><p>hello", /^"run.json" is not a report of warren: it is markup without a result in it$/],
  ["of another kind", "[]", /^"run.json" is not a result of warren: it has no schema; write one with --format json$/],
  ["of a newer warren", '{"schema":"warren/2"}', /^"run.json" was written by a newer warren: its schema is "warren\/2", and warren \d\S+ reads "warren\/1"; use that warren to read it$/],
  ["of another version", '{"schema":"warren/0"}', /its schema is "warren\/0", not "warren\/1"/],
  ["CSV", "program,world\ngophers,cpu\n", /^"run.json" is not JSON: [^\n]+$/],
  ["binary", "\u0001\u0002\n\u0003", /^"run.json" is not JSON: \P{Cc}+$/u],
  ["null", "null", /it has no schema/],
  ["empty", '{"schema":"warren/1"}', /is not a whole result of warren: tool.version is missing$/],
])("a file that is %s is refused", (_, text, message) => {
  expect(() => parseResult(text, '"run.json"')).toThrow(UsageError);
  expect(() => parseResult(text, '"run.json"')).toThrow(message);
});

test("what is missing or of another kind is named by its place", () => {
  const broken = (change: (copy: any) => void): (() => unknown) => {
    const copy = structuredClone(result);
    change(copy);
    return () => parseResult(JSON.stringify(copy), "x");
  };
  expect(broken((copy) => delete copy.cells[2].summary.medianNs)).toThrow("cells[2].summary.medianNs is missing");
  expect(broken((copy) => (copy.cells[1].samples[3].wallNs = "1"))).toThrow("cells[1].samples[3].wallNs is a string, not a number");
  expect(broken((copy) => (copy.gains = {}))).toThrow("gains is an object, not an array");
  expect(broken((copy) => (copy.cells[0] = null))).toThrow("cells[0].program is missing");
  expect(broken((copy) => (copy.env = null))).toThrow("env.cpu is missing");
});

test("values from which no figure can be formed are named by their place", () => {
  const edited = (change: (copy: any) => void): (() => unknown) => {
    const copy = structuredClone(result);
    change(copy);
    return () => parseResult(JSON.stringify(copy).replaceAll('"huge"', "1e999"), "x");
  };
  expect(edited((copy) => (copy.cells[1].samples[3].wallNs = 0))).toThrow("x is not a whole result of warren: cells[1].samples[3].wallNs is 0, not a number above zero");
  expect(edited((copy) => (copy.cells[1].samples[3].wallNs = -5))).toThrow("cells[1].samples[3].wallNs is -5, not a number above zero");
  expect(edited((copy) => (copy.cells[1].samples[3].wallNs = Number.NaN))).toThrow("cells[1].samples[3].wallNs is null, not a number");
  expect(edited((copy) => (copy.cells[1].samples[3].wallNs = "huge"))).toThrow("cells[1].samples[3].wallNs is Infinity, not a number above zero");
  expect(edited((copy) => (copy.cells[0].items = 0))).toThrow("cells[0].items is 0, not a number above zero");
  expect(edited((copy) => (copy.gains[1].P = 0))).toThrow("gains[1].P is 0, not a number above zero");
  expect(edited((copy) => (copy.cells[2].samples = []))).toThrow("x is not a result that warren wrote: cells[2].samples is empty: gophers G6, wait, 1 thread");
  expect(edited((copy) => copy.cells.push(copy.cells[1]))).toThrow("cells[4] is the same cell as cells[1]: gophers G1, wait, 2 threads");
  expect(edited((copy) => copy.cells[1].samples.push(copy.cells[1].samples[2]))).toThrow(/cells\[1\]\.samples\[\d+\] is the same run as samples\[2\]: gophers G1, wait, 2 threads/);
});

test("a file that is not there, or is a directory", async () => {
  await expect(readResult("/nowhere/run.json")).rejects.toThrow(/^result: "\/nowhere\/run.json" cannot be read: no such file or directory$/);
  await expect(readResult(tmpdir())).rejects.toThrow(new UsageError(`result: ${JSON.stringify(tmpdir())} cannot be read: it is a directory`));
});
