/**
 * The tree of contexts in a memory of its own: against a model, and after a
 * thread was terminated before any of its writes.
 */
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { ContextTree, type Freed, type News } from "../../src/context/tree.ts";
import type { Arena } from "../../src/memory/arena.ts";
import { HEADER_WORDS, header, superblock } from "../../src/memory/layout.ts";
import { contextHeader } from "../../src/context/words.ts";

// The words are behind a proxy here, which the real functions refuse.
vi.mock("../../src/memory/atomics.ts", () => ({
  add: (words: Int32Array, at: number, by: number) => (words[at] += by) - by,
  sub: (words: Int32Array, at: number, by: number) => (words[at] -= by) + by,
  store: (words: Int32Array, at: number, value: number) => (words[at] = value),
  cas: (words: Int32Array, at: number, expected: number, value: number) => {
    const seen = words[at];
    if (seen === expected) words[at] = value;
    return seen;
  },
  pause: () => undefined,
  doze: () => undefined,
}));

const FIRST = 1024;
const MOST = 24;

class Killed extends Error {}

/** A memory that ends the thread before its n-th write. */
class Memory {
  readonly words = new Int32Array(FIRST + (MOST + 1) * HEADER_WORDS);
  left = Infinity;
  readonly tree: ContextTree;
  made = 0;

  constructor() {
    const f64 = new Float64Array(this.words.buffer);
    const i32 = new Proxy(this.words, {
      get: (words, key) => words[Number(key)],
      set: (words, key, value: number) => {
        if (--this.left === 0) throw new Killed();
        words[Number(key)] = value;
        return true;
      },
    });
    this.tree = new ContextTree({ i32, f64, owner: 3 } as unknown as Arena);
  }

  /** A complete header that no list has yet. */
  fresh(): number {
    const at = FIRST + this.made++ * HEADER_WORDS;
    this.words[at + header.references] = 1;
    return at;
  }

  isCancelled(at: number): boolean {
    return this.words[at + contextHeader.cancelled] !== 0;
  }

  parentOf(at: number): number {
    return this.words[at + contextHeader.parent];
  }

  /** All that can be reached; throws if the walk does not end. */
  all(): number[] {
    const seen: number[] = [];
    for (const at of this.tree.all()) if (seen.push(at) > MOST) throw new Error("the walk goes in circles");
    return seen;
  }
}

const news = (): News => ({ watches: [], dones: [] });
const freed = (): Freed => ({ headers: [], reasons: [], values: [], dones: [] });

type Step = { readonly do: "link" | "cancel" | "free"; readonly at: number };

/** Does one step as contexts.ts does it; `at` chooses among what is linked. */
function take(memory: Memory, step: Step): void {
  const { tree } = memory;
  const linked = memory.all();
  const at = linked.length === 0 ? 0 : linked[step.at % linked.length];
  if (step.do === "link") {
    if (memory.made < MOST) tree.link(memory.fresh(), step.at % 4 === 0 ? 0 : at);
  } else if (at !== 0) {
    tree.cancel(at, 1, 0, news());
    if (step.do === "free") tree.free(at, freed());
  }
}

const steps = fc.array(fc.record({ do: fc.constantFrom("link" as const, "link" as const, "cancel" as const, "free" as const), at: fc.nat(1000) }), { maxLength: 30 });

/** The ancestors of a context, itself apart. */
function above(memory: Memory, at: number): number[] {
  const parents: number[] = [];
  for (let node = memory.parentOf(at); node !== 0; node = memory.parentOf(node)) parents.push(node);
  return parents;
}

describe("the tree of contexts", () => {
  test("cancelled are exactly what was cancelled and its descendants; linked exactly what was not freed", () => {
    fc.assert(
      fc.property(steps, (plan) => {
        const memory = new Memory();
        const model = new Map<number, { parent: number; cancelled: boolean }>();
        for (const step of plan) {
          const linked = memory.all();
          expect(new Set(linked)).toEqual(new Set(model.keys()));
          const at = linked.length === 0 ? 0 : linked[step.at % linked.length];
          const made = memory.made;
          take(memory, step);
          if (step.do === "link" && memory.made > made) {
            const fresh = FIRST + made * HEADER_WORDS;
            const parent = step.at % 4 === 0 ? 0 : at;
            model.set(fresh, { parent, cancelled: model.get(parent)?.cancelled ?? false });
          } else if (step.do !== "link" && at !== 0) {
            const isBelow = (node: number): boolean => node === at || (node !== 0 && isBelow(model.get(node)?.parent ?? 0));
            for (const [node, entry] of model) if (isBelow(node)) entry.cancelled = true;
            if (step.do === "free") {
              model.delete(at);
              for (const entry of model.values()) if (entry.parent === at) entry.parent = 0;
            }
          }
          for (const [node, { cancelled, parent }] of model) expect([memory.isCancelled(node), memory.parentOf(node)]).toEqual([cancelled, parent]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("a parent is freed with its last child, if nothing else refers to it", () => {
    const memory = new Memory();
    const [root, child, leaf] = [memory.fresh(), memory.fresh(), memory.fresh()];
    memory.tree.link(root, 0);
    memory.tree.link(child, root);
    memory.tree.link(leaf, child);
    memory.words[root + header.references]--;
    memory.words[child + header.references]--;
    const left = freed();
    memory.tree.free(leaf, left);
    expect([memory.all(), left.headers]).toEqual([[], [leaf, child, root]]);
  });

  test("a thread that dies before any of its writes leaves a tree that can be walked, repaired and taken apart", () => {
    fc.assert(
      fc.property(steps, fc.record({ do: fc.constantFrom("link" as const, "cancel" as const, "free" as const), at: fc.nat(1000) }), steps, (plan, last, more) => {
        for (let kill = 1; ; kill++) {
          const memory = new Memory();
          for (const step of plan) take(memory, step);
          const before = memory.all();
          const chosen = before.length === 0 ? 0 : before[last.at % before.length];
          const below = new Set(before.filter((at) => above(memory, at).includes(chosen)));
          memory.left = kill;
          let isKilled = false;
          try {
            take(memory, last);
          } catch (error) {
            if (!(error instanceof Killed)) throw error;
            isKilled = true;
          }
          memory.left = Infinity;
          memory.words[superblock.contextLock] = 0;
          memory.tree.repair(news());
          const after = memory.all();
          expect(new Set(after).size).toBe(after.length);
          // Nobody is lost but what the last step was about: a context that was being freed, or a child of it with all below, which is cancelled.
          const lost = before.filter((at) => !after.includes(at));
          if (last.do === "free") expect(lost.every((at) => at === chosen || (below.has(at) && memory.isCancelled(at)))).toBe(true);
          else expect(lost).toEqual([]);
          for (const at of after) if (above(memory, at).some((parent) => memory.isCancelled(parent))) expect(memory.isCancelled(at)).toBe(true);
          for (const step of more) take(memory, step);
          for (const at of lost) if (at !== chosen) memory.tree.free(at, freed());
          for (let at = memory.all()[0]; at !== undefined; at = memory.all()[0]) memory.tree.free(at, freed());
          expect(memory.all()).toEqual([]);
          if (!isKilled) return;
        }
      }),
      { numRuns: 120 },
    );
  });
});
