/**
 * `warren gophers --pile DIR` and `warren sawzall FILE` with `--servers` or `--nodes`: the
 * job is done by nodes (`warren node --talk`), and for comparison by one process, with one
 * thread and with as many as the nodes have.
 */
import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { JoinOptions, Net, NodeReport } from "../../net/index.ts";
import type { Runtime } from "../../index.ts";
import { count } from "../../lab/text.ts";
import { requirePile } from "../commands/pile.ts";
import { formatOf } from "../options/measuring.ts";
import { FileError, UsageError, wholeNumber } from "../options/values.ts";
import { readable } from "../terminal/characters.ts";
import { keptName } from "../terminal/files.ts";
import { ProgressLine } from "../terminal/progress.ts";
import { allOrNothing } from "../terminal/signals.ts";
import { EXIT, note, requireReadable, requireWritable, writeResult, writeTo } from "../terminal/streams.ts";
import { VERSION } from "../terminal/version.ts";
import { withoutStuckTasks } from "../terminal/warnings.ts";
import { linesJob, pileJob, type BurntPile, type Counted, type Outcome, type Work } from "./jobs.ts";
import { startNodes, type LocalNodes } from "./local-nodes.ts";
import { TALK, TALK_BEAT_MS } from "./node.ts";
import { reportText, type NodesReport, type Way } from "./many-nodes-text.ts";
import { joinOptions, reachOrStart, reachServers, type RawManyNodes } from "./servers.ts";
import { here, onNodes, type Pass } from "./spread.ts";

const FORMATS = ["table", "json"] as const;
const MOST_NODES = 64;
const MOST_RUNS = 100;
const COMPARED_RUNS = 3;
/** How long local nodes may take to start. */
const BEGIN_MS = 30_000;
/** Nodes can come and go: so often they are counted. */
const COUNTED_MS = 2000;
/** Without a terminal nothing is rewritten. */
const PROGRESS_MS = 200;

/** Options that both commands take together with nodes. */
const TAKEN = new Set(["servers", "creds", "tlsCa", "tlsCert", "tlsKey", "insecure", "nodes", "name", "compare", "runs", "format", "output", "quiet", "color", "operands"]);

/** `warren gophers --pile DIR --servers …` */
export async function gophersOnNodes(raw: RawManyNodes, command: readonly string[]): Promise<number> {
  refuseOthers(raw, ["pile", "manifest"]);
  const { pile, manifest } = raw;
  if (pile === undefined) throw new UsageError("--servers and --nodes need --pile: synthetic books are in the memory of one process");
  await requirePile(pile);
  if (manifest !== undefined) await requireWritable("--manifest", manifest);
  return run("gophers", raw, command, () => pileJob(pile), async (burnt: BurntPile) => {
    if (manifest === undefined) return;
    await writeTo(manifest, burnt.manifest, { name: keptName("manifest", ".txt"), text: () => burnt.manifest });
    if (raw.quiet !== true) note(`wrote ${manifest}: ${count(burnt.burnt, "file")}; check it with sha256sum --check in the pile's directory`);
  });
}

/** `warren sawzall FILE --servers …`. `usual`: the input if none is given. */
export async function sawzallOnNodes(raw: RawManyNodes, command: readonly string[], usual: string): Promise<number> {
  refuseOthers(raw, ["input"]);
  const { input, operands: [operand] = [] } = raw;
  if (operand !== undefined && input !== undefined) throw new UsageError(`give the input once: ${JSON.stringify(operand)} or --input, not both`);
  const given = operand ?? input ?? usual;
  await requireReadable("--input", given);
  return run("sawzall", raw, command, () => linesJob(given), async (_counted: Counted) => undefined);
}

function refuseOthers(raw: object, own: readonly string[]): void {
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || TAKEN.has(name) || own.includes(name)) continue;
    throw new UsageError(`--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} cannot be used with --servers or --nodes`);
  }
}

/** The options that both have, checked. */
interface Plan {
  readonly json: boolean;
  /** Nodes that are started here. */
  readonly nodes: number | undefined;
  readonly isCompared: boolean;
  readonly runs: number;
  readonly options: JoinOptions;
}

async function planOf(raw: RawManyNodes): Promise<Plan> {
  const json = formatOf(raw, FORMATS) === "json";
  const nodes = raw.nodes === undefined ? undefined : wholeNumber("--nodes", raw.nodes, 1, MOST_NODES);
  if (nodes !== undefined && raw.name !== undefined) throw new UsageError("--name cannot be used with --nodes, which starts nodes that only this command uses");
  const isCompared = raw.compare === true || nodes !== undefined;
  const runs = raw.runs === undefined ? (isCompared ? COMPARED_RUNS : 1) : wholeNumber("--runs", raw.runs, 1, MOST_RUNS);
  const name = nodes === undefined ? (raw.name ?? TALK) : `${TALK}-${randomUUID()}`;
  const options = await joinOptions(raw, { name, node: `command-${process.pid}`, build: VERSION, beatMs: TALK_BEAT_MS });
  if (raw.output !== undefined) await requireWritable("--output", raw.output);
  return { json, nodes, isCompared, runs, options };
}

async function run<P, R, T extends Outcome>(program: string, raw: RawManyNodes, command: readonly string[], open: () => Promise<Work<P, R, T>>, keep: (value: T) => Promise<void>): Promise<number> {
  const plan = await planOf(raw);
  return allOrNothing("nothing was written", async () => {
    const work = await open();
    const { last, ...report } = await withoutStuckTasks(() => measure(program, raw, plan, work));
    const { problems } = last;
    if (raw.quiet !== true) for (const line of work.skipped) note(line);
    for (const { path, kind, message } of problems) note(`warren: ${path}: ${kind}: ${message}`);
    if (report.same < report.passes) note(`warren: check failed: ${report.passes - report.same} of ${report.passes} runs have another result than the last one`);
    const whole: NodesReport = { schema: "warren-nodes/1", program, command, input: work.input, files: work.fileCount, bytes: work.bytes, pieces: work.pieces.length, problems, ...work.told(last), ...report };
    await writeResult(plan.json ? JSON.stringify(whole, null, 2) : readable(reportText(whole), raw), raw.output ?? null);
    await keep(last);
    return problems.length > 0 || report.same < report.passes ? EXIT.wrong : EXIT.fine;
  });
}

/** A way to do the job, and how often it was done so. */
interface WayToDo<T> {
  readonly nodes: number;
  readonly threads: number;
  readonly once: (round: number) => Promise<Pass<T>>;
  readonly passes: Pass<T>[];
}

/** Reaches the servers and the nodes, and does the job in all ways, one after the other, `runs` times. */
async function measure<P, R, T extends Outcome>(program: string, raw: RawManyNodes, { nodes, isCompared, runs, options }: Plan, work: Work<P, R, T>): Promise<Pick<NodesReport, "nodes" | "ways" | "repeated" | "same" | "passes"> & { readonly last: T }> {
  await using reached = await (nodes === undefined ? reachServers(options) : reachOrStart(options));
  const [{ start }, { join }] = await Promise.all([import("../../index.ts"), import("../../net/index.ts")]);
  await using rt = await start({ threads: 1 });
  await using net = await join(rt, { ...options, servers: reached.servers });
  await using own = nodes === undefined ? undefined : startNodes(nodes, net.name, [reached.servers].flat(), raw);
  const serving = await nodesFor(net, work.taskName, nodes ?? 1, own);
  const threads = threadsOf(serving);
  await using together = isCompared && threads > 1 ? await start({ threads, cores: threads }) : undefined;
  const counted = { threads };
  const recount = (): Promise<void> => net.nodes().then((all) => void (counted.threads = threadsOf(those(all, work.taskName))), () => undefined);
  const timer = setInterval(() => void recount(), COUNTED_MS);
  const progress = new ProgressLine(process.stderr, raw.quiet === true);
  let shownMs = 0;
  const show = (round: number, pieces: number): void => {
    if (performance.now() - shownMs < PROGRESS_MS) return;
    shownMs = performance.now();
    progress.show(`${program} on ${count(serving.length, "node")}, run ${round + 1} of ${runs}: ${pieces} of ${work.pieces.length} pieces`, null);
  };
  try {
    const onThreads = [...(isCompared ? [rt] : []), ...(together === undefined ? [] : [together])];
    const ways: WayToDo<T>[] = [
      ...onThreads.map((runtime): WayToDo<T> => ({ nodes: 0, threads: runtime.threads, once: () => here(runtime, work), passes: [] })),
      { nodes: serving.length, threads, once: (round) => onNodes(net, work, { run: randomUUID(), threads: () => counted.threads, done: (pieces) => show(round, pieces) }), passes: [] },
    ];
    await warmUp(net, work, threads, onThreads);
    for (let round = 0; round < runs; round++) for (const way of ways) way.passes.push(await way.once(round));
    const remote = (ways.at(-1) as WayToDo<T>).passes;
    const last = (remote.at(-1) as Pass<T>).value;
    const all = ways.flatMap(({ passes }) => passes);
    return {
      nodes: serving.map(({ node, pid, threads: its }) => ({ node, pid, threads: its })),
      ways: ways.map((way): Way => ({ nodes: way.nodes, threads: way.threads, ms: way.passes.map(({ ms }) => ms) })),
      repeated: remote.flatMap(({ repeated }) => repeated).map(({ piece, node }) => ({ node, files: work.files(work.pieces[piece] as P) })),
      same: all.filter(({ value }) => isDeepStrictEqual(value, last)).length,
      passes: all.length,
      last,
    };
  } finally {
    clearInterval(timer);
    progress.end();
  }
}

/** The nodes of this build that serve the job, at least `least`. @throws FileError */
async function nodesFor(net: Net, task: string, least: number, own: LocalNodes | undefined): Promise<NodeReport[]> {
  for (const untilMs = performance.now() + BEGIN_MS; ; ) {
    const all = await net.nodes();
    const found = those(all, task);
    if (found.length >= least) return found;
    if (own === undefined) {
      const builds = [...new Set(all.flatMap(({ tasks, build }) => (tasks.some(({ name }) => name === task) ? [build] : [])))];
      throw new FileError(builds.length === 0 ? `no node of ${JSON.stringify(net.name)} does this work: start some with warren node --talk and the same --servers, or here with --nodes 3` : `the nodes have warren ${builds.join(", ")}, and this is ${VERSION}: install the same version`);
    }
    own.check();
    if (performance.now() > untilMs) throw new FileError(`${least - found.length} of ${least} nodes did not start in ${BEGIN_MS / 1000} s`);
  }
}

function threadsOf(nodes: readonly NodeReport[]): number {
  return nodes.reduce((total, { threads }) => total + threads, 0);
}

function those(nodes: readonly NodeReport[], task: string): NodeReport[] {
  return nodes.filter(({ tasks, build, isDraining }) => !isDraining && build === VERSION && tasks.some(({ name }) => name === task));
}

/** Each thread imports the program before anything is timed. */
async function warmUp<P, R, T>(net: Net, work: Work<P, R, T>, threads: number, runtimes: readonly Runtime[]): Promise<void> {
  await Promise.all(runtimes.flatMap((rt) => Array.from({ length: 2 * rt.threads }, () => rt.spawn(work.task, ...work.args()))));
  const nothing = { ...work, pieces: Array.from({ length: 3 * threads }, () => undefined), args: () => work.args(), files: () => [], halves: () => null, collect: () => ({ add: () => undefined, end: () => undefined }) };
  await onNodes(net, nothing, { run: randomUUID(), threads: () => threads, done: () => undefined });
}
