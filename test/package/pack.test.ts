// @module-tag deep
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PRINTED, PROGRAM, tsconfig } from "./consumer.ts";

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, "../..");
const TYPES = join(ROOT, "node_modules/@types");
const COMPILER = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
/** Packing builds, installing fetches. */
const TIMEOUT_MS = 300_000;

let folder: string;
let project: string;

/** The PATH that npm's scripts and npx have: the Node that runs the tests is the first. */
const env = { ...process.env, PATH: `${dirname(process.execPath)}${delimiter}${process.env["PATH"]}`, NO_COLOR: "1" };

/** Runs a program in the consumer's project; fails with what it printed. */
async function inProject(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await execute(program, args, { cwd: project, env }).catch((error: { stdout?: string; stderr?: string }) => {
    throw new Error(`${program} ${args.join(" ")} failed:\n${error.stdout}${error.stderr}`, { cause: error });
  });
  return stdout;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-package-"));
  await execute("npm", ["pack", "--pack-destination", folder], { cwd: ROOT, env });
  const [tarball] = await readdir(folder);
  project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  await writeFile(join(project, "program.ts"), PROGRAM);
  await inProject("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball as string));
}, TIMEOUT_MS);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the packed package, installed elsewhere", () => {
  test("runs a program with tasks on its threads", async () => {
    expect(JSON.parse(await inProject(process.execPath, "program.ts"))).toEqual(PRINTED);
  });

  test.each([
    ["without the DOM's types", ["esnext"]],
    ["with the DOM's types", ["esnext", "dom"]],
  ])("type-checks, declarations included, %s", async (_, lib) => {
    await writeFile(join(project, "tsconfig.json"), tsconfig(lib, TYPES));
    expect(await inProject(process.execPath, COMPILER, "--project", ".")).toBe("");
  });

  test("has the command: list and env", async () => {
    expect(await inProject("npx", "--no-install", "warren", "list")).toContain("G6");
    expect(JSON.parse(await inProject("npx", "--no-install", "warren", "env", "--format", "json"))).toMatchObject({ node: process.versions.node });
  });

  test("measures with the command", async () => {
    const printed = await inProject("npx", "--no-install", "warren", "dot", "--size", "4096", "--kernel", "simd", "--threads", "1", "--blocks", "1", "--min-time", "1", "--warmup", "1", "--format", "json", "-q");
    const { schema, checks } = JSON.parse(printed) as { schema: string; checks: { ok: boolean }[] };
    expect(schema).toBe("warren/1");
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  });

  test("carries what its benchmarks load", async () => {
    const files = await readdir(join(project, "node_modules/warren/dist/bench"), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(["main.js", "ours/child.js", "rivals/go/go.mod", "rivals/openblas.c", "rivals/dot-trial.h", "rivals/js/piscina-worker.js", "rivals/peers/package-lock.json"]));
  });
});
