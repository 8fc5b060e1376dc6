/** Tasks that try to start a runtime inside a runtime. */
import { run, start, task } from "../../../src/index.ts";
import { add } from "../start-tasks.ts";

export const startNested = task(import.meta, async function startNested() {
  await start({ threads: 1 });
});

export const runNested = task(import.meta, async function runNested() {
  return run(add, { threads: 1, args: [1, 2] });
});
