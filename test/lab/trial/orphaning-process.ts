/** Starts a block's process that hangs, and says when it does. Ended by force, it must leave nothing. */
import { inProcesses } from "../../../src/lab/trial/process/parent.ts";
import { runTrial } from "../../../src/lab/trial/trial.ts";
import { fakeProgram } from "./fake-block-process.ts";

const spec = { trouble: "hangs" } as const;
const plan = { programs: [fakeProgram(spec)], blocks: 1, runs: 1, warmupMs: 1, minTimeMs: 100, seed: 1 };
const runner = inProcesses([spec], plan.programs, plan, { entry: new URL("fake-block-process.ts", import.meta.url) });
const onProgress = ({ next }: { next: { design: string; threads: number } | null }): void => {
  if (next?.design === "G6" && next.threads === 2) console.log("it hangs");
};
await runTrial(plan, runner, onProgress, new AbortController().signal);
