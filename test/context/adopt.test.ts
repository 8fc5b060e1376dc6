/**
 * Contexts whose thread has died. Both sides of a runtime on one thread here:
 * the one that dies is simply never given a turn again.
 */
import { expect, test } from "vitest";
import type { Context } from "../../src/index.ts";
import { Arena } from "../../src/memory/arena.ts";
import { processor } from "../../src/memory/layout.ts";
import { contextHeader } from "../../src/context/words.ts";
import { ThreadSide } from "../../src/runtime/thread/side.ts";
import { until } from "../runtime/until.ts";
import { contextsIn } from "./roots.ts";

function sides(): { dead: ThreadSide; main: ThreadSide; carry: (context: Context) => Context; end: () => void } {
  const arena = Arena.create(1, 4 * 1_048_576);
  const fail = (error: unknown): never => {
    throw error;
  };
  const main = new ThreadSide({ arena, cores: 2, onFault: fail, onWarning: fail });
  const dead = new ThreadSide({ arena: Arena.attach(arena.memory, 0), cores: 2, onFault: fail, onWarning: fail });
  return {
    dead,
    main,
    carry: (context) => {
      const held = dead.contexts.detach(context);
      return main.contexts.adopt(held?.header as number, held?.generation as number);
    },
    end: () => {
      for (const side of [dead, main]) side.stop(new Error("over") as never);
    },
  };
}

test("deadlines that a dead thread had armed still cancel, also one that passed in between", async () => {
  const { dead, main, carry, end } = sides();
  const soon = dead.contexts.make(undefined, { timeout: 30 });
  const child = dead.contexts.make(soon, undefined);
  const far = dead.contexts.make(undefined, { timeout: 1e9 });
  const past = dead.contexts.make(undefined, { timeout: 1 });
  const [a, b, c, d] = [soon, child, far, past].map(carry);
  const { signal } = b;
  dead.timers.clear();
  const endMs = performance.now() + 3;
  while (performance.now() < endMs);
  main.adoptContexts(0);
  expect(main.timers.count).toBe(3);
  await until(() => a.cancelled && d.cancelled);
  expect([a, b, d].map(({ reason }) => (reason as { code?: string } | undefined)?.code)).toEqual(["ERR_DEADLINE", "ERR_DEADLINE", "ERR_DEADLINE"]);
  await until(() => signal.aborted);
  expect([c.cancelled, main.timers.count]).toEqual([false, 1]);
  // A second look changes nothing.
  main.adoptContexts(0);
  expect(main.timers.count).toBe(1);
  for (const one of [a, b, c, d]) one[Symbol.dispose]();
  expect([main.timers.count, contextsIn(main.arena)]).toEqual([0, 0]);
  end();
});

test("a cancellation that the dead thread did not finish is finished: children, channels, signals", async () => {
  const { dead, main, carry, end } = sides();
  const root = carry(dead.contexts.make(undefined, undefined));
  const child = main.contexts.make(root, undefined);
  const { signal, done } = child;
  const own = root.signal;
  // As far as the dead thread came: the root is marked, and no thread has been notified.
  main.arena.i32[root.header + contextHeader.cancelled] = 1;
  expect([root.cancelled, child.cancelled, own.aborted]).toEqual([true, false, false]);
  main.adoptContexts(0);
  expect([child.cancelled, signal.aborted, own.aborted, done.tryRecv(), await done.recv()]).toEqual([true, true, true, undefined, undefined]);
  expect(child.reason).toMatchObject({ code: "ERR_CANCELLED" });
  end();
});

test("a thread whose watch records were lost with the dead one looks for itself", () => {
  const { dead, main, carry, end } = sides();
  const ctx = carry(dead.contexts.make(undefined, undefined));
  const timed = main.contexts.make(ctx, { timeout: 1e6 });
  const { signal } = ctx;
  const lost = main.arena.i32;
  for (const one of [ctx, timed]) {
    lost[one.header + contextHeader.watches] = 0;
    lost[one.header + contextHeader.cancelled] = 1;
  }
  main.adoptContexts(0);
  expect([signal.aborted, main.timers.count]).toEqual([false, 1]);
  main.contexts.recheck();
  expect([signal.aborted, main.timers.count]).toEqual([true, 0]);
  end();
});

test("a watch record of a thread that has died, and whose successor runs, is dropped", () => {
  const { dead, main, carry, end } = sides();
  const mine = dead.contexts.make(undefined, { timeout: 1e6 });
  const ctx = carry(mine);
  void mine.signal;
  dead.timers.clear();
  const { i32 } = main.arena;
  const before = main.arena.use().used;
  i32[dead.arena.here + processor.incarnation]++;
  ctx.cancel();
  expect(i32[dead.arena.here + processor.inbox]).toBe(0);
  expect(main.arena.use().used).toBeLessThan(before);
  end();
});
