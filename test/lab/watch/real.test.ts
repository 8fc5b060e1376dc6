// @module-tag deep
/** Followed runs on real threads: the messages say what an analysis of the whole trace says. And measured and predicted gains. */
import { describe, expect, test } from "vitest";
import { start } from "../../../src/index.ts";
import { CHOICES, usualChoice } from "../../../src/lab/watch/choices.ts";
import { watchedProgram } from "../../../src/lab/watch/programs/watched.ts";
import type { Choice } from "../../../src/lab/watch/protocol.ts";
import { Reducer, type EventsMessage } from "../../../src/lab/watch/reduce.ts";
import { measureRounds, type GainsMessage } from "../../../src/lab/watch/session/measuring.ts";
import { foresee } from "../../../src/lab/watch/session/predicting.ts";
import { randomSource } from "../../../src/lab/random.ts";
import { calibrate } from "../../../workers/gophers.ts";
import { analysed, didOf, inBatches } from "./replayed.ts";

const CHOICE = usualChoice(2);

describe("a followed run", () => {
  const choices = [1, 2].flatMap((threads): Partial<Choice>[] => [
    ...["G1", "G6", "G7"].flatMap((design) => CHOICES.worlds.map((world) => ({ design, world, threads }))),
    { program: "sieve", threads }, { program: "balance", threads }, { program: "replicas", threads },
  ]);

  test.each(choices)("%j: the same as the trace of it, whichever batches it came in", async (chosen) => {
    const choice = { ...CHOICE, ...chosen };
    const perMs = calibrate(1);
    const program = watchedProgram(choice, { unitMs: 2, calibrate: (ms) => Math.round(perMs * ms) });
    await using runtime = await start({ threads: choice.threads });
    await program.prepare(runtime);
    await using tracing = await runtime.trace({ events: 262_144 });
    const batches: Parameters<Reducer["take"]>[0][] = [];
    const following = (async () => {
      for await (const batch of tracing.follow({ everyMs: 3 })) batches.push(batch);
    })();
    await program.run(runtime);
    const trace = await tracing.stop();
    await following;
    const reducer = new Reducer(1, trace);
    const messages: EventsMessage[] = [...batches.map((batch) => reducer.take(batch)), reducer.end(trace.endNs)];
    const durationNs = trace.endNs - trace.startNs;
    expect(messages.at(-1)?.lost).toBe(0);
    expect(didOf(messages, durationNs)).toEqual(analysed(trace));
    expect(didOf(inBatches(trace, randomSource(1, "batches"), 30), durationNs)).toEqual(analysed(trace));
  });
});

test("rounds of measurement: gains of all cells, sharper with each", async () => {
  const rounds: GainsMessage[] = [];
  await measureRounds({ ...CHOICE, world: "cpu" }, { version: "0", signal: new AbortController().signal, onRound: (gains) => rounds.push(gains), rounds: 2 });
  expect(rounds.map(({ round, of }) => [round, of])).toEqual([[1, 2], [2, 2]]);
  expect(rounds[1]?.bars.map(({ label }) => label)).toEqual(["one gopher, 1 thread", "one gopher, 2 threads", "four gophers, 1 thread", "four gophers, 2 threads"]);
  const { structure, threads, together, verdict } = rounds[1] as GainsMessage;
  expect(together.value).toBeCloseTo(structure.value * threads.value, 9);
  expect([structure.low, threads.high]).toEqual([null, null]);
  // how many cores other programs left is not the test's to say
  expect(verdict).toMatch(/^So far, the structure of G6 gives .*× on one thread\. .*threads .*Intervals come with round 6\./);
});

test("a measurement that is aborted ends without an error", async () => {
  const controller = new AbortController();
  let rounds = 0;
  await measureRounds(CHOICE, { version: "0", signal: controller.signal, rounds: 50, onRound: () => {
    rounds++;
    controller.abort();
  } });
  expect(rounds).toBe(1);
});

test("a prediction for more cores than there are, with the one that was asked for", async () => {
  const choice = { ...CHOICE, world: "cpu", threads: 24 };
  const foreseen = await foresee(choice, { cores: 1, signal: new AbortController().signal, progress: () => undefined });
  expect(foreseen).toMatchObject({ kind: "foreseen", choice, refused: null });
  expect(foreseen?.points.map(({ threads }) => threads)).toEqual([1, 2, 4, 8, 16, 24, 32, 64]);
  for (const { expected, bound } of foreseen?.points ?? []) expect(expected).toBeLessThanOrEqual(bound * (1 + 1e-9));
  expect(foreseen?.structure?.value).toBeGreaterThan(0);
  expect(foreseen?.sentence).not.toBe("");
});
