/**
 * Equivalent binary trees: a task walks a tree and sends its values in order, and two
 * trees are the same if two walks send the same.
 * The Go program is same-tree.go in this folder; what both print is in same-tree.txt.
 *
 *     node workers/ports/pipelines/same-tree.ts [values] [threads]
 */
import { type Context, type Sender, chan, context, go, i32, isMain, run, select, task } from "../../../src/index.ts";

/** A binary search tree; `null` is the empty one. */
type Tree = { left: Tree; readonly value: number; right: Tree } | null;

function insert(t: Tree, value: number): Tree {
  if (t === null) return { left: null, value, right: null };
  if (value < t.value) t.left = insert(t.left, value);
  else t.right = insert(t.right, value);
  return t;
}

/** A tree of the values k, 2k, …, nk; the seed decides its shape. */
function newTree(n: number, k: number, seed: number): Tree {
  const values = Array.from({ length: n }, (_, i) => (i + 1) * k);
  for (let i = n - 1; i > 0; i--) {
    seed = (seed * 1103 + 12345) % 65536;
    const j = seed % (i + 1);
    [values[i], values[j]] = [values[j]!, values[i]!];
  }
  return values.reduce(insert, null as Tree);
}

/** Sends the values of t in order, until all are sent or `quit` is cancelled. */
export const walk = task(import.meta, async function walk(t: Tree, ch: Sender<number>, quit: Context) {
  const visit = async (t: Tree): Promise<boolean> => {
    if (t === null) return true;
    if (!(await visit(t.left))) return false;
    const { case: done } = await select({ sent: ch.sending(t.value), quit: quit.done });
    return done === "sent" && visit(t.right);
  };
  await visit(t);
  ch.close();
});

async function same(t1: Tree, t2: Tree): Promise<boolean> {
  using quit = context();
  const [ch1, ch2] = [chan(i32), chan(i32)];
  go(walk, t1, ch1, quit);
  go(walk, t2, ch2, quit);
  for (;;) {
    const [v1, v2] = [await ch1.recv(), await ch2.recv()];
    if (v1 !== v2) return false;
    if (v1 === undefined) return true;
  }
}

export const sameTree = task(import.meta, async function sameTree(n: number) {
  const ch = chan(i32);
  using quit = context();
  go(walk, newTree(n, 1, 7), ch, quit);
  let [count, sum] = [0, 0];
  for await (const v of ch) {
    count++;
    sum = (sum * 31 + v) % 1000003;
  }
  console.log("walk:", count, "values, checksum", sum);
  console.log("another shape:", await same(newTree(n, 1, 1), newTree(n, 1, 2)));
  console.log("other values:", await same(newTree(n, 1, 1), newTree(n, 2, 1)));
  console.log("one more value:", await same(newTree(n, 1, 1), newTree(n + 1, 1, 1)));
  console.log("empty trees:", await same(null, null));
});

if (isMain(import.meta)) {
  const [n = "10", threads = "2"] = process.argv.slice(2);
  await run(sameTree, { threads: Number(threads), args: [Number(n)] });
}
