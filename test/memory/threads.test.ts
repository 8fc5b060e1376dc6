/** Lock, allocator and table of names under two real threads. */
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { lock, unlock, watchLocks } from "../../src/memory/spin-lock.ts";
import { Names } from "../../src/memory/names.ts";
import type { Work } from "./threads.ts";

/** Runs one job on two workers at once. */
async function onTwo(arena: Arena, job: Work["job"], rounds: number): Promise<{ at: number; results: unknown[] }> {
  const at = arena.alloc(64);
  arena.i32.fill(0, at, at + 64);
  const workers = [0, 1].map((index) => new Worker(new URL("threads.ts", import.meta.url), { workerData: { memory: arena.memory, index, job, at, rounds } satisfies Work }));
  const results = await Promise.all(workers.map(async (worker) => ((await once(worker, "message")) as unknown[])[0]));
  await Promise.all(workers.map((worker) => worker.terminate()));
  return { at, results };
}

test("the spin lock lets one in at a time and loses no update", async () => {
  const arena = Arena.create(2, 4_194_304);
  const { at, results } = await onTwo(arena, "lock", 300_000);
  expect(results).toEqual([0, 0]);
  expect([arena.i32[at], arena.i32[at + 1]]).toEqual([0, 600_000]);
});

test("two threads that intern the same names agree on their numbers, and main reads them", async () => {
  const arena = Arena.create(2, 8_388_608);
  const { results } = await onTwo(arena, "names", 3000);
  const [a, b] = results as Record<string, number>[];
  expect(a).toEqual(b);
  expect(new Set(Object.values(a)).size).toBe(3000);
  const names = new Names(arena);
  for (const [text, id] of Object.entries(a)) expect([names.text(id), names.intern(text)]).toEqual([text, id]);
});

test("blocks of two threads never overlap, and all come back", { tags: ["deep"] }, async () => {
  const arena = Arena.create(2, 67_108_864);
  const { used } = arena.use();
  const { at, results } = await onTwo(arena, "churn", 60_000);
  expect(results).toEqual([0, 0]);
  arena.free(at);
  expect(arena.use().used).toBe(used);
});

test("main looks after the other threads while it waits for a lock, and gets it once that is given back in the holder's place", () => {
  const arena = Arena.create(2, 4_194_304);
  const at = arena.alloc(4);
  arena.i32[at] = 2;
  let looks = 0;
  watchLocks(arena.i32, () => {
    if (++looks === 3) unlock(arena.i32, at);
  });
  lock(arena.i32, at, arena.owner);
  expect([looks, arena.i32[at]]).toEqual([3, arena.owner]);
});

test("if it is not known that the holder is dead, main does not wait forever", { tags: ["deep"] }, () => {
  const arena = Arena.create(2, 4_194_304);
  const at = arena.alloc(4);
  arena.i32[at] = 2;
  watchLocks(arena.i32, () => undefined);
  expect(() => lock(arena.i32, at, arena.owner)).toThrow(expect.objectContaining({ code: "ERR_THREAD_DIED", message: expect.stringContaining("thread 1") }));
});
