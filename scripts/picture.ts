/**
 * Writes what pages show of the results in docs/results: the README's picture (one
 * SVG for light pages and one for dark ones) and its screen, both of two designs, the
 * tables of docs/results/README.md, and the page of the recorded run, whose events stay
 * as they are. All are what the commands themselves write.
 *
 *   node scripts/picture.ts           writes docs/results/gains-light.svg, gains-dark.svg, gophers.html,
 *                                     the screen in README.md, the tables in docs/results/README.md
 *   node scripts/picture.ts --check   writes nothing; exit code 1 when a file is not
 *                                     what would be written
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { printMarkdown } from "../src/cli/print/formats.ts";
import { printBars } from "../src/cli/print/screen.ts";
import { parseResult } from "../src/cli/saved/result-file.ts";
import { renderPicture } from "../src/lab/report/picture.ts";
import type { Result } from "../src/lab/result.ts";
import { capital } from "../src/lab/text.ts";
import { renderPage } from "../src/lab/watch/page/page.ts";
import type { Recording } from "../src/lab/watch/protocol.ts";

const README = new URL("../README.md", import.meta.url);
const RESULTS = new URL("../docs/results/", import.meta.url);
const PAGE = new URL("README.md", RESULTS);
const RECORDED = new URL("gophers.html", RESULTS);
const REPORTS = ["wait-world.html", "cpu-and-mixed-world.html"];

/** The two designs of picture and screen. */
const DESIGNS = new Set(["G1", "G6"]);
const SCREEN_WIDTH = 100;

/** The published results. */
function publishedResults(): [Result, ...Result[]] {
  return REPORTS.map((name) => parseResult(readFileSync(new URL(name, RESULTS), "utf8"), name)) as [Result, ...Result[]];
}

/** What two designs have in all published results, as one result. */
export function publishedPair(): Result {
  const all = publishedResults();
  return { ...all[0], cells: chosen(all.flatMap(({ cells }) => cells)), gains: chosen(all.flatMap(({ gains }) => gains)), checks: all.flatMap(({ checks }) => checks) };
}

function chosen<T extends { readonly design: string }>(items: readonly T[]): T[] {
  return items.filter(({ design }) => DESIGNS.has(design));
}

/** A recorded run in the page of today: what plays it is part of the file. */
function withPage(recorded: string): string {
  const found = /<script type="application\/json" id="warren-recording">(.*?)<\/script>/s.exec(recorded)?.[1];
  if (found === undefined) throw new Error("there is no recording in the page");
  const recording = JSON.parse(found) as Recording;
  return renderPage({ welcome: recording.welcome, recording }).html;
}

/** The README with the bars of the first screen below its mark. */
function withScreen(page: string, pair: Result): string {
  const screen = printBars(pair, { width: SCREEN_WIDTH, paint: (_, text) => text, plain: false }).join("\n");
  return replaced(page, /(<!-- first run -->\n```text\n)[\s\S]*?(?=\n```)/, screen);
}

/** The page of the results with each table below the mark of its world. */
function withTables(page: string, results: readonly Result[]): string {
  const tables = results.flatMap((result) => [...printMarkdown(result).matchAll(/^### (gophers, (\w+) world.*\n\n(?:\|.*\n?)+)/gm)]);
  return tables.reduce((text, [, table = "", world]) => replaced(text, new RegExp(`(<!-- ${world} -->\n)[\\s\\S]*?(?=\n## |$(?![\\s\\S]))`), `${capital(table.trim())}\n`), page);
}

/** A page with what comes after a mark replaced; the mark is the first group. */
function replaced(page: string, place: RegExp, text: string): string {
  if (!place.test(page)) throw new Error(`no place ${place} in the page`);
  return page.replace(place, (_match, mark: string) => mark + text);
}

if (import.meta.main) {
  const pair = publishedPair();
  const written: [URL, string][] = [
    [README, withScreen(readFileSync(README, "utf8"), pair)],
    [PAGE, withTables(readFileSync(PAGE, "utf8"), publishedResults())],
    [RECORDED, withPage(readFileSync(RECORDED, "utf8"))],
    ...(["light", "dark"] as const).map((theme): [URL, string] => [new URL(`gains-${theme}.svg`, RESULTS), `${renderPicture(pair, theme)}\n`]),
  ];
  for (const [file, content] of written) {
    if (!process.argv.includes("--check")) writeFileSync(file, content);
    else if (readFileSync(file, "utf8") !== content) {
      console.error(`${fileURLToPath(file)} is not what scripts/picture.ts writes; run: node scripts/picture.ts`);
      process.exitCode = 1;
    }
  }
}
