/** Clients that search, one query each at a time. */
import { sleep, spawn, task } from "../../src/index.ts";
import { seededRandom } from "../chance.ts";
import { KINDS, resultFor, SLOWEST } from "./backend.ts";
import { search, type Version } from "./engine.ts";

/** A series of searches. Plain data, which can be sent to any thread. */
export interface SearchConfig {
  readonly version: Version;
  readonly queries: number;
  /** Number of clients over which the queries are divided. */
  readonly clients: number;
  /** Length of a unit in milliseconds: a backend takes 0 … 99 units. */
  readonly unitMs: number;
  readonly seed: number;
}

/** The result of a run. */
export interface SearchResult {
  /** Time from query to results in units, for each query. */
  readonly responses: readonly number[];
  /** Queries with a result from every backend. */
  readonly complete: number;
  /** Number of results, and of those that are right: the expected answer, and each kind once. */
  readonly results: number;
  readonly right: number;
}

const client = task(import.meta, async function client(index: number, queries: number, { version, unitMs, seed }: SearchConfig): Promise<SearchResult> {
  const random = seededRandom(seed + 0x9e37 * (index + 1));
  const result = { responses: [] as number[], complete: 0, results: 0, right: 0 };
  // If all clients asked at the same moment, they would queue for cores instead of for backends.
  await sleep(SLOWEST * random() * unitMs);
  for (let count = 0; count < queries; count++) {
    const query = `golang ${index}.${count}`;
    const { all, tookMs } = await search(version, query, { unitMs, random });
    result.responses.push(tookMs / unitMs);
    result.complete += all.length === KINDS.length ? 1 : 0;
    result.results += all.length;
    result.right += KINDS.filter((kind) => all.some((one) => one.kind === kind && one.title === resultFor(kind, query).title)).length;
  }
  return result;
});

/** Runs the clients: the entry for `run`. */
export const searches = task(import.meta, async function searches(config: SearchConfig): Promise<SearchResult> {
  const { clients, queries } = config;
  const shares = Array.from({ length: clients }, (_, index) => Math.floor(((index + 1) * queries) / clients) - Math.floor((index * queries) / clients));
  const all = await Promise.all(shares.map((share, index) => spawn(client, index, share, config)));
  const sum = (of: (result: SearchResult) => number): number => all.reduce((total, result) => total + of(result), 0);
  return {
    responses: all.flatMap(({ responses }) => responses),
    complete: sum(({ complete }) => complete),
    results: sum(({ results }) => results),
    right: sum(({ right }) => right),
  };
});
