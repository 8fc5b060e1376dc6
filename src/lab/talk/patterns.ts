/** The patterns, each in a closed world of its own: a pattern that hangs is a deadlock report, and one of them is to be. */
import { PATTERNS, type Pattern, type PatternCheck } from "../../../workers/patterns.ts";
import { run, start, WarrenError } from "../../index.ts";
import { atLeast, between, check, statistic, untilInterrupted, type Finding, type ProgramOutcome, type ProgramSettings } from "./report.ts";

/** What the command chooses. */
export interface PatternsChoice {
  /** Names; empty: all. */
  readonly names: readonly string[];
  readonly full: boolean;
}

/** Names and what they show, in the order in which they run. */
export function listPatterns(): readonly Pick<Pattern, "name" | "shows">[] {
  return PATTERNS;
}

/** Runs the patterns. */
export async function patterns({ names, full }: PatternsChoice, { threads, progress, trace, signal }: ProgramSettings): Promise<ProgramOutcome> {
  const chosen = names.length === 0 ? PATTERNS : PATTERNS.filter(({ name }) => names.includes(name));
  const findings: Finding[] = [];
  const notes: string[] = [];
  let done = 0;
  for (const pattern of untilInterrupted(chosen, signal)) {
    const part = `${pattern.name}: ${pattern.shows}`;
    progress(pattern.name);
    try {
      // only `run` sees that nothing can go on any more
      const checks = trace === undefined || pattern.deadlocks === true ? await run(pattern.run, { threads, cores: threads, args: [{ full }] }) : await traced(pattern, full, threads, trace);
      findings.push(...(pattern.deadlocks === true ? [deadlock(part, "ended in good order")] : checks.map((found) => findingOf(part, found))));
    } catch (error) {
      if (pattern.deadlocks === true && error instanceof WarrenError && error.code === "ERR_DEADLOCK") {
        findings.push(deadlock(part, error.code), check("tasks in the report", { part, expected: 3, measured: (error.details["tasks"] as readonly unknown[]).length }));
        notes.push(...`${pattern.name} ends with ${error.code}: ${error.message}`.split("\n").map((line) => line.trim()));
      } else findings.push(check("ended", { part, expected: "in good order", measured: error instanceof Error ? `${error.name}: ${error.message}` : String(error) }));
    }
    done++;
  }
  return {
    config: { patterns: done, ...(full && { full }) },
    findings, notes,
    conclusion: `${done === 1 ? "The pattern" : `${done} patterns`} on ${threads === 1 ? "one thread" : `${threads} threads`}; the text is the same for every number of them.`,
  };
}

/** As `run`, in a world that is open to be recorded. */
async function traced(pattern: Pattern, full: boolean, threads: number, trace: NonNullable<ProgramSettings["trace"]>): Promise<readonly PatternCheck[]> {
  await using runtime = await start({ threads, cores: threads });
  await using _trace = await trace(runtime);
  return await runtime.spawn(pattern.run, { full });
}

function deadlock(part: string, measured: string): Finding {
  return check("ends with", { part, expected: "ERR_DEADLOCK", measured });
}

function findingOf(part: string, found: PatternCheck): Finding {
  if ("expected" in found) return check(found.name, { part, expected: found.expected, measured: found.measured });
  return statistic(found.name, { part, expected: found.high === Infinity ? atLeast(found.low) : between(found.low, found.high), measured: found.measured, source: found.why });
}
