/** The exit codes of measurement.md section 4. */
import type { Result } from "../lab/result.ts";

export const EXIT = { fine: 0, wrong: 1, usage: 2, unsuitable: 3, interrupted: 130 } as const;

/** The code of a result: an interruption before a wrong result before a doubtful environment. */
export function exitCodeOf(result: Result, strict: boolean): number {
  if (result.config.interrupted) return EXIT.interrupted;
  if (result.checks.some(({ ok }) => !ok)) return EXIT.wrong;
  return strict && result.env.warnings.length > 0 ? EXIT.unsuitable : EXIT.fine;
}
