/** Nothing measured is lost: results that cannot be written where they should go, and streams that nobody reads. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseResult } from "../../../src/cli/saved/result-file.ts";
import { printJson } from "../../../src/cli/print/formats.ts";
import type { Result } from "../../../src/lab/result.ts";
import { fakeResult } from "../print/fake-result.ts";
import { warren, type Outcome, type RunOptions } from "../warren-process.ts";

const SMALL = ["gophers", "--designs", "G1", "--threads", "1", "--world", "wait", "--blocks", "1", "--runs", "1", "--warmup", "1", "--books", "8", "--unit", "1ms", "--min-time", "1"];
const NO_SPACE = "no space left on device";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "warren-writing-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const run = (args: readonly string[], options: RunOptions = {}): Promise<Outcome> => warren(args, { cwd: folder, ...options });
const redirected = (redirection: string): RunOptions => ({ shell: `exec "$0" "$@" ${redirection}` });
/** Files of the folder of saved results. */
const saved = (): string[] => readdirSync(join(folder, ".warren"));
/** The result that a message says is kept. */
const keptBy = (stderr: string): Result => {
  const [, path = ""] = /the result as JSON is in (\S+)\n/.exec(stderr) ?? [];
  expect(path).toMatch(/^\.warren\/warren-result-[-\dTZ]+\.json$/);
  return parseResult(readFileSync(join(folder, path), "utf8"), path);
};

describe.skipIf(process.platform !== "linux")("standard output", () => {
  it.each([["list"], ["--help"], ["--version"], ["help", "gophers"]])("that is full ends %s with one line and 1", async (...args) => {
    expect(await run(args, redirected("> /dev/full"))).toEqual({ code: 1, stdout: "", stderr: `warren: standard output cannot be written: ${NO_SPACE}\n` });
  });

  it.each([["> /dev/full", NO_SPACE], ["1< /dev/null", "bad file descriptor"]])("%s: the measurement is kept as JSON", { tags: ["deep"] }, async (redirection, reason) => {
    const { code, stderr } = await run([...SMALL, "-q"], redirected(redirection));
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^warren: standard output cannot be written: ${reason}; the result as JSON is in .*\\n$`));
    expect(keptBy(stderr).cells).toHaveLength(1);
  });

  it("that is closed: the measurement is kept as JSON, unless it is also saved", { tags: ["deep"] }, async () => {
    const { code, stderr } = await run([...SMALL, "-q"], redirected(">&-"));
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^warren: standard output is closed; .*\n$/)]);
    expect(keptBy(stderr).cells).toHaveLength(1);
    expect(await run([...SMALL, "-q", "--save", "main"], redirected(">&-"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await run([...SMALL, "-q"], redirected("> /dev/null"))).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(saved().toSorted()).toEqual(["main.json", expect.stringMatching(/^warren-result-/)]);
  });

  it("on a disk that fills half-way is an error, too", async () => {
    const result = printJson(await fakeResult());
    writeFileSync(join(folder, "run.json"), result);
    expect(result.length).toBeGreaterThan(20_000);
    const { code, stderr } = await run(["report", "run.json"], { shell: 'ulimit -f 8; exec "$0" "$@" > out.html' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warren: standard output cannot be written: file too large; the result is lost, because no other place takes it: file too large; file too large\n$/);
    expect(readdirSync(folder).toSorted()).toEqual(["out.html", "run.json"]);
  });

  it("can be named as a file", async () => {
    const { stdout } = await run(["list"]);
    expect(await run(["list", "-o", "/dev/stdout"])).toEqual({ code: 0, stdout, stderr: "" });
  });
});

describe.skipIf(process.platform !== "linux")("standard error", { tags: ["deep"] }, () => {
  it.each(["2> /dev/full", "2< /dev/null", "2>&-", "2> >(exec <&-)"])("%s stops no measurement", async (redirection) => {
    const { code, stdout } = await run(SMALL, { shell: `exec bash -c 'exec "$0" "$@" ${redirection}' "$0" "$@"` });
    expect([code, stdout]).toEqual([0, expect.stringContaining("All 4 checks held")]);
  });
});

describe.skipIf(process.platform !== "linux")("a file", () => {
  it("that cannot be written at the end: the measurement is kept as JSON", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await run([...SMALL, "-q", "-o", "/dev/full"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toMatch(new RegExp(`^warren: /dev/full cannot be written: ${NO_SPACE}; the result as JSON is in .*\\n$`));
    expect(keptBy(stderr).config.command).toContain("/dev/full");
  });

  it("that is there stays as it is if the new one cannot be written", async () => {
    writeFileSync(join(folder, "run.json"), printJson(await fakeResult()));
    writeFileSync(join(folder, "old.html"), "old");
    const { code, stderr } = await run(["report", "run.json", "-o", "old.html"], { shell: 'ulimit -f 8; exec "$0" "$@"' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^warren: old\.html cannot be written: file too large; the result is lost, /);
    expect([readFileSync(join(folder, "old.html"), "utf8"), readdirSync(folder).toSorted()]).toEqual(["old", ["old.html", "run.json"]]);
  });

  it("of one option that cannot be written does not stop the others", { tags: ["deep"] }, async () => {
    writeFileSync(join(folder, "book"), "hello");
    const pile = ["gophers", "--designs", "G1", "--threads", "1", "--blocks", "1", "--runs", "1", "--warmup", "1", "--pile", "book.d", "-q"];
    const { code, stderr } = await run([...pile, "-o", "/dev/full", "--manifest", "m.txt", "--save", "main"], { shell: 'mkdir book.d && mv book book.d && exec "$0" "$@"' });
    expect(code).toBe(1);
    expect(stderr).toContain("the result as JSON is in .warren/");
    expect(readFileSync(join(folder, "m.txt"), "utf8")).toMatch(/ {2}\.\/book\n$/);
    expect(saved()).toContain("main.json");
  });

  it.each([
    [["--save", "main"], /^warren: \.warren\/main\.json cannot be written: file too large; the result as JSON is lost, /],
    [["-o", "new.json"], /^warren: new\.json cannot be written: file too large; the result as JSON is lost, /],
  ])("%j leaves nothing of what could not be written", { tags: ["deep"] }, async (args, message) => {
    const { code, stderr } = await run([...SMALL, "-q", ...args], { shell: 'ulimit -f 8; exec "$0" "$@"' });
    expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    expect(readdirSync(folder, { recursive: true }).filter((name) => name !== ".warren")).toEqual([]);
  });

  it("of a program or a trace is kept as it is", { tags: ["deep"] }, async () => {
    const program = await run(["patterns", "generator", "--threads", "1", "-q", "--format", "json", "-o", "/dev/full"]);
    expect([program.code, program.stderr]).toEqual([1, expect.stringMatching(/^warren: \/dev\/full cannot be written: .*; the result as JSON is in \.warren\/warren-patterns-[-\dTZ]+\.json\n$/)]);
    const trace = await run(["trace", "gophers", "--books", "12", "--unit", "1ms", "--min-time", "1", "-q", "-o", "/dev/full"]);
    expect([trace.code, trace.stdout]).toEqual([1, expect.stringMatching(/^gophers G6, wait, 2 threads/)]);
    expect(trace.stderr).toMatch(/^warren: \/dev\/full cannot be written: .*; the result as JSON is in \.warren\/warren-output-[-\dTZ]+\.json\n$/);
    for (const file of saved()) expect(JSON.parse(readFileSync(join(folder, ".warren", file), "utf8"))).toBeTypeOf("object");
  });
});
