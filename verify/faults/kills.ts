/** Kills at random times under load, in a process of their own with a deadline: what they promise, in one line. */
import { fileURLToPath } from "node:url";
import { runWithDeadline } from "../with-deadline.ts";
import type { KillFigures } from "./kill-load.ts";

const LOAD = fileURLToPath(new URL("kill-load.ts", import.meta.url));
const BASE_DEADLINE_MS = 60_000;
/** A thread takes seconds to start where the load leaves it no core. */
const DEADLINE_MS_A_KILL = 15_000;

export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  readonly threads: number;
}

export interface KillOutcome {
  readonly passed: boolean;
  readonly line: string;
}

const whole = new Intl.NumberFormat("en");

/** Runs the load and judges its figures. */
export async function runKills(options: KillOptions): Promise<KillOutcome> {
  const { kills, seed, threads } = options;
  const repeat = `seed ${seed}; npm run verify:faults -- --kills ${kills} --seed ${seed} --threads ${threads}`;
  const { stdout, stderr, code, signal, hung } = await runWithDeadline(LOAD, [kills, seed, threads], BASE_DEADLINE_MS + kills * DEADLINE_MS_A_KILL);
  const text = stdout.trim().split("\n").at(-1) ?? "";
  if (hung || code !== 0 || !text.startsWith("{")) {
    const how = hung ? "HUNG: ended by the deadline" : `ended with ${signal ?? `exit code ${code}`}`;
    return { passed: false, line: `faults: ${kills} kills: ${how}, ${repeat}\n${stderr.split("\n").slice(-40).join("\n")}` };
  }
  const figures = JSON.parse(text) as KillFigures;
  const broken = defects(figures);
  const parts = [
    `${figures.recoveryMs.length}/${kills} recovered, hung 0`,
    `sent ${whole.format(figures.sent)}, lost with their receivers ${figures.lost} (of ${figures.deadReceivers} that died), duplicates ${figures.duplicates}, invented ${figures.invented}`,
    `${figures.deadTasks} tasks died and said so`,
    `${whole.format(figures.locked)} locks, ${figures.ownerDied} told that their owner died`,
    `${whole.format(figures.spawned)} spawned`,
    `repaired and reported p50 ${quantile(figures.repairMs, 0.5)} ms, p99 ${quantile(figures.repairMs, 0.99)} ms; successor up p50 ${quantile(figures.recoveryMs, 0.5)} ms, p99 ${quantile(figures.recoveryMs, 0.99)} ms`,
  ];
  return { passed: broken.length === 0, line: [`faults: ${parts.join("; ")}; ${repeat}`, ...broken.map((each) => `  DEFECT ${each}`)].join("\n") };
}

function defects({ duplicates, invented, lost, deadReceivers, lockDifference, deadLockers, failures }: KillFigures): string[] {
  return [
    ...(duplicates > 0 ? [`${duplicates} values were received twice`] : []),
    ...(invented > 0 ? [`${invented} values were received and never sent`] : []),
    ...(lost > deadReceivers ? [`${lost} values lost, with ${deadReceivers} receivers that died`] : []),
    ...(lockDifference > deadLockers ? [`counts under the lock differ by ${lockDifference}, with ${deadLockers} lockers that died`] : []),
    ...failures,
  ];
}

function quantile(values: readonly number[], q: number): string {
  const sorted = values.toSorted((x, y) => x - y);
  return (sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0).toFixed(0);
}
