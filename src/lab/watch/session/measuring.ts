/**
 * Rounds of measurement: what structure and what threads gain, by the lab's own protocol
 * (docs/method.md). The runs that are timed are not traced, and no page slows them: each
 * round is a block in a process of its own. After each the figures are sharper, and from
 * the sixth on they have intervals. The first two rounds have a traced run of each cell,
 * too, which says what ran at the same time.
 */
import { gainOf } from "../../figures/gains.ts";
import { isSliced, strengthOf, type Strength } from "../../figures/strength.ts";
import { judge, verdictWord } from "../../figures/verdict.ts";
import { surroundings } from "../../machine/environment.ts";
import { answerOf } from "../../print/answer.ts";
import type { CellResult, GainResult, Result } from "../../result.ts";
import { capital, count, printRatio, spelt, type Interval } from "../../text.ts";
import { takesCarts, type DesignId, type World } from "../../talk/gophers/grid.ts";
import { measure, type MeasurePlan } from "../../talk/measured/measure.ts";
import type { Choice, Figure, Message } from "../protocol.ts";

/** A message of gains. */
export type GainsMessage = Extract<Message, { kind: "gains" }>;

/** How to measure. */
export interface MeasuringOptions {
  readonly version: string;
  readonly signal: AbortSignal;
  readonly onRound: (gains: GainsMessage) => void;
  readonly rounds?: number;
}

const ROUNDS = 12;
/** So many rounds give an interval. */
const FOR_INTERVALS = 6;
/** Long enough to be judged, short enough that a person waits for it. */
const LEAST_RUN_MS = 120;
const WARM_MS = 100;
const REFERENCE = "G1";

/**
 * Measures a choice of gophers. An abort ends it after the present run, and is no error.
 *
 * @throws BlockProcessError if nothing could be prepared; Error if a check did not hold
 */
export async function measureRounds(choice: Choice, { version, signal, onRound, rounds = ROUNDS }: MeasuringOptions): Promise<void> {
  let known = 0;
  const tell = (round: number, result: Result): void => {
    const gains = round > known ? gainsMessage(choice, round, rounds, result) : null;
    if (gains === null) return;
    known = round;
    onRound(gains);
  };
  const around = await surroundings(choice.threads);
  if (signal.aborted) return;
  const { result } = await measure(planOf(choice, rounds), around, {
    command: ["watch"],
    version,
    signal,
    onProgress: ({ block, next }, soFar) => {
      if (next !== null && block > known && !signal.aborted) tell(block, soFar(true));
    },
  });
  if (signal.aborted) return;
  const wrong = result.checks.find(({ ok }) => !ok);
  if (wrong !== undefined) throw new Error(`${wrong.name}: ${wrong.detail}`);
  tell(result.config.blocksDone, result);
}

function planOf(choice: Choice, rounds: number): MeasurePlan {
  const [design, world] = [choice.design as DesignId, choice.world as World];
  const carts = takesCarts(design) ? choice.carts : null;
  const grid = { designs: distinct<DesignId>([REFERENCE, design]), worlds: [world], threads: distinct([1, choice.threads]), unitMs: null, books: null, lanes: null, carts, pile: null, seed: 1 };
  return { programs: [{ kind: "gophers", grid }], blocks: rounds, runs: 1, warmupMs: WARM_MS, minTimeMs: LEAST_RUN_MS, seed: 1 };
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}

/** The message; `null` if the cells do not give it, because a run failed. */
export function gainsMessage(choice: Choice, round: number, of: number, result: Result): GainsMessage | null {
  const cell = result.cells.find(({ design, threads }) => design === choice.design && threads === choice.threads);
  const gain = cell === undefined ? null : gainOf(cell, result);
  if (cell === undefined || gain === null) return null;
  return {
    kind: "gains", choice, round, of,
    bars: answerOf(result).flatMap(({ bars }) => bars).map(({ label, cell: { summary } }) => ({ label, ms: summary.medianNs / 1e6 })),
    structure: figureOf(gain.C, gain.ci.C),
    threads: figureOf(gain.P, gain.ci.P),
    together: figureOf(gain.S, gain.ci.S),
    verdict: verdictOf(choice, { cell, gain, round }, result.env.warnings),
  };
}

function figureOf(value: number, bounds: Interval | null | undefined): Figure {
  return { value, low: bounds?.[0] ?? null, high: bounds?.[1] ?? null };
}

interface Judged {
  readonly cell: CellResult;
  readonly gain: GainResult;
  readonly round: number;
}

/** What the figures say, in words. */
function verdictOf({ design, threads }: Choice, { cell, gain, round }: Judged, warnings: readonly string[]): string {
  const { verdict, why } = judge(cell);
  const said = [structureOf(design, gain), threadsOf(threads, cell, gain), `${capital(verdictWord(verdict))}: ${why}.`];
  if (round < FOR_INTERVALS) said.push(`Intervals come with round ${FOR_INTERVALS}.`);
  if (warnings.length > 0) said.push(`Caution: ${warnings[0]}.`);
  return said.filter((sentence) => sentence !== "").join(" ");
}

function structureOf(design: string, gain: GainResult): string {
  if (design === REFERENCE) return "One gopher alone has no structure to gain by.";
  const ratio = `${printRatio(gain.C)}×`;
  const words: Record<Strength, string> = {
    gain: `The structure of ${design} gains ${ratio} on one thread.`,
    none: `The structure of ${design} alone gains nothing.`,
    loss: `The structure of ${design} alone costs time (${ratio}).`,
    unclear: `Whether the structure of ${design} alone gains is not clear (${ratio}).`,
    unknown: `So far, the structure of ${design} gives ${ratio} on one thread.`,
  };
  return words[strengthOf(gain, "C")];
}

function threadsOf(threads: number, cell: CellResult, gain: GainResult): string {
  if (threads === 1) return "There is one thread only.";
  const many = `${capital(spelt(threads))} threads`;
  if (isSliced(cell)) return `${many} did not get a core each: they took turns, so this does not show what threads can gain.`;
  const ratio = `${printRatio(gain.P)}×`;
  const words: Record<Strength, string> = {
    gain: `${many} gain ${strengthOf(gain, "C") === "gain" ? "another " : ""}${ratio}.`,
    none: `${many} add nothing.`,
    loss: `${many} cost time (${ratio}).`,
    unclear: `Whether ${count(threads, "thread")} gain is not clear (${ratio}).`,
    unknown: `So far, ${spelt(threads)} threads give ${ratio}.`,
  };
  return words[strengthOf(gain, "P")];
}
