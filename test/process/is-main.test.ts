import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { beginNode } from "../node-process.ts";

const INDEX = new URL("../../src/index.ts", import.meta.url).href;
const FLAGS = ["--disable-warning=ExperimentalWarning"];

let folder: string;

/** A program that says whether it is the program, and a module that it imports says the same of itself; then a task on a thread. */
const program = (guard: string): string => `
import { isMain, run, task } from ${JSON.stringify(INDEX)};
import { other } from "./other.mjs";
export const threadsView = task(import.meta, "threadsView", async () => isMain(import.meta));
if (${guard}) console.log(JSON.stringify({ program: ${guard}, imported: other, onThread: await run(threadsView, { threads: 1 }) }));
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "warren-main-"));
  await mkdir(join(folder, "folder"));
  await writeFile(join(folder, "other.mjs"), `import { isMain } from ${JSON.stringify(INDEX)};\nexport const other = isMain(import.meta);\n`);
  await writeFile(join(folder, "prog.mjs"), program("isMain(import.meta)"));
  await writeFile(join(folder, "old.mjs"), program("import.meta.main"));
  await writeFile(join(folder, "folder/index.mjs"), `import "../prog.mjs";`);
  await writeFile(join(folder, "starts.mjs"), `import "./prog.mjs"; import { start } from ${JSON.stringify(INDEX)}; await using rt = await start({ threads: 1 }); console.log("started");`);
  await mkdir(join(folder, "pm2/lib"), { recursive: true });
  await writeFile(join(folder, "pm2/lib/ProcessContainerFork.js"), `import(require("node:url").pathToFileURL(process.env.pm_exec_path));`);
  await symlink(join(folder, "prog.mjs"), join(folder, "link.mjs"));
  await writeFile(join(folder, "common.cjs"), `
const { isMain, run, task } = require(${JSON.stringify(fileURLToPath(INDEX))});
exports.onThread = task(__filename, "onThread", async () => isMain(__filename));
if (isMain(__filename)) run(exports.onThread, { threads: 1 }).then((onThread) => console.log(JSON.stringify({ program: true, onThread })));
`);
});
afterAll(() => rm(folder, { recursive: true }));

async function outcome(args: readonly string[], stdin?: string) {
  const { stdout, stderr, code, hung } = await beginNode([...FLAGS, ...args], { cwd: folder, stdin, deadlineMs: 120_000 }).outcome;
  expect(hung).toBe(false);
  return { printed: stdout.trim(), warned: stderr.trim(), code };
}

/** Starts the text after -e with a channel to its parent, which keeps it alive, and ends it when it has printed something. */
const parentOf = (text: string): string => `
const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(text)}], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
child.stderr.on("data", (warning) => { console.error(String(warning)); child.kill(); });
`;
const YES = JSON.stringify({ program: true, imported: false, onThread: false });

describe("isMain", () => {
  /** In the quick set: the first of each kind. */
  for (const [how, args, ...tags] of [
    ["a file", ["prog.mjs"]],
    ["an absolute path", [() => join(folder, "prog.mjs")], "deep"],
    ["a link", ["link.mjs"]],
    ["a link that is kept", ["--preserve-symlinks-main", "--preserve-symlinks", "link.mjs"], "deep"],
    ["the text after -e imports it", ["-e", 'import("./prog.mjs")']],
    ["the same with an argument of the program", ["-e", 'import("./prog.mjs")', "--", "other.mjs"], "deep"],
    ["a module after -e imports it", ["--input-type=module", "-e", 'import "./prog.mjs";'], "deep"],
  ] as [string, (string | (() => string))[], ..."deep"[]][]) {
    test(`is true of the program and of nothing else: ${how}`, { tags }, async () => {
      expect(await outcome(args.map((arg) => (typeof arg === "string" ? arg : arg())))).toEqual({ printed: YES, warned: "", code: 0 });
    });
  }

  test("is true under pm2, which gives Node a file of its own and names the program in the environment", async () => {
    const { stdout } = await beginNode([...FLAGS, "pm2/lib/ProcessContainerFork.js"], { cwd: folder, env: { ...process.env, pm_exec_path: join(folder, "prog.mjs") }, deadlineMs: 120_000 }).outcome;
    expect(stdout.trim()).toBe(YES);
  });

  test("is false if another file imports it", async () => {
    expect(await outcome(["folder/index.mjs"])).toEqual({ printed: "", warned: "", code: 0 });
  });

  test("works in CommonJS by __filename", async () => {
    expect(await outcome(["common.cjs"])).toEqual({ printed: JSON.stringify({ program: true, onThread: false }), warned: "", code: 0 });
  });

  test("a thread requires a module that named itself by __filename, so hooks of require reach it", async () => {
    await writeFile(join(folder, "hook.cjs"), `require("node:module")._extensions[".work"] = (module, file) => module._compile(require("node:fs").readFileSync(file, "utf8").replace("PLACE", "hooked"), file);`);
    await writeFile(join(folder, "hooked.work"), `
const { isMain, run, task } = require(${JSON.stringify(fileURLToPath(INDEX))});
exports.place = task(__filename, "place", async () => ["PLACE", isMain(__filename)]);
if (isMain(__filename)) run(exports.place, { threads: 1 }).then((result) => console.log(JSON.stringify(result)));
`);
    expect(await outcome(["-r", "./hook.cjs", "hooked.work"])).toEqual({ printed: '["hooked",false]', warned: "", code: 0 });
  });

  test("is true of text on standard input, whose tasks no thread can import", async () => {
    const { printed, warned, code } = await outcome(["--input-type=module", "-"], program("isMain(import.meta)"));
    expect({ printed, code }).toEqual({ printed: "", code: 1 });
    expect(warned).toContain("ERR_TASK_MODULE");
    expect(warned).toContain("on standard input is in no file: put its tasks into one");
  });
});

describe("a program that does nothing because import.meta.main is not true", () => {
  test("is told", async () => {
    const { printed, warned, code } = await outcome(["-e", 'import("./old.mjs")']);
    expect({ printed, code }).toEqual({ printed: "", code: 0 });
    expect(warned).toMatch(/\[WARREN_NOT_STARTED\] WarrenWarning: file:.*old\.mjs defines tasks and has ended without starting a runtime\. import\.meta\.main is false here\. Write if \(isMain\(import\.meta\)\)/);
  });

  test("is told, too, if a channel to its parent keeps it alive", { tags: ["deep"] }, async () => {
    const { warned } = await outcome(["-e", parentOf('process.on("message", () => {}); import("./old.mjs")')]);
    expect(warned).toMatch(/\[WARREN_NOT_STARTED\] WarrenWarning: file:.*old\.mjs defines tasks and has started no runtime and does nothing else after 3 s/);
  });

  test.each([
    ["where it is true", ["old.mjs"]],
    ["if a runtime was started", ["-e", 'import("./starts.mjs")']],
    ["if the module is not the program", ["folder/index.mjs"]],
  ])("is not told %s", async (_, args) => {
    expect((await outcome(args)).warned).toBe("");
  });
});
