/** The load balancers as findings: what the talk's constants must give, and what they gave here. */
import { realBalance, simpleBalance, TALK, type BalanceResult, type Policy } from "../../../../workers/balance.ts";
import { start, type Runtime } from "../../../index.ts";
import { responseFigures, simulateBalance, type BalanceFigures } from "./model.ts";
import { about, atLeast, atMost, between, check, statistic, untilInterrupted, type Condition, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "../report.ts";
import { mean } from "../../figures/statistics.ts";

/** What the command chooses. */
export interface BalanceChoice {
  /** Numbers of workers of the simple balancer; none: leave it out. */
  readonly workers: readonly number[];
  /** Policies of the realistic balancer; none: leave it out. */
  readonly policies: readonly Policy[];
  /** Balancers at work at once, independent of each other. */
  readonly systems: number;
  /** Units from the start to the end of a run. */
  readonly length: number;
}

/** Units before anything is measured. */
const WARMUP = 200;

const ITEMS = 96;
const SIMULATED_RUNS = 100;
/** Services longer than asked by more than this share: the machine is too busy for the constants. */
const MOST_EXCESS = 0.01;
/** What the model does not know of: handing over, turns of the event loop. */
const SLACK = 0.03;

/** Runs the balancers. */
export async function balance({ workers, policies, systems, length }: BalanceChoice, settings: ProgramSettings): Promise<ProgramOutcome> {
  const { threads, seed, signal } = settings;
  await using runtime = await start({ threads, cores: threads });
  await using _trace = await settings.trace?.(runtime);
  // Every thread imports and compiles the program before anything is measured.
  await runtime.spawn(simpleBalance, { workers: 16, items: 200, unitMs: 0, seed });
  await runtime.spawn(realBalance, { ...TALK, policy: "heap", warmup: 0, length: 500, unitMs: 0.2, seed });

  const findings: Finding[] = [];
  const served: number[] = [];
  for (const count of untilInterrupted(workers, signal)) {
    findings.push(...await simpleFindings(runtime, count, settings));
    served.push(count);
  }
  const measured = new Map<Policy, Measured>();
  for (const policy of untilInterrupted(policies, signal)) {
    const one = await measure(runtime, policy, { systems, length }, settings);
    measured.set(policy, one);
    findings.push(...realFindings(policy, one, { systems, length }, seed));
  }
  return {
    config: { ...(policies.length > 0 ? { ...TALK, systems, warmup: WARMUP, length } : {}), ...(workers.length > 0 ? { items: ITEMS } : {}) },
    findings,
    series: measured.size > 1 ? [comparison(measured)] : [],
    notes: measured.size > 0 ? notes(measured, systems, settings.unitMs) : [],
    conclusion: conclusion(served, measured),
  };
}

async function simpleFindings(runtime: Runtime, workers: number, { unitMs, seed, progress }: ProgramSettings): Promise<Finding[]> {
  const part = `simple balancer, ${workers} worker${workers === 1 ? "" : "s"}`;
  progress(part);
  const { spanMs, received, right, sent, returned, sleptMs, longestMs } = await runtime.spawn(simpleBalance, { workers, items: ITEMS, unitMs, seed });
  // Graham's bound for list scheduling, and a tenth for what is not sleeping
  const longestSpanMs = sleptMs / workers + (1 - 1 / workers) * longestMs;
  return [
    check("results received", { part, expected: ITEMS, measured: received }),
    check("results with z = x·y", { part, expected: ITEMS, measured: right }),
    check("sum of z, and of x·y sent", { part, expected: sent, measured: returned, unit: "u" }),
    statistic("workers that sleep at the same time", { part, expected: between((0.9 * sleptMs) / longestSpanMs, workers), measured: sleptMs / spanMs, source: "Graham: Z/n ≤ T ≤ Z/n + (1−1/n)·z" }),
  ];
}

/** The runs of one policy, side by side. */
interface Measured {
  readonly figures: BalanceFigures;
  readonly results: readonly BalanceResult[];
  readonly excess: number;
}

async function measure(runtime: Runtime, policy: Policy, { systems, length }: Pick<BalanceChoice, "systems" | "length">, { unitMs, seed, progress }: ProgramSettings): Promise<Measured> {
  progress(`realistic balancer, ${policy}: about ${Math.round((length * unitMs) / 1000)} s`);
  const config = { ...TALK, policy, warmup: WARMUP, length, unitMs };
  const results = await Promise.all(Array.from({ length: systems }, (_, system) => runtime.spawn(realBalance, { ...config, seed: seed + 0x3779 * system })));
  const responses = results.flatMap((result) => result.responses);
  const figures = {
    throughput: responses.length / systems / (length - WARMUP),
    pending: mean(results.map(({ meanPending }) => meanPending)),
    variance: mean(results.map(({ variance }) => variance)),
    ...responseFigures(responses),
  };
  return { figures, results, excess: mean(results.map(({ serving: { askedMs, sleptMs } }) => sleptMs / askedMs - 1)) };
}

/** What is expected of each policy (docs/talk.md, "The load balancer"), over long runs. */
const SAID: Readonly<Record<Policy, { readonly variance: string; readonly p99: string }>> = {
  heap: { variance: "0.29", p99: "60" },
  "round-robin": { variance: "39", p99: "138" },
  random: { variance: "50", p99: "" },
  "two-choices": { variance: "1.4", p99: "" },
};

function realFindings(policy: Policy, { figures, results, excess }: Measured, { systems, length }: Pick<BalanceChoice, "systems" | "length">, seed: number): Finding[] {
  const part = `realistic balancer, ${policy}`;
  const sum = (of: (result: BalanceResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  const sent = sum((result) => result.sent);
  const model = simulateBalance({ ...TALK, policy, warmup: WARMUP, length }, SIMULATED_RUNS, seed);
  const condition: Condition = { text: `the machine is quiet: here services took ${(100 * excess).toFixed(1)} % longer than asked`, met: excess <= MOST_EXCESS };
  const figure = (name: string, key: keyof BalanceFigures, unit: string, said: string): Finding => {
    const by = 4 * model.deviation[key] * Math.sqrt(1 / systems + 1 / SIMULATED_RUNS) + SLACK * model.mean[key];
    return statistic(name, { part, expected: about(model.mean[key], { by }), measured: figures[key], unit, source: `model${said === "" ? "" : `; long runs ${said}`}`, condition });
  };
  return [
    check("answered, each with its own", { part, expected: sent, measured: sum(({ own }) => own), source: "requests sent" }),
    check("done, as the balancer heard", { part, expected: sent, measured: sum(({ completed }) => completed), source: "requests sent" }),
    check("workers who agree with it", { part, expected: systems * TALK.workers, measured: sum(({ agreeing }) => agreeing) }),
    check("pending at the end", { part, expected: 0, measured: sum(({ left }) => left) }),
    figure("throughput", "throughput", "requests/u", "2.0"),
    figure("pending a worker", "pending", "", "8.0"),
    figure("variance across workers", "variance", "", SAID[policy].variance),
    ...thresholds(policy, figures, part),
    figure("response, mean", "response", "u", "40"),
    figure("response, p99", "p99", "u", SAID[policy].p99),
  ];
}

/** What has to show at the talk's constants, whatever the length of the run. */
function thresholds(policy: Policy, { variance }: BalanceFigures, part: string): Finding[] {
  if (policy === "heap") return [statistic("variance, the claim", { part, expected: atMost(1), measured: variance, source: "the heap keeps the workers even" })];
  if (policy === "round-robin") return [statistic("variance, the claim", { part, expected: atLeast(20), measured: variance, source: "round robin does not" })];
  return [];
}

function comparison(measured: ReadonlyMap<Policy, Measured>): Series {
  return {
    title: "policies side by side",
    columns: ["policy", "requests/u", "pending", "variance", "mean response, u", "p99, u"],
    rows: [...measured].map(([policy, { figures }]) => [policy, figures.throughput, figures.pending, figures.variance, figures.response, figures.p99]),
  };
}

function notes(measured: ReadonlyMap<Policy, Measured>, systems: number, unitMs: number): string[] {
  const worst = Math.max(...[...measured.values()].map(({ excess }) => excess));
  return [
    `Each policy ran as ${systems} independent balancer${systems === 1 ? "" : "s"} at the same time; figures are means over them, percentiles over all replies.`,
    `Expected is what a simulation of the same length gives (${SIMULATED_RUNS} runs; ± 4 standard errors and ${100 * SLACK} %): by round robin and at random the variance takes thousands of units to grow to its long-run value.`,
    `Timers have a resolution of 1 ms, ${((100 * 1) / unitMs / (TALK.service / 2)).toFixed(0)} % of a mean service here, and fire late: a worker shortens its next sleep by what the last one was late, up to the resolution. Services took up to ${(100 * worst).toFixed(1)} % longer than asked.`,
  ];
}

function conclusion(workers: readonly number[], measured: ReadonlyMap<Policy, Measured>): string {
  const heap = measured.get("heap")?.figures;
  const turns = measured.get("round-robin")?.figures;
  if (heap !== undefined && turns !== undefined) {
    return `With the heap the variance across workers is ${heap.variance.toFixed(2)} and 99 of 100 replies come within ${heap.p99.toFixed(0)} u, by round robin ${turns.variance.toFixed(0)} and ${turns.p99.toFixed(0)} u; and there is no lock anywhere.`;
  }
  const [only] = measured;
  if (only !== undefined) return `The variance across workers is ${only[1].figures.variance.toFixed(2)} with ${only[0]}.`;
  return `The same program serves ${workers.join(", ")} worker${workers.at(-1) === 1 ? "" : "s"}: nothing in it knows how many there are.`;
}
