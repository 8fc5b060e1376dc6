/**
 * The protocol of the benchmarks. In each *round* every contestant runs once, in a fresh
 * process: scenario by scenario, the contestants of a scenario directly one after the
 * other, in an order that is shuffled anew for each round. So what else the machine does
 * meets all of them alike, and their figures can be compared round by round.
 */
import { untilInterrupted } from "../../src/lab/talk/report.ts";
import { randomSource, shuffled } from "../../src/lab/random.ts";
import { labelOf, type Contestant, type Failure, type Subject, type Trial } from "./contestant.ts";
import { figureOf, type Figure, type Sample } from "./figures.ts";

/** The same order in every run. */
const SEED = 1;

/** How often and how long each contestant is measured. */
export interface Rounds {
  readonly rounds: number;
  readonly trial: Trial;
  /** Is given what is measured next, and how long all of it will still take. */
  readonly progress?: ((step: Step) => void) | undefined;
  /** Aborts when the user interrupts: the process that is running is dropped. */
  readonly signal?: AbortSignal | undefined;
}

/** What is measured next. */
export interface Step {
  readonly subject: Subject;
  /** From 0. */
  readonly round: number;
  readonly rounds: number;
  readonly isFirstOfRound: boolean;
  /** Expected time for the rest, in milliseconds. */
  readonly leftMs: number;
}

/** A figure for each contestant that was measured, in the order given, and what failed. */
export interface RoundsOutcome {
  readonly figures: readonly Figure[];
  readonly failures: readonly Failure[];
}

/** The contestants in the order of a round: scenarios in the order of their first contestant, each shuffled. */
export function orderOf<One extends { readonly subject: Subject }>(contestants: readonly One[], round: number): One[] {
  const scenarios = new Map<string, One[]>();
  for (const one of contestants) scenarios.set(one.subject.scenario, [...(scenarios.get(one.subject.scenario) ?? []), one]);
  return [...scenarios].flatMap(([scenario, own]) => shuffled(own, randomSource(SEED, scenario, round)));
}

/** How long all rounds take, in milliseconds. */
export function expectedMs(contestants: readonly Pick<Contestant, "aboutMs">[], rounds: number): number {
  return rounds * contestants.reduce((sum, { aboutMs }) => sum + aboutMs, 0);
}

/** "2 min 40 s", "45 s" */
export function printDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What a step says: "round 2 of 5, about 1 min 30 s left: stream, warren, await, 2 threads" */
export function printStep({ subject, round, rounds, leftMs }: Step): string {
  return `round ${round + 1} of ${rounds}, about ${printDuration(leftMs)} left: ${subject.scenario}, ${labelOf(subject)}`;
}

/** Measures all contestants. One that fails does not run in later rounds, and has no figure; the others continue. */
export async function measureRounds(contestants: readonly Contestant[], { rounds, trial, progress, signal }: Rounds): Promise<RoundsOutcome> {
  const samples = new Map(contestants.map((one) => [one, [] as Sample[]]));
  const notes = new Map<Contestant, string>();
  const failures: Failure[] = [];
  const failed = new Set<Contestant>();
  let leftMs = expectedMs(contestants, rounds);
  // How much slower than expected it has been so far.
  const spent = { expectedMs: 0, ms: 0 };
  for (const round of untilInterrupted(Array.from({ length: rounds }).keys(), signal)) {
    for (const [place, one] of untilInterrupted(orderOf(contestants, round).entries(), signal)) {
      const factor = spent.expectedMs === 0 ? 1 : spent.ms / spent.expectedMs;
      leftMs -= one.aboutMs;
      if (failed.has(one)) continue;
      progress?.({ subject: one.subject, round, rounds, isFirstOfRound: place === 0, leftMs: (leftMs + one.aboutMs) * factor });
      const beganMs = performance.now();
      try {
        const { value, note } = await one.measure(trial, signal);
        if (signal?.aborted === true) break;
        if (!(value > 0 && Number.isFinite(value))) throw new Error(`its figure is ${value}`);
        samples.get(one)?.push({ round, value });
        if (note !== undefined) notes.set(one, note);
      } catch (error) {
        if (signal?.aborted === true) break;
        failed.add(one);
        failures.push({ ...one.subject, reason: error instanceof Error ? error.message : String(error) });
      }
      spent.ms += performance.now() - beganMs;
      spent.expectedMs += one.aboutMs;
    }
  }
  const figures = contestants.flatMap((one) => {
    const own = samples.get(one) ?? [];
    const note = notes.get(one);
    return own.length === 0 || failed.has(one) ? [] : [figureOf({ ...one.subject, ...(note !== undefined && { note }) }, own)];
  });
  return { figures, failures };
}
