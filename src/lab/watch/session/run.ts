/** One run of a program, while a trace of it is followed. Nobody waits for the page: the threads only record. */
import { start } from "../../../index.ts";
import { nowNs } from "../../machine/clock.ts";
import type { Choice, Message } from "../protocol.ts";
import type { Outcome, WatchedProgram } from "../programs/program.ts";
import { Reducer } from "../reduce.ts";

/** How often the page gets events. */
const EVERY_MS = 50;
/** Events that a thread keeps until they are read: a burst of a tenth of a second. */
const RING_EVENTS = 131_072;

/** How a run ended. */
export interface RunEnd {
  readonly stopped: boolean;
  readonly problems: readonly string[];
}

/**
 * Runs a program and sends what happens, from `run` to `end`. An abort ends its threads.
 * A program that fails, and a runtime that ends under it, are problems of the run, not errors.
 *
 * @param run the number of the run
 */
export async function runWatched(run: number, choice: Choice, program: WatchedProgram, send: (message: Message) => void, signal: AbortSignal): Promise<RunEnd> {
  const { threads } = choice;
  const { title, unitMs, stage } = program;
  await using runtime = await start({ threads, cores: threads });
  await program.prepare(runtime);
  if (signal.aborted) return { stopped: true, problems: [] };
  await using tracing = await runtime.trace({ events: RING_EVENTS });
  send({ kind: "run", run, choice, title, threads, unitMs, stage });
  const startNs = nowNs();
  const reducer = new Reducer(run, { threads, startNs });
  const following = problemOf(async () => {
    for await (const batch of tracing.follow({ everyMs: EVERY_MS })) send(reducer.take(batch));
  });
  const ended = outcomeOf(program.run(runtime));
  const outcome = await Promise.race([ended, aborted(signal)]);
  const endNs = nowNs();
  let lastNs = endNs;
  const stopping = problemOf(async () => {
    lastNs = (await tracing.stop()).endNs;
  });
  const untraced = [await stopping, await following].filter((problem) => problem !== null);
  send(reducer.end(lastNs));
  const { facts, problems: own } = outcome ?? { facts: [], problems: [] };
  // A program that fails because its runtime has ended says so itself.
  const problems = own.length > 0 ? own : untraced.slice(0, 1);
  send({ kind: "end", run, wallMs: (endNs - startNs) / 1e6, stopped: outcome === null, facts, problems });
  return { stopped: outcome === null, problems };
}

/** Why something has failed; `null`: it has not. */
async function problemOf(work: () => Promise<void>): Promise<string | null> {
  try {
    await work();
    return null;
  } catch (error) {
    return lineOf(error);
  }
}

/** A program that throws has that as its problem; one that was stopped throws, too, and nobody asks. */
async function outcomeOf(running: Promise<Outcome>): Promise<Outcome> {
  try {
    return await running;
  } catch (error) {
    return { facts: [], problems: [lineOf(error)] };
  }
}

/** Resolves with `null` when the signal is aborted. */
function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(null);
    else signal.addEventListener("abort", () => resolve(null), { once: true });
  });
}

/** An error in one line. */
export function lineOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] as string;
}
