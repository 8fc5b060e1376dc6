/** The wait group: nobody passes early, everybody passes, and it can be used again at once. */
import { expect, test } from "vitest";
import { LIMITS, WaitGroup } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { addAndDone, twoPhase, waitOften, waitOnce, workThenDone } from "./tasks/groups.ts";
import { waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test("a barrier of two wait groups, used again for 8 rounds: nobody passes early", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using first = new WaitGroup();
    using second = new WaitGroup();
    using there = the.rt.shared.int32(1);
    for (let round = 0; round < 8; round++) {
      there.array[0] = 0;
      first.add(16);
      second.add(16);
      const early = await Promise.all(Array.from({ length: 16 }, (_, k) => (k % 2 === 0 ? left : right)(twoPhase, first, second, there, 16)));
      expect([...early, first.count, second.count]).toEqual(Array(18).fill(0));
    }
  });

  test("added to while others wait, and again before they have gone on: no wait hangs", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using group = new WaitGroup();
    await Promise.all([left(addAndDone, group, 10_000), right(addAndDone, group, 10_000), left(waitOften, group, 5000), right(waitOften, group, 5000)]);
    expect([group.count, waitingAt(the.rt, group)]).toEqual([0, 0]);
  });

  test("after the wait all that was added has been done: 1000 rounds", { tags: ["deep"] }, async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using group = new WaitGroup();
    using sum = the.rt.shared.int32(1);
    for (let round = 0; round < 1000; round++) {
      sum.array[0] = 0;
      group.add(2);
      const tasks = [left(workThenDone, group, sum, round % 2), right(workThenDone, group, sum, round % 3)];
      await group.wait();
      expect(sum.array[0]).toBe(2);
      await Promise.all(tasks);
    }
  });

  test("one done wakes ten tasks that wait", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using group = new WaitGroup();
    group.add();
    const waits = Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? left : right)(waitOnce, group));
    await until(() => waitingAt(the.rt, group) === 10);
    group.done();
    await Promise.all(waits);
    expect(waitingAt(the.rt, group)).toBe(0);
  });
});

test("wait is no promise at 0", () => {
  using group = new WaitGroup();
  expect(group.wait()).toBeUndefined();
  group.add(3);
  group.add(-2);
  expect(group.count).toBe(1);
  group.done();
  expect([group.wait(), group.count]).toEqual([undefined, 0]);
});

test("a negative count is refused with what it is, and changes nothing", () => {
  using group = new WaitGroup();
  expect(() => group.done()).toThrow(expect.objectContaining({ code: "ERR_NEGATIVE_COUNT", message: expect.stringContaining("done()") }));
  group.add(2);
  expect(() => group.add(-3)).toThrow(expect.objectContaining({ code: "ERR_NEGATIVE_COUNT", details: { count: 2, added: -3 } }));
  expect(group.count).toBe(2);
  group.add(-2);
});

test("what is no whole number, and what a word cannot count, is refused", () => {
  using group = new WaitGroup();
  for (const n of [0.5, Number.NaN, Infinity, "1" as never]) expect(() => group.add(n)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  group.add(LIMITS.count);
  expect(() => group.add(1)).toThrow(expect.objectContaining({ code: "ERR_LIMIT", details: { limit: "count", maximum: LIMITS.count, actual: LIMITS.count + 1 } }));
  expect(group.count).toBe(LIMITS.count);
});

test("a wait that a signal ends leaves no waiter; the others are released", async () => {
  using group = new WaitGroup();
  group.add();
  const controller = new AbortController();
  const [ending, waiting] = [Promise.resolve(group.wait({ signal: controller.signal })), group.wait()];
  const ended = expect(ending).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await ended;
  expect(waitingAt(the.rt, group)).toBe(1);
  group.done();
  await waiting;
});

test("a dump names the wait and its count", async () => {
  using group = new WaitGroup();
  group.add(3);
  const waiting = the.rt.spawn.on(1)(waitOnce, group);
  await until(() => waitingAt(the.rt, group) === 1);
  const [parked] = (await the.rt.dump()).threads[1].parked;
  expect([parked.reason, parked.on]).toEqual(["wait", expect.stringMatching(/^WaitGroup #\w+\.\d+ at 3$/)]);
  group.add(-3);
  await waiting;
});

test("made and freed by the thousand they leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using group = new WaitGroup();
      group.add();
      const waiting = group.wait();
      group.done();
      await waiting;
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
