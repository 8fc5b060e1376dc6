/** The report as a format. What draws it is loaded only when it is asked for. */
import type { Result } from "../../lab/result.ts";
import { sentences } from "./sentences.ts";

/** The HTML of a result, one self-contained file. */
export async function printHtml(result: Result): Promise<string> {
  const { renderReport } = await import("../../lab/report/report.ts");
  // the reader of a report has the package, not necessarily this checkout
  return renderReport(result, { sentences: sentences(result), program: "warren" }).trimEnd();
}
