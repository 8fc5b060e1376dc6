/**
 * Deadlock reports are never false: runs a program for each kind of outside event
 * (verify/deadlocks/kinds.ts), which must continue, and true deadlocks, which must be
 * reported. Prints a line for each kind that failed, and the times of the reports.
 *
 *   --rounds n      how often, 1 by default
 *   --threads list  threads of the programs, 1,2 by default
 *   --load n        busy loops next to the programs, none by default
 *   --nice n        programs and loops run at this niceness
 *   --only text     the kinds whose names contain the text
 */
import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { KINDS, USED } from "../verify/deadlocks/kinds.ts";
import type { Ended, Orders } from "../verify/deadlocks/program.ts";

const PROGRAM = fileURLToPath(new URL("../verify/deadlocks/program.ts", import.meta.url));

const { values } = parseArgs({ options: { rounds: { type: "string", default: "1" }, threads: { type: "string", default: "1,2" }, load: { type: "string", default: "0" }, nice: { type: "string", default: "0" }, only: { type: "string", default: "" } } });
const load = Number(values.load);
const chosen = (names: readonly string[]): string[] => names.filter((name) => name.includes(values.only));

function begin(args: readonly string[], stdout: "pipe" | "ignore"): ChildProcess {
  return spawn("nice", ["-n", values.nice, process.execPath, ...args], { stdio: ["ignore", stdout, "inherit"] });
}

/** Runs the programs, and returns how each ended. */
async function runAll(orders: Orders): Promise<Ended[]> {
  const node = ["--disable-warning=ExperimentalWarning", "--disable-warning=WARREN_STANDSTILL", PROGRAM, JSON.stringify(orders)];
  const child = begin(node, "pipe");
  let printed = "";
  for await (const text of child.stdout?.setEncoding("utf8") ?? []) printed += text as string;
  return printed.trim().split("\n").map((line) => JSON.parse(line) as Ended);
}

const loops: ChildProcess[] = Array.from({ length: load }, () => begin(["-e", "for (;;);"], "ignore"));
const kinds = chosen(Object.keys(KINDS));
const used = chosen(Object.keys(USED));
let failures = 0;
try {
  for (let round = 1; round <= Number(values.rounds); round++) {
    for (const threads of values.threads.split(",").map(Number)) {
      const startMs = performance.now();
      const ended = await runAll({ threads, kinds, used });
      const events = ended.slice(0, kinds.length);
      const deadlocks = ended.slice(kinds.length);
      const wrong = [...events.filter(({ outcome }) => outcome !== "continued"), ...deadlocks.filter(({ outcome }) => outcome !== "ERR_DEADLOCK")];
      for (const { kind, outcome } of wrong) console.log(`  wrong: ${kind} on ${threads} threads: ${outcome}`);
      const missing = kinds.length + used.length - ended.length;
      if (missing > 0) console.log(`  ${missing} programs have not ended; the last one that did: ${ended.at(-1)?.kind}`);
      failures += wrong.length + missing;
      const times = deadlocks.map(({ ms }) => ms).toSorted((a, b) => a - b);
      console.log(`round ${round}, ${threads} threads, ${load} busy loops: ${events.length} kinds of event, ${wrong.length} wrong; ${deadlocks.length} deadlocks, reported after ${times[times.length >> 1]} ms (median), ${times.at(-1)} ms (longest); ${Math.round((performance.now() - startMs) / 1000)} s`);
    }
  }
} finally {
  for (const loop of loops) loop.kill();
}
process.exitCode = failures === 0 ? 0 : 1;
