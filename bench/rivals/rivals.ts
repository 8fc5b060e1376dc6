/**
 * Every rival: Go, native code, and in JavaScript MessagePort; and Piscina, Comlink and
 * the peers in peers/, which are measured where they are installed.
 */
import { dirname, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import type { Contestant, Measured } from "../rounds/contestant.ts";
import { findGo } from "./go.ts";
import { findNativeDot } from "./openblas.ts";
import { childEnvironment, installedVersion, moduleBeside } from "./program.ts";
import type { RivalOrder, Rivals, Wanted } from "./rival.ts";
import type { ScenarioName } from "./scenarios.ts";

/** What a rival can take before it counts as hanging, in milliseconds. */
const PATIENCE_MS = 30_000;

/** Where packages are imported from: this file, and the folder of the peers. */
const OWN = import.meta.url;
const PEERS = new URL("./peers/package.json", import.meta.url).href;

/** One configuration of a rival in JavaScript. */
interface ScriptCase {
  readonly scenario: ScenarioName;
  readonly threads: number;
  readonly note?: string;
  /** If not the usual time. */
  readonly aboutMs?: number;
}

/** A rival in JavaScript. */
interface ScriptRival {
  readonly side: string;
  /** A module that can import it, if it is a package; a package of `PEERS` may be missing. */
  readonly from?: string;
  readonly cases: readonly ScriptCase[];
}

const ONE_THREAD = "one thread only";
/** Start, warm-up and measuring for 200 ms. */
const USUAL_MS = 600;

const SCRIPT_RIVALS: readonly ScriptRival[] = [
  { side: "message-port", cases: [{ scenario: "ping-pong", threads: 2 }, { scenario: "stream", threads: 2, note: "unbounded: the sender never waits" }] },
  { side: "piscina", from: OWN, cases: [{ scenario: "spawn", threads: 2, aboutMs: 900 }, { scenario: "files", threads: 1, aboutMs: 700 }, { scenario: "files", threads: 2, aboutMs: 500 }] },
  { side: "bare Workers", cases: [{ scenario: "files", threads: 1, aboutMs: 700 }, { scenario: "files", threads: 2, aboutMs: 450 }] },
  { side: "comlink", from: OWN, cases: [{ scenario: "ping-pong", threads: 2, note: "a remote call and its answer" }] },
  { side: "ts-chan", from: PEERS, cases: [{ scenario: "ping-pong", threads: 1, note: `${ONE_THREAD}; unsafe, the faster of its two modes` }, { scenario: "stream", threads: 1, note: `${ONE_THREAD}; unsafe, the faster of its two modes` }] },
  { side: "@thi.ng/csp", from: PEERS, cases: [{ scenario: "ping-pong", threads: 1, note: `${ONE_THREAD}; capacity 1: it has no unbuffered channel` }, { scenario: "stream", threads: 1, note: ONE_THREAD }] },
  { side: "multithreading", from: PEERS, cases: [{ scenario: "stream", threads: 2 }] },
];

/** Finds and builds the rivals. */
export async function findRivals(wanted: Wanted, threadCounts: readonly number[]): Promise<Rivals> {
  const found = [await findGo(wanted, threadCounts), await findNativeDot(wanted, threadCounts)];
  for (const rival of SCRIPT_RIVALS) found.push(await findScript(rival, wanted));
  return { contestants: found.flatMap((one) => one.contestants), skipped: found.flatMap((one) => one.skipped), failures: found.flatMap((one) => one.failures) };
}

async function findScript({ side, from, cases }: ScriptRival, wanted: Wanted): Promise<Rivals> {
  const own = cases.filter(({ scenario, threads }) => wanted({ scenario, side, form: "", threads }));
  if (own.length === 0) return { contestants: [], skipped: [], failures: [] };
  const version = from === undefined ? process.versions.node : await installedVersion(side, from);
  if (version === undefined) return { contestants: [], skipped: [{ side, reason: `not installed (${from === OWN ? `npm install ${side}` : `npm ci --prefix ${relative(process.cwd(), dirname(fileURLToPath(from as string))) || "."}`})` }], failures: [] };
  const contestants = own.map(({ scenario, threads, note, aboutMs = USUAL_MS }): Contestant => ({
    subject: { scenario, side, form: "", threads, version, ...(note !== undefined && { note }) },
    aboutMs,
    measure: async (trial, signal) => {
      const order: RivalOrder = { side, scenario, threads, trial };
      const program = fileURLToPath(moduleBeside(import.meta.url, "./child"));
      return JSON.parse(await runProgram(process.execPath, ["--disable-warning=ExperimentalWarning", program, JSON.stringify(order)], { deadlineMs: PATIENCE_MS, env: await childEnvironment(), signal })) as Measured;
    },
  }));
  return { contestants, skipped: [], failures: [] };
}
