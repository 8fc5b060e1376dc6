/**
 * Writes the pages of the documentation as a static site.
 *
 *   npm run site              writes site/, whatever was there before
 *   npm run site -- --check   writes into a temporary folder, reads that again, removes it
 *
 * A link that leads nowhere fails it: the message has the page and the line, nothing
 * is written, and the exit code is 1.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { checkSite } from "./check.ts";
import { GROUPS } from "./pages.ts";
import { makeSite, writeSite } from "./site.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const FOLDER = "site";

function main(): number {
  const { values: { check } } = parseArgs({ options: { check: { type: "boolean", default: false } } });
  const site = makeSite(ROOT, GROUPS);
  for (const { page, line, text } of site.faults) console.error(`${page}:${line}: ${text}`);
  if (site.faults.length > 0) return 1;
  const folder = check ? mkdtempSync(join(tmpdir(), "warren-site-")) : join(ROOT, FOLDER);
  rmSync(folder, { recursive: true, force: true });
  writeSite(site, ROOT, folder);
  const wrong = checkSite(folder, site.pages.keys());
  if (check) rmSync(folder, { recursive: true });
  for (const line of wrong) console.error(line);
  const size = `${site.pages.size} pages, ${site.files.length} other files`;
  console.log(check ? `${size}: checked` : `${size}: open ${FOLDER}/index.html`);
  return wrong.length === 0 ? 0 : 1;
}

process.exitCode = main();
