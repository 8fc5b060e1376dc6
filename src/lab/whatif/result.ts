/** What `warren whatif` writes, JSON schema "warren-whatif/1". Stable: fields are added, never renamed. */
import type { Environment } from "../machine/environment.ts";
import type { Foreseen } from "./predict.ts";
import type { HandOff } from "./replay.ts";

/** The version of the format. */
export const WHATIF_SCHEMA = "warren-whatif/1";

/** A gain that was measured, and whether the prediction holds. */
export interface MeasuredRow {
  readonly processors: number;
  readonly gain: number;
  /** The expected gain. */
  readonly expected: number;
  /** Within 10 % of it. */
  readonly holds: boolean;
}

/** One program. */
export interface WhatIfProgram {
  readonly name: string;
  /** Nothing if it cannot be predicted: then `refused` says why. */
  readonly foreseen: Foreseen | null;
  readonly refused: { readonly code: string; readonly message: string } | null;
  /** None without `--measure`. */
  readonly measured: readonly MeasuredRow[];
  /** Where measured gains fall short of expected ones by more than 10 %: then no figures above the cores are given. */
  readonly gap: string | null;
  /** The shortest run without a trace and with one, nanoseconds. */
  readonly untracedNs: number;
  readonly tracedNs: number;
  readonly events: number;
}

/** The whole file. */
export interface WhatIfResult {
  readonly schema: typeof WHATIF_SCHEMA;
  readonly tool: { readonly name: "warren"; readonly version: string };
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  readonly startedAt: string;
  readonly env: Environment;
  readonly handOff: HandOff;
  /** Whether hand-overs were measured on this machine. */
  readonly handOffMeasured: boolean;
  /** With `--measure`: what two threads gain here at most. */
  readonly ceiling: { readonly computing: number; readonly memory: number } | null;
  readonly programs: readonly WhatIfProgram[];
}

/** Measured gains fall short by more than this: memory, caches or other programs. */
const MOST_SHORT = 0.1;

/** If two threads that only compute gain less, other programs use the cores. */
const LEAST_CEILING = 1.8;

/** Judges what was measured: which rows hold, what falls short, and the predictions that are left. */
export function judged(foreseen: Foreseen, gains: readonly { readonly processors: number; readonly gain: number }[], cores: number, ceiling: WhatIfResult["ceiling"]): Pick<WhatIfProgram, "foreseen" | "measured" | "gap"> {
  const measured = gains.flatMap(({ processors, gain }): MeasuredRow[] => {
    const expected = foreseen.predictions.find((each) => each.processors === processors)?.expected;
    return expected === undefined ? [] : [{ processors, gain, expected, holds: Math.abs(gain / expected - 1) <= MOST_SHORT }];
  });
  const short = measured.find(({ gain, expected }) => gain < expected * (1 - MOST_SHORT));
  if (short === undefined) return { foreseen, measured, gap: null };
  const lost = `${Math.round((1 - short.gain / short.expected) * 100)} %`;
  const isBusy = ceiling !== null && ceiling.computing < LEAST_CEILING;
  const reason = isBusy
    ? `${lost} less. Other programs use the cores now, because two threads that only compute gain ${ceiling.computing.toFixed(2)}: so this says nothing about the program`
    : `${lost} are lost to memory or caches, which are not in the model`;
  const memory = ceiling === null || isBusy ? "" : ` Work that only reads memory gains ${ceiling.memory.toFixed(2)} on two threads here.`;
  return {
    foreseen: { ...foreseen, predictions: foreseen.predictions.filter(({ processors }) => processors <= cores) },
    measured,
    gap: `${short.processors} cores gain ${short.gain.toFixed(2)} here, not ${short.expected.toFixed(2)}: ${reason}.${memory} Nothing is said about more than ${cores} cores.`,
  };
}
