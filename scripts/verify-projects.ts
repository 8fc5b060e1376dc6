/**
 * Runs the packed package in projects of many kinds: `npm run verify:projects`.
 *
 *   --only text     the cases whose id or section contains the text
 *   --small         the part that is in `npm run test:all`
 *   --write         writes the table to docs/results/compatibility.md, if all cases were run
 *   --tarball path  the packed package; if absent, the working tree is packed
 *   --folder path   keeps what is installed in this folder for the next run; a temporary folder if absent
 *
 * Needs npm's registry. Exit code 1 if a case is not as expected.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { CASES } from "../verify/projects/cases/cases.ts";
import { runCases } from "../verify/projects/run.ts";
import { line, page } from "../verify/projects/table.ts";

const { values } = parseArgs({ options: { only: { type: "string", default: "" }, small: { type: "boolean", default: false }, write: { type: "boolean", default: false }, tarball: { type: "string" }, folder: { type: "string" } } });
const { only, small, write, tarball } = values;
const folder = values.folder ?? mkdtempSync(join(tmpdir(), "warren-projects-"));
const cases = CASES.filter(({ id, section, isSmall }) => (id.includes(only) || section.includes(only)) && (!small || isSmall));
const results = await runCases(cases, { folder, tarball, onResult: (result) => console.log(line(result)) });
if (write && cases.length === CASES.length) writeFileSync(join(import.meta.dirname, "../docs/results/compatibility.md"), page(results));
if (values.folder === undefined) rmSync(folder, { recursive: true, force: true });
const failed = results.filter(({ problem }) => problem !== undefined);
console.log(failed.length > 0 ? `failed: ${failed.map((result) => result.case.id).join(" ")}` : `${results.length} cases are as expected`);
process.exitCode = failed.length > 0 || results.length === 0 ? 1 : 0;
