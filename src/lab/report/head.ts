/** What a reader must know before the figures, in short: for the head of the report and the foot of a picture. */
import { machineLine } from "../machine/environment.ts";
import { answerOf, exactness } from "../print/answer.ts";
import type { Result } from "../result.ts";
import { count, printTime } from "../text.ts";

/** Where, when, and how exact. */
export interface Facts {
  readonly machine: string;
  /** "1 January 2026, 00:00 UTC"; a time that is none is shown as it is. */
  readonly moment: string;
  /** "43.1 s" */
  readonly duration: string;
  /** "✓ 6 checks held"; `null`: there were none. */
  readonly checks: string | null;
  /** "ratios good to ±2 %"; `null`: there are no intervals. */
  readonly exactness: string | null;
}

/** The facts of a result. */
export function factsOf(result: Result): Facts {
  const { config, checks, env } = result;
  const failed = checks.filter(({ ok }) => !ok).length;
  return {
    machine: machineLine(env),
    moment: momentOf(config.startedAt),
    duration: printTime(config.seconds * 1e9),
    checks: checks.length === 0 ? null : failed === 0 ? `✓ ${count(checks.length, "check")} held` : `✗ ${failed} of ${count(checks.length, "check")} failed`,
    exactness: exactness(answerOf(result)),
  };
}

function momentOf(text: string): string {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) return text;
  return `${date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" })}, ${date.toISOString().slice(11, 16)} UTC`;
}
