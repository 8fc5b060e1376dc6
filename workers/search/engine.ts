/**
 * The four versions of the search. None has a lock, a condition variable or a
 * callback. Requests that are still in progress when a search returns are cancelled.
 */
import { after, chan, context, select, spawn, task, type Chan, type Context, type Receiver, type Sender } from "../../src/index.ts";
import { backend, found, KINDS, SLOWEST, type Found, type Kind } from "./backend.ts";

/** The versions of the talk. */
export const VERSIONS = ["1.0", "2.0", "2.1", "3.0"] as const;
export type Version = (typeof VERSIONS)[number];

/** Maximum time that 2.1 and 3.0 wait, in units, and replicas of each backend in 3.0. */
export const LIMIT = 80;
export const REPLICAS = 2;

/** What a search uses. */
export interface Engine {
  readonly unitMs: number;
  /** Random numbers in [0, 1). */
  readonly random: () => number;
}

/** The outcome of a search. */
export interface Searched {
  /** Results in the order of arrival; fewer than all if the time limit was reached. */
  readonly all: readonly Found[];
  /** Time from the query to the last result for which it waited. */
  readonly tookMs: number;
}

/** Searches, and leaves no task behind. */
export async function search(version: Version, query: string, engine: Engine): Promise<Searched> {
  const startMs = performance.now();
  using searching = context();
  if (version === "1.0") {
    const all = await serial(query, engine, searching);
    return { all, tookMs: performance.now() - startMs };
  }
  // Room for all results, because a late backend must not wait until its result is received.
  const results = chan(found, KINDS.length);
  const asked = KINDS.map((kind) => {
    if (version === "3.0") return spawn(first, kind, query, latencies(engine, REPLICAS), results, searching);
    return spawn(deliver, kind, query, latencies(engine, 1)[0], results, searching);
  });
  const all = await gather(results, version === "2.0" ? undefined : after(LIMIT * engine.unitMs));
  const tookMs = performance.now() - startMs;
  searching.cancel();
  await Promise.all(asked);
  discard(results);
  return { all, tookMs };
}

/** 1.0: one backend after the other. */
async function serial(query: string, engine: Engine, searching: Context): Promise<Found[]> {
  const all: Found[] = [];
  for (const kind of KINDS) all.push((await spawn(backend, kind, query, latencies(engine, 1)[0], searching)) as Found);
  return all;
}

/** 2.0 and 2.1: all backends in parallel; all deliver into one channel. */
const deliver = task(import.meta, async function deliver(kind: Kind, query: string, latencyMs: number, results: Sender<Found>, searching: Context): Promise<void> {
  const result = await backend(kind, query, latencyMs, searching);
  if (result !== undefined) await results.send(result);
});

/** 3.0: of several replicas the first one delivers, and the others are cancelled. */
const first = task(import.meta, async function first(kind: Kind, query: string, latenciesMs: number[], results: Sender<Found>, searching: Context): Promise<void> {
  using asking = context(searching);
  const answers = chan(found, latenciesMs.length);
  const replicas = latenciesMs.map((latencyMs) => spawn(deliver, kind, query, latencyMs, answers, asking));
  const event = await select({ answer: answers, cancelled: asking.done });
  if (event.case === "answer") await results.send(event.value as Found);
  asking.cancel();
  await Promise.all(replicas);
  discard(answers);
});

/** Takes a result of each backend, or those that arrive before `timeout` fires. */
async function gather(results: Chan<Found>, timeout: Receiver<number> | undefined): Promise<Found[]> {
  const all: Found[] = [];
  while (all.length < KINDS.length) {
    const event = await select({ result: results, timeout });
    if (event.case === "timeout") break;
    all.push(event.value as Found);
  }
  return all;
}

/** Closes a channel that has no senders any more, and drops what is in it. */
function discard(results: Chan<Found>): void {
  results.close();
  while (results.tryRecv() !== undefined);
}

function latencies({ unitMs, random }: Engine, count: number): number[] {
  return Array.from({ length: count }, () => Math.floor((SLOWEST + 1) * random()) * unitMs);
}
