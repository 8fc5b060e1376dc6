/** A program of several modules, for bundlers. */

const TASKS = `import { threadId } from "node:worker_threads";
import { task } from "warren";
export const where = task(import.meta, "tasks.where", async () => threadId);
export const work = task(import.meta, "tasks.work", async (value) => value * value);
`;
const LAZY = `import { threadId } from "node:worker_threads";
import { task } from "warren";
export const work = task(import.meta, "lazy.work", async () => threadId);
`;
/** The third module is loaded by import(), or like the second one. */
const main = (isLazy: boolean): string => `import { after, chan, i32, isMain, parallelMap, run, select, spawn, task } from "warren";
import { where, work } from "./tasks.js";
${isLazy ? "" : 'import * as lazy from "./lazy.js";\n'}const fill = task(import.meta, "main.fill", async (to) => {
  for (const value of [1, 2, 3]) await to.send(value);
  to.close();
});
const main = task(import.meta, "main", async () => {
${isLazy ? '  const lazy = await import("./lazy.js");\n' : ""}  const threads = new Set([await spawn.on(0)(where), await spawn.on(1)(where)]);
  const lazyThreads = new Set([await spawn.on(0)(lazy.work), await spawn.on(1)(lazy.work)]);
  const numbers = chan(i32);
  const ended = spawn.on(1)(fill, numbers);
  let sum = 0;
  for (;;) {
    const got = await select({ numbers, late: after(20_000) });
    if (got.case !== "numbers") throw new Error("no number in 20 s");
    if (got.value === undefined) break;
    sum += got.value;
  }
  await ended;
  return { sum, squares: await parallelMap([1, 2, 3], work), threads: threads.size, lazyThreads: lazyThreads.size };
});
if (isMain(import.meta)) run(main, { threads: 2 }).then((result) => console.log(JSON.stringify(result)));
`;

/** With names that are given as a text. */
export function modules(isLazy: boolean): Readonly<Record<string, string>> {
  return { "src/main.js": main(isLazy), "src/tasks.js": TASKS, "src/lazy.js": LAZY };
}
export const BUNDLE_PRINTED = { sum: 6, squares: [1, 4, 9], threads: 2, lazyThreads: 2 };

const named = (name: string): string => `import { threadId } from "node:worker_threads";
import { task } from "warren";
export const ${name} = task(import.meta, async function work() { return "${name} " + threadId; });
`;
/** Two modules with a task of the same name, and names only from the functions. */
export const SAME_NAMES: Readonly<Record<string, string>> = {
  "src/main.js": `import { isMain, run, spawn, task } from "warren";
import { one } from "./one.js";
import { two } from "./two.js";
const main = task(import.meta, async function main() {
  return (await Promise.all([one, two].map((work) => spawn(work)))).map((text) => text.slice(0, 3));
});
if (isMain(import.meta)) run(main, { threads: 2 }).then((result) => console.log(JSON.stringify(result)));
`,
  "src/one.js": named("one"),
  "src/two.js": named("two"),
};
