/**
 * The upload service of workers/examples/uploads under load: on warren, on piscina, and
 * without threads, all with the same HTTP side.
 *
 *     node bench/service/main.ts [--threads 2] [--connections 16] [--bytes 65536] [--rounds 4000]
 *                                [--seconds 5] [--repeat 5] [--json]
 *
 * Server and clients are a process each. The forms run one after the other, in turn, and
 * the whole is repeated, so that what else the machine does hits all of them. Each figure
 * is the median of the repetitions; in brackets the ratio to one thread. `CPU ms` is the CPU
 * time of the service for one upload: other programs disturb it less than the rest.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { nowNs } from "../../src/lab/machine/clock.ts";
import { environmentOf, machineLine, readMachine, readState } from "../../src/lab/machine/environment.ts";
import { textTable } from "../../src/lab/print/text-table.ts";
import { installedVersion, moduleBeside } from "../rivals/program.ts";
import { FORMS, type Form } from "./forms.ts";
import type { Load, LoadOrder } from "./load.ts";

const WARM_UP_MS = 2000;
const NODE_OPTIONS = ["--disable-warning=ExperimentalWarning"];

interface Run extends Load {
  /** CPU time of the service, all threads, for an upload. */
  readonly cpuMs: number;
}

/** Starts the service, lets the clients do their work, ends the service. */
async function measure(form: Form, threads: number, order: Omit<LoadOrder, "port">): Promise<Run> {
  const server = start("./server", [form, `${threads}`]);
  try {
    const port = Number(await nextLine(linesOf(server)));
    const clients = start("./load", []);
    clients.stdin?.end(JSON.stringify({ ...order, port } satisfies LoadOrder));
    const lines = linesOf(clients);
    await nextLine(lines);
    const beganMs = await cpuTime(server);
    const load = JSON.parse(await nextLine(lines)) as Load;
    return { ...load, cpuMs: ((await cpuTime(server)) - beganMs) / load.answered };
  } finally {
    server.kill();
    if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
  }
}

async function cpuTime(server: ChildProcess): Promise<number> {
  server.send("CPU time");
  const [cpuMs] = (await once(server, "message")) as [number];
  return cpuMs;
}

function start(module: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [...NODE_OPTIONS, fileURLToPath(moduleBeside(import.meta.url, module)), ...args], { stdio: ["pipe", "pipe", "inherit", "ipc"] });
}

function linesOf({ stdout }: ChildProcess): AsyncIterator<string> {
  return createInterface({ input: stdout as Readable })[Symbol.asyncIterator]();
}

async function nextLine(lines: AsyncIterator<string>): Promise<string> {
  const { value, done } = await lines.next();
  if (done === true) throw new Error("a process of the benchmark ended without its line");
  return value;
}

function median(runs: readonly Run[], of: keyof Run): number {
  return runs.map((run) => run[of]).toSorted((a, b) => a - b)[runs.length >> 1] ?? Number.NaN;
}

function rowOf(form: Form, threads: number, runs: readonly Run[], plain: number): string[] {
  const rate = median(runs, "requestsPerSecond");
  const errors = runs.reduce((sum, run) => sum + run.errors, 0);
  const [slowest, fastest] = [Math.min, Math.max].map((most) => most(...runs.map(({ requestsPerSecond }) => requestsPerSecond)).toFixed(0));
  const times = (["p50Ms", "p99Ms", "healthP50Ms", "healthP99Ms", "cpuMs"] as const).map((name) => median(runs, name).toFixed(1));
  return [form === "one thread" ? form : `${form}, ${threads} threads`, `${rate.toFixed(0)} (${(rate / plain).toFixed(2)})`, `${slowest}–${fastest}`, ...times, `${errors}`];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      threads: { type: "string", default: "2" },
      connections: { type: "string", default: "16" },
      bytes: { type: "string", default: "65536" },
      rounds: { type: "string", default: "4000" },
      seconds: { type: "string", default: "5" },
      repeat: { type: "string", default: "5" },
      json: { type: "boolean", default: false },
    },
  });
  const { json, ...texts } = values;
  for (const [name, text] of Object.entries(texts)) if (!(Number(text) > 0)) throw new RangeError(`--${name} must be a number above 0, not ${text}`);
  const [threads, connections, bytes, rounds, seconds, repeat] = [Number(texts.threads), Number(texts.connections), Number(texts.bytes), Number(texts.rounds), Number(texts.seconds), Number(texts.repeat)];
  const machine = readMachine();
  const before = readState(nowNs());
  const runs = new Map<Form, Run[]>(FORMS.map((form) => [form, []]));
  for (let turn = 0; turn < repeat; turn++) {
    for (const form of FORMS) {
      process.stderr.write(`${form}, ${turn + 1} of ${repeat}\n`);
      runs.get(form)?.push(await measure(form, threads, { connections, bytes, rounds, warmUpMs: WARM_UP_MS, measureMs: seconds * 1000 }));
    }
  }
  const env = environmentOf(machine, before, readState(nowNs()), threads);
  if (json) {
    console.log(JSON.stringify({ schema: "warren-bench-service/1", date: new Date().toISOString(), env, runs: Object.fromEntries(runs) }, null, 2));
    return;
  }
  const plain = median(runs.get("one thread") ?? [], "requestsPerSecond");
  const head = ["form", "requests/s", "from–to", "p50 ms", "p99 ms", "health p50", "health p99", "CPU ms", "errors"];
  const table = textTable([head, ...[...runs].map(([form, its]) => rowOf(form, threads, its, plain))], ["left", ...head.slice(1).map(() => "right" as const)]);
  const versions = `Node ${process.versions.node}, piscina ${(await installedVersion("piscina", import.meta.url)) ?? "not installed"}`;
  console.log([`${new Date().toISOString().slice(0, 10)} · ${machineLine(env)}`, versions, ...env.warnings.map((warning) => `warning: ${warning}`), `${connections} connections, uploads of ${bytes} bytes, ${rounds} rounds of SHA-256; ${repeat} times ${seconds} s each`, "", ...table].join("\n"));
}

await main();
