/**
 * Times a case inside the runtime: on one thread with the loop of tinybench;
 * between two threads by the rule that also times the rivals. Both give the same
 * number of runs of about the same length, and the range is the shortest and the
 * longest of these runs.
 */
import { Bench } from "tinybench";
import { task } from "../../src/index.ts";
import { timeOperations, warmUp } from "../rivals/trial.ts";
import { figureOf, type Configuration, type Figure } from "./figure.ts";
import {
  fanIn, pingPong, pingPongPlainly, selectTwo, spawnFar, spawnMany, stream, streamBatches, streamPlainly, streamUnbuffered,
} from "./operations.ts";

/** Does `count` operations, with its other half on thread `far`, and checks that all happened. */
type Operate = (count: number, far: number) => Promise<void>;

/** Every timed case, by scenario and form. */
const TIMED: ReadonlyMap<string, Readonly<Record<string, Operate>>> = new Map<string, Record<string, Operate>>([
  ["spawn", { "least loaded": spawnMany, "on the other thread": spawnFar }],
  ["ping-pong", { "hot loop": pingPong, await: pingPongPlainly }],
  ["stream", { "hot loop": stream, await: streamPlainly }],
  ["stream-batch", { "hot loop": streamBatches }],
  ["stream-unbuffered", { "hot loop": streamUnbuffered }],
  ["select", { "hot loop": selectTwo }],
  ["fan-in", { "hot loop": fanIn }],
]);

/** Times one case; runs on thread 0. The figure is nanoseconds an operation. */
export const timeCase = task(import.meta, async function timeCase(configuration: Configuration): Promise<Figure> {
  const { scenario, form, threads } = configuration;
  const operate = TIMED.get(scenario)?.[form];
  if (operate === undefined) throw new RangeError(`there is no case ${scenario}, ${form}`);
  return threads === 1 ? timeAlone(configuration, (count) => operate(count, 0)) : timeTogether(configuration, (count) => operate(count, threads - 1));
});

async function timeTogether(configuration: Configuration, operate: (count: number) => Promise<void>): Promise<Figure> {
  const { threads, runs, runMs } = configuration;
  // The scenario decides the unit alone, and every timed one has the same.
  const row = { rival: "warren", version: "", scenario: "stream", threads } as const;
  const { value, runs: values } = await timeOperations(row, { runs, runMs, threads: [threads], wanted: () => true }, operate);
  return figureOf(configuration, "ns", value, values);
}

/** An iteration of tinybench is one run: operations that take about `runMs` together. */
async function timeAlone(configuration: Configuration, operate: (count: number) => Promise<void>): Promise<Figure> {
  const { scenario, form, threads, runs, runMs } = configuration;
  const count = await warmUp(operate, runMs);
  const bench = new Bench({ name: scenario, time: 0, iterations: runs, warmup: false, throws: true });
  bench.add(form, async () => {
    await operate(count);
  });
  const [timed] = await bench.run();
  const result = timed?.result;
  if (result?.state !== "completed") throw new Error(`tinybench ended ${scenario} as ${result?.state}`);
  const { p50, min, max, samplesCount } = result.latency;
  const perOperation = (ms: number): number => (ms * 1e6) / count;
  return { kind: "figure", scenario, form, threads, value: perOperation(p50), unit: "ns", range: [perOperation(min), perOperation(max)], samples: samplesCount };
}
