// @module-tag deep
import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { noServer, startServer, titled } from "../net/with-server.ts";
import { FAILS, FORESEEN, LOADED, NAMED, NET, PLAIN, PRINTED, PROGRAM, TASKS, tsconfig } from "./consumer.ts";

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

/** The program of warren/net. @param servers an expression */
function netProgram(servers: string): string {
  return NET.replace("SERVERS", servers);
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-package-"));
  await execute("npm", ["pack", "--pack-destination", folder], { cwd: ROOT, env });
  const [tarball] = await readdir(folder);
  project = join(folder, "project");
  await mkdir(project);
  await writeFile(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true, type: "module" }));
  await writeFile(join(project, "program.ts"), PROGRAM);
  await writeFile(join(project, "tasks.ts"), TASKS);
  await writeFile(join(project, "plain.ts"), PLAIN);
  await writeFile(join(project, "net.ts"), netProgram('"nats://127.0.0.1:1"'));
  await inProject("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", join(folder, tarball as string));
}, TIMEOUT_MS);

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("the packed package, installed elsewhere", () => {
  test("runs a program with tasks on its threads", async () => {
    expect(JSON.parse(await inProject(process.execPath, "program.ts"))).toEqual(PRINTED);
  });

  test("runs tasks that a statement of their module registers", async () => {
    expect(await inProject(process.execPath, "plain.ts")).toBe("");
  });

  test("gives its threads the name that the program asks for", async () => {
    await writeFile(join(project, "name.ts"), NAMED);
    expect(JSON.parse(await inProject(process.execPath, "name.ts"))).toEqual(["images", "images"]);
  });

  test("predicts by the entry warren/lab, with its types", async () => {
    await writeFile(join(project, "foreseen.ts"), FORESEEN);
    expect(JSON.parse(await inProject(process.execPath, "foreseen.ts"))).toEqual([3, [1, 2]]);
    await writeFile(join(project, "tsconfig.json"), tsconfig({ file: "foreseen.ts", lib: ["esnext"], typeRoots: TYPES }));
    expect(await inProject(process.execPath, COMPILER, "--project", ".")).toBe("");
  });

  test("an error of a task is printed from its message on, with lines of the program only", async () => {
    await writeFile(join(project, "fails.ts"), FAILS);
    const { stderr } = await execute(process.execPath, ["fails.ts"], { cwd: project, env }).then(() => expect.unreachable(), (error: { stderr: string }) => error);
    expect(stderr).toMatch(/^TypeError: Cannot read properties of undefined \(reading 'bar'\)\n {4}at /);
    expect(stderr).not.toContain("node_modules/warren");
    expect(stderr).toContain("--- task bad, spawned at ---");
  });

  test.each([
    ["without the DOM's types", "program.ts", ["esnext"], TYPES],
    ["with the DOM's types", "program.ts", ["esnext", "dom"], TYPES],
    ["with the types of Node and ES2022", "plain.ts", ["es2022"], TYPES],
    ["without the types of Node, ES2022", "plain.ts", ["es2022"], undefined],
    ["without the types of Node, ES2024", "plain.ts", ["es2024"], undefined],
    ["with the DOM's types in place of Node's", "plain.ts", ["es2024", "dom"], undefined],
    ["warren/net with the types of Node", "net.ts", ["esnext"], TYPES],
    ["warren/net with the DOM's types in place of Node's", "net.ts", ["es2024", "dom"], undefined],
    ["warren/net without the types of Node", "net.ts", ["es2024"], undefined],
  ])("type-checks, declarations included, %s", async (_, file, lib, typeRoots) => {
    await writeFile(join(project, "tsconfig.json"), tsconfig({ file, lib, typeRoots }));
    expect(await inProject(process.execPath, COMPILER, "--project", ".")).toBe("");
  });

  test("type-checks with isolatedDeclarations, and declares tasks as they were written", async () => {
    const more = { isolatedDeclarations: true, declaration: true, emitDeclarationOnly: true, outDir: "emitted" };
    await writeFile(join(project, "tsconfig.json"), tsconfig({ file: "plain.ts", lib: ["es2022"], more }));
    expect(await inProject(process.execPath, COMPILER, "--project", ".")).toBe("");
    const declared = await readFile(join(project, "emitted/tasks.d.ts"), "utf8");
    expect(declared).toContain("export declare function halve(n: number): Promise<number>;");
    expect(declared).toContain("export declare const hits: () => Counter;");
  });

  test("declares nothing but its exports and what they are made of", async () => {
    const dist = join(project, "node_modules/warren/dist");
    const files = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".d.ts"));
    const texts = await Promise.all(files.map(async (name) => (await readFile(join(dist, name), "utf8")).replaceAll(/\/\*[^]*?\*\//g, "")));
    expect(texts.flatMap((text) => [...text.matchAll(/\b(?:from |import\()"([^".][^"]*)"/g)].map(([, name]) => name))).toEqual([]);
    expect(texts.filter((text) => /\bBuffer\b|\bNodeJS\b|\bThreadSide\b/.test(text))).toEqual([]);
  });

  test("import \"warren\" loads no file of warren/net, and no NATS client", async () => {
    await writeFile(join(project, "loaded.ts"), LOADED);
    const urls = JSON.parse(await inProject(process.execPath, "loaded.ts")) as string[];
    expect(urls.some((url) => url.endsWith("/warren/dist/src/engine.js"))).toBe(true);
    expect(urls.filter((url) => /\/dist\/src\/net\/|@nats-io/.test(url))).toEqual([]);
    // Nor do the threads, which start with that file.
    expect((await readFile(join(project, "node_modules/warren/dist/src/engine.js"), "utf8")).match(/(?:from|import|import\(|require\() ?["'`][^"'`]*(?:@nats-io|\/net\/)[^"'`]*/g)).toBeNull();
  });

  test("warren/net without the NATS clients names the line that installs them", async () => {
    expect(JSON.parse(await inProject(process.execPath, "net.ts"))).toEqual({
      code: "ERR_NET_MISSING",
      message: "warren/net needs the NATS clients: npm install @nats-io/transport-node @nats-io/jetstream",
      details: { packages: ["@nats-io/transport-node", "@nats-io/jetstream"] },
    });
  });

  test("takes one byte of each thread's heap for a character of its text, not two", async () => {
    expect(await readFile(join(project, "node_modules/warren/dist/src/engine.js"), "utf8")).not.toMatch(/[\u0080-\uffff]/);
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
    expect(files).toEqual(expect.arrayContaining(["main.js", "ours/child.js", "rivals/child.js", "rivals/go/chains.go", "rivals/go/go.mod", "rivals/openblas.c", "rivals/dot-trial.h", "rivals/js/piscina-worker.js", "rivals/peers/package-lock.json"]));
  });
});

describe("warren/net with the NATS clients", () => {
  beforeAll(async () => {
    await inProject("npm", "install", "--prefer-offline", "--no-audit", "--no-fund", "@nats-io/transport-node@^3.4.0", "@nats-io/jetstream@^3.4.0");
  }, TIMEOUT_MS);

  test("says that no server answers", async () => {
    expect(JSON.parse(await inProject(process.execPath, "net.ts"))).toMatchObject({ code: "ERR_NET_UNREACHABLE", details: { servers: ["127.0.0.1:1"] } });
  });

  test.skipIf(noServer !== undefined)(titled("works"), async () => {
    await using server = await startServer();
    await writeFile(join(project, "net-works.ts"), netProgram(JSON.stringify(server.url)));
    expect(JSON.parse(await inProject(process.execPath, "net-works.ts"))).toEqual(["a", 1, 42, "1.50", 0, 1, "object"]);
  });
});
