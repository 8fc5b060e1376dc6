/**
 * Compares predicted gains with measured ones, for the designs of the talk and its other
 * programs, and writes docs/results/whatif.md.
 *
 *   node bench/whatif/main.ts [--runs 7] [--only cpu]
 *
 * Each row records on one thread, then measures on one and on two threads in turn. Next to
 * it stands what two threads gained at that moment that only compute: below 1.8, other
 * programs used the cores, and the row says nothing.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { i32, start, type Runtime } from "../../src/index.ts";
import { answers, asks, computes } from "../../workers/whatif/calibration.ts";
import { DESIGN_IDS, WORLDS } from "../../src/lab/talk/gophers/grid.ts";
import { NotPredictable } from "../../src/lab/whatif/doubts.ts";
import { predictFrom, type Foreseen } from "../../src/lab/whatif/predict.ts";
import { readRecording } from "../../src/lab/whatif/read.ts";
import { measureHandOff } from "../../src/lab/whatif/record/calibrate.ts";
import { measureGain, record, type Subject } from "../../src/lab/whatif/record/record.ts";
import { balanceSubject, dotSubject, gopherSubjects, moduleSubject, sawzallSubject, sieveSubject } from "../../src/lab/whatif/record/subjects.ts";

const PAGE = new URL("../../docs/results/whatif.md", import.meta.url);
const { values } = parseArgs({ options: { runs: { type: "string", default: "7" }, only: { type: "string", default: "" } } });
const RUNS = Number(values.runs);
/** As close as a prediction must be. */
const CLOSE = 0.1;
/** Two threads that only compute gain at least this if no other program uses the cores. */
const IDLE = 1.8;

const COMPUTING: Subject = { name: "computing", run: (runtime: Runtime) => Promise.all(Array.from({ length: 4 }, () => runtime.spawn(computes, 10_000_000))) };

/** The short examples, each with a size that takes some milliseconds. */
const EXAMPLES = [["bounded-buffer", "boundedBuffer", [2000]], ["philosophers", "philosophers", [200]], ["ring", "ring", [20_000]], ["skynet", "skynet", [0, 1000]]] as const;

interface Row {
  readonly name: string;
  readonly predicted: number | null;
  readonly measured: number;
  readonly median: number;
  readonly ceiling: number;
  readonly sentence: string;
}

/** P on two threads of each design, as published: measured on this kind of machine while nothing else ran (docs/results/README.md). */
const PUBLISHED = new Map<string, number>(["cpu-and-mixed-world", "wait-world"].flatMap((name) => {
  const page = readFileSync(new URL(`../../docs/results/${name}.html`, import.meta.url), "utf8");
  const { gains } = JSON.parse(/id="warren-result">(.*?)<\/script>/s.exec(page)?.[1] ?? "{}") as { gains: { design: string; world: string; threads: number; P: number }[] };
  return gains.filter(({ threads }) => threads === 2).map(({ design, world, P }) => [`gophers ${design}, ${world}`, P] as const);
}));

const progress = (text: string): unknown => process.stderr.write(`\r\u001b[K${text}`);


async function rowOf(subject: Subject, handOff: { awakeNs: number; asleepNs: number }): Promise<Row> {
  const before = (await measureGain(COMPUTING, 2, 5, progress)).gain;
  const { recordings } = await record(subject, { runs: RUNS, events: 1_048_576, progress });
  let foreseen: Foreseen | null = null;
  let sentence: string;
  try {
    foreseen = predictFrom(recordings, { handOff });
    ({ sentence } = foreseen.limit);
  } catch (error) {
    if (!(error instanceof NotPredictable)) throw error;
    sentence = `Refused: ${error.message}`;
  }
  const { gain, medianGain } = await measureGain(subject, 2, RUNS, progress);
  const after = (await measureGain(COMPUTING, 2, 5, progress)).gain;
  return { name: subject.name, predicted: foreseen?.predictions.find(({ processors }) => processors === 2)?.expected ?? null, measured: gain, median: medianGain, ceiling: Math.min(before, after), sentence };
}

/** What people have to know who compare: kept when the page is written again. */
const NOTE = readFileSync(PAGE, "utf8").replace(/^[^]*?(?=## Where it was wrong)/, "");

/** So many make about a million events. */
const ROUND_TRIPS = 83_500;

/** What a recording of a million events takes: a sentence. */
async function largeRecording(): Promise<string> {
  await using runtime = await start({ threads: 1 });
  const run = async (): Promise<number> => {
    const [there, back] = [runtime.chan(i32), runtime.chan(i32)];
    const startMs = performance.now();
    const answering = runtime.spawn(answers, there, back);
    await runtime.spawn(asks, ROUND_TRIPS, there, back, 0);
    await answering;
    return performance.now() - startMs;
  };
  await run();
  const plainMs = await run();
  const tracing = await runtime.trace({ events: 1_500_000 });
  const tracedMs = await run();
  const times: number[] = [performance.now()];
  const trace = await tracing.stop();
  times.push(performance.now());
  const recording = readRecording(trace);
  times.push(performance.now());
  predictFrom([recording]);
  times.push(performance.now());
  const [stopS, readS, predictS] = times.slice(1).map((ms, k) => ((ms - (times[k] as number)) / 1000).toFixed(1));
  return `A recording of ${trace.events.length.toLocaleString("en-US")} events (${ROUND_TRIPS.toLocaleString("en-US")} round trips) took ${stopS} s to collect, ${readS} s to become a graph of ${recording.graph.costNs.length.toLocaleString("en-US")} pieces, and ${predictS} s to predict for seven numbers of cores; the process then had used ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB at most. The run itself took ${tracedMs.toFixed(0)} ms with the trace, and ${plainMs.toFixed(0)} ms without.`;
}

function page(rows: readonly Row[], handOff: { awakeNs: number; asleepNs: number }, large: string): string {
  const judged = rows.filter(({ predicted }) => predicted !== null);
  const isClose = ({ predicted, measured }: Row): boolean => Math.abs(measured / (predicted as number) - 1) <= CLOSE;
  const published = judged.flatMap(({ name, predicted }) => (PUBLISHED.has(name) ? [(PUBLISHED.get(name) as number) / (predicted as number) - 1] : []));
  const idle = judged.filter(({ ceiling }) => ceiling >= IDLE);
  const share = (some: readonly Row[]): string => (some.length === 0 ? "none of 0" : `${some.filter(isClose).length} of ${some.length}`);
  return `# Predicted and measured gain on two cores

Written by \`node bench/whatif/main.ts\`. Each program is recorded ${RUNS} times on one thread; P(2) is predicted from that, and measured ${RUNS} times on one and on two threads in turn. *measured* divides the shortest times, *median* the median ones. *ceiling* is what two threads gained just before or just after, whichever was less, that only compute: below ${IDLE}, other programs used the cores, so that no measurement of this row can be trusted.

Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? "unknown"}, Linux; Node ${process.versions.node}; ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC; a hand-over took ${(handOff.awakeNs / 1000).toFixed(1)} µs to a thread that was awake and ${(handOff.asleepNs / 1000).toFixed(1)} µs to one that slept.

**Within ${CLOSE * 100} %: ${share(judged)} predicted rows; of the rows with an idle machine, ${share(idle)}. Of the gains that were [published](README.md), measured on an idle machine of this kind, ${published.filter((flaw) => Math.abs(flaw) <= CLOSE).length} of ${published.length}.** The aim is 90 % on an idle machine. No accuracy is claimed for numbers of cores that nobody has measured.

${large}

| program | P(2) predicted | published | measured now | median | ceiling | measured within ${CLOSE * 100} % | what limits it |
|---|---:|---:|---:|---:|---:|---|---|
${rows.map((row) => `| ${row.name} | ${row.predicted?.toFixed(2) ?? "refused"} | ${PUBLISHED.get(row.name)?.toFixed(2) ?? ""} | ${row.measured.toFixed(2)} | ${row.median.toFixed(2)} | ${row.ceiling.toFixed(2)} | ${row.predicted === null ? "" : row.ceiling < IDLE ? `${isClose(row) ? "yes" : "no"}, machine busy` : isClose(row) ? "yes" : "no"} | ${row.sentence} |`).join("\n")}

${NOTE}`;
}

const subjects = [
  ...gopherSubjects(DESIGN_IDS, WORLDS),
  sieveSubject(), sawzallSubject("docs"), sawzallSubject("docs/api.md"), balanceSubject(), dotSubject({ label: "1,000,000 elements", size: 1_000_000 }), dotSubject({ label: "8,000,000 elements", size: 8_000_000 }),
  ...(await Promise.all(EXAMPLES.map(async ([file, task, args]): Promise<Subject> => {
    const { run } = await moduleSubject(fileURLToPath(new URL(`../../workers/examples/${file}.ts`, import.meta.url)), task, args);
    return { name: `examples/${file}`, run };
  }))),
].filter(({ name }) => name.includes(values.only));
const handOff = await measureHandOff();
const large = await largeRecording();
const rows: Row[] = [];
for (const subject of subjects) {
  rows.push(await rowOf(subject, handOff));
  writeFileSync(PAGE, page(rows, handOff, large));
}
progress("");
