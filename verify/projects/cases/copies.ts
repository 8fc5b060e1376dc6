/** A dependency that brings a warren of its own. */
import type { Case } from "../case.ts";

const DEPENDENCY = `import { threadId } from "node:worker_threads";
import { chan, i32, task } from "warren";
export const where = task(import.meta, "where", async () => threadId);
export const make = () => chan(i32, 4);
export const fill = task(import.meta, "fill", async (to) => {
  for (const value of [1, 2, 3]) await to.send(value);
  to.close();
});
`;
const PROGRAM = `import { isMain, run, spawn, task } from "warren";
import { fill, make, where } from "dependency";
const main = task(import.meta, "main", async () => {
  const threads = new Set([await spawn.on(0)(where), await spawn.on(1)(where)]);
  const numbers = make();
  const ended = spawn.on(1)(fill, numbers);
  let sum = 0;
  for await (const value of numbers) sum += value;
  await ended;
  return { sum, threads: threads.size };
});
if (isMain(import.meta)) {
  run(main, { threads: 2 }).then(
    (result) => console.log(JSON.stringify(result)),
    (error) => console.log(JSON.stringify({ code: error.code, message: error.message.replace(/\\(file:.*?\\)/g, "(…)") })),
  );
}
`;
const files = { "program.mjs": PROGRAM, "node_modules/dependency/package.json": JSON.stringify({ name: "dependency", version: "1.0.0", type: "module", exports: "./index.js" }), "node_modules/dependency/index.js": DEPENDENCY };
const inDependency = (version: string): Record<string, string> => ({ "node_modules/dependency/node_modules/warren": version });

export const COPIES: readonly Case[] = [
  { id: "two-copies", section: "Copies and versions of warren", group: "plain", what: "a dependency with its own installation of the same version", files, copies: inDependency("0.1.0"), steps: ["node program.mjs"], expected: { json: { sum: 6, threads: 2 } } },
  { id: "two-copies-tsx", section: "Copies and versions of warren", group: "loaders", what: "the same under tsx", files, copies: inDependency("0.1.0"), steps: ["node --import tsx program.mjs"], expected: { json: { sum: 6, threads: 2 } } },
  { id: "two-patches", section: "Copies and versions of warren", group: "plain", what: "a dependency with a compatible version", files, copies: inDependency("0.1.7"), steps: ["node program.mjs"], expected: { json: { sum: 6, threads: 2 } } },
  {
    id: "two-versions", section: "Copies and versions of warren", group: "plain", what: "a dependency with an incompatible version", files, copies: inDependency("0.2.0"), steps: ["node program.mjs"], right: "clear error", remark: "`ERR_TWO_VERSIONS`",
    expected: { json: { code: "ERR_TWO_VERSIONS", message: "a task was defined with another version of warren, 0.2.0 (…), which does not share a runtime with this one. Install one version for both" } },
  },
];
