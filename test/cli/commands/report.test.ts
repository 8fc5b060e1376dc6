/** `warren report` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { printJson, printHtml } from "../../../src/cli/print/formats.ts";
import { fullResult } from "../../lab/report/full-result.ts";
import { warren } from "../warren-process.ts";

const folder = mkdtempSync(join(tmpdir(), "warren-report-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const result = await fullResult({ worlds: ["wait"], designs: ["G1", "G6"], dot: false });
const json = printJson(result);
const page = `${await printHtml(result)}\n`;

test("a result becomes a page: in a file, on standard output, from standard input", async () => {
  writeFileSync(join(folder, "run.json"), json);
  expect(await warren(["report", "run.json", "-o", "run.html"], { cwd: folder })).toEqual({ code: 0, stdout: "", stderr: "wrote run.html\n" });
  expect(readFileSync(join(folder, "run.html"), "utf8")).toBe(page);
  expect(await warren(["report", "-"], { stdin: json })).toEqual({ code: 0, stdout: page, stderr: "" });
});

test.each([
  [["report"], undefined, /missing required argument 'result'/],
  [["report", "missing.json"], undefined, /^warren: result: "missing.json" cannot be read: no such file or directory\n$/],
  [["report", "-"], "{", /^warren: standard input is not JSON/],
  [["report", "-", "-o", "/nowhere/run.html"], json, /^warren: --output: "\/nowhere\/run.html" cannot be written/],
  [["report", "-"], JSON.stringify({ ...result, cells: [], gains: [] }), /contains no measurements/],
])("%j is refused with exit code 2", { tags: ["deep"] }, async (args, stdin, message) => {
  const outcome = await warren(args as string[], stdin === undefined ? {} : { stdin });
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toBe("");
  expect(outcome.stderr).toMatch(message);
});
