/** A result with everything in it, made without threads or time: the fake trial, with timelines, activity, factors and a dot product. */
import type { Activity, CellResult, Factors, GainResult, Result } from "../../../src/lab/result.ts";
import type { Timeline } from "../../../src/lab/timeline.ts";
import { fakeResult, type FakeTrial } from "../../cli/print/fake-result.ts";
import { fakeTimeline } from "./fake-timeline.ts";

const LANES: Record<string, number> = { G1: 1, G4: 2, G6: 1, G7: 2 };

/** As {@link fakeResult}, in three worlds and with the rest; the dot product is added when `dot`. */
export async function fullResult({ dot = true, ...trial }: FakeTrial & { readonly dot?: boolean } = {}): Promise<Result> {
  const plain = await fakeResult({ worlds: ["cpu", "wait", "mixed"], ...trial });
  const cells = plain.cells.map((cell) => traced({ ...cell, params: { ...cell.params, unitMs: 5 } }));
  const gains = plain.gains.map((gain) => withFactors(gain, cells));
  if (!dot) return { ...plain, cells, gains };
  const compared = new Set(["G1", trial.designs?.[1] ?? "G4"]);
  const dotCells = cells.filter(({ design, world }) => world === "cpu" && compared.has(design)).map(asDot);
  const dotGains = gains.filter(({ design, world }) => world === "cpu" && compared.has(design)).map((gain) => ({ ...gain, program: "dot", ...dotNames(gain.design) }));
  return { ...plain, cells: [...cells, ...dotCells], gains: [...gains, ...dotGains] };
}

function dotNames(design: string): { world: string; design: string } {
  return { world: "simd-DRAM", design: design === "G1" ? "loop" : "chunks" };
}

function asDot(cell: CellResult): CellResult {
  const { predicted: _, ...rest } = cell;
  return { ...rest, program: "dot", ...dotNames(cell.design), gophers: cell.design === "G1" ? 1 : 8, params: { kernel: "simd", elements: 4_194_304, size: 20 } };
}

function traced(cell: CellResult): CellResult {
  const timeline = fakeTimeline({ world: cell.world, lanes: LANES[cell.design] ?? 1, isTeam: cell.design === "G6" || cell.design === "G7", threads: cell.threads, loads: 20 });
  return { ...cell, timeline, trace: { ...cell.trace, ...activityOf(timeline) } };
}

function activityOf({ durationNs: T, threads, runs, c }: Timeline): Activity {
  const busy = Array.from({ length: threads }, (_, thread) => runs.reduce((sum, [on, , from, to]) => sum + (on === thread ? to - from : 0), 0));
  const W = busy.reduce((sum, ns) => sum + ns, 0);
  const edges = runs.flatMap(([, , from, to]) => [[from, 1], [to, -1]] as const).toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  const hist = Array.from({ length: threads + 1 }, () => 0);
  let [at, running] = [0, 0];
  for (const [time, change] of [...edges, [T, 0] as const].toSorted((a, b) => a[0] - b[0])) {
    hist[running] = (hist[running] as number) + (time - at) / T;
    [at, running] = [time, running + change];
  }
  const L = c.reduce((sum, value) => sum + value, 0) / c.length;
  return { T, W, busy, A: W / T, L, U: W / T / threads, hist, Pi2: hist.slice(2).reduce((sum, share) => sum + share, 0), events: 4 * runs.length, lost: 0, cost: 0.012 };
}

function withFactors(gain: GainResult, cells: readonly CellResult[]): GainResult {
  const find = (design: string, threads: number): Activity | undefined => cells.find((cell) => cell.world === gain.world && cell.design === design && cell.threads === threads)?.trace;
  const [base, single, cell] = [find("G1", 1), find(gain.design, 1), find(gain.design, gain.threads)];
  if (!base || !single || !cell) return gain;
  const at = (activity: Activity, name: "T" | "W" | "U"): number => activity[name] as number;
  const busy = cell.busy as number[];
  const most = Math.max(...busy);
  const factors: Factors = {
    C: at(base, "T") / at(single, "T"), P: at(single, "T") / at(cell, "T"),
    fill: at(single, "U") / at(base, "U"), work: at(base, "W") / at(single, "W"),
    LB: busy.reduce((sum, ns) => sum + ns, 0) / busy.length / most, CommE: most / at(cell, "T"),
    CompS: at(single, "W") / at(cell, "W"), U1: at(single, "U"),
  };
  return { ...gain, factors };
}
