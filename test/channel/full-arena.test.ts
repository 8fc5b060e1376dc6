/** When the arena is full: coded errors that say how full, nothing torn, and it goes on. */
import { expect, test } from "vitest";
import { type Chan, chanOf, i32, select, start, utf8 } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { echo } from "../wire/payload-tasks.ts";
import { receiversAt, sendersAt, until } from "./tasks/world.ts";

const full = expect.objectContaining({ code: "ERR_ARENA_FULL", details: expect.objectContaining({ limit: expect.any(Number), used: expect.any(Number), asked: expect.any(Number) }) });

/** A small runtime whose arena is full: not even a small block is left. */
async function crowded(): Promise<{ rt: OpenRuntime; ballast: () => void } & AsyncDisposable> {
  const rt = (await start({ threads: 1, arenaBytes: 4_194_304 })) as OpenRuntime;
  await rt.spawn(echo, "warm");
  const blocks: number[] = [];
  for (const words of [16_384, 2000, 500, 128, 64, 48, 32, 24, 16, 12, 8, 4]) {
    try {
      for (;;) blocks.push(rt.arena.alloc(words));
    } catch {
      // full for this size
    }
  }
  const ballast = (): void => {
    for (const block of blocks.splice(0)) rt.arena.free(block);
  };
  return { rt, ballast, [Symbol.asyncDispose]: () => (ballast(), rt.stop()) };
}

test("every operation that needs room is refused with the numbers, and works once there is room again", async () => {
  await using world = await crowded();
  const { rt } = world;
  const { used } = rt.arena.use();
  expect(() => rt.chan(utf8, 1000)).toThrow(full);
  expect(() => rt.shared.float64(1000)).toThrow(full);
  expect(() => rt.spawn(echo, "x".repeat(1000))).toThrow(full);
  expect(() => rt.go(echo, "x".repeat(1000))).toThrow(full);
  expect(rt.arena.use().used).toBe(used);
  world.ballast();
  const c = rt.chan(utf8, 1000);
  expect(c.trySend("fine")).toBe(true);
  expect(await rt.spawn(echo, c.tryRecv())).toBe("fine");
  c.close();
});

test("a send that finds no room sends nothing and leaves the channel as it was", async () => {
  await using world = await crowded();
  const { rt } = world;
  world.ballast();
  const [c, unbuffered, channels] = [rt.chan(utf8, 2), rt.chan(utf8), rt.chan(chanOf(i32), 1)];
  await c.send("before");
  const blocks: number[] = [];
  for (const words of [16_384, 4000, 1000]) {
    try {
      for (;;) blocks.push(rt.arena.alloc(words));
    } catch {
      // full for this size
    }
  }
  const { used } = rt.arena.use();
  const text = "x".repeat(200_000);
  for (const attempt of [() => c.send(text), () => c.trySend(text), () => select({ out: c.sending(text) }), () => unbuffered.send(text)]) {
    expect(attempt).toThrow(full);
  }
  expect([rt.arena.use().used, c.length, sendersAt(rt, c), sendersAt(rt, unbuffered)]).toEqual([used, 1, 0, 0]);
  await expect(Promise.try(() => c.sendMany(["small", text, "never"]))).rejects.toMatchObject({ code: "ERR_ARENA_FULL", details: { sent: 1 } });
  expect([c.tryRecv(), c.tryRecv(), c.tryRecv()]).toEqual(["before", "small", undefined]);
  for (const block of blocks) rt.arena.free(block);
  expect(c.trySend(text)).toBe(true);
  expect(c.tryRecv()).toBe(text);
  for (const each of [c, unbuffered, channels]) each.close();
});

test("a wait that finds no room for its record is refused, and no waiter stays", async () => {
  await using world = await crowded();
  const { rt } = world;
  world.ballast();
  const c: Chan<number> = rt.chan(i32);
  const waits: Promise<unknown>[] = [];
  const blocks: number[] = [];
  for (const words of [16_384, 2000, 500, 128, 64, 48, 32, 24, 16]) {
    try {
      for (;;) blocks.push(rt.arena.alloc(words));
    } catch {
      // full for this size
    }
  }
  let refused: unknown;
  try {
    for (;;) waits.push(c.recv() as Promise<unknown>);
  } catch (error) {
    refused = error;
  }
  expect(refused).toEqual(full);
  expect(() => select({ c, other: c })).toThrow(full);
  expect(receiversAt(rt, c)).toBe(waits.length);
  for (const block of blocks) rt.arena.free(block);
  for (let k = 0; k < waits.length; k++) expect(c.trySend(k)).toBe(true);
  expect(await Promise.all(waits)).toEqual(waits.map((_, k) => k));
  c.close();
  await until(() => rt.side.waiting === 0);
});
