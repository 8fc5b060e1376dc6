/** A module with tasks and its test, for test runners. */

/** `pick` has a branch that only a thread runs, and a function that nothing runs. */
export const WORK = `import { threadId } from "node:worker_threads";
import { task } from "warren";
export const where = task(import.meta, "where", async () => threadId);
export const pick = task(import.meta, "pick", async (value) => {
  if (value > 1) {
    return "large";
  }
  return "small";
});
`;

/** What each test does; it leaves its result in a file. */
const BODY = `const rt = await start({ threads: 2 });
  const threads = new Set([await rt.spawn.on(0)(where), await rt.spawn.on(1)(where)]);
  const picked = [await rt.spawn(pick, 1), await rt.spawn(pick, 2)];
  await assertQuiet(rt);
  await rt.stop();
  writeFileSync("result.json", JSON.stringify({ picked, threads: threads.size }));
`;
const IMPORTS = `import { writeFileSync } from "node:fs";
import { assertQuiet, start } from "warren";
import { pick, where } from "./work.js";
`;

export const RESULT = { picked: ["small", "large"], threads: 2 };

/** A test file, with what the runner calls a test: a global, or an import. */
export const testFile = (importTest = "", call = "test"): string => `${importTest}${IMPORTS}${call}("tasks run on threads", async () => {
  ${BODY}});
`;
