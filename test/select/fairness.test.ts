/**
 * Among ready cases the choice is fair. Bounds as in Go's tests: with n trials
 * and two cases |p − ½| ≤ 4.4172 / (2√n) fails once in 10⁵ runs of a fair select.
 */
import { describe, expect, test } from "vitest";
import { after, chan, i32, select } from "../../src/index.ts";
import { world } from "../channel/tasks/world.ts";
import { feedEmpty, forwardCounts, TRIALS } from "./fair.ts";

const the = world(2);

function expectHalf(count: number, trials: number): void {
  expect(Math.abs(count / trials - 1 / 2)).toBeLessThanOrEqual(4.4172 / (2 * Math.sqrt(trials)));
}

describe("two channels", () => {
  test.each(["main", "thread"])("of two full channels each is chosen half the time, on the %s", async (where) => {
    const [a, b] = [the.rt.chan(i32, TRIALS + 1), the.rt.chan(i32, TRIALS + 1)];
    for (const c of [a, b]) await c.sendMany(new Int32Array(TRIALS + 1));
    const [fromA, fromB] = where === "main" ? await forwardCounts(a, b, TRIALS) : await the.rt.spawn(forwardCounts, a, b, TRIALS);
    expect(fromA + fromB).toBe(TRIALS);
    expectHalf(fromA, TRIALS);
    for (const c of [a, b]) {
      c.close();
      while (c.tryRecv() !== undefined);
    }
  });

  test("a send and a receive that are both ready are chosen alike", async () => {
    const [full, wide] = [chan(i32, TRIALS), chan(i32, TRIALS)];
    await full.sendMany(new Int32Array(TRIALS));
    let sends = 0;
    for (let k = 0; k < TRIALS; k++) if ((await select({ in: full, out: wide.sending(k) })).case === "out") sends++;
    expectHalf(sends, TRIALS);
    expect([full.length, wide.length]).toEqual([sends, sends]);
    for (const c of [full, wide]) {
      c.close();
      await c.recvMany(TRIALS);
    }
  });
});

describe("channels and timers", () => {
  test("one channel listed five times, with two timers that are due: each case at least half its share", async () => {
    const c = chan(i32, TRIALS);
    await c.sendMany(new Int32Array(TRIALS));
    const counts = new Map<string, number>();
    for (let k = 0; k < TRIALS; k++) {
      const due = after(0);
      const { case: name } = await select({ c1: c, c2: c, c3: c, c4: c, c5: c, due1: due, due2: after(-1) });
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(counts.size).toBe(7);
    for (const count of counts.values()) expect(count).toBeGreaterThanOrEqual(TRIALS / 7 / 2);
    c.close();
    while (c.tryRecv() !== undefined);
  });
});

describe("channels that are fed while they are empty", { tags: ["deep"] }, () => {
  test.each([0, 1, 1000])("capacity %i: three channels that are fed when they are empty, while another thread selects", async (capacity) => {
    const channels = [0, 1, 2].map(() => the.rt.chan(i32, capacity));
    const feeding = channels.map((c) => the.rt.spawn.on(1)(feedEmpty, c));
    const counts = [0, 0, 0];
    for (let k = 0; k < 3000; k++) {
      const { case: name } = await the.rt.select({ c0: channels[0], c1: channels[1], c2: channels[2] });
      counts[Number(name[1])]++;
    }
    for (const count of counts) expect(count).toBeGreaterThanOrEqual(3000 / 3 / 50);
    for (const c of channels) {
      c.close();
      while (c.tryRecv() !== undefined);
    }
    await Promise.all(feeding);
  });
});
