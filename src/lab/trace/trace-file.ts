/** The file of a traced run, JSON schema "warren-trace/1". Stable: fields are added, never renamed. */
import { median } from "../figures/statistics.ts";
import type { TraceActivity } from "./analyse.ts";
import type { Timeline } from "../timeline.ts";
import type { Mark } from "./states.ts";

/** The version of the format. */
export const TRACE_SCHEMA = "warren-trace/1";

/** A traced run. */
export interface TraceRecord {
  readonly schema: typeof TRACE_SCHEMA;
  readonly tool: { readonly name: "warren"; readonly version: string };
  /** "gophers", "balance" */
  readonly program: string;
  /** What ran, in words. */
  readonly title: string;
  /** The command line, without the program's name. */
  readonly command: readonly string[];
  readonly threads: number;
  readonly activity: TraceActivity;
  /** Wall times of the runs of the same size without a trace; none for programs that are only run once. */
  readonly untracedNs: readonly number[];
  /** By what share the traced run took longer than their median; `null` where there are none. */
  readonly cost: number | null;
  /** What a reader has to know, a sentence each. */
  readonly notes: readonly string[];
}

/** The file: with what ran when, and the moments that the program has marked. */
export interface TraceFile extends TraceRecord {
  readonly timeline: Timeline;
  readonly marks: readonly Mark[];
}

/** What tracing cost: the wall time with it against the median of those without. */
export function costOf(wallNs: number, untracedNs: readonly number[]): number | null {
  return untracedNs.length === 0 ? null : wallNs / median(untracedNs) - 1;
}
