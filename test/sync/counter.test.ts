/** The counter: exact over all threads and beyond a word, and nobody misses the value that it waits for. */
import { expect, test } from "vitest";
import { Counter, i32 } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { addTo, sayWhen, waitFor } from "./tasks/groups.ts";
import { expectIndexed } from "./tasks/indexed.ts";
import { addressOf, waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test("what eight tasks add is all there, and waits in between are met", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using counter = new Counter();
    const targets = Array.from({ length: 100 }, (_, k) => (k + 1) * 160);
    const waits = [left(waitFor, counter, targets), right(waitFor, counter, targets)];
    await Promise.all(Array.from({ length: 8 }, (_, k) => (k % 2 === 0 ? left : right)(addTo, counter, 1, 2000)));
    for (const seen of await Promise.all(waits)) for (const [k, value] of seen.entries()) expect(value).toBeGreaterThanOrEqual(targets[k]);
    expect([counter.value, waitingAt(the.rt, counter)]).toEqual([16_000, 0]);
  });

  test.each([2 ** 31, 2 ** 32, 2 ** 40, 0, -(2 ** 31)])("waits are met across %i", async (edge) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using counter = new Counter(edge - 10);
    const targets = Array.from({ length: 20 }, (_, k) => edge - 9 + k);
    const waits = [left(waitFor, counter, targets), right(waitFor, counter, targets)];
    await Promise.all([left(addTo, counter, 1, 10), right(addTo, counter, 1, 10)]);
    const seen = await Promise.all(waits);
    for (const values of seen) expect(values.every((value, k) => value >= targets[k] && value <= edge + 10)).toBe(true);
    expect(counter.value).toBe(edge + 10);
  });

  test("waiting tasks are woken when their value is reached, the lower ones first", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using counter = new Counter();
    const out = the.rt.chan(i32, 10);
    const waits: Promise<void>[] = [];
    for (const [k, target] of [50, 20, 40, 10, 30].entries()) {
      waits.push((k % 2 === 0 ? left : right)(sayWhen, counter, target, target, out));
      await until(() => waitingAt(the.rt, counter) === k + 1);
    }
    for (let left = 5; left > 0; left--) {
      counter.add(10);
      expect(waitingAt(the.rt, counter)).toBe(left - 1);
      expect(await out.recv()).toBe(counter.value);
    }
    await Promise.all(waits);
    out.close();
  });
});

test("until is no promise for what has been reached; add tells the new value", () => {
  using counter = new Counter(5);
  expect([counter.until(5), counter.until(-5), counter.add(), counter.add(-10), counter.value]).toEqual([undefined, undefined, 6, -4, -4]);
});

test("one add wakes all whose value it reaches, and no other", async () => {
  using counter = new Counter();
  const waits = [3, 1, 2, 4].map((n) => counter.until(n));
  counter.add(3);
  await Promise.all(waits.slice(0, 3));
  expect(waitingAt(the.rt, counter)).toBe(1);
  counter.add(-2);
  counter.add(3);
  await waits[3];
});

test("waits for values in any order, a third of them cancelled: each of the others ends when its value is reached", async () => {
  using counter = new Counter();
  const count = 300;
  const order = Array.from({ length: count }, (_, k) => (k * 71) % count);
  const controllers = order.map(() => new AbortController());
  const reached: number[] = [];
  const waits = order.map(async (n, k) => {
    await counter.until(n + 1, { signal: controllers[k].signal });
    reached.push(n);
  });
  const settled = Promise.allSettled(waits);
  const cancelled = order.filter((_, k) => k % 3 === 0);
  for (let k = 0; k < count; k += 3) controllers[k].abort();
  const at = addressOf(counter);
  let left = count - cancelled.length;
  for (let n = 0; n < count; n++) {
    if (n % 10 === 0) expectIndexed(the.rt.arena.i32, at);
    expect(waitingAt(the.rt, counter)).toBe(left);
    counter.add();
    if (!cancelled.includes(n)) left--;
  }
  await settled;
  expect(reached).toEqual(Array.from({ length: count }, (_, n) => n).filter((n) => !cancelled.includes(n)));
  expectIndexed(the.rt.arena.i32, at);
});

test("a wait that was met stays met when the value falls again", async () => {
  using counter = new Counter();
  const waiting = counter.until(1);
  counter.add(1);
  counter.add(-1);
  await waiting;
  expect(counter.value).toBe(0);
});

test("a wait that a signal ends leaves no waiter", async () => {
  using counter = new Counter();
  const controller = new AbortController();
  const waiting = expect(Promise.resolve(counter.until(1, { signal: controller.signal }))).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await waiting;
  expect(waitingAt(the.rt, counter)).toBe(0);
});

test("what is no safe integer is refused, and a sum beyond them changes nothing", () => {
  for (const n of [0.5, Number.NaN, 2 ** 53, "1" as never, 1n as never]) {
    expect(() => new Counter(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    using counter = new Counter();
    expect(() => counter.add(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
    expect(() => counter.until(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  }
  using counter = new Counter(Number.MAX_SAFE_INTEGER);
  expect(() => counter.add(1)).toThrow(expect.objectContaining({ code: "ERR_LIMIT" }));
  expect(counter.add(-1)).toBe(Number.MAX_SAFE_INTEGER - 1);
});

test("made and freed by the thousand they leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using counter = new Counter();
      const waiting = counter.until(1);
      counter.add();
      await waiting;
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
