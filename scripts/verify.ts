/**
 * Runs every layer of proof, each in a process of its own, and writes what they
 * found into VERIFY.md: `npm run verify`.
 *
 *   --quick      the counts of the tests instead of the full ones (minutes instead of half an hour)
 *   --only X     the layers whose names contain X; VERIFY.md is left alone
 *   --seed n     the seed of all layers; without it one from the clock
 *
 * A layer is an npm script that prints its figures, one line each, and exits with
 * 1 if something did not hold. To add one, add a row to LAYERS.
 */
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";

const ROOT = join(import.meta.dirname, "..");

interface Layer {
  readonly name: string;
  readonly what: string;
  readonly script: string;
  readonly full: readonly string[];
  readonly quick: readonly string[];
  /** Whether it takes `--seed`. */
  readonly seeded: boolean;
}

const LAYERS: readonly Layer[] = [
  { name: "model", what: "the algorithms in Promela, searched completely by Spin", script: "verify:model", full: ["--full"], quick: [], seeded: false },
  { name: "explore", what: "the production source under every interleaving with up to two preemptions, deaths included", script: "verify:explore", full: [], quick: ["--quick"], seeded: true },
  { name: "properties", what: "random operations against sequential models (fast-check), and random programs in which every value is counted", script: "verify:properties", full: ["--minutes", "5"], quick: ["--minutes", "0.3"], seeded: true },
  { name: "stress", what: "real threads with an oracle for each value, and histories checked for linearizability", script: "stress", full: [], quick: ["--scale", "0.1"], seeded: true },
  { name: "faults", what: "threads killed at random times under load: nothing hangs, is double, or is lost without its receiver", script: "verify:faults", full: [], quick: ["--kills", "40"], seeded: true },
  { name: "net", what: "warren/net with a real nats-server: kills of consumers, producers and the broker, suspended nodes, outages", script: "verify:net", full: [], quick: ["--rounds", "10"], seeded: true },
  { name: "soak", what: "a mixed load while threads are killed", script: "soak", full: ["--minutes", "5", "--quiet"], quick: ["--minutes", "0.3", "--quiet"], seeded: true },
];

interface Run {
  readonly layer: Layer;
  readonly command: string;
  readonly lines: readonly string[];
  readonly errors: readonly string[];
  readonly exitCode: number | null;
  readonly seconds: number;
}

/** Lines of a layer's stderr that are worth keeping when it fails. */
const MOST_ERRORS = 40;

async function runLayer(layer: Layer, isQuick: boolean, seed: string): Promise<Run> {
  const args = [...(isQuick ? layer.quick : layer.full), ...(layer.seeded ? ["--seed", seed] : [])];
  const command = `npm run ${layer.script}${args.length > 0 ? ` -- ${args.join(" ")}` : ""}`;
  console.log(`${layer.name}: ${command}`);
  const began = performance.now();
  const child = spawn("npm", ["run", "--silent", layer.script, "--", ...args], { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  const errors: string[] = [];
  createInterface(child.stdout).on("line", (line) => {
    lines.push(line);
    console.log(`  ${line}`);
  });
  createInterface(child.stderr).on("line", (line) => errors.push(line));
  const exitCode = await new Promise<number | null>((resolve) => {
    child.on("close", resolve);
  });
  return { layer, command, lines, errors, exitCode, seconds: (performance.now() - began) / 1000 };
}

function git(...args: string[]): string {
  return execFileSync("git", args, { cwd: ROOT, encoding: "utf8" }).trim();
}

function render(runs: readonly Run[]): string {
  const [{ model = "unknown" } = {}] = cpus();
  const isClean = git("status", "--porcelain", "--untracked-files=no") === "";
  const verdict = ({ exitCode, lines }: Run): string => (exitCode !== 0 ? "**failed**" : lines.some((line) => line.startsWith("skipped")) ? "skipped" : "holds");
  return [
    "# What was verified",
    "",
    "Written by `npm run verify`: nothing in the documentation claims more than these lines.",
    "",
    `- ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, commit ${git("rev-parse", "--short", "HEAD")}${isClean ? "" : " with changes"}`,
    `- Node ${process.version.slice(1)}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}, ${cpus().length} × ${model}`,
    "",
    "| layer | what | result | seconds | repeat |",
    "| --- | --- | --- | ---: | --- |",
    ...runs.map((run) => `| ${run.layer.name} | ${run.layer.what} | ${verdict(run)} | ${run.seconds.toFixed(0)} | \`${run.command}\` |`),
    ...runs.flatMap((run) => [
      "",
      `## ${run.layer.name}`,
      "",
      "```text",
      ...run.lines,
      ...(run.exitCode === 0 ? [] : [`exit code ${run.exitCode}`, ...run.errors.slice(-MOST_ERRORS)]),
      "```",
    ]),
    "",
  ].join("\n");
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { quick: { type: "boolean", default: false }, only: { type: "string" }, seed: { type: "string", default: String(Date.now() % 1_000_000) } } });
  const { only } = values;
  const chosen = LAYERS.filter(({ name }) => only === undefined || name.includes(only));
  if (chosen.length === 0) console.error(`no layer is called ${only}: ${LAYERS.map(({ name }) => name).join(" ")}`);
  const runs: Run[] = [];
  for (const layer of chosen) runs.push(await runLayer(layer, values.quick, values.seed));
  if (only === undefined) writeFileSync(join(ROOT, "VERIFY.md"), render(runs));
  const failed = runs.filter(({ exitCode }) => exitCode !== 0).map(({ layer }) => layer.name);
  console.log(failed.length > 0 ? `failed: ${failed.join(" ")}` : `${runs.length} layers hold`);
  return failed.length > 0 || runs.length === 0 ? 1 : 0;
}

process.exitCode = await main();
