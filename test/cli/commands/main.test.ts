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

/** How many of the first lines are in the quick set: one for each kind of mistake. */
const QUICK_LINES = 6;

describe("usage", () => {
  for (const [k, [args, message]] of ([
    [["gofers"], 'warren: unknown command "gofers" — did you mean gophers?'],
    [["help", "gofers"], 'warren: unknown command "gofers" — did you mean gophers?'],
    [["gophers", "--desings", "G1"], "warren: unknown option '--desings' — did you mean --designs?"],
    [["gophers", "--designs", "G12"], 'warren: --designs: "G12" is not one of G1, '],
    [["gophers", "--threads"], "warren: option '--threads <counts>' argument missing"],
    [["gophers", "extra"], "warren: too many arguments for 'gophers'"],
    [["gophers", "--pile", "/no/such/place"], 'warren: --pile: "/no/such/place" cannot be read: no such file or directory'],
    [["gophers", "--pile", "package.json"], 'warren: --pile: "package.json" is not a directory'],
    [["gophers", "-o", "/no/such/place/x"], 'warren: --output: "/no/such/place/x" cannot be written'],
    [["dot", "--size", "L9"], 'warren: --size: "L9" is neither a number of elements'],
    [["--format", "jsn"], 'warren: --format: "jsn" is not one of table, json, csv, markdown, benchfmt, html, svg — did you mean json?'],
    [["--format", "jsn", "gophers"], 'warren: --format: "jsn" is not one of'],
    [["list", "--format", "csv"], 'warren: --format: "csv" is not one of table, json'],
    [["list", "-o", "list.csv"], 'warren: --output: "list.csv" selects the format csv by its extension, which is not one of table, json. Use --format to choose one'],
    [["bench", "--filter", "nosuchthing"], 'warren: --filter: no "scenario/form" contains "nosuchthing"'],
    [["bench", "programs", "--filter", "nosuchthing"], 'warren: --filter: no program\'s name contains "nosuchthing"'],
    [["bench", "programms"], 'warren: the benchmark: "programms" is not one of operations, programs — did you mean programs?'],
    [["balance", "--threads", "1,2"], 'warren: --threads: "1,2" is not an integer from 1 to 126'],
    [["balance", "--unit", "0"], 'warren: --unit: "0" is not a time of at least 0.01 ms such as 250, 250ms or 0.5s'],
    [["balance", "--seed", "-1"], 'warren: --seed: "-1" is not an integer from 0 to 4294967295'],
    [["balance", "--format", "csv"], 'warren: --format: "csv" is not one of table, json'],
    [["balance", "--wrokers", "3"], "warren: unknown option '--wrokers' — did you mean --workers?"],
    [["balance", "extra"], "warren: too many arguments for 'balance'"],
    [["sieve", "--primes", "0"], 'warren: --primes: "0" is not an integer from 1 to 20000'],
    [["tasks", "--count", "many"], 'warren: --count: "many" is not an integer from 1 to 10000000'],
    [["blance"], 'warren: unknown command "blance" — did you mean balance?'],
    [["--quick", "--publish"], "warren: use --quick or --publish, not both"],
  ] as const).entries()) it(`warren ${JSON.stringify(args)}: one line on standard error, exit code 2`, { tags: k < QUICK_LINES ? [] : ["deep"] }, async () => {
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

  it("prints the version of the package", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { version: string };
    expect(await warren(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
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
