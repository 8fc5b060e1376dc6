/** Figures for tests of what is computed from them. */
import type { Subject } from "../../../bench/rounds/contestant.ts";
import { figureOf, type Figure } from "../../../bench/rounds/figures.ts";

/** A figure with one sample for each value, from round 0 on. */
export function made(subject: Partial<Subject>, ...values: readonly number[]): Figure {
  return figureOf({ scenario: "stream", side: "warren", form: subject.side === undefined ? "hot loop" : "", threads: 1, version: "1", ...subject }, values.map((value, round) => ({ round, value })));
}
