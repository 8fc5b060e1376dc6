/** The results of the cases: a line each for the terminal, and the page docs/results/compatibility.md. */
import { type Case, type Group, SECTIONS } from "./case.ts";
import { type Result, versionsOf } from "./run.ts";

export function line({ case: { id, what }, problem, seconds }: Result): string {
  return `${problem === undefined ? "ok    " : "FAILED"} ${id}: ${what} (${seconds.toFixed(1)} s)${problem === undefined ? "" : `\n${problem.replaceAll(/^/gm, "    ")}`}`;
}

const VERDICTS = { works: "works", "clear error": "clear error", limit: "limit" } as const;

export function page(results: readonly Result[]): string {
  const failed = results.filter(({ problem }) => problem !== undefined);
  return [
    "# Compatibility",
    "",
    "Where the packed package was tried, and what happened. `npm run verify:projects -- --write` writes this page: it packs warren, installs it with the versions below in scratch folders, and runs every row. A program counts as working if it prints the right results and its tasks ran on as many threads as it asked for.",
    "",
    `- Run on ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} (unless the row names another), ${process.platform} ${process.arch}.`,
    `- ${results.length - failed.length} of ${results.length} rows are as expected${failed.length === 0 ? "." : `; these are not: ${failed.map((result) => result.case.id).join(", ")}.`}`,
    "- **works**: the program does what it should. **clear error**: it cannot work, and the error or warning says what to do. **limit**: part of it does not reach the threads, without an error.",
    "- A command runs in a folder with the files of its case (`verify/projects/cases`). A bundle with warren inside runs in a folder without `node_modules`.",
    "",
    "[Bundling](../bundling.md) and [Testing](../testing.md#what-reaches-the-threads) explain what to do. macOS and Windows were not tried.",
    ...SECTIONS.flatMap((section) => sectionOf(section, results.filter((result) => result.case.section === section))),
    "",
  ].join("\n");
}

function sectionOf(section: string, results: readonly Result[]): string[] {
  if (results.length === 0) return [];
  const groups = new Set(results.map((result) => result.case.group));
  const versions = [...groups].flatMap((group) => Object.entries(versionsOf(group as Group)).map(([name, version]) => `${name} ${version}`));
  return [
    "",
    `## ${section}`,
    "",
    ...(versions.length === 0 ? [] : [`With ${[...new Set(versions)].join(", ")}.`, ""]),
    "| what | command | result |",
    "|---|---|---|",
    ...results.map((result) => `| ${nameOf(result.case)} | \`${cell(result.case.steps.join(" && "))}\` | ${verdictOf(result)} |`),
  ];
}

function nameOf({ what, node }: Case): string {
  return node === undefined ? what : `Node ${versionsOf("nodes")[node]?.replace(/.*@/, "")}: ${what}`;
}

function verdictOf({ case: { right = "works", remark }, problem }: Result): string {
  return problem === undefined ? `${VERDICTS[right]}${remark === undefined ? "" : `: ${remark}`}` : "**not as expected**";
}

function cell(text: string): string {
  return text.replaceAll("|", String.raw`\|`);
}
