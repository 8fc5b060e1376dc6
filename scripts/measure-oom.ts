/**
 * What Node does when a thread runs out of memory: `node scripts/measure-oom.ts`.
 *
 *   --runs n      runs of each case, 5 by default
 *   --only X      shapes whose name contains X
 *
 * Each run is a process of its own with two threads. On one a task allocates
 * until something happens, in one of five shapes; the process says what did. A
 * run that has used 20 seconds of CPU time (a tenth does), or has not ended after
 * two minutes, hangs, and is killed. Prints one line for each case, which
 * docs/reliability.md quotes.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Runtime, WarrenError, start, task } from "../src/index.ts";

const CPU_S = 20;
const WALL_MS = 120_000;
/** Ticks of CPU time in a second, in /proc. */
const TICKS = 100;
const LIMITS_MB = [64, 128];

/** What is kept lives as long as the thread. */
const kept: unknown[] = [];

const SHAPES: Record<string, () => unknown> = {
  "small arrays": () => Array.from({ length: 10 }, (_, k) => ({ k })),
  strings: () => JSON.stringify(Array.from({ length: 1000 }, Math.random)),
  "array buffers": () => new ArrayBuffer(1_000_000).slice(0),
};

/** Keeps values of a shape without awaiting; up to a gigabyte of array buffers. */
export const keepAll = task(import.meta, async function keepAll(shape: string) {
  if (shape === "one array") {
    const numbers: number[] = [];
    for (;;) numbers.push(Math.random());
  }
  const make = SHAPES[shape];
  const most = shape === "array buffers" ? 1000 : Infinity;
  for (let k = 0; k < most; k++) kept.push(make());
});

/** Keeps about a megabyte and ends. */
export const keepSome = task(import.meta, async function keepSome() {
  kept.push(Array.from({ length: 10_000 }, (_, k) => ({ k, more: [k] })));
});

export const answers = task(import.meta, async function answers() {
  return 42;
});

const NAMES = [...Object.keys(SHAPES), "one array", "many tasks"];

async function fill(rt: Runtime, shape: string): Promise<string> {
  if (shape !== "many tasks") await rt.spawn.on(0)(keepAll, shape);
  else for (;;) await rt.spawn.on(0)(keepSome);
  return "no end of memory";
}

/** In the process of a run: fills thread 0, then asks both threads for a sign of life. */
async function runOne(shape: string, maxOldGenerationSizeMb: number): Promise<void> {
  const rt = await start({ threads: 2, maxOldGenerationSizeMb });
  const what = await fill(rt, shape).catch((error: Error) => {
    const cause = error.cause as { code?: string; message?: string } | undefined;
    return error instanceof WarrenError ? `${error.code}${cause === undefined ? "" : ` (${cause.code ?? cause.message})`}` : `${error.name}: ${error.message}`;
  });
  const after = await Promise.all([0, 1].map(async (thread) => rt.spawn.on(thread)(answers).then(() => "answers", (error: WarrenError) => error.code)));
  console.log(`${what}; then thread 0 ${after[0]}, thread 1 ${after[1]}`);
  await rt.stop();
}

/** Seconds of CPU time of a process; 0 where the system does not tell. */
function cpuOf(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return 0;
  const [, , , , , , , , , , , user, system] = readFileSync(file, "utf8").replace(/^.*\) /, "").split(" ");
  return (Number(user) + Number(system)) / TICKS;
}

function outcomeOf(shape: string, limitMb: number): Promise<string> {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), "--run", shape, "--limit", String(limitMb)], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  let hung = "";
  const fromMs = performance.now();
  const deadline = setInterval(() => {
    const cpuS = cpuOf(child.pid as number);
    if (cpuS < CPU_S && performance.now() - fromMs < WALL_MS) return;
    hung = `HANG, ${cpuS < CPU_S ? "idle" : "computing"}`;
    child.kill("SIGKILL");
  }, 500);
  return new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearInterval(deadline);
      const line = said.trim();
      if (hung !== "") resolve(`${hung}${line === "" ? "" : ` after: ${line}`}`);
      else if (signal !== null || code !== 0) resolve(`process ended (${signal ?? `exit code ${code}`})${line === "" ? "" : ` after: ${line}`}`);
      else resolve(line);
    });
  });
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { runs: { type: "string", default: "5" }, only: { type: "string", default: "" }, run: { type: "string" }, limit: { type: "string", default: "64" } } });
  if (values.run !== undefined) return runOne(values.run, Number(values.limit));
  console.log(`Node ${process.version}, V8 ${process.versions.v8}, ${new Date().toISOString().slice(0, 10)}, ${values.runs} runs each`);
  for (const shape of NAMES.filter((name) => name.includes(values.only))) {
    for (const limitMb of LIMITS_MB) {
      const counts = new Map<string, number>();
      for (let k = 0; k < Number(values.runs); k++) {
        const outcome = await outcomeOf(shape, limitMb);
        counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      }
      console.log(`${shape}, ${limitMb} MB: ${[...counts].map(([outcome, count]) => `${count} × ${outcome}`).join(" | ")}`);
    }
  }
}

if (import.meta.main) await main();
