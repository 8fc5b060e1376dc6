/**
 * Every rival, one after the other, because nothing else may run while one is timed:
 * Go, native code, and in JavaScript MessagePort, Piscina and Comlink, which are
 * always there, and the peers in peers/, which are measured where installed.
 */
import { once } from "node:events";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { wrap } from "comlink";
import { Piscina } from "piscina";
import { measureGo } from "./go.ts";
import { measureNativeDot } from "./openblas.ts";
import { failureOf, type RivalOptions, type RivalOutcome, type RivalResult } from "./outcome.ts";
import { measureThiNgCsp, measureTsChan } from "./peers/same-thread.ts";
import { dependencyVersion, installedVersion, moduleBeside, runProgram } from "./program.ts";
import { SPAWN_WINDOW, type ScenarioName } from "./scenarios.ts";
import { inWindow, timeOperations } from "./trial.ts";

/** What a peer may take beyond its timed runs before it counts as hanging, in milliseconds. */
const PATIENCE_MS = 20_000;

/** A peer that may be missing; `measure` is called where it is installed. */
interface Peer {
  readonly name: string;
  readonly scenarios: readonly ScenarioName[];
  readonly measure: (name: string, version: string, options: RivalOptions) => AsyncGenerator<RivalOutcome>;
}

const PEERS: readonly Peer[] = [
  { name: "ts-chan", scenarios: ["ping-pong", "stream"], measure: measureTsChan },
  { name: "@thi.ng/csp", scenarios: ["ping-pong", "stream"], measure: measureThiNgCsp },
  { name: "multithreading", scenarios: ["stream"], measure: measureMultithreading },
];

/** Measures what `options.wanted` accepts and gives each outcome as soon as it is there; a rival that fails is reported and the rest go on. */
export async function* measureRivals(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  yield* measureGo(options);
  yield* measureNativeDot(options);
  yield* guarded("message-port", "stream", measureMessagePort(options));
  yield* guarded("piscina", "spawn", measurePiscina(options));
  yield* guarded("comlink", "ping-pong", measureComlink(options));
  for (const peer of PEERS) yield* measurePeer(peer, options);
}

async function* measurePeer(peer: Peer, options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const scenario = peer.scenarios.find((name) => options.wanted(peer.name, name));
  if (scenario === undefined) return;
  const folder = new URL("./peers/", import.meta.url);
  const version = await installedVersion(peer.name, new URL("./package.json", folder).href);
  if (version === undefined) {
    const reason = `not installed (npm ci --prefix ${relative(process.cwd(), fileURLToPath(folder)) || "."})`;
    yield { kind: "skipped", rival: peer.name, reason };
    return;
  }
  yield* guarded(peer.name, scenario, peer.measure(peer.name, version, options));
}

/** Turns an error into an outcome of the rival; `scenario` is the first that it would measure. */
async function* guarded(rival: string, scenario: ScenarioName, outcomes: AsyncGenerator<RivalOutcome>): AsyncGenerator<RivalOutcome> {
  try {
    yield* outcomes;
  } catch (error) {
    yield failureOf(rival, scenario, error);
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
async function* measureMessagePort(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  const pingPong = options.wanted("message-port", "ping-pong");
  const stream = options.wanted("message-port", "stream");
  if (!pingPong && !stream) return;
  const row = { rival: "message-port", version: process.versions.node, threads: 2 };
  yield* overPort("./js/message-port-worker", async function* (port) {
    if (pingPong) yield await timeOperations({ ...row, scenario: "ping-pong" }, options, (count) => roundTrips(port, count));
    const note = "unbounded: the sender never waits";
    if (stream) yield await timeOperations({ ...row, scenario: "stream", note }, options, (count) => streamValues(port, count));
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
async function* measureComlink(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  if (!options.wanted("comlink", "ping-pong")) return;
  const version = await dependencyVersion("comlink", import.meta.url);
  const row = { rival: "comlink", version, scenario: "ping-pong", threads: 2, note: "a remote call and its answer" } as const;
  yield* overPort("./js/comlink-worker", async function* (port) {
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
async function* measurePiscina(options: RivalOptions): AsyncGenerator<RivalOutcome> {
  if (!options.wanted("piscina", "spawn")) return;
  const version = await dependencyVersion("piscina", import.meta.url);
  const sync = await spawnWith("sync", version, options);
  const disabled = await spawnWith("disabled", version, options);
  const named = { sync, disabled };
  const better = sync.value <= disabled.value ? "sync" : "disabled";
  const other = better === "sync" ? "disabled" : "sync";
  yield { ...named[better], note: `atomics: ${better} (${other}: ${Math.round(named[other].value)} ns)` };
}

async function spawnWith(atomics: "sync" | "disabled", version: string, options: RivalOptions): Promise<RivalResult> {
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
