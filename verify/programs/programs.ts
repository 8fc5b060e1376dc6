/** Random programs for so many minutes, in processes of their own with a deadline: what they found, in lines. */
import { fileURLToPath } from "node:url";
import { runWithDeadline } from "../with-deadline.ts";
import type { ProgramFigures } from "./main.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
/** Programs that share a process and a runtime: the first ones warm it, and what one leaves meets the next. */
const EACH = 100;
const BASE_DEADLINE_MS = 60_000;
const DEADLINE_MS_A_PROGRAM = 5_000;
/** Threads of one process after the other. */
const THREADS = [2, 1, 3, 2, 4];

export interface ProgramsOptions {
  readonly seed: number;
  /** Until when to begin another process; at least one is run. */
  readonly minutes: number;
  readonly each?: number;
}

const whole = new Intl.NumberFormat("en");

export async function runPrograms({ seed, minutes, each = EACH }: ProgramsOptions): Promise<{ passed: boolean; lines: string[] }> {
  const beganMs = performance.now();
  let [programs, values, deaths] = [0, 0, 0];
  const defects: string[] = [];
  const used = new Set<number>();
  for (let k = 0; k === 0 || performance.now() - beganMs < minutes * 60_000; k++) {
    const threads = THREADS[k % THREADS.length] as number;
    used.add(threads);
    const first = seed * 1_000_000 + k * each;
    const { stdout, stderr, code, signal, hung } = await runWithDeadline(MAIN, [first, each, threads], BASE_DEADLINE_MS + each * DEADLINE_MS_A_PROGRAM);
    const text = stdout.trim().split("\n").at(-1) ?? "";
    const again = (number: number | string): string => `node verify/programs/main.ts ${number} 1 ${threads}`;
    if (hung || code !== 0 || !text.startsWith("{")) {
      const last = stderr.trim().split("\n").findLast((line) => /^\d+$/.test(line)) ?? first;
      defects.push(`  DEFECT ${hung ? "HUNG" : `ended with ${signal ?? `exit code ${code}`}`}: ${again(last)}\n${stderr.split("\n").slice(-20).join("\n")}`);
      continue;
    }
    const figures = JSON.parse(text) as ProgramFigures;
    programs += figures.programs;
    values += figures.values;
    deaths += figures.deaths;
    for (const { seed: number, what } of figures.wrong) defects.push(`  DEFECT ${again(number)}\n    ${what.join("\n    ")}`);
  }
  const spent = ((performance.now() - beganMs) / 60_000).toFixed(1);
  const line = `random programs: ${whole.format(programs)} on ${[...used].toSorted((a, b) => a - b).join(", ")} threads, ${whole.format(values)} values, ${whole.format(deaths)} tasks that died, ${defects.length} defects, ${spent} min, seed ${seed}; npm run verify:properties -- --minutes ${minutes} --seed ${seed}`;
  return { passed: defects.length === 0, lines: [line, ...defects] };
}
