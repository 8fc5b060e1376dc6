/**
 * Every rival, one after the other, because nothing else may run while one is timed:
 * Go, native code, and in JavaScript MessagePort; and Piscina, Comlink and the peers in
 * peers/, which are measured where they are installed.
 */
import { once } from "node:events";
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import { measureGo } from "./go.ts";
import { measureNativeDot } from "./openblas.ts";
import { failureOf, SPAWN_WINDOW, type RivalOptions, type RivalOutcome, type RivalResult, type ScenarioName } from "./scenarios.ts";
import { measureThiNgCsp, measureTsChan } from "./peers/same-thread.ts";
import { installedVersion, moduleBeside } from "./program.ts";
import { inWindow, timeOperations } from "./trial.ts";

/** What a peer may take beyond its timed runs before it counts as hanging, in milliseconds. */
const PATIENCE_MS = 20_000;

/** Where packages are imported from: this file, and the folder of the peers. */
const OWN = import.meta.url;
const PEERS = new URL("./peers/package.json", import.meta.url).href;

/** A rival in JavaScript: `measure` times the scenarios that are wanted. */
interface ScriptRival {
  readonly name: string;
  readonly scenarios: readonly ScenarioName[];
  /** A module that can import it, if it is a package; a package of `PEERS` may be missing. */
  readonly from?: string;
  readonly measure: (name: string, version: string, options: RivalOptions) => AsyncGenerator<RivalOutcome>;
}

const SCRIPT_RIVALS: readonly ScriptRival[] = [
  { name: "message-port", scenarios: ["ping-pong", "stream"], measure: measureMessagePort },
  { name: "piscina", scenarios: ["spawn"], from: OWN, measure: measurePiscina },
  { name: "comlink", scenarios: ["ping-pong"], from: OWN, measure: measureComlink },
  { name: "ts-chan", scenarios: ["ping-pong", "stream"], from: PEERS, measure: measureTsChan },
  { name: "@thi.ng/csp", scenarios: ["ping-pong", "stream"], from: PEERS, measure: measureThiNgCsp },
  { name: "multithreading", scenarios: ["stream"], from: PEERS, measure: measureMultithreading },
];

/** Measures what `options.wanted` accepts and gives each outcome as soon as it is there; a rival that fails is reported and the rest go on. */
export async function* measureRivals(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  yield* measureGo(options);
  yield* measureNativeDot(options);
  for (const rival of SCRIPT_RIVALS) yield* measureScript(rival, options);
}

async function* measureScript({ name, scenarios, from, measure }: ScriptRival, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const first = scenarios.find((scenario) => options.wanted(name, scenario));
  if (first === undefined) return;
  try {
    const version = from === undefined ? process.versions.node : await installedVersion(name, from);
    if (version !== undefined) yield* measure(name, version, options);
    else yield { kind: "skipped", rival: name, reason: `not installed (${from === OWN ? `npm install ${name}` : `npm ci --prefix ${relative(process.cwd(), dirname(fileURLToPath(from as string))) || "."}`})` };
  } catch (error) {
    yield failureOf(name, first, error);
  }
}

async function* measureMultithreading(_: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const program = fileURLToPath(moduleBeside(import.meta.url, "./peers/multithreading"));
  const deadlineMs = PATIENCE_MS + 2 * options.runs * options.runMs;
  const printed = await runProgram(process.execPath, [program, version, `${options.runs}`, `${options.runMs}`], { deadlineMs });
  yield JSON.parse(printed) as RivalResult;
}

/** Measures a rival through a port to another thread that runs `worker`. */
async function* overPort(worker: string, measure: (port: MessagePort) => AsyncGenerator<RivalOutcome>): AsyncGenerator<RivalOutcome> {
  const { port1: port, port2 } = new MessageChannel();
  const thread = new Worker(moduleBeside(import.meta.url, worker), { workerData: { port: port2 }, transferList: [port2] });
  try {
    await once(thread, "online");
    yield* measure(port);
  } finally {
    port.close();
    await thread.terminate();
  }
}

/**
 * Node's own MessagePort between two threads, what a program without shared memory uses:
 * `ping-pong` and `stream`. The port has no capacity, so the sender never waits.
 */
async function* measureMessagePort(rival: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const row = { rival, version, threads: 2 };
  yield* overPort("./js/message-port-worker", async function* (port) {
    if (options.wanted(rival, "ping-pong")) yield await timeOperations({ ...row, scenario: "ping-pong" }, options, (count) => roundTrips(port, count));
    const note = "unbounded: the sender never waits";
    if (options.wanted(rival, "stream")) yield await timeOperations({ ...row, scenario: "stream", note }, options, (count) => streamValues(port, count));
  });
}

function roundTrips(port: MessagePort, count: number): Promise<void> {
  return new Promise((resolve) => {
    let left = count;
    const next = (value: number): void => {
      left--;
      if (left > 0) {
        port.postMessage(value);
        return;
      }
      port.off("message", next);
      resolve();
    };
    port.on("message", next);
    port.postMessage(1);
  });
}

async function streamValues(port: MessagePort, count: number): Promise<void> {
  const summed = once(port, "message") as Promise<[number]>;
  port.postMessage(-count);
  for (let value = 0; value < count; value++) port.postMessage(value);
  const [sum] = await summed;
  if (sum !== (count * (count - 1)) / 2) throw new Error(`${count} values were sent, but their sum arrived as ${sum}`);
}

/** Comlink, a call of an empty function on another thread over a MessagePort: one call and its empty answer is one round trip of `ping-pong`. */
async function* measureComlink(rival: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const row = { rival, version, scenario: "ping-pong", threads: 2, note: "a remote call and its answer" } as const;
  yield* overPort("./js/comlink-worker", async function* (port) {
    const { wrap } = await import("comlink");
    const empty = wrap<() => void>(port);
    yield await timeOperations(row, options, async (count) => {
      for (let call = 0; call < count; call++) await empty();
    });
  });
}

/**
 * Piscina, the standard pool of worker threads, starts and joins an empty task:
 * `spawn` on a pool of one thread that may run the whole window at
 * once, in two ways of waiting for work: "sync" blocks the thread in
 * `Atomics.wait`, "disabled" uses its event loop. The better one is given and
 * the note names both.
 */
async function* measurePiscina(_: string, version: string, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const sync = await spawnWith("sync", version, options);
  const disabled = await spawnWith("disabled", version, options);
  const named = { sync, disabled };
  const better = sync.value <= disabled.value ? "sync" : "disabled";
  const other = better === "sync" ? "disabled" : "sync";
  yield { ...named[better], note: `atomics: ${better} (${other}: ${Math.round(named[other].value)} ns)` };
}

async function spawnWith(atomics: "sync" | "disabled", version: string, options: RivalOptions): Promise<RivalResult> {
  const { Piscina } = await import("piscina");
  const pool = new Piscina({
    filename: fileURLToPath(moduleBeside(import.meta.url, "./js/piscina-worker")),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: SPAWN_WINDOW,
    atomics,
  });
  try {
    return await timeOperations({ rival: "piscina", version, scenario: "spawn", threads: 2 }, options, (count) =>
      inWindow(count, SPAWN_WINDOW, () => pool.run(undefined)),
    );
  } finally {
    await pool.destroy();
  }
}
