/**
 * Every configuration of warren, and its measurement in a fresh process. Nothing here
 * starts a runtime.
 */
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import { childEnvironment, moduleBeside } from "../rivals/program.ts";
import type { Contestant, Measured, Subject } from "../rounds/contestant.ts";
import type { Order } from "./child.ts";

/** The forms of each scenario, in the order of the report. */
const FORMS: ReadonlyMap<string, readonly string[]> = new Map([
  ["spawn", ["least loaded", "on the other thread"]],
  ["ping-pong", ["hot loop", "await"]],
  ["stream", ["hot loop", "await"]],
  ["stream-batch", ["hot loop"]],
  ["stream-unbuffered", ["hot loop"]],
  ["select", ["hot loop"]],
  ["fan-in", ["hot loop"]],
  ["parked", ["closure", "task"]],
  ["ring", ["hot loop"]],
  ["sieve", ["hot loop"]],
  ["skynet", ["spawn"]],
  ["files", ["parallelMap", "channels"]],
  ["dot", ["simd"]],
]);

/** What is measured on more threads than cores (bench/threads.ts): programs of many tasks, and scenarios whose tasks are placed. */
const CROWDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["ring", ["hot loop"]],
  ["mutex", ["await"]],
  ["tree", ["await"]],
  ["chameneos", ["await"]],
  ["compute", ["semaphore", "group"]],
  ["spawn", ["least loaded"]],
  ["ping-pong", ["hot loop"]],
  ["stream", ["hot loop"]],
  ["stream-batch", ["hot loop"]],
  ["stream-unbuffered", ["hot loop"]],
  ["select", ["hot loop"]],
  ["fan-in", ["hot loop"]],
]);

/** What a process can take before it counts as hanging, in milliseconds. */
const PATIENCE_MS = 60_000;

/** About how long a process takes, in milliseconds: start, warm-up on one thread and on two, and measuring for 200 ms. */
const ABOUT_MS: Readonly<Record<string, readonly [one: number, two: number]>> = { parked: [800, 800], sieve: [800, 1000], skynet: [2900, 2200], files: [900, 700], dot: [900, 800] };
const USUAL_MS = [700, 1000] as const;

/** A Node that measures: the one that runs the benchmarks, or another (`--node`). */
export interface NodeProgram {
  readonly path: string;
  readonly version: string;
  /** Whether it is another than the one that runs the benchmarks. */
  readonly isOther: boolean;
}

/** The Node that runs the benchmarks. */
export const OWN_NODE: NodeProgram = { path: process.execPath, version: process.versions.node, isOther: false };

/** The configurations of warren, on each number of threads. */
export function warrenContestants(threadCounts: readonly number[], node: NodeProgram = OWN_NODE): Contestant[] {
  return contestantsOf(FORMS, threadCounts, node);
}

/** The configurations that bench/threads.ts measures, on each number of threads. */
export function crowdContestants(threadCounts: readonly number[]): Contestant[] {
  return contestantsOf(CROWDS, threadCounts, OWN_NODE);
}

function contestantsOf(forms: ReadonlyMap<string, readonly string[]>, threadCounts: readonly number[], { path, version, isOther }: NodeProgram): Contestant[] {
  return [...forms].flatMap(([scenario, names]) =>
    names.flatMap((form) =>
      // on one thread there is no other thread
      threadCounts.filter((threads) => form !== "on the other thread" || threads > 1).map((threads) =>
        contestant({ scenario, side: "warren", form, threads, version, ...(isOther && { node: version }) }, path),
      ),
    ),
  );
}

function contestant(subject: Subject, node: string): Contestant {
  const { scenario, form, threads } = subject;
  const program = fileURLToPath(moduleBeside(import.meta.url, "./child"));
  const flags = ["--disable-warning=ExperimentalWarning", ...(scenario === "parked" ? ["--expose-gc"] : [])];
  return {
    subject,
    aboutMs: (ABOUT_MS[scenario] ?? USUAL_MS)[threads === 1 ? 0 : 1],
    measure: async (trial, signal) => {
      const order: Order = { scenario, form, threads, trial };
      return JSON.parse(await runProgram(node, [...flags, program, JSON.stringify(order)], { deadlineMs: PATIENCE_MS, env: await childEnvironment(), signal })) as Measured;
    },
  };
}
