/** A runtime whose memory was used up and freed has as much room as at the start, whichever threads filled it. */
import { expect, test } from "vitest";
import { i32, start } from "../../src/index.ts";
import { echo } from "../wire/payload-tasks.ts";
import { churn, fillAndClose, fillAndCloseThere, returnFromFull } from "./recovery-tasks.ts";

test("channels of one capacity fill it on two threads in turn; then arrays, tasks and larger channels find room", async () => {
  await using rt = await start({ threads: 2, arenaBytes: 4_194_304 });
  await rt.spawn(echo, "warm");
  const most = [0, 500].map((capacity) => fillAndClose(capacity));
  for (const [k, capacity] of [0, 500].entries()) {
    // Small blocks that threads keep for themselves can cost a page each.
    expect(await rt.spawn(fillAndCloseThere, capacity)).toBeGreaterThan(0.95 * most[k]);
    expect(await rt.spawn(echo, 1)).toBe(1);
    rt.shared.bytes(2e6).free();
    rt.chan(i32, 500_000).close();
    expect(fillAndClose(capacity)).toBeGreaterThan(0.95 * most[k]);
  }
});

test("rounds of mixed sizes on all threads leave as large a block as at the start", { tags: ["deep"] }, async () => {
  await using rt = await start({ threads: 2, arenaBytes: 16_777_216 });
  const all = (rounds: number) => Promise.all(Array.from({ length: 4 }, (_, k) => rt.spawn.on(k % 2)(churn, k + 1, rounds)));
  await all(5);
  const room = async (): Promise<number> => {
    // What threads keep free for themselves comes back when memory is short.
    expect(() => rt.shared.bytes(16e6)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    return (await rt.stats()).arena.largest;
  };
  const before = await room();
  await all(250);
  expect(await room()).toBeGreaterThan(0.9 * before);
});

test("a task can return its result or its error while shared memory is full", async () => {
  await using rt = await start({ threads: 1, arenaBytes: 4_194_304 });
  expect(await rt.spawn(returnFromFull, "x".repeat(5000), false)).toBe("x".repeat(5000));
});

test("a task can throw while shared memory is full", async () => {
  await using rt = await start({ threads: 1, arenaBytes: 4_194_304 });
  await expect(rt.spawn(returnFromFull, "no room", true)).rejects.toThrow(RangeError);
});
