/** What makes a result, or some of its cells, unreliable: for the formats that people and programs read without the table. Pure. */
import { printCell } from "../cell.ts";
import type { CellResult, Result } from "../result.ts";
import { count, printFlag } from "../text.ts";

/** What each flag of a cell means. */
const FLAGS: Readonly<Record<string, string>> = {
  short: "runs shorter than 100 ms",
  outliers: "blocks far from the others; they count like the rest",
  drift: "later blocks were slower or faster than earlier ones",
  "slow-first": "in nearly every block the first run was slower than the rest",
  "short-steps": "share of the time that the computing alone should take, so its steps were shorter than the heading says",
  "running-too-low": "the threads used more CPU time than the trace accounts for",
  "running-too-high": "the trace shows tasks running for longer than the threads had or wanted a core",
  interrupted: "fewer runs than asked for",
};

/** What a flag means: "runs shorter than 100 ms". */
export function flagMeaning(flag: string): string {
  return FLAGS[flag.split(":")[0] as string] ?? "flagged";
}

/** What a reader must know before the figures, the most important first; failed checks are told elsewhere. */
export function firstDoubts({ cells, env, config }: Result): string[] {
  return [...interruption(config), ...(cells.some(({ summary }) => summary.ci === null) ? [FEW_BLOCKS] : []), ...env.warnings];
}

const FEW_BLOCKS = "fewer than 6 blocks: no intervals";

function interruption({ interrupted, blocksDone, blocks }: Result["config"]): string[] {
  if (!interrupted) return [];
  return [blocksDone === 0 ? "interrupted before the end of the first block, so there are no gains" : `interrupted after ${count(blocksDone, "whole block")} of ${blocks}`];
}

/** What makes all of a result unreliable. */
function generalDoubts({ env, config, checks }: Result): string[] {
  return [
    ...interruption(config),
    ...checks.filter(({ ok }) => !ok).map(({ name, detail }) => `check failed: ${name}: ${detail}`),
    ...env.warnings,
  ];
}

/** What makes one cell unreliable, in addition to what holds for all. */
function ownDoubts({ summary: { ci, grade, flags }, trace }: CellResult): string[] {
  return [
    ...(ci === null ? [FEW_BLOCKS] : []),
    ...(grade === "D" ? ["the 95 % interval is wider than ±10 %"] : []),
    ...flags.filter((flag) => flag !== "interrupted").map((flag) => `${printFlag(flag)}: ${flagMeaning(flag)}`),
    ...(trace.approximate === true ? ["the figures of the trace are approximate"] : []),
  ];
}

/** All doubts about a cell. */
export function doubtsAbout(cell: CellResult, result: Result): string[] {
  return [...generalDoubts(result), ...ownDoubts(cell)];
}

/** All doubts about a result, a line each; those about some cells name them. */
export function doubtLines(result: Result): string[] {
  const own = Map.groupBy(result.cells.flatMap((cell) => ownDoubts(cell).map((text) => ({ cell, text }))), ({ text }) => text);
  return [
    ...generalDoubts(result),
    ...[...own].map(([text, found]) => (found.length === result.cells.length ? text : `${text} (${found.map(({ cell }) => printCell(cell)).join("; ")})`)),
  ];
}
