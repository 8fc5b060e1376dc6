/** The exit code of a command: docs/method.md, "Files and exit codes". */
import { regressions } from "../../lab/comparison.ts";
import type { Result } from "../../lab/result.ts";

export const EXIT = { fine: 0, wrong: 1, usage: 2, unsuitable: 3, interrupted: 130 } as const;

/** The code of a result: an interruption counts before a failed check or a regression, and those before an unreliable machine. */
export function exitCodeOf(result: Result, strict: boolean, maxRegression: number | null = null): number {
  if (result.config.interrupted) return EXIT.interrupted;
  if (result.checks.some(({ ok }) => !ok)) return EXIT.wrong;
  if (maxRegression !== null && result.comparison !== undefined && regressions(result.comparison, maxRegression).length > 0) return EXIT.wrong;
  return strict && result.env.warnings.length > 0 ? EXIT.unsuitable : EXIT.fine;
}
