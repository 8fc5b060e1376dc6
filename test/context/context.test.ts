/** Contexts on one thread: reasons, deadlines, trees, and what they leave behind. */
import { describe, expect, test } from "vitest";
import { type Context, WarrenError, chan, context, i32, select, sleep } from "../../src/index.ts";
import { collectGarbage } from "../channel/tasks/garbage.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { thrown } from "../runtime/until.ts";
import { contextsIn } from "./roots.ts";

const the = world(2);

test("a loop that computes on the thread that made the context sees its deadline, on a parent's too", async () => {
  using parent = context(undefined, { timeout: 5 });
  using child = context(parent);
  let reads = 0;
  while (!child.cancelled) reads++;
  expect(reads).toBeGreaterThan(200);
  // No turn of the event loop was needed, so no timer can have fired.
  expect([parent.cancelled, parent.reason, child.reason]).toMatchObject([true, { code: "ERR_DEADLINE" }, { code: "ERR_DEADLINE" }]);
  expect(performance.timeOrigin + performance.now()).toBeGreaterThanOrEqual(parent.deadlineMs as number);
  expect(await thrown(() => sleep(1e9, { signal: parent.signal }))).toBe(parent.reason);
});

describe("cancel", () => {
  test("sets the flag, closes done, aborts the signal, all with one reason; the first time counts", async () => {
    using ctx = context();
    const signal = ctx.signal;
    const heard: unknown[] = [];
    signal.addEventListener("abort", () => heard.push(signal.reason));
    expect([ctx.cancelled, ctx.reason, signal.aborted, ctx.done.tryRecv(), ctx.deadlineMs]).toEqual([false, undefined, false, undefined, undefined]);
    const waiting = Promise.try(() => ctx.done.recv());
    const reason = new RangeError("mine");
    expect([ctx.cancel(reason), ctx.cancel(new Error("later")), ctx.cancel()]).toEqual([true, false, false]);
    expect([ctx.cancelled, ctx.reason, signal.aborted, signal.reason, heard]).toEqual([true, reason, true, reason, [reason]]);
    expect(ctx.signal).toBe(signal);
    expect(await waiting).toBeUndefined();
    expect(await ctx.done.recv()).toBeUndefined();
  });

  test("without a reason it is ERR_CANCELLED; what is no error becomes its cause", () => {
    using plain = context();
    plain.cancel();
    expect(plain.reason).toMatchObject({ name: "WarrenError", code: "ERR_CANCELLED", message: "the context was cancelled" });
    expect(plain.reason).toBe(plain.reason);
    using given = context();
    given.cancel("had enough");
    expect(given.reason).toMatchObject({ code: "ERR_CANCELLED", cause: "had enough", message: expect.stringContaining("had enough") });
    using odd = context();
    odd.cancel(null);
    expect(odd.reason).toMatchObject({ code: "ERR_CANCELLED", cause: null });
    expect(odd.reason).toBeInstanceOf(WarrenError);
  });

  test("a signal, a channel and a reason asked for only afterwards are there", async () => {
    using ctx = context();
    ctx.cancel(new TypeError("before"));
    expect([ctx.signal.aborted, ctx.signal.reason, await ctx.done.recv()]).toEqual([true, ctx.reason, undefined]);
    expect(await select({ done: ctx.done })).toEqual({ case: "done", value: undefined });
  });

  test("ends operations that wait with its signal", async () => {
    using ctx = context();
    const [a, b, c] = [chan(i32), chan(i32), chan(i32)];
    const { signal } = ctx;
    const waits = [thrown(() => a.recv({ signal })), thrown(() => b.send(1, { signal })), thrown(() => sleep(1e9, { signal })), thrown(() => select({ c }, { signal }))];
    ctx.cancel();
    expect((await Promise.all(waits)).every((reason) => reason === ctx.reason)).toBe(true);
    expect(await thrown(() => a.recv({ signal }))).toBe(ctx.reason);
    for (const one of [a, b, c]) one.close();
  });

  test("what cannot travel in an error's properties does not keep it from being a reason", () => {
    using parent = context();
    using child = context(parent);
    const c = chan(i32);
    parent.cancel(Object.assign(new Error("with a channel and a function"), { c, fn: () => 1 }));
    expect(child.reason).toMatchObject({ message: "with a channel and a function", c: expect.stringContaining("cannot be sent"), fn: expect.stringContaining("cannot be sent") });
    expect(child.reason).toBe(child.reason);
    c.close();
  });

  test("with the arena full it still cancels", () => {
    using ctx = context();
    const held: { free(): void }[] = [];
    expect(() => {
      for (;;) held.push(the.rt.shared.bytes(2 ** 28));
    }).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    const blocks: number[] = [];
    expect(() => {
      for (;;) blocks.push(the.rt.arena.alloc(2 ** 14));
    }).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    const reason = new Error("long ".repeat(100_000));
    expect(ctx.cancel(reason)).toBe(true);
    expect([ctx.cancelled, ctx.reason]).toEqual([true, reason]);
    for (const array of held) array.free();
    for (const block of blocks) the.rt.arena.free(block);
  });
});

describe("deadlines", () => {
  test("a timeout cancels, never early, with ERR_DEADLINE", async () => {
    for (const timeout of [0.5, 1, 5, 20]) {
      const begin = performance.now();
      using ctx = context(undefined, { timeout });
      const madeMs = performance.now();
      // Times since 1970 are rounded to a quarter of a microsecond.
      expect(ctx.deadlineMs).toBeGreaterThanOrEqual(performance.timeOrigin + begin + timeout - 0.001);
      expect(ctx.deadlineMs).toBeLessThanOrEqual(performance.timeOrigin + madeMs + timeout + 0.001);
      expect(ctx.cancelled && performance.now() < begin + timeout).toBe(false);
      await ctx.done.recv();
      expect(performance.now() - begin).toBeGreaterThanOrEqual(timeout);
      expect(ctx.reason).toMatchObject({ code: "ERR_DEADLINE" });
    }
    expect(the.rt.side.timers.count).toBe(0);
  });

  test.each([[{ timeout: 0 }], [{ timeout: -5 }], [{ deadline: 0 }], [{ deadline: new Date(0) }], [{ timeout: 1e9, deadline: new Date(2000, 1) }]])("one that has passed cancels at once: %o", (options) => {
    using ctx = context(undefined, options);
    expect([ctx.cancelled, ctx.signal.aborted]).toEqual([true, true]);
    expect(ctx.reason).toMatchObject({ code: "ERR_DEADLINE" });
  });

  test("the earlier of parent's and child's counts, and the parent's needs no second timer", () => {
    using parent = context(undefined, { timeout: 1e6 });
    expect(the.rt.side.timers.count).toBe(1);
    using later = context(parent, { timeout: 1e7 });
    expect([later.deadlineMs, the.rt.side.timers.count]).toEqual([parent.deadlineMs, 1]);
    using earlier = context(parent, { timeout: 1e5 });
    expect(earlier.deadlineMs).toBeLessThan(parent.deadlineMs as number);
    using plain = context(parent);
    expect([plain.deadlineMs, the.rt.side.timers.count]).toEqual([parent.deadlineMs, 2]);
  });

  test("a parent's deadline reaches children that were made before and after it", async () => {
    using parent = context(undefined, { timeout: 5 });
    using child = context(parent, { timeout: 1e6 });
    await child.done.recv();
    expect([child.reason, parent.cancelled]).toEqual([expect.objectContaining({ code: "ERR_DEADLINE" }), true]);
    using late = context(parent);
    expect([late.cancelled, late.reason]).toEqual([true, expect.objectContaining({ code: "ERR_DEADLINE" })]);
  });

  test("cancelling disarms the timer, whichever thread cancels", async () => {
    const { timers } = the.rt.side;
    using parent = context();
    using child = context(parent, { timeout: 1e6 });
    using other = context(undefined, { timeout: 1e6 });
    expect(timers.count).toBe(2);
    parent.cancel();
    other.cancel();
    expect([timers.count, child.reason]).toEqual([0, expect.objectContaining({ code: "ERR_CANCELLED" })]);
  });

  test("deadline against cancel: exactly one reason, everywhere the same", async () => {
    for (let k = 0; k < 60; k++) {
      const ctx = context(undefined, { timeout: 1 + (k % 4) / 2 });
      const child = context(ctx);
      const heard: Error[] = [];
      for (const one of [ctx, child]) one.signal.addEventListener("abort", () => heard.push(one.signal.reason as Error));
      await sleep(1 + (k % 3) / 2);
      const wasFirst = ctx.cancel();
      const code = wasFirst ? "ERR_CANCELLED" : "ERR_DEADLINE";
      expect([ctx.reason, child.reason, ...heard].map((reason) => (reason as WarrenError).code)).toEqual([code, code, code, code]);
      ctx[Symbol.dispose]();
      child[Symbol.dispose]();
    }
    expect(the.rt.side.timers.count).toBe(0);
  });

  test.each([[{ timeout: Number.NaN }], [{ timeout: "5" }], [{ timeout: null }], [{ deadline: new Date("no date") }], [{ deadline: 1n }], [null], ["5"]])("%o is refused", (options) => {
    expect(() => context(undefined, options as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("an infinite one is none", () => {
    using ctx = context(undefined, { timeout: Infinity, deadline: Infinity });
    expect([ctx.deadlineMs, the.rt.side.timers.count]).toEqual([undefined, 0]);
  });

  test.each([[{}], [5], [new AbortController().signal], [null]])("what is no context is refused as a parent: %o", (parent) => {
    expect(() => context(parent as unknown as Context)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });
});

describe("the tree", () => {
  test("1-3-9: cancelling one in the middle cancels its subtree only, then the root the rest", async () => {
    using root = context();
    const children = Array.from({ length: 3 }, () => context(root));
    const leaves = children.map((child) => Array.from({ length: 3 }, () => context(child)));
    const all = [root, ...children, ...leaves.flat()];
    const counts = (): boolean[] => all.map((one) => one.cancelled);
    const middle = new Error("the middle");
    children[1].cancel(middle);
    expect(counts()).toEqual(all.map((one) => one === children[1] || leaves[1].includes(one)));
    root.cancel(new Error("the root"));
    expect(counts().every(Boolean)).toBe(true);
    expect(all.map((one) => one.reason?.message)).toEqual(all.map((one) => (one === children[1] || leaves[1].includes(one) ? "the middle" : "the root")));
    expect(await Promise.all(all.map((one) => one.done.recv()))).toEqual(all.map(() => undefined));
    for (const one of all.toReversed()) one[Symbol.dispose]();
  });

  test("a child of a cancelled or disposed parent is cancelled from the start", () => {
    const parent = context();
    parent.cancel(new Error("long ago"));
    using child = context(parent);
    expect([child.cancelled, child.reason?.message]).toEqual([true, "long ago"]);
    parent[Symbol.dispose]();
    using orphan = context(parent);
    expect([orphan.cancelled, orphan.reason]).toEqual([true, expect.objectContaining({ code: "ERR_CANCELLED", message: "the context was disposed" })]);
  });

  test("disposing cancels what is below, which goes on without it", () => {
    const parent = context();
    using child = context(parent);
    using leaf = context(child);
    parent[Symbol.dispose]();
    parent[Symbol.dispose]();
    expect([parent, child, leaf].map(({ cancelled, reason }) => [cancelled, reason?.message])).toEqual([0, 1, 2].map(() => [true, "the context was disposed"]));
    expect([parent.cancel(), parent.signal.aborted, parent.done.tryRecv()]).toEqual([false, true, undefined]);
  });

  test("a reason survives the disposing on the thread that disposes", () => {
    using parent = context();
    const child = context(parent);
    parent.cancel(new Error("kept"));
    child[Symbol.dispose]();
    expect(child.reason?.message).toBe("kept");
  });
});

describe("memory", () => {
  test("a child that is freed leaves the list of its parent, wherever it is in it", () => {
    using parent = context();
    const before = contextsIn(the.rt.arena);
    const children = Array.from({ length: 7 }, () => context(parent));
    expect(contextsIn(the.rt.arena)).toBe(before + 7);
    for (const k of [3, 0, 6, 2, 5, 1, 4]) children[k][Symbol.dispose]();
    expect(contextsIn(the.rt.arena)).toBe(before);
  });

  test("a hundred thousand made and disposed leave the arena and the list as before", { tags: ["deep"] }, () => {
    using parent = context();
    const make = (k: number): void => {
      using ctx = context(k % 3 === 0 ? undefined : parent, k % 5 === 0 ? { timeout: 1e6 + k } : {});
      if (k % 7 === 0) ctx.cancel(new Error("used"));
      if (k % 11 === 0) void ctx.signal;
      if (k % 13 === 0) void ctx.done;
    };
    for (let k = 0; k < 2000; k++) make(k);
    const before = { bytes: used(the.rt), contexts: contextsIn(the.rt.arena), pages: the.rt.arena.use().reserved };
    for (let k = 0; k < 100_000; k++) make(k);
    expect({ bytes: used(the.rt), contexts: contextsIn(the.rt.arena), pages: the.rt.arena.use().reserved }).toEqual(before);
    expect(the.rt.side.timers.count).toBe(0);
  });

  test("those that nobody disposes are freed when nothing refers to them, children before their parents", async () => {
    await collectGarbage(the.rt);
    const before = contextsIn(the.rt.arena);
    (() => {
      for (let k = 0; k < 200; k++) context(context(context()));
    })();
    expect(contextsIn(the.rt.arena)).toBe(before + 600);
    await until(async () => {
      await collectGarbage(the.rt);
      return contextsIn(the.rt.arena) <= before;
    });
  });

  test("one of which only the signal, the done channel or a child is left is still cancelled", async () => {
    const ends = (() => {
      const root = context();
      const { signal } = context(root);
      const { done } = context(root);
      const leaf = context(context(root));
      return { root, signal, done, leaf };
    })();
    for (let k = 0; k < 3; k++) await collectGarbage(the.rt);
    ends.root.cancel();
    expect([ends.signal.aborted, await ends.done.recv(), ends.leaf.cancelled]).toEqual([true, undefined, true]);
    ends.root[Symbol.dispose]();
    ends.leaf[Symbol.dispose]();
  });
});
