/**
 * Faults of warren/net with a real nats-server and processes that are killed and
 * suspended: `npm run verify:net`.
 *
 *   --rounds n   rounds of each kind of kill, 200 by default
 *   --only X     the faults whose names contain X (net.ts)
 *   --seed n     the seed of the times; without it one from the clock
 *
 * Prints a line for each fault; exit code 1 if one did not hold. Without a nats-server it
 * says so and ends.
 */
import { parseArgs } from "node:util";
import { missingServer } from "./broker.ts";
import { runNet } from "./net.ts";

const { values } = parseArgs({ options: { rounds: { type: "string", default: "200" }, only: { type: "string" }, seed: { type: "string", default: String(Date.now() % 1_000_000) } } });
const missing = missingServer();
if (missing === undefined) {
  const rounds = Number(values.rounds);
  const isFull = rounds >= 200;
  const passed = await runNet({ rounds, goneMs: isFull ? 10_000 : 2000, values: isFull ? 50_000 : 5000, seed: Number(values.seed), only: values.only }, console.log);
  process.exitCode = passed ? 0 : 1;
} else console.log(`skipped: ${missing}`);
