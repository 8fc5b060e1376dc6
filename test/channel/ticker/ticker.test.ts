/** Tickers: on the grid, one pending at most, and from other threads. */
import { describe, expect, test } from "vitest";
import { type Chan, type Receiver, after, select, ticker } from "../../../src/index.ts";
import { collectGarbage } from "../tasks/garbage.ts";
import { countTicks, makeTicker, recvAndClose, recvTicks } from "./ticker-tasks.ts";
import { until, used, world } from "../tasks/world.ts";

const the = world(2);

/** Computes for so long: nothing else runs here meanwhile. */
function burn(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

/** Whether the times are whole periods apart; they are doubles of some 10¹². */
function onGrid(times: readonly number[], periodMs: number): boolean {
  return times.every((at) => Math.abs((at - times[0]) / periodMs - Math.round((at - times[0]) / periodMs)) < 0.01);
}

const recv = (from: Receiver<number>): Promise<number> => Promise.try(() => from.recv()) as Promise<number>;

describe("ticker", () => {
  test("ticks on its grid, never early, without drift over 100 ticks", async () => {
    using ticks = ticker(2);
    const seen: number[] = [];
    for await (const at of ticks) {
      expect(performance.timeOrigin + performance.now()).toBeGreaterThanOrEqual(at - 0.001);
      if (seen.push(at) === 100) break;
    }
    expect(onGrid(seen, 2)).toBe(true);
    expect(seen.every((at, k) => k === 0 || at > seen[k - 1])).toBe(true);
  });

  test("drops, never bursts: after a pause one tick is pending, and the next is on the grid", async () => {
    using ticks = ticker(4);
    const first = await recv(ticks);
    const takenMs = performance.timeOrigin + performance.now();
    burn(30);
    expect(ticks.length).toBe(1);
    const laterMs = performance.timeOrigin + performance.now();
    const pending = ticks.tryRecv() as number;
    const next = await recv(ticks);
    // The pending one is the oldest since the first was taken; the others of the pause were dropped.
    expect(pending - 4).toBeLessThanOrEqual(takenMs + 0.001);
    expect(next).toBeGreaterThanOrEqual(laterMs - 0.001);
    expect(onGrid([first, pending, next], 4)).toBe(true);
  });

  test("is not armed while nobody waits, and leaves no timer", async () => {
    const { timers } = the.rt.side;
    using ticks = ticker(1e6);
    expect([timers.count, ticks.length, ticks.capacity, ticks.tryRecv()]).toEqual([0, 0, 1, undefined]);
    const tick = recv(ticks);
    expect(timers.count).toBe(1);
    ticks.reset(1);
    await tick;
    expect(timers.count).toBe(0);
  });

  test("stop: no tick comes, also none that was pending; true once, then false", async () => {
    using ticks = ticker(1);
    await recv(ticks);
    burn(3);
    expect([ticks.stop(), ticks.stop(), ticks.length, ticks.tryRecv()]).toEqual([true, false, 0, undefined]);
    expect(await select({ ticks, later: after(5) })).toMatchObject({ case: "later" });
    expect(the.rt.side.timers.count).toBe(0);
  });

  test("a hundred stopped before their first tick: none fires", async () => {
    const many = Array.from({ length: 100 }, () => ticker(1e6));
    const stopped = new AbortController();
    const waiting = many.map((ticks) => Promise.try(() => ticks.recv({ signal: stopped.signal })).then(() => "tick", () => "none"));
    expect(many.map((ticks) => ticks.stop())).toEqual(many.map(() => true));
    expect(the.rt.side.timers.count).toBe(0);
    stopped.abort();
    expect(await Promise.all(waiting)).toEqual(many.map(() => "none"));
  });

  test("reset begins a new grid, of the same or another period, also after a stop; a wait goes on", async () => {
    using ticks = ticker(1e6);
    const waiting = recv(ticks);
    const before = performance.now();
    ticks.reset(5);
    await waiting;
    expect(performance.now() - before).toBeGreaterThanOrEqual(5);
    ticks.stop();
    const again = performance.now();
    ticks.reset();
    const two = [await recv(ticks), await recv(ticks)];
    expect(performance.now() - again).toBeGreaterThanOrEqual(10);
    expect(onGrid(two, 5)).toBe(true);
  });

  test("reset drops the tick that was pending", async () => {
    using ticks = ticker(2);
    burn(3);
    expect(ticks.length).toBe(1);
    ticks.reset(1e6);
    expect([ticks.length, ticks.tryRecv()]).toEqual([0, undefined]);
  });

  test("several waits on one thread: each tick goes to one, first come first served", async () => {
    using ticks = ticker(3);
    const order: number[] = [];
    const times = await Promise.all(Array.from({ length: 5 }, async (_, k) => recv(ticks).then((at) => (order.push(k), at))));
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(new Set(times).size).toBe(5);
    expect(onGrid(times, 3)).toBe(true);
  });

  test("in selects: the loser's tick stays for others, and no wait takes the tick of another", async () => {
    using ticks = ticker(5);
    const now = after(0);
    await until(() => now.length === 1);
    expect(await select({ now, never: undefined })).toMatchObject({ case: "now" });
    const seen = await Promise.all([select({ ticks, quit: after(1e6) }), recv(ticks), select({ ticks })]);
    const times = [(seen[0] as { value: number }).value, seen[1], seen[2].value as number];
    expect(new Set(times).size).toBe(3);
    expect(times.every((at) => typeof at === "number")).toBe(true);
    expect(the.rt.side.timers.count).toBe(0);
  });

  test("an aborted wait leaves its place", async () => {
    using ticks = ticker(1e6);
    const controller = new AbortController();
    const aborted = Promise.try(() => ticks.recv({ signal: controller.signal })).catch((error: unknown) => error);
    const next = recv(ticks);
    controller.abort("enough");
    ticks.reset(1);
    expect(await aborted).toBe("enough");
    expect(await next).toBeTypeOf("number");
  });

  test("disposing ends the receives that wait, as a closed channel does; then reset throws", async () => {
    const ticks = ticker(1e6);
    const waiting = [recv(ticks), Promise.try(() => select({ ticks }))] as const;
    ticks[Symbol.dispose]();
    ticks[Symbol.dispose]();
    expect(await Promise.all(waiting)).toEqual([undefined, { case: "ticks", value: undefined }]);
    expect([await ticks.recv(), ticks.tryRecv(), ticks.stop(), ticks.length]).toEqual([undefined, undefined, false, 0]);
    expect(() => ticks.reset(1)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
  });

  test.each([[0], [5e-324], [0.0009], [-1], [-Infinity], [Number.NaN], ["5"], [undefined], [null], [1n]])("a period of %s is refused", (period) => {
    expect(() => ticker(period as number)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("from 0.001 on, not ") }));
    using ticks = ticker(Infinity);
    if (period !== undefined) expect(() => ticks.reset(period as number)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("an infinite period, and one beyond Node's longest timer, do not tick", async () => {
    using never = ticker(Infinity);
    using late = ticker(2 ** 31);
    expect(await select({ never, late, quit: after(5) })).toMatchObject({ case: "quit" });
    expect([never.stop(), never.length]).toEqual([true, 0]);
    expect(the.rt.side.timers.count).toBe(0);
  });
});

describe("a ticker of another thread", () => {
  test("ticks there, on the grid of its own thread", async () => {
    using ticks = ticker(2);
    const seen = await the.rt.spawn.on(0)(recvTicks, ticks, 20);
    expect(seen).toHaveLength(20);
    expect(onGrid(seen, 2)).toBe(true);
  });

  test("drops when nobody takes: one is pending, not many", async () => {
    const ticks = await the.rt.spawn.on(0)(makeTicker, 1);
    await until(() => ticks.length === 1);
    burn(20);
    const seen = [await recv(ticks), await recv(ticks), await recv(ticks)];
    expect(ticks.length).toBeLessThanOrEqual(1);
    expect(onGrid(seen, 1)).toBe(true);
    expect(seen[2] - seen[1]).toBeGreaterThan(0.5);
    (ticks as Chan<number>).close();
  });

  test("each tick goes to one of all threads", async () => {
    using ticks = ticker(1);
    const seen = (await Promise.all([the.rt.spawn.on(0)(recvTicks, ticks, 15), the.rt.spawn.on(1)(recvTicks, ticks, 15), recvTicks(ticks, 15)])).flat();
    expect(new Set(seen).size).toBe(45);
  });

  test("a wait that was parked here before it was sent away still gets its tick", async () => {
    using ticks = ticker(20);
    const waiting = recv(ticks);
    const there = the.rt.spawn.on(0)(recvTicks, ticks, 2);
    expect(new Set([await waiting, ...(await there)]).size).toBe(3);
  });

  test("the reader ends the feed by closing, the maker by disposing", async () => {
    const { timers } = the.rt.side;
    const closed = ticker(1);
    await the.rt.spawn.on(1)(recvAndClose, closed, 3);
    await until(() => timers.count === 0);
    // A tick may have come before the close.
    expect([await closed.recvMany(2), await closed.recv()].at(-1)).toBeUndefined();
    const ticks = ticker(1);
    const counted = the.rt.spawn.on(1)(countTicks, ticks);
    await recvTicks(ticks, 3);
    expect(timers.count).toBe(1);
    ticks[Symbol.dispose]();
    expect(await counted).toBeGreaterThanOrEqual(0);
    expect(timers.count).toBe(0);
  });

  test("stop and reset reach the other threads", async () => {
    using ticks = ticker(1);
    await the.rt.spawn.on(0)(recvTicks, ticks, 2);
    ticks.stop();
    expect(await select({ ticks, quit: after(10) })).toMatchObject({ case: "quit" });
    ticks.reset(2);
    expect(onGrid(await the.rt.spawn.on(1)(recvTicks, ticks, 5), 2)).toBe(true);
  });

  test("one that nobody on any thread has any more is fed no longer", async () => {
    const { timers } = the.rt.side;
    await collectGarbage(the.rt);
    const before = used(the.rt);
    await (async () => {
      for (let k = 0; k < 100; k++) await the.rt.spawn.on(0)(recvTicks, ticker(0.5), 1);
    })();
    await until(async () => {
      await collectGarbage(the.rt);
      return timers.count === 0 && used(the.rt) <= before + 4096;
    });
  });
});
