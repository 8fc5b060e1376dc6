/** `warren search` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawSearch extends RawProgram {
  readonly queries?: string;
}

const LEAST_QUERIES = 20;
const MOST_QUERIES = 1_000_000;

export const SEARCH: ProgramCommand<RawSearch> = {
  name: "search",
  what: "search 1.0 to 3.0: serial, parallel, with a limit, with replicas",
  claim: "no locks, no condition variables, no callbacks",
  examples: [["warren search", "all four versions"], ["warren search --unit 1ms --queries 4000", "in the talk's milliseconds"]],
  unitMs: 5,
  declare: (command: Command) => command.option("--queries <n>", "queries for each version (default: 600)"),
  resolve({ queries }: RawSearch): ProgramRun {
    const choice = { queries: queries === undefined ? 600 : wholeNumber("--queries", queries, LEAST_QUERIES, MOST_QUERIES) };
    return async (settings) => (await import("../../lab/talk/search/findings.ts")).search(choice, settings);
  },
};
