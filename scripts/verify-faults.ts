/**
 * Kills threads at random times under load: `npm run verify:faults`.
 *
 *   --kills n     how many, 200 by default
 *   --seed n      the seed of their times; without it one from the clock
 *   --threads n   threads of the runtime, 4 by default
 *
 * Prints one line of figures; exit code 1 if something hung, was double or was
 * lost without the task that had received it. The deaths before every single
 * write are tests: test/{scheduler,memory,shared-map}/death.test.ts, test/channel/death/death.test.ts,
 * test/runtime/main/repair-{locks,counts}.test.ts.
 */
import { parseArgs } from "node:util";
import { runKills } from "../verify/faults/kills.ts";

const { values } = parseArgs({ options: { kills: { type: "string", default: "200" }, seed: { type: "string", default: String(Date.now() % 1_000_000) }, threads: { type: "string", default: "4" } } });
const { passed, line } = await runKills({ kills: Number(values.kills), seed: Number(values.seed), threads: Number(values.threads) });
console.log(line);
process.exitCode = passed ? 0 : 1;
