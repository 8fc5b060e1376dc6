/**
 * Sawzall: one job over the lines of a real file, as independent chunks and as a
 * pipeline, on one thread and on all: the same result, in times that differ.
 */
import { isDeepStrictEqual } from "node:util";
import { pipeline, sawzall as inChunks, type JobResult, type SawzallResult } from "../../../workers/sawzall.ts";
import { readMachine } from "../machine/environment.ts";
import { atLeast, check, nothingComplete, statistic, type Condition, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "./report.ts";
import { measureInTurn, medianMs, type TimedCell } from "./in-turn.ts";

/** What the command chooses. */
export interface SawzallChoice {
  /** A file, or a directory with all below it. */
  readonly input: string;
  /** Timed runs of each way on each number of threads. */
  readonly runs: number;
}

type Way = "chunks" | "pipeline";

interface Cell extends TimedCell<SawzallResult> {
  readonly way: Way;
}

/** Below this a run is over before the threads are in step. */
const LEAST_BYTES = 4e6;
/** Characters of a line in the sample. */
const EXCERPT = 60;

/** Does the job in both ways. */
export async function sawzall({ input, runs }: SawzallChoice, settings: ProgramSettings): Promise<ProgramOutcome> {
  const { threads } = settings;
  const counts = threads === 1 ? [1] : [1, threads];
  const cells = (["chunks", "pipeline"] as const).flatMap((way) => counts.map((count): Cell => ({ way, threads: count, results: [] })));
  const rounds = await measureInTurn("sawzall", cells, runs, (runtime, { way }) => runtime.spawn(way === "chunks" ? inChunks : pipeline, input), settings);
  if (rounds === 0) return nothingComplete({ input, runs });
  const all = cells.flatMap(({ results }) => results);
  const { result, inputBytes, files, chunks, problems } = all[0] as SawzallResult;
  const ms = (way: Way, count: number): number => medianMs(cells.find((cell) => cell.way === way && cell.threads === count));
  return {
    config: { input, files, bytes: inputBytes, chunks, runs: rounds },
    findings: [
      check("runs with one and the same result", { expected: all.length, measured: all.filter((other) => isDeepStrictEqual(other.result, result)).length, source: "merged in the order of the chunks" }),
      check("files and directories that could not be read", { expected: 0, measured: problems.length }),
      ...claims(threads, inputBytes, ms),
    ],
    series: [timesOf(cells, inputBytes, ms), ...tablesOf(result)],
    notes: [
      "Chunks: a task for each chunk of the input, tables of its own, merged at the end in the order of the chunks; the cuts do not depend on the threads. Pipeline: a task reads, one emits, one keeps each table; each emitted value is a message.",
      ...problems.map(({ path, message }) => `${path}: ${message}: left out`),
    ],
    conclusion: conclusion(threads, ms),
  };
}

type Ms = (way: Way, threads: number) => number;

function claims(threads: number, bytes: number, ms: Ms): Finding[] {
  const enough: Condition = { text: `the input has 4 MB or more (here ${(bytes / 1e6).toFixed(1)})`, met: bytes >= LEAST_BYTES };
  const messages = statistic("pipeline / chunks, time on one thread", { expected: atLeast(1), measured: ms("pipeline", 1) / ms("chunks", 1), source: "every emitted value is a message", condition: enough });
  if (threads === 1) return [messages];
  const { usable } = readMachine();
  const condition: Condition = {
    text: `${enough.text} and each of the ${threads} threads a core (here ${Number(usable.toFixed(2))})`,
    met: enough.met && usable >= threads,
  };
  const speedup = (way: Way): number => ms(way, 1) / ms(way, threads);
  return [
    messages,
    statistic(`chunks: times as fast on ${threads} threads`, { expected: atLeast(0.7 * threads), measured: speedup("chunks"), source: "records are independent: parallel, not concurrent", condition }),
    statistic(`pipeline / chunks, time on ${threads} threads`, { expected: atLeast(1), measured: ms("pipeline", threads) / ms("chunks", threads), source: "the slowest stage sets the pace", condition }),
  ];
}

function timesOf(cells: readonly Cell[], bytes: number, ms: Ms): Series {
  return {
    title: "Time, median",
    columns: ["", "ms", "MB/s", "times as fast as on one thread"],
    rows: cells.map(({ way, threads }) => [`${way}, ${threads === 1 ? "1 thread" : `${threads} threads`}`, ms(way, threads), bytes / 1e3 / ms(way, threads), ms(way, 1) / ms(way, threads)]),
  };
}

function tablesOf({ records, bytes, mean, longest, quantiles, distinct, words, sample }: JobResult): Series[] {
  return [
    {
      title: "Lines",
      columns: ["table", "shows"],
      rows: [
        ["count: lines", records], ["sum: bytes", bytes], ["mean: bytes a line", mean ?? "none"], ["max: longest line, bytes", longest?.value ?? "none"],
        ["quantile: half of them have at most", quantiles[0] ?? "none"], ["quantile: nine tenths", quantiles[1] ?? "none"], ["quantile: 99 of 100", quantiles[2] ?? "none"], ["unique: different lines, about", distinct],
      ],
    },
    { title: `Words: the top ${words.length}`, columns: ["word", "times"], rows: words.map(([word, times]) => [printable(word), times]) },
    { title: "A sample of the lines", columns: ["line", "file", "at byte"], rows: sample.map(({ text, file, at }) => [printable(text), file + 1, at]) },
  ];
}

/** One line of printable characters, not too long: the input may hold anything. */
function printable(text: string): string {
  const plain = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const letters = [...plain];
  return letters.length > EXCERPT ? `${letters.slice(0, EXCERPT - 1).join("")}…` : plain;
}

function conclusion(threads: number, ms: Ms): string {
  if (threads === 1) return `On one thread the pipeline takes ${(ms("pipeline", 1) / ms("chunks", 1)).toFixed(1)} times as long as the chunks.`;
  return `On ${threads} threads the chunks are ${(ms("chunks", 1) / ms("chunks", threads)).toFixed(2)} times as fast as on one, the pipeline ${(ms("pipeline", 1) / ms("pipeline", threads)).toFixed(2)} times; the result is the same.`;
}
