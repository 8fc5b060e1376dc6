/** The main thread waits for a lock while it repairs what a dead thread has left. */
import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { i32, start } from "../../../src/index.ts";
import { processor } from "../../../src/memory/layout.ts";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { receiversAt } from "../../channel/tasks/world.ts";
import { until } from "../until.ts";
import { computeForEver } from "./recycle-tasks.ts";
import { RUNNING, STEP, claimOnly, computeUntil, holdContexts, holdReceiving, holdSending, receiveOne } from "./two-deaths-tasks.ts";

test.skipIf(process.platform !== "linux")("two threads die at once: the repair of the first waits for a living thread, which waits for the second", async () => {
  await using rt = (await start({ threads: 3 })) as OpenRuntime;
  const { arena } = rt.side;
  const c = rt.chan(i32, 1);
  // The repair takes both locks of a channel at which something waits.
  const waiting = Promise.try(() => c.recv());
  await until(() => receiversAt(rt, c) === 1);
  using steps = rt.shared.int32(2);
  using running = rt.shared.int32(1);
  const lost = [rt.spawn.on(2)(computeForEver, running), rt.spawn.on(1)(holdReceiving, c, steps)].map((join) => join.catch((error: unknown) => error));
  const alive = rt.spawn.on(0)(holdSending, c, steps);
  await until(() => Atomics.load(steps.array, RUNNING) === 2 && Atomics.load(running.array, 0) === 1);
  Atomics.store(steps.array, STEP, 1);
  await until(() => Atomics.load(steps.array, STEP) === 3);
  /** Ends a thread; its exit event waits until this thread takes a turn. */
  const end = (thread: number): Promise<void> => {
    const path = `/proc/self/task/${arena.i32[arena.processorAt(thread) + processor.systemId]}`;
    const recycled = rt.recycle(thread);
    while (existsSync(path));
    return recycled;
  };
  await Promise.all([end(2), end(1)]);
  await alive;
  expect(await Promise.all(lost)).toMatchObject([{ code: "ERR_THREAD_DIED" }, { code: "ERR_THREAD_DIED" }]);
  c.trySend(5);
  expect(await waiting).toBe(5);
  c.close();
});

test("the repair waits for a living thread: it does not begin anew meanwhile, and what was sent to others stays", async () => {
  await using rt = (await start({ threads: 3 })) as OpenRuntime;
  const { arena } = rt.side;
  const [a, b, c] = [0, 1, 2].map(() => rt.chan(i32, 1));
  const waiting = [a, b].map((channel) => rt.spawn.on(2)(receiveOne, channel));
  await until(() => receiversAt(rt, a) === 1 && receiversAt(rt, b) === 1);
  using steps = rt.shared.int32(2);
  const busy = rt.spawn.on(2)(computeUntil, steps, 4);
  const lost = rt.spawn.on(1)(claimOnly, a, steps, 77).catch((error: unknown) => error);
  const holding = rt.spawn.on(0)(holdContexts, c, steps, 300);
  await until(() => Atomics.load(steps.array, RUNNING) === 3);
  Atomics.store(steps.array, STEP, 1);
  await until(() => Atomics.load(steps.array, STEP) >= 2);
  // Thread 2 computes, so that both values lie in its inbox when the repair has completed the first.
  b.trySend(5);
  await until(() => Atomics.load(steps.array, STEP) === 3);
  const incarnation = (): number => arena.i32[arena.processorAt(1) + processor.incarnation];
  const before = incarnation();
  const recycled = rt.recycle(1);
  await until(() => incarnation() !== before);
  Atomics.store(steps.array, STEP, 4);
  await Promise.all([busy, holding, recycled]);
  expect(await lost).toMatchObject({ code: "ERR_THREAD_DIED" });
  expect(await Promise.all(waiting)).toEqual([77, 5]);
  for (const channel of [a, b, c]) channel.close();
});
