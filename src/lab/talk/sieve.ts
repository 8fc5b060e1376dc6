/** The prime sieve: time against threads for each placement and batch, and the talk's claim that it is slower on more processors. */
import { PLACEMENTS, sieve as findPrimes, type Placement, type SieveResult } from "../../../workers/sieve.ts";
import { firstPrimes, sendsUntil } from "../../../workers/sieve/primes.ts";
import { atLeast, atMost, check, nothingComplete, statistic, type Condition, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "./report.ts";
import { doubledTo, readMachine } from "../machine/environment.ts";
import { measureInTurn, medianMs, type TimedCell } from "./in-turn.ts";

/** What the command chooses. */
export interface SieveChoice {
  readonly primes: number;
  /** Timed runs of each cell. */
  readonly runs: number;
}

const BATCHES = [1, 16, 256] as const;
type Batch = (typeof BATCHES)[number];

interface Cell extends TimedCell<SieveResult> {
  readonly placement: Placement;
  readonly batch: Batch;
}

/** Measures the sieve on 1, 2, 4 … threads. */
export async function sieve({ primes, runs }: SieveChoice, settings: ProgramSettings): Promise<ProgramOutcome> {
  const { threads } = settings;
  const counts = doubledTo(threads);
  const cells = counts.flatMap((count) => placementsOn(count).flatMap((placement) => BATCHES.map((batch): Cell => ({ threads: count, placement, batch, results: [] }))));
  const rounds = await measureInTurn("sieve", cells, runs, (runtime, { threads: count, placement, batch }) => runtime.spawn(findPrimes, { primes, threads: count, placement, batch }), settings);

  if (rounds === 0) return nothingComplete({ primes, runs });
  const ms = (count: number, placement: Placement, batch: Batch): number => medianMs(cells.find((cell) => cell.threads === count && cell.placement === placement && cell.batch === batch));
  const table = (title: string, value: Ms): Series => ({
    title,
    columns: ["", ...BATCHES.map((batch) => `batch ${batch}`)],
    rows: counts.flatMap((count) => placementsOn(count).map((placement) => row(count, placement, value))),
  });
  const all = cells.flatMap(({ results }) => results);
  return {
    config: { primes, runs: rounds },
    findings: [...checks(primes, all), ...claims(threads, ms)],
    series: [table("Time, median, ms", ms), table("Times as fast as on one thread with the same batch", (count, placement, batch) => ms(1, "one", batch) / ms(count, placement, batch))],
    notes: [
      "Batch 1 is one number a message over an unbuffered channel, as in the talk; 16 and 256 are the maximum that sendMany and recvMany move in one call. Sends count numbers, not messages.",
      "Spread: the k-th task of the chain on thread k mod n. Blocks: contiguous pieces of the chain with equally many sends.",
    ],
    conclusion: conclusion(threads, ms),
  };
}

/** A line of a table: one placement, all batches. */
function row(count: number, placement: Placement, value: Ms): (string | number)[] {
  return [count === 1 ? "1 thread" : `${count} threads, ${PLACED[placement]}`, ...BATCHES.map((batch) => value(count, placement, batch))];
}

const PLACED: Readonly<Record<Placement, string>> = { one: "all on one", blocks: "contiguous blocks", spread: "spread" };

function checks(count: number, results: readonly SieveResult[]): Finding[] {
  const wanted = firstPrimes(count);
  const odd = <T>(expected: T, of: (result: SieveResult) => T): T => results.map(of).find((value) => value !== expected) ?? expected;
  const [last, sends] = [wanted.at(-1) as number, sendsUntil(wanted)];
  return [
    check("runs with exactly the first primes", { expected: results.length, measured: results.filter(({ primes }) => primes.length === count && primes.every((prime, k) => prime === wanted[k])).length, source: "Eratosthenes" }),
    check("the last one", { expected: last, measured: odd(last, ({ primes }) => primes.at(-1) ?? 0) }),
    check("numbers sent", { expected: sends, measured: odd(sends, (result) => result.sends), source: "each number passes the filters below its least divisor" }),
    check("tasks", { expected: count + 1, measured: odd(count + 1, ({ tasks }) => tasks), source: "the generator and a filter for each prime" }),
  ];
}

type Ms = (threads: number, placement: Placement, batch: Batch) => number;

/** Times of one table against each other. */
function claims(threads: number, ms: Ms): Finding[] {
  const batches = statistic("time with batches of 256 / with single numbers, one thread", { expected: atMost(1), measured: ms(1, "one", 256) / ms(1, "one", 1), source: "a message costs more than a number" });
  if (threads === 1) return [batches];
  const { usable } = readMachine();
  const condition: Condition = { text: `each of the ${threads} threads has a core (here ${Number(usable.toFixed(2))})`, met: usable >= threads };
  const part = `on ${threads} threads`;
  const spread = ms(threads, "spread", 1);
  return [
    batches,
    statistic("spread, single numbers: time / on one thread", { part, expected: atLeast(1), measured: spread / ms(1, "one", 1), source: "an early Go FAQ: slower on more cores", condition }),
    statistic("contiguous blocks / spread", { part, expected: atMost(1), measured: ms(threads, "blocks", 1) / spread, source: "one message in a thousand crosses", condition }),
    statistic("spread in batches of 16 / single", { part, expected: atMost(1), measured: ms(threads, "spread", 16) / spread, source: "a crossing is paid once a batch", condition }),
    statistic("spread in batches of 256 / single", { part, expected: atMost(1), measured: ms(threads, "spread", 256) / spread, source: "a crossing is paid once a batch", condition }),
  ];
}

function conclusion(threads: number, ms: Ms): string {
  const one = ms(1, "one", 1);
  if (threads === 1) return `Batches of 256 make it ${times(one / ms(1, "one", 256))} as fast on one thread; --threads 2 shows what placement does.`;
  const spread = one / ms(threads, "spread", 1);
  const best = PLACEMENTS.filter((placement) => placement !== "one").flatMap((placement) => BATCHES.map((batch) => ({ placement, batch, ms: ms(threads, placement, batch) }))).toSorted((a, b) => a.ms - b.ms)[0] as { placement: Placement; batch: Batch; ms: number };
  return `With one number a message, spread over ${threads} threads, the sieve is ${times(spread)} as fast as on one thread, ${spread < 1 ? "slower, as the talk says" : "not slower, unlike the talk's"}; in contiguous blocks ${times(one / ms(threads, "blocks", 1))}. The fastest on ${threads} threads is ${PLACED[best.placement]} in batches of ${best.batch}: ${times(one / best.ms)} as fast as single numbers on one thread, where batches of 256 alone give ${times(one / ms(1, "one", 256))}.`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(2)} times`;
}

/** On one thread all placements are the same. */
function placementsOn(threads: number): readonly Placement[] {
  return threads === 1 ? ["one"] : ["blocks", "spread"];
}
