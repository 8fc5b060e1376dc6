/**
 * Runs the soak of verify/soak: `npm run soak -- --minutes 60`.
 *
 *   --minutes n   1 by default
 *   --threads n   4 by default
 *   --lanes n     long-lived channels of each of four capacities, 50 by default
 *   --recycle n   seconds between two threads that are killed and replaced, 5 by default; 0 for none
 *   --seed n      the seed of its pauses; without it one from the clock
 *   --quiet       no line for each sample
 *
 * Exit code 1 if a value is missing that no death explains, came twice or out of
 * order, a result is wrong, the arena has grown, or its largest free block has shrunk.
 */
import { parseArgs } from "node:util";
import { soak } from "../verify/soak/soak.ts";

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    threads: { type: "string", default: "4" },
    lanes: { type: "string", default: "50" },
    recycle: { type: "string", default: "5" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    quiet: { type: "boolean", default: false },
  },
});
const { lines, passed } = await soak({
  minutes: Number(values.minutes),
  threads: Number(values.threads),
  lanes: Number(values.lanes),
  seed: Number(values.seed),
  recycleSeconds: Number(values.recycle),
  ...(values.quiet ? {} : { onSample: (line: string) => console.log(line) }),
});
console.log(lines.join("\n"));
process.exitCode = passed ? 0 : 1;
