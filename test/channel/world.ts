/**
 * One runtime for a test file, and the leak rule: after each test no task lives
 * and nothing is parked on any thread. After a failed test the runtime is
 * replaced, so that what the test left behind does not fail the others.
 */
import { afterAll, afterEach, beforeAll } from "vitest";
import { start, type Chan } from "../../src/index.ts";
import { Channel } from "../../src/channel/channel.ts";
import { type Queue, RECEIVERS, SENDERS } from "../../src/channel/queues.ts";
import { queueLength } from "../../src/sync/wait-queue.ts";
import { header } from "../../src/memory/layout.ts";
import type { World } from "../../src/runtime/runtime.ts";

/** Waits for a fact. Give the test a time limit: this has none. */
export async function until(fact: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; !(await fact()); tries++) await new Promise((resolve) => setTimeout(resolve, tries < 20 ? 0 : 2));
}

/** Until no task lives and nothing waits, on any thread. */
export async function quiet(rt: World): Promise<void> {
  await until(async () => (await rt.dump()).threads.every(({ tasks, unlisted, parked }) => tasks.length + unlisted.length + parked.length === 0));
}

/** The runtime of this file's tests: read `rt` inside a test. */
export function world(threads = 2): { readonly rt: World } {
  const held = {} as { rt: World };
  const open = async (): Promise<void> => {
    held.rt = (await start({ threads })) as World;
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

/** Bytes of the arena in use. */
export function used(rt: World): number {
  return rt.arena.use().used;
}

function waiting(rt: World, c: unknown, queue: Queue): number {
  if (!(c instanceof Channel)) throw new TypeError("no channel");
  const { i32 } = rt.arena;
  return i32[c.header + header.generation] === c.generation ? queueLength(i32, c.header, queue) : 0;
}

/** Receives that wait at a channel, on all threads; read without the lock. */
export function receiversAt(rt: World, c: Chan<never> | Chan<unknown> | object): number {
  return waiting(rt, c, RECEIVERS);
}

/** Sends that wait at a channel. */
export function sendersAt(rt: World, c: object): number {
  return waiting(rt, c, SENDERS);
}
