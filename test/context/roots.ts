/** Looking at the tree of contexts from outside. */
import { ContextTree } from "../../src/context/tree.ts";
import type { Arena } from "../../src/memory/arena.ts";

/** Contexts that are linked somewhere in the tree. */
export function contextsIn(arena: Arena): number {
  const tree = new ContextTree(arena);
  tree.lock();
  try {
    return [...tree.all()].length;
  } finally {
    tree.unlock();
  }
}
