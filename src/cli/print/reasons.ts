/** Why each verdict, and what is flagged: one line for all cells of which the same is to be said. */
import { judgeCell } from "../../lab/trial/summary.ts";
import type { RowGroup } from "../../lab/rows.ts";
import { count, enumeration } from "../../lab/text.ts";

const FLAGS: Readonly<Record<string, string>> = {
  short: "runs shorter than 100 ms",
  outliers: "blocks far from the others; they count all the same",
  drift: "later blocks were slower or faster than earlier ones",
  interrupted: "measured less often than asked for",
};

/** "parallel: several threads had a processor at once (G4 and G6 on 2 threads)". */
export function reasonLines({ rows }: RowGroup): string[] {
  const said = new Map<string, Map<number, string[]>>();
  const add = (text: string, design: string, threads: number): void => {
    const byThreads = said.get(text) ?? new Map<number, string[]>();
    said.set(text, byThreads);
    byThreads.set(threads, [...(byThreads.get(threads) ?? []), design]);
  };
  for (const { cell } of rows) add(`${cell.verdict}: ${judgeCell(cell).why}`, cell.design, cell.threads);
  for (const { cell } of rows) for (const flag of cell.summary.flags) add(`${flag}: ${FLAGS[flag.split(":")[0] as string] ?? "flagged"}`, cell.design, cell.threads);
  return [...said].map(([text, byThreads]) => {
    const where = [...byThreads].map(([threads, designs]) => `${enumeration(designs)} on ${count(threads, "thread")}`);
    return `${text} (${where.join("; ")})`;
  });
}
