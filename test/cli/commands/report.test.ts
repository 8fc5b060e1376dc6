/** `warren report` as a user runs it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { printBenchfmt } from "../../../src/cli/print/benchfmt.ts";
import { printCsv, printHtml, printJson, printMarkdown, printPlain, printSvg } from "../../../src/cli/print/formats.ts";
import { reportFormat } from "../../../src/cli/commands/report.ts";
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

test("a terminal gets the first screen instead of HTML, unless a format or a file is given", () => {
  expect([reportFormat({}, true), reportFormat({}, false), reportFormat({ verbose: true }, false), reportFormat({ output: "x" }, true), reportFormat({ format: "html" }, true)]).toEqual(["table", "html", "table", "html", "html"]);
});

test("the extension of the file selects the format, --format goes before it, and both write what a measurement writes", { tags: ["deep"] }, async () => {
  const texts: readonly (readonly [args: readonly string[], text: string])[] = [
    [["-o", "out.json"], printJson(result)],
    [["-o", "out.csv"], printCsv(result)],
    [["-o", "out.md"], printMarkdown(result)],
    [["-o", "out.bench"], printBenchfmt(result)],
    [["-o", "out.pdf", "--format", "csv"], printCsv(result)],
    [["-o", "out.svg"], await printSvg(result, "auto")],
    [["-o", "dark.svg", "--theme", "dark"], await printSvg(result, "dark")],
    [["-o", "out"], await printHtml(result)],
    [["-o", "lines.txt", "--plain", "-v"], printPlain(result)],
  ];
  for (const [args, text] of texts) {
    expect(await warren(["report", "-", ...args], { stdin: json, cwd: folder })).toEqual({ code: 0, stdout: "", stderr: `wrote ${args[1]}\n` });
    expect(readFileSync(join(folder, args[1] as string), "utf8")).toBe(`${text}\n`);
  }
});

test("a report is a result, too: as a table, with everything, without colours", { tags: ["deep"] }, async () => {
  writeFileSync(join(folder, "again.html"), page);
  const { stdout } = await warren(["report", "again.html", "--format", "table"], { cwd: folder, environment: { FORCE_COLOR: "1" } });
  expect(stdout).toContain("\u001b[1mGophers that WAIT");
  expect(stdout).toContain("report again.html -o report.html");
  const plain = await warren(["--no-color", "report", "again.html", "-v"], { cwd: folder, environment: { FORCE_COLOR: "1", COLUMNS: "100" } });
  expect(plain.stdout).toMatch(/^Gophers that WAIT: [\s\S]*^design +threads +time/m);
  expect(plain.stdout).not.toContain("\u001b");
  const asJson = await warren(["report", "again.html", "--format", "json"], { cwd: folder });
  expect(asJson.stdout).toBe(`${json}\n`);
});

test.each([
  [["report"], undefined, /missing required argument 'result'/],
  [["report", "missing.json"], undefined, /^warren: result: "missing.json" cannot be read: no such file or directory\n$/],
  [["report", "-"], "{", /^warren: standard input is not JSON/],
  [["report", "-", "-o", "/nowhere/run.html"], json, /^warren: --output: "\/nowhere\/run.html" cannot be written/],
  [["report", "-", "-o", "x.pdf"], json, /^warren: --output: "x.pdf" selects no format: its extension ".pdf" is not one of \.txt, .*\. Use --format to choose one\n$/],
  [["report", "-", "--plain", "-o", "x.html"], json, /^warren: --plain cannot be used with --output "x.html", because its extension selects html\n$/],
  [["report", "-", "--theme", "dark"], json, /^warren: --theme cannot be used with the format html: only a picture has one \(--format svg\)\n$/],
  [["report", "-", "-q", "-v"], json, /^warren: use --quiet or --verbose, not both\n$/],
  [["report", "-"], JSON.stringify({ ...result, cells: [], gains: [] }), /contains no measurements/],
])("%j is refused with exit code 2", { tags: ["deep"] }, async (args, stdin, message) => {
  const outcome = await warren(args as string[], stdin === undefined ? {} : { stdin });
  expect(outcome.code).toBe(2);
  expect(outcome.stdout).toBe("");
  expect(outcome.stderr).toMatch(message);
});
