/**
 * The JavaScript rivals: MessagePort, Piscina and Comlink, which are always
 * there, and the peers in peers/, which are measured where installed.
 */
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { measureComlink } from "./js/comlink.ts";
import { measureMessagePort } from "./js/message-port.ts";
import { measurePiscina } from "./js/piscina.ts";
import { installedVersion, moduleBeside } from "./module-beside.ts";
import { failureOf, type RivalOptions, type RivalOutcome, type RivalResult } from "./outcome.ts";
import { measureThiNgCsp, measureTsChan } from "./peers/same-thread.ts";
import { runProgram } from "./program.ts";
import type { ScenarioName } from "./scenarios.ts";

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

/** Measures every JavaScript rival; one that fails is reported and the rest go on. */
export async function* measureJavaScript(options: RivalOptions): AsyncGenerator<RivalOutcome> {
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
async function* guarded(
  rival: string,
  scenario: ScenarioName,
  outcomes: AsyncGenerator<RivalOutcome>,
): AsyncGenerator<RivalOutcome> {
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
