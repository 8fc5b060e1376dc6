/**
 * One runtime for a test file, and the leak rule: after each test no task lives
 * and nothing is parked on any thread. After a failed test the runtime is
 * replaced, so that what the test left behind does not fail the others.
 */
import { afterAll, afterEach, beforeAll } from "vitest";
import { start, type Chan } from "../../../src/index.ts";
import { Channel } from "../../../src/channel/channel.ts";
import { type Queue, RECEIVERS, SENDERS } from "../../../src/channel/words.ts";
import { queueLength } from "../../../src/wait/wait-queue.ts";
import { header } from "../../../src/memory/layout.ts";
import type { OpenRuntime } from "../../../src/runtime/runtime.ts";
import { quiet } from "./quiet.ts";

export { quiet, until, used } from "./quiet.ts";

/** The runtime of this file's tests: read `rt` inside a test. */
export function world(threads = 2, arenaBytes?: number): { readonly rt: OpenRuntime } {
  const held = {} as { rt: OpenRuntime };
  const open = async (): Promise<void> => {
    held.rt = (await start({ threads, arenaBytes })) as OpenRuntime;
  };
  beforeAll(open);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return quiet(held.rt);
    await held.rt.stop();
    await open();
  });
  afterAll(() => held.rt.stop());
  return held;
}

function waiting(rt: OpenRuntime, c: unknown, queue: Queue): number {
  if (!(c instanceof Channel)) throw new TypeError("no channel");
  const { i32 } = rt.arena;
  return i32[c.header + header.generation] === c.generation ? queueLength(i32, c.header, queue) : 0;
}

/** Receives that wait at a channel, on all threads; read without the lock. */
export function receiversAt(rt: OpenRuntime, c: Chan<never> | Chan<unknown> | object): number {
  return waiting(rt, c, RECEIVERS);
}

/** Sends that wait at a channel. */
export function sendersAt(rt: OpenRuntime, c: object): number {
  return waiting(rt, c, SENDERS);
}
