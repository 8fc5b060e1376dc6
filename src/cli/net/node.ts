/**
 * `warren node`: a process that runs a module's tasks for other nodes, until a signal
 * comes. The first one drains it: it takes no more calls, and those that it has taken
 * end. The second one ends it.
 */
import { basename, dirname, join as joined, resolve } from "node:path";
import { readFileSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import type { Net, Serving } from "../../net/index.ts";
import type { Runtime } from "../../index.ts";
import { MOST_THREADS } from "../../lab/machine/environment.ts";
import { count, enumeration } from "../../lab/text.ts";
import { FileError, milliseconds, someOf, UsageError, wholeNumber, type Raw } from "../options/values.ts";
import { EXIT, note, requireReadable } from "../terminal/streams.ts";
import { firstSignal } from "../terminal/signals.ts";
import { VERSION } from "../terminal/version.ts";
import { StatusLine } from "./status-line.ts";
import { serveHealth, type Health } from "./health.ts";
import { USUAL_PORT } from "../../lab/machine/nats-server.ts";
import { joinOptions, reachOrStart, type RawServers } from "./servers.ts";

/** The options as commander gives them. */
export type RawNode = RawServers & Raw<"serve" | "name" | "node" | "build" | "threads" | "limit" | "health" | "drain", "talk" | "quiet">;

/** The program whose tasks `--talk` serves. */
export const TALK = "talk";
/** Nodes of the talk are given up soon, because its pieces of work are short. */
export const TALK_BEAT_MS = 500;
const TALK_MODULE = fileURLToPath(new URL(`../../../workers/talk${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));
const MOST_CALLS = 1_000_000;
const LEFT_OPEN_MS = 500;
/** So many calls for each thread wait on a node of the talk: others get the rest. */
const TALK_WAITING = 2;

// oxlint-disable-next-line no-explicit-any -- any parameter list
type Task = (...args: any[]) => unknown;

/** The options, checked. */
interface NodePlan {
  readonly file: string;
  readonly threads: number | undefined;
  readonly limit: number | undefined;
  readonly port: number | undefined;
  readonly drainMs: number;
}

/** `warren node [module]`; the exit code. */
export async function node(module: string | undefined, raw: RawNode): Promise<number> {
  const code = await serveUntilSignal(module, raw);
  // What the module has opened, such as a connection of its own, must not keep the process alive.
  setTimeout(() => process.exit(code), LEFT_OPEN_MS).unref();
  return code;
}

async function serveUntilSignal(module: string | undefined, raw: RawNode): Promise<number> {
  const plan = await planOf(module, raw);
  const isTalk = raw.talk === true;
  const { name, version } = isTalk ? { name: TALK, version: VERSION } : packageOf(plan.file);
  const options = await joinOptions(raw, { name: raw.name ?? name, node: raw.node, build: raw.build ?? version, ...(isTalk ? { beatMs: TALK_BEAT_MS } : {}) });
  // The copy of warren that the module finds, if it has one of its own (src/runtime/module/copies.ts).
  const [{ start }, { join }] = await Promise.all([import("../../index.ts"), import("../../net/index.ts")]);
  const tasks = await tasksOf(plan.file, raw.serve ?? "all");
  const signalled = firstSignal();
  await using reached = await reachOrStart(options, USUAL_PORT);
  await using rt = await start({ threads: plan.threads });
  await using net = await join(rt, { ...options, servers: reached.servers });
  const limit = plan.limit ?? (isTalk ? rt.threads : undefined);
  const serving = await net.serve([...tasks.values()], { limit, ...(isTalk ? { waiting: TALK_WAITING * rt.threads } : {}) });
  const state = { isDraining: false };
  const watched = plan.port === undefined ? undefined : await serveHealth(plan.port, () => healthOf(net, serving, state.isDraining));
  const line = new StatusLine(process.stderr, raw.quiet === true, () => statusOf(net, serving, state.isDraining));
  line.say(`${net.name}: node ${net.node} serves ${enumeration([...tasks.keys()])} on ${count(rt.threads, "thread")}, connected to ${[reached.servers].flat().join(", ")}${watched === undefined ? "" : `, health at ${watched.url}`}`);
  try {
    const signal = await signalled;
    state.isDraining = true;
    line.say(`${signal}: draining: takes no more calls, and ends when those that it has taken have ended, after ${plan.drainMs / 1000} s at the latest. A second signal ends it immediately`);
    return await drained(net, serving, rt, { drainMs: plan.drainMs, line });
  } finally {
    line.end();
    watched?.server.close();
  }
}

/** Checks what does not need the module. @throws UsageError */
async function planOf(module: string | undefined, raw: RawNode): Promise<NodePlan> {
  const { talk = false, threads, limit, health, drain = "30s" } = raw;
  if (talk && module !== undefined) throw new UsageError("give a module or --talk, not both");
  if (talk && raw.serve !== undefined) throw new UsageError("--serve cannot be used with --talk, which serves the tasks of the talk");
  if (!talk && module === undefined) throw new UsageError("node needs a module that exports tasks, such as app.ts, or --talk");
  if (module !== undefined) await requireModule(module);
  return {
    file: module === undefined ? TALK_MODULE : resolve(module),
    threads: threads === undefined ? undefined : wholeNumber("--threads", threads, 1, MOST_THREADS),
    limit: limit === undefined ? undefined : wholeNumber("--limit", limit, 1, MOST_CALLS),
    port: health === undefined ? undefined : wholeNumber("--health", health, 0, 65_535),
    drainMs: milliseconds("--drain", drain),
  };
}

async function requireModule(module: string): Promise<void> {
  await requireReadable("module", module);
  if (!/\.[cm]?[jt]s$/.test(module)) throw new UsageError(`module: ${JSON.stringify(module)} is not a module: its name ends with none of .js, .mjs, .cjs, .ts, .mts, .cts`);
}

/** The tasks that a module exports, of those that are asked for, by the names of the exports. @throws UsageError, FileError */
async function tasksOf(file: string, wanted: string): Promise<Map<string, Task>> {
  const { sourceOf } = await import("../../runtime/module/task-function.ts");
  let exported: Record<string, unknown>;
  try {
    exported = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  } catch (error) {
    throw new FileError(`${basename(file)} cannot be imported: ${(error instanceof Error ? `${error.name}: ${error.message}` : String(error)).split("\n", 1)[0]}`);
  }
  const tasks = new Map(Object.entries(exported).filter((entry): entry is [string, Task] => typeof entry[1] === "function" && sourceOf(entry[1] as Task) !== undefined));
  if (tasks.size === 0) throw new UsageError(`${basename(file)} exports no task: write export const resize = task(import.meta, async function resize(…) {…})`);
  return new Map(someOf("--serve", wanted, [...tasks.keys()]).map((each) => [each, tasks.get(each) as Task]));
}

/** Name and version of the package that a file is in; the name is made one that servers allow. */
function packageOf(file: string): { readonly name: string; readonly version: string | undefined } {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    try {
      const { name, version } = JSON.parse(readFileSync(joined(folder, "package.json"), "utf8")) as { name?: unknown; version?: unknown };
      if (typeof name === "string") return { name: allowed(name), version: typeof version === "string" ? version : undefined };
    } catch {
      // There is none in this folder, or it is no JSON.
    }
    if (folder === dirname(folder)) return { name: allowed(basename(file).replace(/\.\w+$/, "")), version: undefined };
  }
}

function allowed(name: string): string {
  return name.replace(/^@[^/]*\//, "").replaceAll(/[^\w-]/g, "-").slice(0, 64) || "program";
}

/** Ends what was taken, or gives up after `drainMs`; the exit code. */
async function drained(net: Net, serving: Serving, rt: Runtime, { drainMs, line }: { readonly drainMs: number; readonly line: StatusLine }): Promise<number> {
  await net.close({ drainMs });
  const { running, waiting, done } = serving.counts();
  await rt.stop();
  line.end();
  if (running + waiting > 0) {
    note(`warren: ${count(running + waiting, "call")} had not ended after ${drainMs / 1000} s: the callers get ERR_NODE_LOST`);
    return EXIT.wrong;
  }
  line.say(`drained: ${count(done, "call")} ended here, none was cut off`);
  return EXIT.fine;
}

function healthOf(net: Net, serving: Serving, isDraining: boolean): Health {
  return { status: isDraining ? "draining" : net.isUp ? "up" : "no connection", name: net.name, node: net.node, ...serving.counts() };
}

function statusOf(net: Net, serving: Serving, isDraining: boolean): string {
  const { running, waiting, done } = serving.counts();
  return `${net.name}: ${running} running, ${waiting} waiting, ${done} done${isDraining ? ", draining" : net.isUp ? "" : ", no connection to the servers"}`;
}
