/** The other programs of the talk that can be watched: the load balancer, the replicated query and the sieve. */
import { realBalance, type BalanceConfig, type BalanceResult } from "../../../../workers/balance.ts";
import { replicatedQueries, type QueryConfig, type QueryResult } from "../../../../workers/replicas.ts";
import { sieve, type SieveResult } from "../../../../workers/sieve.ts";
import { firstPrimes, sendsUntil } from "../../../../workers/sieve/primes.ts";
import { mean } from "../../figures/statistics.ts";
import { capital, count, printTime, spelt } from "../../text.ts";
import type { Choice } from "../protocol.ts";
import { problemsOf, SHORT_UNIT_MS, USUAL_UNIT_MS, type Outcome, type WatchedProgram, type WatchSettings } from "./program.ts";

/** Six requesters give four workers nine tenths of what they can do: queues grow and shrink. */
const BALANCED = { policy: "heap", requesters: 6, workers: 4, queue: 6, think: 4, service: 6, warmup: 0, seed: 1 } as const satisfies Partial<BalanceConfig>;
/** Units of the run: 20 seconds, with the usual unit. */
const BALANCED_UNITS = 66;
const SHORT_UNITS = 20;

/** The balancer and its heap. */
export function balanceWatched({ threads }: Choice, { unitMs }: WatchSettings): WatchedProgram {
  const unit = unitMs ?? USUAL_UNIT_MS;
  const { workers, requesters, policy } = BALANCED;
  return {
    title: `A load balancer, ${spelt(workers)} workers and ${spelt(requesters)} requesters${onThreads(threads)}`,
    unitMs: unit,
    stage: { program: "balance", workers, requesters, policy },
    prepare: (runtime) => runtime.spawn(realBalance, { ...BALANCED, length: SHORT_UNITS, unitMs: SHORT_UNIT_MS }),
    run: async (runtime) => balanced(await runtime.spawn(realBalance, { ...BALANCED, length: BALANCED_UNITS, unitMs: unit }), unit),
  };
}

function balanced({ sent, own, completed, agreeing, left, meanPending, responses }: BalanceResult, unitMs: number): Outcome {
  return {
    facts: [
      ["requests", String(sent)],
      ["requests at each worker, on average", meanPending.toFixed(2)],
      ["from request to reply, on average", responses.length === 0 ? "none was answered" : printTime(mean(responses) * unitMs * 1e6)],
    ],
    problems: problemsOf(
      [own === sent, `${sent - own} of ${count(sent, "request")} got a reply to another one`],
      [completed === sent, `${sent} requests were sent, ${completed} were completed`],
      [agreeing === BALANCED.workers, `${BALANCED.workers - agreeing} workers served more or less than they were given`],
      [left === 0, `${count(left, "request")} left at the end`],
    ),
  };
}

/** A replica needs 12 units on average, the first of four needs 3: ten queries take ten seconds with the usual unit. */
const ASKED = { replicas: 4, latency: { kind: "exponential", mean: 12 }, queries: 10, clients: 1, seed: 1 } as const satisfies Partial<QueryConfig>;

/** The replicated query. */
export function replicasWatched({ threads }: Choice, { unitMs }: WatchSettings): WatchedProgram {
  const unit = unitMs ?? USUAL_UNIT_MS;
  const { replicas, queries } = ASKED;
  return {
    title: `${capital(spelt(replicas))} replicas are asked, the first answer wins${onThreads(threads)}`,
    unitMs: unit,
    stage: { program: "replicas", replicas, queries },
    prepare: (runtime) => runtime.spawn(replicatedQueries, { ...ASKED, unitMs: SHORT_UNIT_MS }),
    run: async (runtime) => answered(await runtime.spawn(replicatedQueries, { ...ASKED, unitMs: unit }), unit),
  };
}

function answered({ responses, requests, answered: inTime, cancelled, own }: QueryResult, unitMs: number): Outcome {
  const { queries, replicas, latency } = ASKED;
  return {
    facts: [
      ["queries", String(responses.length)],
      ["first answer, on average", printTime(mean(responses) * unitMs * 1e6)],
      ["answer of a single replica, on average", printTime(latency.mean * unitMs * 1e6)],
      ["replicas cancelled", `${cancelled} of ${requests}`],
    ],
    problems: problemsOf(
      [responses.length === queries, `${queries} queries were asked, ${responses.length} were answered`],
      [inTime + cancelled === requests && requests === queries * replicas, `${requests} replicas were asked, ${inTime} answered, ${cancelled} were cancelled`],
      [own === queries, `${count(queries - own, "first answer")} of a replica that says it has not answered`],
    ),
  };
}

/** As many filters as fit on a page. */
const PRIMES = 12;
const SHORT_PRIMES = 6;

/** The sieve, a number in each message. */
export function sieveWatched({ threads }: Choice): WatchedProgram {
  return {
    title: `A sieve of ${spelt(PRIMES)} filters, one for each prime${onThreads(threads)}`,
    unitMs: 0,
    stage: { program: "sieve", primes: PRIMES },
    prepare: (runtime) => runtime.spawn(sieve, { primes: SHORT_PRIMES, threads }),
    run: async (runtime) => sieved(await runtime.spawn(sieve, { primes: PRIMES, threads })),
  };
}

function sieved({ primes, sends, tasks, wallNs }: SieveResult): Outcome {
  const wanted = firstPrimes(PRIMES);
  const expected = sendsUntil(wanted);
  return {
    facts: [
      ["primes", primes.join(", ")],
      ["numbers sent from task to task", String(sends)],
      ["tasks", String(tasks)],
      ["time", printTime(wallNs)],
    ],
    problems: problemsOf(
      [primes.join() === wanted.join(), `the primes are ${wanted.join(", ")}, and it found ${primes.join(", ")}`],
      [sends === expected, `${sends} numbers were sent, not ${expected}`],
    ),
  };
}

function onThreads(threads: number): string {
  return `, on ${spelt(threads)} thread${threads === 1 ? "" : "s"}`;
}
