/** `warren replicas` */
import type { Command } from "commander";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { wholeNumber, wholeNumbers } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawReplicas extends RawProgram {
  readonly replicas?: string;
  readonly queries?: string;
}

const MOST_REPLICAS = 64;
const LEAST_QUERIES = 100;
const MOST_QUERIES = 1_000_000;

export const REPLICAS: ProgramCommand<RawReplicas> = {
  name: "replicas",
  what: "a replicated query: the first answer wins, the others are cancelled",
  claim: "latency without a lock",
  examples: [["warren replicas", "up to 8 replicas, hedging"], ["warren replicas --replicas 3 --queries 4000", "closer to the law"]],
  unitMs: 5,
  declare: (command: Command) => command
    .option("--replicas <counts>", "replicas asked at the same time: 1,2,4 (default: 1,2,4,8)")
    .option("--queries <n>", "queries for each number of replicas and distribution (default: 500)"),
  resolve({ replicas, queries }: RawReplicas): ProgramRun {
    const choice = {
      replicas: replicas === undefined ? [1, 2, 4, 8] : wholeNumbers("--replicas", replicas, 1, MOST_REPLICAS),
      queries: queries === undefined ? 500 : wholeNumber("--queries", queries, LEAST_QUERIES, MOST_QUERIES),
    };
    return async (settings) => (await import("../../lab/talk/replicas.ts")).replicas(choice, settings);
  },
};
