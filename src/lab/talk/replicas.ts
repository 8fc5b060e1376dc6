/** The replicated query as findings: the law of the first answer, the four variants, hedging. */
import { askLate, forgetReplicas, replicatedQueries, VARIANTS, type Latency, type QueryConfig, type QueryResult, type Variant } from "../../../workers/replicas.ts";
import { meanOfLeast } from "../../../workers/replicas/latency.ts";
import { run, start, WarrenError, type Runtime } from "../../index.ts";
import { about, check, statistic, untilInterrupted, type Condition, type Finding, type ProgramOutcome, type ProgramSettings } from "./report.ts";
import { mean } from "../figures/statistics.ts";
import { settled, tasksLeft } from "./settled.ts";

/** What the command chooses. */
export interface ReplicasChoice {
  readonly replicas: readonly number[];
  /** Queries for each number of replicas and each distribution. */
  readonly queries: number;
}

const UNIFORM = { kind: "uniform", most: 40 } as const;
const EXPONENTIAL = { kind: "exponential", mean: 20 } as const;

/** Requests to replicas that are begun in a second, so that the threads are not what is waited for. */
const REQUESTS_PER_SECOND = 1000;
/** Timers have a grain of 1 ms: an answer is on the mean up to this late. */
const GRAIN_MS = 1;
/** Replicas and queries of a variant that forgets them. */
const FORGOTTEN = { replicas: 8, queries: 20, spreadMs: 10 };
/** Hedged requests are rare, and so is what they cut off: more queries are needed. */
const HEDGED_QUERIES = 4;
const P95 = Math.log(20);

/** Asks. */
export async function replicas(choice: ReplicasChoice, settings: ProgramSettings): Promise<ProgramOutcome> {
  const { findings, lateMs, said } = await inOneRuntime(choice, settings);
  return {
    config: { queries: choice.queries, uniform: `0–${UNIFORM.most} u`, exponential: `mean ${EXPONENTIAL.mean} u` },
    findings: [...findings, ...await variants(settings)],
    notes: [
      "± is 4 standard errors and 1 ms, the resolution of the timers.",
      ...(lateMs === null ? [] : [`The replicas' timers came up to ${lateMs.toFixed(2)} ms late on the mean.`]),
      `The variants cancel nobody; each ran ${FORGOTTEN.queries} queries to ${FORGOTTEN.replicas} replicas. Everywhere else the first answer cancels the query's context: the other replicas end immediately, wherever they wait, and the client awaits them.`,
    ],
    conclusion: said,
  };
}

/** Everything but the variants, which are in closed worlds of their own. */
async function inOneRuntime(choice: ReplicasChoice, settings: ProgramSettings): Promise<{ findings: Finding[]; lateMs: number | null; said: string }> {
  await using runtime = await start({ threads: settings.threads, cores: settings.threads });
  await using _trace = await settings.trace?.(runtime);
  await ask(runtime, { replicas: 4, latency: UNIFORM, queries: 200 }, { ...settings, unitMs: 0.1 });
  const findings: Finding[] = [];
  const late: number[] = [];
  for (const latency of untilInterrupted([UNIFORM, EXPONENTIAL], settings.signal)) {
    const results: QueryResult[] = [];
    for (const count of untilInterrupted(choice.replicas, settings.signal)) {
      settings.progress(`${latency.kind} latency, ${count} replica${count === 1 ? "" : "s"}`);
      results.push(await ask(runtime, { replicas: count, latency, queries: choice.queries }, settings));
    }
    late.push(lateness(results));
    const condition = quiet(results);
    findings.push(...results.map((result, at) => firstAnswer(latency, choice.replicas[at] as number, result, condition, settings)), ...conservation(partOf(latency), results, await tasksLeft(runtime)));
  }
  const hedged = await hedging(runtime, choice, settings);
  return { findings: [...findings, ...hedged.findings], lateMs: late.length === 0 ? null : Math.max(...late), said: hedged.said };
}

type Asking = Omit<QueryConfig, "clients" | "unitMs" | "seed">;

/** As many clients as keep the rate of requests. */
function ask(runtime: Runtime, asking: Asking, { unitMs, seed }: ProgramSettings): Promise<QueryResult> {
  const atOnce = (REQUESTS_PER_SECOND / asking.replicas) * (meanOfLeast(asking.latency, asking.replicas) * unitMs) / 1000;
  const clients = Math.max(1, Math.min(Math.ceil(asking.queries / 4), Math.round(atOnce)));
  return runtime.spawn(replicatedQueries, { ...asking, clients, unitMs, seed });
}

function partOf(latency: Latency): string {
  return latency.kind === "uniform" ? `latency uniform on 0 … ${latency.most} u` : `latency exponential, mean ${latency.mean} u`;
}

function firstAnswer(latency: Latency, count: number, result: QueryResult, condition: Condition, { unitMs }: ProgramSettings): Finding {
  const expected = meanOfLeast(latency, count);
  const deviation = latency.kind === "uniform" ? expected * Math.sqrt(count / (count + 2)) : expected;
  return statistic(`mean, first of ${count}`, {
    part: partOf(latency), unit: "u", measured: mean([...result.responses]), condition, source: latency.kind === "uniform" ? "a/(n+1)" : "mean/n",
    expected: about(expected, { by: (4 * deviation) / Math.sqrt(result.responses.length) + GRAIN_MS / unitMs }),
  });
}

/** Every request has ended in one of two ways, every query has an answer of its own, and no task is left. */
function conservation(part: string, results: readonly QueryResult[], left: number): Finding[] {
  const sum = (of: (result: QueryResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  return [
    check("queries answered by their own", { part, expected: sum(({ responses }) => responses.length), measured: sum(({ own }) => own) }),
    check("replicas that ended", { part, expected: sum(({ requests }) => requests), measured: sum(({ answered, cancelled }) => answered + cancelled), source: "requests: answered or cancelled" }),
    check("tasks left behind", { part, expected: 0, measured: left }),
  ];
}

function quiet(results: readonly QueryResult[]): Condition {
  const each = Math.max(...results.map((result) => lateness([result])));
  return { text: `the machine is quiet: here timers came up to ${each.toFixed(1)} ms late on the mean`, met: each <= GRAIN_MS };
}

/** How late the timers of replicas were on the mean, ms. */
function lateness(results: readonly QueryResult[]): number {
  return mean(results.map(({ lateMs, answered }) => lateMs / answered));
}

/** Two requests at most: the second only if the first has not been answered within its 95th percentile. */
async function hedging(runtime: Runtime, { queries }: ReplicasChoice, settings: ProgramSettings): Promise<{ findings: Finding[]; said: string }> {
  const { unitMs, progress, signal } = settings;
  const m = EXPONENTIAL.mean;
  const hedgeAfter = m * P95;
  const many = HEDGED_QUERIES * queries;
  const figures: string[] = [];
  const findings: Finding[] = [];
  for (const hedge of untilInterrupted([undefined, hedgeAfter], signal)) {
    const part = hedge === undefined ? "one request, exponential" : `hedged: a second request after the 95th percentile, ${hedge.toFixed(0)} u`;
    progress(part);
    const result = await ask(runtime, { replicas: 1, latency: EXPONENTIAL, queries: many, hedgeAfter: hedge }, settings);
    const sorted = result.responses.toSorted((a, b) => a - b);
    const p99 = sorted[Math.floor(0.99 * many)] as number;
    const extra = result.requests / many - 1;
    // Memoryless: beyond the 95th percentile two answers are awaited instead of one.
    const expected = hedge === undefined ? { mean: m, p99: m * Math.log(100), rate: 1 / m } : { mean: m * (1 - 0.05 / 2), p99: hedge + (m / 2) * Math.log(5), rate: 2 / m };
    const quantileError = Math.sqrt(0.01 * 0.99 / many) / (0.01 * expected.rate);
    figures.push(`${p99.toFixed(0)} u`);
    findings.push(
      ...conservation(part, [result], await tasksLeft(runtime)),
      statistic("mean", { part, unit: "u", measured: mean([...result.responses]), expected: about(expected.mean, { by: (4 * m) / Math.sqrt(many) + GRAIN_MS / unitMs }), source: hedge === undefined ? "mean" : "mean·(1 − 0.05/2)", condition: quiet([result]) }),
      statistic("p99", { part, unit: "u", measured: p99, expected: about(expected.p99, { by: 4 * quantileError + GRAIN_MS / unitMs }), source: hedge === undefined ? "mean·ln 100" : "mean·(ln 20 + ln 5 / 2)", condition: quiet([result]) }),
    );
    if (hedge !== undefined) findings.push(statistic("requests beyond one a query", { part, measured: extra, expected: about(0.05, { by: 4 * Math.sqrt((0.05 * 0.95) / many) + 0.05 * (GRAIN_MS / unitMs) / m }), source: "5 % are that late", condition: quiet([result]) }));
  }
  if (figures.length < 2) return { findings, said: "" };
  const more = `${(100 * ((findings.at(-1) as Finding).measured as number)).toFixed(1)} %`;
  return { findings, said: `The first of n answers wins, and the others leave nothing behind; a second request after the 95th percentile takes the p99 from ${figures.join(" to ")} for ${more} more requests.` };
}

/** What each of the four variants does: two are fine, one hangs, one leaks. */
async function variants({ threads, progress, signal }: ProgramSettings): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const variant of untilInterrupted(Object.values(VARIANTS), signal)) {
    progress(variant.name);
    // Where the answer may get lost, only a client that waits before any replica answers is sure of one.
    if (variant !== VARIANTS.noRoom) findings.push(...await forgotten(variant, threads));
    if (!variant.waits) findings.push(await late(variant, threads));
  }
  return findings;
}

/** Queries that forget their replicas: `rt.dump()` shows which of those wait for ever. */
async function forgotten(variant: Variant, threads: number): Promise<Finding[]> {
  const part = variant.name;
  const { replicas: asked, queries, spreadMs } = FORGOTTEN;
  await using runtime = await start({ threads, cores: threads });
  const answers = await runtime.spawn(forgetReplicas, variant, asked, queries, spreadMs);
  const leaks = variant.waits && variant.room === 0;
  return [
    check("queries answered", { part, expected: queries, measured: answers }),
    check("replicas that wait forever to send", { part, expected: leaks ? queries * (asked - 1) : 0, measured: await stuckSenders(runtime), source: leaks ? "n − 1 a query leak, says rt.dump()" : "says rt.dump()" }),
  ];
}

/** A client that comes when all replicas have ended: with room for one an answer waits for it, without it is lost. */
async function late(variant: Variant, threads: number): Promise<Finding> {
  const outcome = await run(askLate, { threads, cores: threads, args: [variant, FORGOTTEN.replicas] }).then(
    (answer) => (answer === undefined ? "no answer" : "an answer"),
    (error: unknown) => hangOf(error),
  );
  const isLost = variant.room === 0;
  return check("a client that is late gets", { part: variant.name, expected: isLost ? "ERR_DEADLOCK" : "an answer", measured: outcome, source: isLost ? "all answers are lost: it hangs" : "the first answer waits for the client" });
}

/** The code of a deadlock report that names the client; anything else is thrown on. */
function hangOf(error: unknown): string {
  if (!(error instanceof WarrenError) || error.code !== "ERR_DEADLOCK") throw error;
  const tasks = error.details["tasks"] as readonly { task: string; reason: string }[];
  return tasks.length === 1 && tasks[0]?.task === "askLate" && tasks[0].reason === "receive" ? error.code : `${error.code} of others`;
}

/** Replicas that wait to send, once no other is on its way. */
async function stuckSenders(runtime: Runtime): Promise<number> {
  const count = async (): Promise<{ alive: number; senders: number }> => {
    const { threads } = await runtime.dump();
    const waits = threads.flatMap(({ parked }) => parked).filter(({ task }) => task === "hasty");
    return { alive: (await runtime.stats()).tasks, senders: waits.filter(({ reason }) => reason === "send").length };
  };
  return (await settled(runtime, count, ({ alive, senders }) => alive === senders)).senders;
}
