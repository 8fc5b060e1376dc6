/**
 * The report of one of the talk's programs, JSON schema "warren-program/1".
 * Stable: fields are added, never renamed. Measurements of designs against each
 * other are another format (`result.ts`).
 */
import type { Comparison } from "../comparison.ts";
import type { Runtime } from "../../index.ts";
import { nowNs } from "../machine/clock.ts";
import { environmentOf, readState, type Environment, type Surroundings } from "../machine/environment.ts";
import type { Finding } from "./finding.ts";
import type { Plot } from "../plot.ts";

/** The version of the format. */
export const PROGRAM_SCHEMA = "warren-program/1";
/** That of several reports in one document: `{ schema, reports }`. */
export const PROGRAMS_SCHEMA = "warren-programs/1";

/** What every program is told. */
export interface ProgramSettings {
  readonly threads: number;
  /** Length of a unit u in milliseconds; all times of a program are in u. 1 for a program without one. */
  readonly unitMs: number;
  readonly seed: number;
  /** Tells how far it is, between measurements. */
  readonly progress: (text: string) => void;
  /** Traces a runtime until what this returns is disposed of: `warren trace`. */
  readonly trace?: ((runtime: Runtime) => Promise<AsyncDisposable>) | undefined;
}

/** A series of figures beside the findings: the first column names the row. */
export interface Series {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What a program gives: everything in a report that is its own. */
export interface ProgramOutcome {
  /** What was run: the program's own options and sizes. */
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly findings: readonly Finding[];
  readonly series?: readonly Series[];
  /** Pictures: prediction and measurement on the same axes. */
  readonly plots?: readonly Plot[];
  /** What a reader has to know to judge the figures, a sentence each. */
  readonly notes: readonly string[];
  /** What the figures say, in one sentence. */
  readonly conclusion: string;
  /** An experiment's result compared with a saved one. */
  readonly comparison?: Comparison;
}

/** Runs a program: it starts and stops its own runtimes. */
export type ProgramRun = (settings: ProgramSettings) => Promise<ProgramOutcome>;

/** A report: an outcome, and where it comes from. */
export interface ProgramReport extends Required<Omit<ProgramOutcome, "comparison">>, Pick<ProgramOutcome, "comparison"> {
  readonly schema: typeof PROGRAM_SCHEMA;
  readonly tool: { readonly name: "warren"; readonly version: string };
  /** "balance", "sieve" */
  readonly program: string;
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  readonly threads: number;
  /** `null`: the program has no unit of time. */
  readonly unitMs: number | null;
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly env: Environment;
}

/** What a report says of its origin. */
type ReportOrigin = Pick<ProgramReport, "program" | "command" | "unitMs"> & { readonly version: string; readonly around: Surroundings };

/** Runs a program and makes the report of it. */
export async function reportProgram(run: ProgramRun, settings: ProgramSettings, { program, command, version, unitMs, around }: ReportOrigin): Promise<ProgramReport> {
  const { threads, seed } = settings;
  const startedAt = new Date().toISOString();
  const startNs = nowNs();
  const outcome = await run(settings);
  const endNs = nowNs();
  const env = environmentOf(around.machine, around.before, readState(endNs), threads);
  return {
    schema: PROGRAM_SCHEMA, tool: { name: "warren", version }, program, command, threads, unitMs, seed, startedAt, seconds: (endNs - startNs) / 1e9, env,
    series: [], plots: [], ...outcome,
  };
}
