/** The barrier: all meet, round after round, and each learns its place. */
import { expect, test } from "vitest";
import { Barrier } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { arrive, meet } from "./tasks/groups.ts";
import { waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test.each([2, 7])("%i parties meet 500 times: nobody is a round ahead or behind, and the places are each round's", async (parties) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using barrier = new Barrier(parties);
    using rounds = the.rt.shared.int32(parties);
    const met = await Promise.all(Array.from({ length: parties }, (_, k) => (k % 2 === 0 ? left : right)(meet, barrier, k, rounds, 500)));
    expect(met.map(([, apart]) => apart)).toEqual(Array(parties).fill(0));
    expect(met.reduce((sum, [places]) => sum + places, 0)).toBe((500 * parties * (parties - 1)) / 2);
    expect(waitingAt(the.rt, barrier)).toBe(0);
  });

  test("places are those of arrival", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using barrier = new Barrier(5);
    const waits: Promise<number>[] = [];
    for (let k = 0; k < 4; k++) {
      waits.push((k % 2 === 0 ? left : right)(arrive, barrier));
      await until(() => waitingAt(the.rt, barrier) === k + 1);
    }
    expect(barrier.wait()).toBe(4);
    expect(await Promise.all(waits)).toEqual([0, 1, 2, 3]);
  });
});

test("of one party does not wait", () => {
  using barrier = new Barrier(1);
  expect([barrier.wait(), barrier.wait(), barrier.parties]).toEqual([0, 0, 1]);
});

test("one that a signal ends has left: another is needed, and those behind it move up", async () => {
  using barrier = new Barrier(3);
  const controller = new AbortController();
  const [leaving, staying] = [Promise.resolve(barrier.wait({ signal: controller.signal })), barrier.wait()];
  const ended = expect(leaving).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await ended;
  const next = barrier.wait();
  expect([next instanceof Promise, waitingAt(the.rt, barrier)]).toEqual([true, 2]);
  expect(barrier.wait()).toBe(2);
  expect(await Promise.all([staying, next])).toEqual([0, 1]);
});

test.each([0, -1, 1.5, Number.NaN, undefined as never, "2" as never])("of %s parties is refused", (parties) => {
  expect(() => new Barrier(parties)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("parties") }));
});

test("a dump says how many are there", async () => {
  using barrier = new Barrier(2);
  const waiting = barrier.wait();
  const [parked] = (await the.rt.dump()).threads[2].parked;
  expect([parked.reason, parked.on]).toEqual(["barrier", expect.stringMatching(/^Barrier #\w+\.\d+, 1 of 2 parties have arrived$/)]);
  barrier.wait();
  await waiting;
});

test("made and freed by the thousand they leave the arena as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using barrier = new Barrier(2);
      const waiting = barrier.wait();
      barrier.wait();
      await waiting;
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(5000);
  expect(used(the.rt)).toBe(before);
});
