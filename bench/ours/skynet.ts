/**
 * The scenario skynet (github.com/atemerev/skynet): a tree of tasks with ten children
 * each, whose leaves answer with their number and whose nodes add up.
 *
 * The root and its children are tasks that the runtime places, all below are closures
 * on the thread of their parent: with ten branches all threads have work. (In
 * workers/examples/skynet.ts every node is placed.)
 */
import { spawn, task } from "../../src/index.ts";
import { SKYNET_CHILDREN } from "../rivals/scenarios.ts";

/** The sum of the `size` numbers from `first`. */
async function node(first: number, size: number): Promise<number> {
  if (size === 1) return first;
  const share = size / SKYNET_CHILDREN;
  const sums: Promise<number>[] = [];
  for (let k = 0; k < SKYNET_CHILDREN; k++) sums.push(spawn(node, first + k * share, share));
  let sum = 0;
  for (const one of sums) sum += await one;
  return sum;
}

/** As `node`, a task that can be placed. */
const branch = task(import.meta, async function branch(first: number, size: number): Promise<number> {
  return node(first, size);
});

/** A tree with `leaves` leaves. */
export async function skynet(leaves: number): Promise<void> {
  const share = leaves / SKYNET_CHILDREN;
  const sums = await Promise.all(Array.from({ length: SKYNET_CHILDREN }, (_, k) => spawn(branch, k * share, share)));
  const sum = sums.reduce((total, one) => total + one, 0);
  if (sum !== (leaves * (leaves - 1)) / 2) throw new Error(`the sum of ${leaves} leaves is ${sum}`);
}
