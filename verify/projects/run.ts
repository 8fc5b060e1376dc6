/**
 * Packs the package, installs it with each group of dependencies once, and runs the
 * cases, each in a folder of its own, below a scratch folder.
 *
 * The package is built in a copy of the working tree: other builds that run
 * during that time do not matter, and the tree stays as it is.
 */
import { spawn } from "node:child_process";
import { chmodSync, cpSync, existsSync, globSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { isDeepStrictEqual, inspect } from "node:util";
import type { Case, Expected, Group } from "./case.ts";

const ROOT = join(import.meta.dirname, "../..");
const BUILT_FROM = ["src", "workers", "bench", "scripts", "docs", "package.json", "tsconfig.json", "tsconfig.build.json", "README.md", "LICENSE", "ARCHITECTURE.md"];
/** Far more than any command needs, also on a busy machine. */
const DEADLINE_MS = 180_000;
const INSTALL_DEADLINE_MS = 600_000;

export interface Result {
  readonly case: Case;
  /** What is not as expected; `undefined` if all is. */
  readonly problem: string | undefined;
  readonly seconds: number;
}

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Surroundings {
  /** May have been used before: what is installed there is kept. */
  readonly folder: string;
  /** The packed package; that of the working tree if absent. */
  readonly tarball?: string | undefined;
  readonly onResult?: (result: Result) => void;
}

export async function runCases(cases: readonly Case[], { folder, tarball: given, onResult = () => undefined }: Surroundings): Promise<Result[]> {
  mkdirSync(folder, { recursive: true });
  const tarball = given === undefined ? await pack(folder) : resolve(given);
  const results: Result[] = [];
  const groups = new Set(cases.flatMap(({ group, node }) => (node === undefined ? [group] : [group, "nodes" as const])));
  for (const group of groups) await install(folder, group, tarball);
  for (const each of cases) {
    const began = performance.now();
    const problem = await runCase(each, folder);
    const result = { case: each, problem, seconds: (performance.now() - began) / 1000 };
    results.push(result);
    onResult(result);
  }
  return results;
}

/** The packages of the groups with the versions that are installed: those that are named in `groups/`. */
export function versionsOf(group: Group): Readonly<Record<string, string>> {
  return (JSON.parse(readFileSync(join(import.meta.dirname, "groups", group, "package.json"), "utf8")) as { dependencies?: Record<string, string> }).dependencies ?? {};
}

async function pack(folder: string): Promise<string> {
  const copy = join(folder, "warren");
  rmSync(copy, { recursive: true, force: true });
  for (const name of BUILT_FROM) cpSync(join(ROOT, name), join(copy, name), { recursive: true });
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  await mustRun("npm pack --pack-destination ..", copy);
  const [tarball] = globSync("warren-*.tgz", { cwd: folder });
  return join(folder, tarball as string);
}

function folderOf(folder: string, group: Group): string {
  return join(folder, "groups", group);
}

async function install(folder: string, group: Group, tarball: string): Promise<void> {
  const target = folderOf(folder, group);
  const installed = join(target, "node_modules");
  const manifest = { name: "project", private: true, type: "module", dependencies: { ...versionsOf(group), warren: `file:${tarball}` } };
  const text = JSON.stringify(manifest, undefined, 2);
  const file = join(target, "package.json");
  if (existsSync(file) && existsSync(join(installed, "warren")) && readFileSync(file, "utf8") === text) {
    rmSync(join(installed, "warren"), { recursive: true });
    mkdirSync(join(installed, "warren"));
    await mustRun(`tar -xzf ${tarball} --strip-components=1 -C node_modules/warren`, target);
    return;
  }
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  writeFileSync(file, text);
  await mustRun("npm install --prefer-offline --no-audit --no-fund", target);
}

async function runCase({ id, group, files, copies = {}, steps, alone, node, expected }: Case, folder: string): Promise<string | undefined> {
  const installed = folderOf(folder, group);
  let place = join(installed, "cases", id);
  rmSync(place, { recursive: true, force: true });
  write(place, { "package.json": JSON.stringify({ name: id, private: true, type: "module" }), ...files });
  for (const [path, version] of Object.entries(copies)) copyWarren(join(installed, "node_modules/warren"), join(place, path), version);
  const bin = [...(node === undefined ? [] : [join(folderOf(folder, "nodes"), "node_modules", node, "bin")]), dirname(process.execPath), join(installed, "node_modules/.bin")];
  for (const step of steps.slice(0, -1)) {
    const outcome = await run(step, place, DEADLINE_MS, bin);
    if (outcome.code !== 0) return `${step}: ${shown(outcome)}`;
  }
  if (alone !== undefined) {
    const away = join(folder, "alone", id);
    rmSync(away, { recursive: true, force: true });
    for (const name of alone) cpSync(join(place, name), join(away, name), { recursive: true });
    // What was built must not be found where it was built.
    rmSync(place, { recursive: true });
    place = away;
  }
  const outcome = await run(steps.at(-1) as string, place, DEADLINE_MS, bin);
  const problems = problemsOf(expected, outcome, place);
  return problems.length === 0 ? undefined : `${problems.join("\n")}\n${shown(outcome)}`;
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) {
    const file = join(folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (text.startsWith("#!")) chmodSync(file, 0o755);
  }
}

/** Installs warren once more, as the version that is given. */
function copyWarren(from: string, to: string, version: string): void {
  cpSync(from, to, { recursive: true });
  const { version: known } = JSON.parse(readFileSync(join(from, "package.json"), "utf8")) as { version: string };
  if (version === known) return;
  for (const file of [join(to, "package.json"), join(to, "dist/src/index.js")]) writeFileSync(file, readFileSync(file, "utf8").replace(known, version));
}

function problemsOf({ code = 0, json, file, stdout, stderr, check }: Expected, outcome: Outcome, folder: string): string[] {
  const problems: string[] = [];
  const compare = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted)) problems.push(`${what} is ${inspect(found, { depth: 5 })}, not ${inspect(wanted, { depth: 5 })}`);
  };
  compare("the exit code", outcome.code, code);
  if (json !== undefined) compare("the last line", lastJson(outcome.stdout), json);
  if (stdout !== undefined && !stdout.test(outcome.stdout)) problems.push(`stdout does not match ${stdout}`);
  if (stderr !== undefined && !stderr.test(outcome.stderr)) problems.push(`stderr does not match ${stderr}`);
  if (file !== undefined) compare(file[0], existsSync(join(folder, file[0])) ? JSON.parse(readFileSync(join(folder, file[0]), "utf8")) : "not there", file[1]);
  try {
    check?.(folder);
  } catch (error) {
    problems.push(String(error));
  }
  return problems;
}

function lastJson(text: string): unknown {
  for (const line of text.trimEnd().split("\n").toReversed()) {
    try {
      return JSON.parse(line);
    } catch {
      // Another line.
    }
  }
  return undefined;
}

function shown({ code, stdout, stderr }: Outcome): string {
  return `code ${code}\n${stdout.slice(-3000)}\n${stderr.slice(-3000)}`.trimEnd();
}

/** Runs npm or tar with the settings of this process, such as those for a registry. */
async function mustRun(command: string, folder: string): Promise<void> {
  const { NODE_OPTIONS: _, ...env } = process.env;
  const outcome = await run(command, folder, INSTALL_DEADLINE_MS, [dirname(process.execPath)], env);
  if (outcome.code !== 0) throw new Error(`${command} in ${folder}: ${shown(outcome)}`);
}

/** Runs a command line with these folders first on the PATH. Of the surroundings of this process, which can be a test runner, a program gets little. */
async function run(command: string, cwd: string, deadlineMs: number, bin: readonly string[], given: NodeJS.ProcessEnv = { HOME: process.env["HOME"], TMPDIR: process.env["TMPDIR"], NO_COLOR: "1" }): Promise<Outcome> {
  const env = { ...given, PATH: [...bin, process.env["PATH"]].join(delimiter) };
  // A group of its own, so that nothing it started outlives the deadline.
  const child = spawn("sh", ["-c", command], { cwd, env, stdio: ["ignore", "pipe", "pipe"], detached: true });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const deadline = setTimeout(() => {
    stderr += `\nnot ended after ${deadlineMs} ms`;
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
  }, deadlineMs);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  clearTimeout(deadline);
  return { code, stdout, stderr };
}
