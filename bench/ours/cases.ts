/**
 * Every configuration that is measured, and its measurement in a fresh process.
 * Nothing here starts a runtime.
 */
import { fileURLToPath } from "node:url";
import { runProgram } from "../../src/lab/machine/other-programs.ts";
import { moduleBeside } from "../rivals/program.ts";
import type { Configuration, Failure, Figure } from "./figure.ts";
import { TIMED } from "./operations.ts";

/** What is measured in which forms, in the order of the report; the first form is the one with a target. */
const FORMS: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...[...TIMED].map(([scenario, forms]) => [scenario, Object.keys(forms)] as const),
  ["parked", ["closure", "task"]],
  ["dot", ["simd", "js"]],
  ["gophers", ["G4 cpu", "G1 wait", "G6 wait"]],
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

/** What a case can take in addition to its timed runs before it counts as hanging, in milliseconds. */
const PATIENCE_MS = 60_000;

/** The configurations whose "scenario/form" contains `filter`, on each number of threads. */
export function configurations(filter: string, threadCounts: readonly number[], runs: number, runMs: number): Configuration[] {
  const found: Configuration[] = [];
  for (const [scenario, forms] of FORMS) {
    for (const form of forms.filter((name) => `${scenario}/${name}`.includes(filter))) {
      for (const threads of threadCounts) if (isCase(form, threads)) found.push({ scenario, form, threads, runs, runMs });
    }
  }
  return found;
}

/** The configurations of each form of `CROWDS` whose "scenario/form" contains `filter`, one for each number of threads. */
export function* crowdConfigurations(filter: string, threadCounts: readonly number[], runs: number, runMs: number): Generator<[{ scenario: string; form: string }, Configuration[]]> {
  for (const [scenario, forms] of CROWDS) {
    for (const form of forms.filter((name) => `${scenario}/${name}`.includes(filter))) {
      yield [{ scenario, form }, threadCounts.map((threads) => ({ scenario, form, threads, runs, runMs }))];
    }
  }
}

/** The form of each scenario that its targets are for. */
export function firstForms(): ReadonlyMap<string, string> {
  return new Map([...FORMS].map(([scenario, [first = ""]]) => [scenario, first]));
}

/** On one thread there is no other thread, and in the wait world one is enough. */
function isCase(form: string, threads: number): boolean {
  if (form === "on the other thread") return threads > 1;
  return !form.endsWith(" wait") || threads === 1;
}

/** Measures one configuration; a case that fails is reported, and the others continue. If `signal` aborts, its process is killed, and it fails. */
export async function measureCase(configuration: Configuration, signal?: AbortSignal): Promise<Figure | Failure> {
  const { scenario, form, threads, runs, runMs } = configuration;
  const program = fileURLToPath(moduleBeside(import.meta.url, "./child"));
  const flags = scenario === "parked" ? ["--expose-gc"] : [];
  try {
    const printed = await runProgram(process.execPath, [...flags, program, JSON.stringify(configuration)], { deadlineMs: PATIENCE_MS + 2 * runs * runMs, signal });
    return JSON.parse(printed) as Figure;
  } catch (error) {
    return { kind: "failed", scenario, form, threads, reason: error instanceof Error ? error.message : String(error) };
  }
}
