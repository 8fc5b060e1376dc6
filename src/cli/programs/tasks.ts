/** `warren tasks` */
import type { Command } from "commander";
import { measureGoCrowd } from "../../../bench/rivals/go-crowd.ts";
import type { ProgramRun } from "../../lab/talk/report.ts";
import { UsageError } from "../options/usage-error.ts";
import { wholeNumber } from "../options/values.ts";
import type { ProgramCommand, RawProgram } from "./command.ts";

interface RawTasks extends RawProgram {
  readonly count?: string;
  readonly active?: string;
  readonly full?: boolean;
}

const COUNTS = [1000, 10_000, 100_000] as const;
/** "1.3 million goroutines", which the talk tells of. */
const FULL = 1_300_000;
const MOST_TASKS = 10_000_000;
/** Resident memory that a task takes at most, garbage included. */
const BYTES_PER_TASK = 2400;

export const TASKS: ProgramCommand<RawTasks> = {
  name: "tasks",
  what: "thousands of tasks: bytes per task, time to start, wake and await them all, compared with Go",
  claim: "1.3 million created, ten thousand active",
  examples: [["warren tasks", "1,000 to 100,000 tasks"], ["warren tasks --full", "1.3 million: about a minute and 3 GB"], ["warren tasks --count 500000 --threads 1", "any number"]],
  unitMs: null,
  declare: (command: Command) => command
    .option("--count <n>", "tasks to start (default: 1000, 10000 and 100000)")
    .option("--active <n>", "tasks awake at a time (default: 10000)")
    .option("--full", "also 1.3 million tasks"),
  resolve({ count, active, full = false }: RawTasks): ProgramRun {
    const chosen = count === undefined ? COUNTS : [wholeNumber("--count", count, 1, MOST_TASKS)];
    const counts = full ? [...chosen.filter((number) => number < FULL), FULL, ...chosen.filter((number) => number > FULL)] : chosen;
    requireMemory(count !== undefined && !full ? "--count" : "--full", Math.max(...counts));
    const choice = { counts, active: active === undefined ? 10_000 : wholeNumber("--active", active, 1, MOST_TASKS), go: measureGoCrowd };
    return async (settings) => (await import("../../lab/talk/tasks.ts")).tasks(choice, settings);
  },
};

/** Refuses what the memory cannot hold, because otherwise the system kills the process. */
function requireMemory(option: string, count: number): void {
  const needed = count * BYTES_PER_TASK;
  const free = process.availableMemory();
  if (needed > free) throw new UsageError(`${option}: ${count} tasks need about ${gigabytes(needed)} of memory; ${gigabytes(free)} are free`);
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
