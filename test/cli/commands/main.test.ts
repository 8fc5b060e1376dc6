/** The command as a process: exit codes, and what goes to which stream. Nothing here measures. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROGRAMS } from "../../../src/cli/programs/catalogue.ts";
import { EXPERIMENTS } from "../../../src/lab/talk/gophers/experiments/catalogue.ts";
import { warren } from "../warren-process.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-cli-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe("usage", () => {
  // malformed.test.ts has many more
  it.each([
    [["gofers"], 'warren: unknown command "gofers" — did you mean gophers?'],
    [["gophers", "--desings", "G1"], "warren: unknown option '--desings' — did you mean --designs?"],
    [["gophers", "--designs", "G12"], 'warren: --designs: "G12" is not one of G1, '],
    [["gophers", "-o", "/no/such/place/x"], 'warren: --output: "/no/such/place/x" cannot be written'],
  ])("warren %j: one line on standard error, exit code 2", async (args, message) => {
    const { code, stdout, stderr } = await warren(args);
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  it("refuses an older Node in one line", async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.1.0"}})';
    const { code, stderr } = await warren(["list"], { node: ["--import", pretend] });
    expect(stderr).toMatch(/^warren: needs Node 24\.0 or newer, and this is Node 22\.1\.0 \(.*\)\n$/);
    expect(code).toBe(2);
  });
});

describe("help", () => {
  it.each([["--help"], ["help"], ["-h"]])("warren %s leads with examples and fits 80 columns", async (...args) => {
    const { code, stdout, stderr } = await warren(args);
    expect([code, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^Examples:\n {2}warren /);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each(["gophers", "dot", "balance", "sieve", "tasks", "sawzall", "patterns", "bench", "env", "list"])("lists only what %s has", { tags: ["deep"] }, async (command) => {
    const { code, stdout } = await warren([command, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Examples:/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(await warren(["help", command])).toMatchObject({ code: 0, stdout });
  });

  it.each([["--version"], ["-V"], ["version"]])("%s prints the version of the package", async (...args) => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await warren(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("of warren has the commands before its few options, and the exit codes", async () => {
    const { stdout } = await warren(["--help"]);
    const places = ["Usage: ", "  gophers ", "  completions ", "Options:\n", "  --quick ", "warren gophers --help", "Exit codes:\n", "  130 "].map((text) => stdout.indexOf(text));
    expect(places.every((place, index) => place > (places[index - 1] ?? 0))).toBe(true);
    expect(stdout).not.toMatch(/^ +--(?:warmup|min-time|blocks) /m);
    expect((await warren(["gophers", "--help"])).stdout).toMatch(/^ +--blocks <n>[^]*\nExit codes: warren --help\n$/m);
  });

  it("is found below a command", async () => {
    const { code, stdout } = await warren(["help", "trace", "gophers"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^Usage: warren trace gophers \[options\]\n/)]);
    expect((await warren(["trace", "gophers", "--help"])).stdout).toBe(stdout);
  });
});

describe("list and env", () => {
  it("list the eleven designs and the experiments", async () => {
    const { code, stdout, stderr } = await warren(["list"]);
    expect([code, stderr]).toEqual([0, ""]);
    for (let design = 1; design <= 11; design++) expect(stdout).toContain(`G${design} `);
    for (const { name, what } of EXPERIMENTS) expect(stdout).toContain(`  ${name.padEnd(8)} ${what}`);
  });

  it("write JSON to standard output, or the same to a file", async () => {
    const path = join(folder, "list.json");
    const { stdout } = await warren(["list", "--format", "json"]);
    expect(await warren(["list", "-o", path])).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(await readFile(path, "utf8")).toBe(stdout);
    expect(JSON.parse(stdout)).toMatchObject({ experiments: EXPERIMENTS.map(({ name }) => expect.objectContaining({ name })), programs: expect.arrayContaining(["gophers", "dot", ...PROGRAMS.map(({ name }) => name), "bench"].map((name) => expect.objectContaining({ name }))) });
  });

  it("tell the machine", async () => {
    const { code, stdout } = await warren(["env", "--format", "json"]);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cores: expect.any(Number), node: process.versions.node, warnings: expect.any(Array) });
  });

  it("do not mind a reader that goes away", async () => {
    const { code, stderr } = await warren(["list"], { closeStdout: true });
    expect([code, stderr]).toEqual([0, ""]);
  });
});
