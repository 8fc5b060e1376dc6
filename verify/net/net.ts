/** All faults over a network, in their order. */
import { start } from "../../src/index.ts";
import { serverVersion } from "./broker.ts";
import { brokerGone, computing, lostNodes, poison, refusals, slowReceivers, suspended } from "./faults.ts";
import { killBroker, killConsumers, killProducers } from "./kills.ts";
import type { Place, Report } from "./place.ts";

export interface NetOptions {
  /** Rounds of each kind of kill. */
  readonly rounds: number;
  /** How long the broker is gone, in milliseconds. */
  readonly goneMs: number;
  /** Values on the feed of a slow receiver. */
  readonly values: number;
  readonly seed: number;
  /** Those whose names contain it. */
  readonly only?: string | undefined;
}

type Fault = (place: Place, options: NetOptions) => Promise<Report>;

const FAULTS: Readonly<Record<string, Fault>> = {
  computing: async () => computing(3),
  jitter: async () => computing(10),
  suspended,
  refusals,
  poison,
  lost: lostNodes,
  gone: (place, { goneMs }) => brokerGone(place, goneMs),
  slow: (place, { values }) => slowReceivers(place, values),
  consumers: (place, { rounds }) => killConsumers(place, rounds),
  producers: (place, { rounds }) => killProducers(place, rounds),
  broker: (place, { rounds }) => killBroker(place, rounds),
};

/** Numbers from 0 to 1 that the seed fixes (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs the faults and says each line as it comes. Returns whether all held. */
export async function runNet(options: NetOptions, say: (line: string) => void): Promise<boolean> {
  const { seed, only } = options;
  say(`nats-server ${serverVersion()}, seed ${seed}`);
  let passed = true;
  for (const [name, fault] of Object.entries(FAULTS)) {
    if (only !== undefined && !name.includes(only)) continue;
    await using rt = await start({ threads: 1 });
    try {
      const report = await fault({ rt, random: randomOf(seed) }, options);
      passed &&= report.passed;
      for (const line of report.lines) say(line);
    } catch (error) {
      passed = false;
      say(`${name}: DEFECT ${(error as Error).stack ?? String(error)}`);
    }
  }
  return passed;
}
