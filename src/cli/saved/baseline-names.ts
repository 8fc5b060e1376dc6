/** Names of kept results; `baselines.ts` reads and writes them. Loads nothing, so that `--help` is answered at once. */
import { join } from "node:path";
import { UsageError } from "../options/usage-error.ts";

/** Where named results are. */
export const FOLDER = ".warren";

/** Checks a name for a result. */
export function baselineName(option: string, text: string): string {
  if (/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(text) && !text.toLowerCase().endsWith(".json")) return text;
  throw new UsageError(`${option}: ${JSON.stringify(text)} is not a name: up to 64 letters, digits and . _ - without .json (it becomes a file in ${FOLDER})`);
}

/** The file of a name. */
export function fileOf(name: string): string {
  return join(FOLDER, `${name}.json`);
}
