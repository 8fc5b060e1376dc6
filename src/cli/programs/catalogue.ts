/** The talk's programs that are commands, in the order in which help and list show them. */
import { BALANCE } from "./balance.ts";
import type { ProgramCommand } from "./command.ts";
import { DRIVERS } from "./drivers.ts";
import { PATTERNS } from "./patterns.ts";
import { REPLICAS } from "./replicas.ts";
import { SAWZALL } from "./sawzall.ts";
import { SEARCH } from "./search.ts";
import { SIEVE } from "./sieve.ts";
import { TASKS } from "./tasks.ts";

export const PROGRAMS: readonly ProgramCommand[] = [
  BALANCE,
  REPLICAS,
  SEARCH,
  DRIVERS,
  SIEVE,
  TASKS,
  SAWZALL,
  PATTERNS,
];
