/** `warren sawzall` as a process: one result for every number of threads, and inputs that are refused. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { warren } from "../warren-process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-sawzall-cli-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("warren sawzall", () => {
  test.each(["1", "2"])("on %s threads has the same tables", { tags: ["deep"] }, async (threads) => {
    const path = join(folder, "log");
    await writeFile(path, "one two two\r\nthree three three\u001b[31m\n\nlast");
    const { code, stdout } = await warren(["sawzall", path, "--runs", "1", "--threads", threads, "--format", "json", "-q"]);
    const { findings, series, config } = JSON.parse(stdout);
    expect(config).toMatchObject({ input: path, files: 1, bytes: 41 });
    expect(findings[0]).toMatchObject({ kind: "check", expected: { value: threads === "1" ? 2 : 4 }, verdict: "holds" });
    expect(series[1].rows).toEqual([["count: lines", 4], ["sum: bytes", 37], ["mean: bytes a line", 9.25], ["max: longest line, bytes", 22], ["quantile: half of them have at most", 4], ["quantile: nine tenths", 22], ["quantile: 99 of 100", 22], ["unique: different lines, about", 4]]);
    expect(series[2].rows.slice(0, 2)).toEqual([["three", 3], ["two", 2]]);
    expect(series[3].rows).toEqual([["one two two", 1, 0], ["three three three [31m", 1, 13], ["", 1, 36], ["last", 1, 37]]);
    expect(code).toBe(0);
  });

  test("reads warren's own source if nothing is given", { tags: ["deep"] }, async () => {
    const { code, stdout } = await warren(["sawzall", "--runs", "1", "--threads", "1", "-q"]);
    expect(stdout).toContain("input src");
    expect(code).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)("names each file that it cannot read, reads the others, and ends with 1", { tags: ["deep"] }, async () => {
    const place = join(folder, "shut");
    await mkdir(place);
    await writeFile(join(place, "a"), "one\n");
    await writeFile(join(place, "b"), "two\n", { mode: 0 });
    const { code, stdout, stderr } = await warren(["sawzall", place, "--runs", "1", "--threads", "1", "-q"]);
    expect([code, stderr]).toEqual([1, "warren: check failed: files and directories that could not be read\n"]);
    expect(stdout).toContain(`- ${join(place, "b")}: EACCES: permission denied: left out\n`);
    expect(stdout).toMatch(/^count: lines +1$/m);
  });

  test.each([
    [["/no/such/file"], 'warren: --input: "/no/such/file" cannot be read: no such file or directory'],
    [["/dev/null"], 'warren: --input: "/dev/null" is neither a file nor a directory'],
    [["src", "--input", "src"], 'warren: give the input once: "src" or --input, not both'],
    [["src", "test"], "warren: too many arguments for 'sawzall'"],
  ])("refuses %j", async (args, message) => {
    const { code, stderr } = await warren(["sawzall", ...args]);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(code).toBe(2);
  });
});
