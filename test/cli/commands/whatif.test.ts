/** `warren whatif` for real, as small as it gets: output, files, exit codes. No assertion on a time. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WhatIfResult } from "../../../src/lab/whatif/result.ts";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { warren } from "../warren-process.ts";

const MODULE = "test/lab/whatif/real-tasks.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-whatif-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("warren whatif", () => {
  it("records a task of a module, with arguments, and prints bars, work and span, the critical path and the limit", { tags: ["deep"] }, async () => {
    const { code, stdout, stderr } = await warren(["whatif", MODULE, "--task", "fan", "--args", "[12]", "--runs", "5", "--processors", "1,4", "--plain", "-q"]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    for (const line of [/real-tasks\.ts fan: 13 tasks, \d+ pieces, \d of 5 recordings alike/, /^ +1 +1\.00 +1\.00 +#/m, /^ +4 +\d\.\d\d +\d\.\d\d/m, /^work .*, span .*, on one core/m, /^longest on the critical path: /m, /cores? (buys? nothing|gain \d)|each one more helps/m]) expect(stdout).toMatch(line);
  });

  it("writes JSON, a picture and a page, by the name of the file", { tags: ["deep"] }, async () => {
    for (const name of ["a.json", "a.svg", "a.html"]) {
      const { code } = await warren(["whatif", MODULE, "--task", "pipe", "--args", "[5]", "--runs", "5", "--processors", "1,2", "-o", join(folder, name), "-q"]);
      expect([name, code]).toEqual([name, 0]);
    }
    const result = JSON.parse(await readFile(join(folder, "a.json"), "utf8")) as WhatIfResult;
    expect(result).toMatchObject({ schema: "warren-whatif/1", programs: [{ refused: null, foreseen: { tasks: 3 } }] });
    expect(await readFile(join(folder, "a.svg"), "utf8")).toMatch(/^<svg /);
    expect(await readFile(join(folder, "a.html"), "utf8")).toMatch(/^<!doctype html>/);
  });

  it("a program that fails while it is recorded fails as it would by itself", { tags: ["deep"] }, async () => {
    const { code, stderr } = await warren(["whatif", MODULE, "--task", "fails", "-q"]);
    expect(stderr).toContain("not today");
    expect(code).toBe(1);
  });
});

describe("bad input ends with exit code 2 before anything runs", () => {
  it.each([
    ["a module that is not there", ["./nowhere.ts"]],
    ["a folder", ["./test"]],
    ["a task that is not exported", [MODULE, "--task", "main"]],
    ["arguments that are no JSON", [MODULE, "--args", "{"]],
    ["processors that are no numbers", [MODULE, "--processors", "many"]],
    ["an unknown program", ["gopher"]],
    ["a format that there is not", [MODULE, "--format", "csv"]],
  ])("%s", async (_what, args) => {
    expect(await runCommandLine(["whatif", ...args])).toBe(2);
  });
});
