/**
 * Skynet: a task starts ten, each of these ten more, six deep; the million at
 * the bottom answer with their number, and each task returns the sum of its ten.
 * 1,111,111 tasks, sum 499,999,500,000.
 *
 *     node workers/examples/skynet.ts [depth] [threads]
 */
import { isMain, run, spawn, task } from "../../src/index.ts";

const CHILDREN = 10;

/** The sum, and the number of tasks. */
export interface Answer {
  readonly sum: number;
  readonly tasks: number;
}

/** The sum of `size` numbers from `first`, and the number of tasks used. */
export const skynet = task(import.meta, async function skynet(first: number, size: number): Promise<Answer> {
  if (size === 1) return { sum: first, tasks: 1 };
  const share = size / CHILDREN;
  const answers = await Promise.all(Array.from({ length: CHILDREN }, (_, k) => spawn(skynet, first + k * share, share)));
  return answers.reduce((total, { sum, tasks }) => ({ sum: total.sum + sum, tasks: total.tasks + tasks }), { sum: 0, tasks: 1 });
});

if (isMain(import.meta)) {
  const [depth = "6", threads] = process.argv.slice(2);
  console.log(await run(skynet, { threads: threads === undefined ? undefined : Number(threads), args: [0, CHILDREN ** Number(depth)] }));
}
