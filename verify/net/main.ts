/**
 * Faults of warren/net with a real nats-server and processes that are killed and
 * suspended: `npm run verify:net`.
 *
 *   --rounds n   rounds of each kind of kill, 200 by default
 *   --only X     the faults whose names contain X (net.ts)
 *   --seed n     the seed of the times; without it one from the clock
 *
 * Prints a line for each fault; exit code 1 if one did not hold. A whole run with at least
 * 200 rounds that holds is written into VERIFY.md. Without a nats-server it says so and ends.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { missingServer } from "./broker.ts";
import { runNet } from "./net.ts";
import { withNet } from "./page.ts";

const PAGE = new URL("../../VERIFY.md", import.meta.url);

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" }, only: { type: "string" }, seed: { type: "string", default: String(Date.now() % 1_000_000) } } });
const missing = missingServer();
if (missing === undefined) {
  const rounds = Number(values.rounds);
  const isFull = rounds >= 200;
  const lines: string[] = [];
  const beganMs = performance.now();
  const passed = await runNet({ rounds, goneMs: isFull ? 10_000 : 2000, values: isFull ? 50_000 : 5000, seed: Number(values.seed), only: values.only }, (line) => {
    lines.push(line);
    console.log(line);
  });
  process.exitCode = passed ? 0 : 1;
  if (passed && isFull && values.only === undefined) {
    const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { cwd: new URL(".", PAGE), encoding: "utf8" }).trim();
    const run = { lines, seconds: (performance.now() - beganMs) / 1000, command: `npm run verify:net -- --seed ${values.seed}`, when: `${new Date().toISOString().slice(0, 10)} ${commit}` };
    writeFileSync(PAGE, withNet(readFileSync(PAGE, "utf8"), run));
  }
} else console.log(`skipped: ${missing}`);
