/**
 * Asks replicas and takes the first answer; the others are cancelled and leave
 * nothing behind. The reply channel has room for all replies, so no replica waits to
 * send. Cancelling the query's context cancels every replica, on any thread.
 */
import { after, chan, context, i32, mark, select, sleep, spawn, task, type Context, type Sender } from "../../src/index.ts";
import { seededRandom } from "../chance.ts";
import { drawLatency, meanOfLeast, type Latency } from "./latency.ts";

/** A series of queries. Plain data, which can be sent to any thread. */
export interface QueryConfig {
  /** Number of replicas asked at the start of a query. */
  readonly replicas: number;
  readonly latency: Latency;
  /** If no answer has arrived after this time (in units), one more replica is asked: a hedged request. */
  readonly hedgeAfter?: number | undefined;
  /** Total number of queries, divided evenly over the clients. Each client has one query at a time. */
  readonly queries: number;
  readonly clients: number;
  readonly unitMs: number;
  readonly seed: number;
}

/** The result of a run. */
export interface QueryResult {
  /** Time from query to first answer in units, for each query. */
  readonly responses: readonly number[];
  /** Requests to replicas, including hedged requests. */
  readonly requests: number;
  /** How the replicas ended. */
  readonly answered: number;
  readonly cancelled: number;
  /** First answers that came from a replica which reports that it has answered. */
  readonly own: number;
  /** Total lateness of the timers of the replicas that answered, in ms. */
  readonly lateMs: number;
}

type Ending = { readonly kind: "cancelled" } | { readonly kind: "answered"; readonly lateMs: number };

const replica = task(import.meta, async function replica(index: number, latencyMs: number, reply: Sender<number>, query: Context): Promise<Ending> {
  const dueMs = performance.now() + latencyMs;
  mark("asked", index);
  const first = await select({ answer: after(latencyMs), cancelled: query.done });
  mark(first.case === "cancelled" ? "cancelled" : "answered", index);
  if (first.case === "cancelled") return { kind: "cancelled" };
  const lateMs = performance.now() - dueMs;
  await reply.send(index);
  return { kind: "answered", lateMs };
});

const client = task(import.meta, async function client(index: number, queries: number, config: QueryConfig): Promise<QueryResult> {
  const { replicas, latency, unitMs, hedgeAfter } = config;
  const random = seededRandom(config.seed + 0x9e37 * (index + 1));
  const result = { responses: [] as number[], requests: 0, answered: 0, cancelled: 0, own: 0, lateMs: 0 };
  // If all clients asked at the same moment, they would queue for cores instead of for replicas.
  await sleep(2 * random() * meanOfLeast(latency, replicas) * unitMs);
  for (let count = 0; count < queries; count++) {
    const reply = chan(i32, replicas + 1);
    using query = context();
    const asked: Promise<Ending>[] = [];
    const ask = (): void => void asked.push(spawn(replica, asked.length, drawLatency(latency, random) * unitMs, reply, query));

    const startMs = performance.now();
    mark("query", count);
    while (asked.length < replicas) ask();
    let winner: number | undefined;
    if (hedgeAfter !== undefined) {
      const first = await select({ answer: reply, late: after(hedgeAfter * unitMs) });
      if (first.case === "answer") winner = first.value;
      else ask();
    }
    winner ??= await reply.recv();
    if (winner !== undefined) mark("first", winner);
    result.responses.push((performance.now() - startMs) / unitMs);

    query.cancel();
    const endings = await Promise.all(asked);
    reply.close();
    while (reply.tryRecv() !== undefined); // answers that came too late to count
    result.requests += endings.length;
    for (const ending of endings) {
      result[ending.kind] += 1;
      if (ending.kind === "answered") result.lateMs += ending.lateMs;
    }
    if (winner !== undefined && endings[winner].kind === "answered") result.own += 1;
  }
  return result;
});

/** Runs the clients: the entry for `run`. */
export const replicatedQueries = task(import.meta, async function replicatedQueries(config: QueryConfig): Promise<QueryResult> {
  const { clients, queries } = config;
  const shares = Array.from({ length: clients }, (_, index) => Math.floor(((index + 1) * queries) / clients) - Math.floor((index * queries) / clients));
  const results = await Promise.all(shares.map((share, index) => spawn(client, index, share, config)));
  const sum = (of: (result: QueryResult) => number): number => results.reduce((total, result) => total + of(result), 0);
  return {
    responses: results.flatMap(({ responses }) => responses),
    requests: sum(({ requests }) => requests),
    answered: sum(({ answered }) => answered),
    cancelled: sum(({ cancelled }) => cancelled),
    own: sum(({ own }) => own),
    lateMs: sum(({ lateMs }) => lateMs),
  };
});
