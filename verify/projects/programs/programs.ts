/** The programs of the cases, as text, so that the checkout's own type check does not look for the package that it is. */

export interface Dialect {
  /** How the module names itself. */
  readonly module: "import.meta" | "__filename";
  /** The condition for what only the program does. */
  readonly guard: "isMain" | "import.meta.main" | "none";
  /** None (JavaScript), types that Node can erase, or also an enum, which it cannot. */
  readonly types: "none" | "erasable" | "enum";
}

const ESM: Dialect = { module: "import.meta", guard: "isMain", types: "none" };

/**
 * A program with run, spawn.on, channels, select with a timer, and parallelMap on two threads.
 * It prints what it computed and on how many distinct threads tasks ran.
 */
export function program(dialect: Partial<Dialect> = {}): string {
  const { module, guard, types } = { ...ESM, ...dialect };
  const isTypeScript = types !== "none";
  const isCommonJs = module === "__filename";
  const load = (names: string, from: string): string => (isCommonJs && !isTypeScript ? `const { ${names} } = require("${from}");` : `import { ${names} } from "${from}";`);
  const [number, channel] = isTypeScript ? [": number", ": Chan<number>"] : ["", ""];
  const condition = guard === "isMain" ? `if (isMain(${module})) ` : guard === "none" ? "" : "if (import.meta.main) ";
  return `${load("threadId", "node:worker_threads")}
${load(`after, chan, i32, isMain, parallelMap, run, select, spawn, task${isTypeScript ? ", type Chan" : ""}`, "warren")}
${types === "enum" ? "enum Factor { Two = 2 }\n" : "const Factor = { Two: 2 };\n"}
const where = task(${module}, "where", async () => threadId);
const square = task(${module}, "square", async (value${number}) => value * value);
const double = task(${module}, "double", async (from${channel}, to${channel}) => {
  for await (const value of from) await to.send(Factor.Two * value);
  to.close();
});
const main = task(${module}, "main", async (count${number}) => {
  const threads = new Set([await spawn.on(0)(where), await spawn.on(1)(where)]);
  const [questions, answers] = [chan(i32), chan(i32, 4)];
  const ended = spawn.on(1)(double, questions, answers);
  let sum = 0;
  for (let value = 0; value < count; value++) {
    await questions.send(value);
    const got = await select({ answers, late: after(20_000) });
    if (got.case !== "answers") throw new Error("no answer in 20 s");
    sum += got.value ?? 0;
  }
  questions.close();
  await ended;
  return { sum, squares: await parallelMap([1, 2, 3, 4], square), threads: threads.size, argument: process.argv[2] ?? null };
});
${condition}run(main, { threads: 2, args: [100] }).then((result) => console.log(JSON.stringify(result)));
`;
}

/** What the program prints. */
export const PRINTED = { sum: 9900, squares: [1, 4, 9, 16], threads: 2, argument: null };
