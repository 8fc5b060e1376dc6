/**
 * A project that uses the packed package: its files, as text, so that the
 * checkout's own type check does not look for the package that it is.
 */

/** Starts tasks on two threads, talks through a channel, selects, multiplies vectors; prints one line of JSON. */
export const PROGRAM = `
import { after, chan, dot, i32, run, select, shared, spawn, task, type Chan, type SharedArray } from "warren";
import { threadId } from "node:worker_threads";

const double = task(import.meta, async function double(from: Chan<number>, to: Chan<number>): Promise<number> {
  for await (const value of from) await to.send(2 * value);
  to.close();
  return threadId;
});

const main = task(import.meta, async function main(count: number): Promise<object> {
  const [questions, answers] = [chan(i32), chan(i32, 4)];
  const ended = spawn(double, questions, answers);
  let sum = 0;
  for (let value = 0; value < count; value++) {
    await questions.send(value);
    const got = await select({ answers, late: after(10_000) });
    if (got.case !== "answers") throw new Error("no answer in 10 s");
    sum += got.value ?? 0;
  }
  questions.close();
  const vector: SharedArray<"f64"> = shared.float64(100_000);
  vector.array.fill(2);
  return { sum, dot: await dot(vector, vector), otherThread: (await ended) !== threadId };
});

if (import.meta.main) console.log(JSON.stringify(await run(main, { threads: 2, args: [100] })));
`;

/** What the program prints. */
export const PRINTED = { sum: 9900, dot: 400_000, otherThread: true };

/** A compiler configuration that skips nothing, with the libraries given. */
export function tsconfig(lib: readonly string[], typeRoots: string): string {
  return JSON.stringify({
    compilerOptions: {
      target: "esnext", module: "nodenext", lib, types: ["node"], typeRoots: [typeRoots],
      strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, erasableSyntaxOnly: true, noEmit: true,
    },
    files: ["program.ts"],
  });
}
