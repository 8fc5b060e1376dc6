/**
 * The soak: a mixed load for as long as one likes, with samples of what it uses.
 * The first fifth warms up and ends in a pause with nothing alive, whose arena use
 * is the baseline; the rest must end at it again.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { start } from "../../src/index.ts";
import { processor } from "../../src/memory/layout.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { quiet, used } from "../../test/channel/tasks/quiet.ts";
import { collect } from "../../test/channel/tasks/dropping.ts";
import { unlessHung } from "../stress/unless-hung.ts";
import { Load } from "./load.ts";
import { sumsOf } from "./ledger.ts";
import { fitLine, medians } from "./slope.ts";

export interface SoakOptions {
  readonly minutes: number;
  readonly threads: number;
  /** Long-lived channels of each of four capacities. */
  readonly lanes: number;
  readonly seed: number;
  /** Seconds between two threads that are killed and replaced; 0 for none. */
  readonly recycleSeconds: number;
  /** Told of each sample, as a line. */
  readonly onSample?: (line: string) => void;
}

export interface SoakResult {
  readonly lines: readonly string[];
  readonly passed: boolean;
}

interface Sample {
  readonly hours: number;
  readonly rss: number;
  readonly delayMs: number;
}

const WARM_UP_SHARE = 0.2;
const SAMPLE_MS = 2000;
/** What does not end after the load has been told to is given up. */
const DEADLINE_MS = 60_000;
const MIB = 2 ** 20;
/** Bytes of the arena that may stay: records and blocks that threads keep for the next wait; and for each thread killed, those that only its heap knew (docs/reliability.md). */
const KEPT_BYTES = 16_384;
const KEPT_BY_DEAD_BYTES = 16_384;
/** So much that the load takes a few per cent of it. */
const ARENA_BYTES = 134_217_728;
/** The largest free block may shrink by so much: a page that one of the kept blocks is in divides it; each thread killed can leave some. */
const KEPT_PAGES_BYTES = 2_097_152;
const PAGES_OF_DEAD_BYTES = 1_048_576;
/** From this length on the slope of resident memory is judged, not only printed. */
const JUDGED_MINUTES = 30;
const MOST_SLOPE = 1;
/** The line goes through the medians of so many runs of samples. */
const SLOPE_RUNS = 12;
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export async function soak(options: SoakOptions): Promise<SoakResult> {
  const rt = (await start({ threads: options.threads, cores: options.threads, arenaBytes: ARENA_BYTES })) as OpenRuntime;
  try {
    return await new Soak(rt, options).run();
  } finally {
    await rt.stop();
  }
}

class Soak {
  readonly #rt: OpenRuntime;
  readonly #options: SoakOptions;
  readonly #samples: Sample[] = [];
  readonly #totals = { sent: 0, got: 0, missing: 0, wrong: 0, tasks: 0, pipelines: 0, timers: 0, laneDeaths: 0, deaths: 0, recycled: 0 };
  readonly #complaints: string[] = [];
  readonly #beganMs = performance.now();

  constructor(rt: OpenRuntime, options: SoakOptions) {
    this.#rt = rt;
    this.#options = options;
  }

  async run(): Promise<SoakResult> {
    const totalMs = this.#options.minutes * 60_000;
    let baseline = Number.NaN;
    let largest = Number.NaN;
    try {
      await this.#phase(totalMs * WARM_UP_SHARE);
      baseline = used(this.#rt);
      largest = this.#largest();
      this.#samples.length = 0;
      await this.#phase(totalMs * (1 - WARM_UP_SHARE));
    } catch (error) {
      this.#complaints.push(error instanceof Error ? String(error.stack) : String(error));
    }
    return this.#verdict(baseline, used(this.#rt), largest, this.#largest());
  }

  /** Bytes of the largest free block, when the threads have given back what they keep free. */
  #largest(): number {
    this.#rt.arena.reclaim();
    return this.#rt.arena.use().largest;
  }

  /** The load for `durationMs`, until nothing of it is left. */
  async #phase(durationMs: number): Promise<void> {
    const load = new Load(this.#rt, this.#options.lanes, this.#options.seed);
    const endMs = performance.now() + durationMs;
    const killing = this.#killNowAndThen(endMs);
    const delay = monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    while (performance.now() < endMs) {
      await this.#rt.sleep(Math.min(SAMPLE_MS, Math.max(0, endMs - performance.now())));
      await this.#sample(load, delay.percentile(99) / 1e6);
      delay.reset();
    }
    delay.disable();
    try {
      await unlessHung(this.#rt, DEADLINE_MS, () => killing);
      await unlessHung(this.#rt, DEADLINE_MS, () => load.end());
    } finally {
      this.#add(load);
    }
    load.free();
    await unlessHung(this.#rt, DEADLINE_MS, () => this.#settle());
  }

  /** Waits until nothing is alive, and collects what only the garbage collector frees. */
  async #settle(): Promise<void> {
    await quiet(this.#rt);
    for (let round = 0; round < 3; round++) {
      for (let thread = 0; thread < this.#rt.threads; thread++) await this.#rt.spawn.on(thread)(collect);
      await collect();
    }
    await quiet(this.#rt);
  }

  async #killNowAndThen(endMs: number): Promise<void> {
    const { recycleSeconds, threads } = this.#options;
    const periodMs = recycleSeconds * 1000;
    if (periodMs === 0) return;
    for (let thread = 0; performance.now() + periodMs < endMs; thread = (thread + 1) % threads) {
      await this.#rt.sleep(periodMs);
      await this.#rt.recycle(thread);
      this.#totals.recycled++;
    }
  }

  async #sample(load: Load, delayMs: number): Promise<void> {
    const hours = (performance.now() - this.#beganMs) / 3_600_000;
    const rss = process.memoryUsage.rss() / MIB;
    this.#samples.push({ hours, rss, delayMs });
    if (this.#options.onSample === undefined) return;
    const { got, missing } = sumsOf(load.ledger);
    const { parked, arena } = await this.#rt.stats();
    const waiting = Object.values(parked).reduce((sum, some) => sum + some, 0);
    this.#options.onSample(
      `  ${(hours * 3600).toFixed(0).padStart(5)} s: ${whole.format(got)} messages, ${whole.format(load.counts.tasks)} tasks, missing ${missing}, RSS ${rss.toFixed(0)} MiB, heap ${(process.memoryUsage().heapUsed / MIB).toFixed(0)} MiB, arena ${whole.format(arena.used)} B, largest free block ${whole.format(arena.largest)} B, parked ${waiting}, timers ${this.#timers()}, event-loop delay p99 ${delayMs.toFixed(1)} ms`,
    );
  }

  #timers(): number {
    const { arena } = this.#rt;
    let timers = 0;
    for (let thread = 0; thread <= arena.threads; thread++) timers += arena.i32[arena.processorAt(thread) + processor.timers];
    return timers;
  }

  #add(load: Load): void {
    const { sent, got, missing, wrong } = sumsOf(load.ledger);
    const totals = this.#totals;
    totals.sent += sent;
    totals.got += got;
    totals.missing += missing;
    totals.wrong += wrong;
    for (const what of ["tasks", "pipelines", "timers", "laneDeaths", "deaths"] as const) totals[what] += load.counts[what];
    this.#complaints.push(...load.counts.wrong);
  }

  #verdict(baseline: number, end: number, largestBefore: number, largest: number): SoakResult {
    const { minutes, threads, lanes, seed, recycleSeconds } = this.#options;
    const { sent, got, missing, wrong, tasks, pipelines, timers, laneDeaths, deaths, recycled } = this.#totals;
    const { slope, error } = fitLine(medians(this.#samples.map(({ hours, rss }) => [hours, rss] as const), SLOPE_RUNS));
    const worst = Math.max(0, ...this.#samples.map(({ delayMs }) => delayMs));
    const grown = end - baseline;
    const isSteep = minutes >= JUDGED_MINUTES && slope - 2 * error > MOST_SLOPE;
    const complaints = [
      ...this.#complaints.slice(0, 10),
      ...(wrong > 0 ? [`${wrong} values came twice or out of order`] : []),
      ...(missing > laneDeaths ? [`${missing} values are missing, but only ${laneDeaths} tasks that could have had them were reported dead`] : []),
      ...(grown > KEPT_BYTES + recycled * KEPT_BY_DEAD_BYTES ? [`the arena has grown by ${whole.format(grown)} B`] : []),
      ...(largestBefore - largest > KEPT_PAGES_BYTES + recycled * PAGES_OF_DEAD_BYTES ? [`the largest free block has shrunk from ${whole.format(largestBefore)} to ${whole.format(largest)} B`] : []),
      ...(isSteep ? [`resident memory grows by ${slope.toFixed(2)} ± ${error.toFixed(2)} MiB/h`] : []),
    ];
    const command = `npm run soak -- --minutes ${minutes} --threads ${threads} --lanes ${lanes} --seed ${seed} --recycle ${recycleSeconds}`;
    const lines = [
      `soak ${minutes} min on ${threads} threads, ${4 * lanes} lanes: ${whole.format(sent)} sent, ${whole.format(got)} received, ${whole.format(tasks)} tasks, ${whole.format(pipelines)} pipelines, ${whole.format(timers)} timers; seed ${seed}; ${command}`,
      `soak deaths: ${recycled} threads recycled, ${laneDeaths} lane tasks and ${deaths} others reported dead and made good, missing ${missing} (at most ${laneDeaths}), dup and inversions ${wrong}`,
      `soak memory: arena ${whole.format(baseline)} → ${whole.format(end)} B, largest free block ${whole.format(largestBefore)} → ${whole.format(largest)} B, RSS slope ${slope.toFixed(1)} ± ${error.toFixed(1)} MiB/h over ${this.#samples.length} samples, event-loop delay p99 at most ${worst.toFixed(1)} ms`,
      ...complaints.map((complaint) => `  FAILED: ${complaint}`),
    ];
    return { lines, passed: complaints.length === 0 };
  }
}
