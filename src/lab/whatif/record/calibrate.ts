/** What this machine adds to a model of processors: how long a hand-over takes, and what two threads gain that only compute, or only read memory. */
import { start, i32, type Runtime } from "../../../index.ts";
import { answers, asks, computes } from "../../../../workers/whatif/calibration.ts";
import { median } from "../../figures/statistics.ts";
import type { HandOff } from "../replay.ts";
import { measureGain, type Subject } from "./record.ts";
import { dotSubject } from "./subjects.ts";

const ROUNDS = 400;
const SLEPT_ROUNDS = 40;
const PAUSE_MS = 2;

/** How long a hand-over between two threads takes: half of a round trip. */
export async function measureHandOff(): Promise<HandOff> {
  await using runtime = await start({ threads: 2 });
  const roundTrips = async (rounds: number, pauseMs: number): Promise<number> => {
    const [there, back] = [runtime.chan(i32), runtime.chan(i32)];
    const answering = runtime.spawn.on(1)(answers, there, back);
    const timesNs = await runtime.spawn.on(0)(asks, rounds, there, back, pauseMs);
    await answering;
    return (pauseMs === 0 ? quick(timesNs) : median(timesNs)) / 2;
  };
  await roundTrips(ROUNDS, 0);
  return { awakeNs: await roundTrips(ROUNDS, 0), asleepNs: await roundTrips(SLEPT_ROUNDS, PAUSE_MS) };
}

/** A quarter of the times is shorter: where other programs use the cores, the median says how long these took. */
function quick(timesNs: readonly number[]): number {
  return timesNs.toSorted((a, b) => a - b)[Math.floor(timesNs.length / 4)] as number;
}

/** What two threads gain on this machine now, at most. */
export interface Ceiling {
  /** Of work that only computes: below 1.8, other programs use the cores. */
  readonly computing: number;
  /** Of work that only reads memory: the dot product of vectors that no cache holds. */
  readonly memory: number;
}

const STEPS = 10_000_000;
const RUNS = 9;
const DRAM_ELEMENTS = 8_000_000;

/** Measures the ceiling. */
export async function measureCeiling(progress: (text: string) => void): Promise<Ceiling> {
  const computing: Subject = { name: "computing", run: (runtime: Runtime) => Promise.all(Array.from({ length: 4 }, () => runtime.spawn(computes, STEPS))) };
  return {
    computing: (await measureGain(computing, 2, RUNS, progress)).gain,
    memory: (await measureGain(dotSubject({ label: "DRAM", size: DRAM_ELEMENTS }), 2, RUNS, progress)).gain,
  };
}
