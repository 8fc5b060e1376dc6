/**
 * `warren net bench`: what queues and remote tasks cost on this machine, next to the bare
 * NATS client and BullMQ.
 *
 * Each measurement is a process of its own (child.ts), and for remote tasks the node is a
 * second one. The forms of a row run one after the other, in an order that changes from
 * round to round. A figure is the median of the rounds, a ratio that of the medians.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { median } from "../../src/lab/figures/statistics.ts";
import { textTable } from "../../src/lab/print/text-table.ts";
import { nowNs } from "../../src/lab/machine/clock.ts";
import { environmentOf, machineLine, readState, surroundings } from "../../src/lab/machine/environment.ts";
import { type BenchOptions, type BenchOutcome, BenchOptionError, INTERRUPTED, printOutcome, tell } from "../outcome.ts";
import { installedVersion, moduleBeside } from "../rivals/program.ts";
import { NAMES, NET_ROWS, SAME, type NetRow, type NetRun, type Who } from "./scenarios.ts";
import { startNats, startRedis } from "./servers.ts";

const ROUNDS = 5;
const QUICK_ROUNDS = 3;
/** With `quick` so large a part of the operations is timed. */
const QUICK_PART = 0.3;
const DEADLINE_MS = 120_000;

interface Figures {
  readonly row: NetRow;
  /** Microseconds for one operation, a sample for each round. */
  readonly us: Map<Who, number[]>;
}

export async function netBench(options: BenchOptions = {}): Promise<BenchOutcome> {
  const { filter = "", json = false, quick = false, signal, progress = tell } = options;
  const rows = NET_ROWS.filter(({ scenario, size }) => `${scenario} ${size}`.includes(filter));
  if (rows.length === 0) throw new BenchOptionError("--filter", `no row has ${JSON.stringify(filter)} in its name: ${NET_ROWS.map(({ scenario, size }) => `${scenario} ${size}`).join(", ")}`);
  await using nats = await startNats();
  if (nats === undefined) throw new BenchOptionError("net bench", "it needs nats-server: apt-get install nats-server");
  const bullMq = await installedVersion("bullmq", new URL("../rivals/peers/package.json", import.meta.url).href);
  await using redis = bullMq !== undefined ? await startRedis() : undefined;
  if (redis === undefined) progress("BullMQ is skipped: it needs redis-server (apt-get install redis-server) and npm ci --prefix bench/rivals/peers");
  const all: Figures[] = rows.map((row) => ({ row, us: new Map() }));
  const { machine, before } = await surroundings(2);
  const rounds = quick ? QUICK_ROUNDS : ROUNDS;
  let isCut = false;
  for (let round = 0; round < rounds && !isCut; round++) {
    for (const { row, us } of all) {
      const forms = (["warren", ...row.rivals] as Who[]).filter((who) => who !== "bullmq" || redis !== undefined);
      for (const who of rotated(forms, round)) {
        if (signal?.aborted) isCut = true;
        if (isCut) break;
        progress(`round ${round + 1} of ${rounds}: ${row.scenario} ${row.size} B, ${NAMES[who]}`, null);
        const run: NetRun = { scenario: row.scenario, who, server: `127.0.0.1:${nats.port}`, redis: redis?.port, size: row.size, round, count: Math.ceil(row.count * (quick ? QUICK_PART : 1)) };
        const samples = us.get(who) ?? [];
        samples.push(await measure(run));
        us.set(who, samples);
      }
    }
  }
  const measured = all.filter(({ us }) => us.has("warren"));
  if (measured.length === 0) return { text: null, failed: false };
  const env = environmentOf(machine, before, readState(nowNs()), 2);
  const versions = await Promise.all(["@nats-io/transport-node", "@nats-io/jetstream"].map(async (name) => `${name} ${(await installedVersion(name, import.meta.url)) ?? "?"}`));
  const lines = [...(isCut ? [INTERRUPTED] : []), `${new Date().toISOString().slice(0, 10)} · ${machineLine(env)} · ${[`nats-server ${nats.version}`, ...versions, ...(redis === undefined ? [] : [`redis-server ${redis.version}`, `bullmq ${bullMq}`])].join(", ")}`, ...env.warnings.map((warning) => `warning: ${warning}`), ...tableOf(measured)];
  return { text: json ? JSON.stringify({ schema: "warren-net-bench/1", node: process.versions.node, rounds, rows: measured.map(({ row, us }) => ({ scenario: row.scenario, size: row.size, us: Object.fromEntries(us) })) }, null, 2) : lines.join("\n"), failed: false };
}

function rotated<T>(items: readonly T[], by: number): T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

async function measure(run: NetRun): Promise<number> {
  const child = fileURLToPath(moduleBeside(import.meta.url, "./child"));
  const flags = ["--disable-warning=ExperimentalWarning", child];
  const node = run.scenario === "spawn" ? spawn(process.execPath, [...flags, JSON.stringify({ ...run, role: "node" })], { stdio: ["pipe", "pipe", "inherit"] }) : undefined;
  try {
    if (node !== undefined) await once(node.stdout, "data");
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, JSON.stringify(run)], { timeout: DEADLINE_MS });
    return (JSON.parse(stdout) as { us: number }).us;
  } finally {
    if (node !== undefined) {
      const ended = once(node, "exit");
      node.stdin.end();
      await ended;
    }
  }
}

function tableOf(all: readonly Figures[]): string[] {
  const head = ["operation, 64 in flight", "value", "warren", "bare client", "ratio", "must", "BullMQ", "ratio", "must"];
  const body = all.map(({ row: { scenario, size, within, ofBullMq }, us }) => {
    const of = (who: Who): number | undefined => (us.has(who) ? median(us.get(who) as number[]) : undefined);
    const [ours, bare, bullmq] = [of("warren"), of("bare"), of("bullmq")];
    const ratio = ours === undefined || bare === undefined ? undefined : ours / bare;
    const faster = ours === undefined || bullmq === undefined ? undefined : bullmq / ours;
    return [scenario, `${size} B`, time(ours), time(bare), times(ratio), `≤ ${within} ×${mark(ratio === undefined ? undefined : ratio <= within)}`, time(bullmq), times(faster), ofBullMq === undefined ? "" : `≥ ${ofBullMq} ×${mark(faster === undefined ? undefined : faster >= ofBullMq)}`];
  });
  const rows = all.filter(({ row: { text } }) => text !== SAME).map(({ row: { scenario, text } }) => `${scenario}: ${text}`);
  return ["", ...textTable([head, ...body], ["left", "right", "right", "right", "right", "left", "right", "right", "left"]), "", "Microseconds for one operation, medians of the rounds. The first ratio is the time of warren over that of the bare client, the second the time of BullMQ over that of warren.", ...rows];
}

function time(us: number | undefined): string {
  return us === undefined ? "–" : us.toFixed(1);
}

function times(ratio: number | undefined): string {
  return ratio === undefined ? "–" : `${ratio.toFixed(2)} ×`;
}

function mark(isReached: boolean | undefined): string {
  return isReached === undefined ? "" : isReached ? ": reached" : ": missed";
}

if (import.meta.main) printOutcome(await netBench({ quick: process.argv.includes("--quick"), json: process.argv.includes("--json"), filter: process.argv.slice(2).find((arg) => !arg.startsWith("-")) }));
