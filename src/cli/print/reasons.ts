/** Explains each verdict and each flag. Cells with the same explanation share one line. */
import { verdictWord } from "../../lab/figures/verdict.ts";
import { judgeCell } from "../../lab/trial/summary.ts";
import type { RowGroup } from "../../lab/rows.ts";
import { count, enumeration } from "../../lab/text.ts";

const FLAGS: Readonly<Record<string, string>> = {
  short: "runs shorter than 100 ms",
  outliers: "blocks far from the others; they count like the rest",
  drift: "later blocks were slower or faster than earlier ones",
  "slow-first": "in nearly every block the first run was slower than the rest",
  interrupted: "fewer runs than asked for",
};

/** "parallel: threads ran at the same time, each on a core (G4 and G6 on 2 threads)". */
export function reasonLines({ rows }: RowGroup): string[] {
  const said = new Map<string, Map<number, string[]>>();
  const add = (text: string, design: string, threads: number): void => {
    const byThreads = said.get(text) ?? new Map<number, string[]>();
    said.set(text, byThreads);
    byThreads.set(threads, [...(byThreads.get(threads) ?? []), design]);
  };
  for (const { cell } of rows) add(`${verdictWord(cell.verdict)}: ${judgeCell(cell).why}`, cell.design, cell.threads);
  for (const { cell } of rows) for (const flag of cell.summary.flags) add(`${flag}: ${FLAGS[flag.split(":")[0] as string] ?? "flagged"}`, cell.design, cell.threads);
  return [...said].map(([text, byThreads]) => {
    const where = [...byThreads].map(([threads, designs]) => `${enumeration(designs)} on ${count(threads, "thread")}`);
    return `${text} (${where.join("; ")})`;
  });
}
