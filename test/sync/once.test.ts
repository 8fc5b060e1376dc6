/** Once: one run at a time, one that succeeds, and everybody sees what it did. */
import { expect, test } from "vitest";
import { Once } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { used, world } from "../channel/tasks/world.ts";
import { callOnce } from "./tasks/groups.ts";
import { held, waitingAt } from "./tasks/state.ts";

const the = world(2);

onPlacements((name) => {
  test.each([0, 1, 3])("ten callers, of whose functions the first %i throw: one runs at a time, all see its effects", async (failures) => {
    const { left, right } = PLACEMENTS[name](the.rt);
    for (let round = 0; round < 20; round++) {
      using once = new Once();
      using seen = the.rt.shared.int32(4);
      const saw = await Promise.all(Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? left : right)(callOnce, once, seen, failures)));
      expect(saw).toEqual(Array(10).fill(true));
      expect([...seen.array]).toEqual([0, failures + 1, 42, 0]);
      expect([once.isDone, held(the.rt, once), waitingAt(the.rt, once)]).toEqual([true, 0, 0]);
    }
  });
});

test("is no promise if the function returns none, nor when it is done", () => {
  using once = new Once();
  let runs = 0;
  expect(once.isDone).toBe(false);
  expect(once.do(() => runs++)).toBeUndefined();
  expect(once.do(() => runs++)).toBeUndefined();
  expect([runs, once.isDone]).toEqual([1, true]);
});

test("a waiting call continues with the first success; an error goes only to its own caller", async () => {
  using once = new Once();
  const ran: string[] = [];
  const failing = Promise.withResolvers<void>();
  const first = Promise.resolve(
    once.do(() => {
      ran.push("first");
      return failing.promise;
    }),
  );
  const [second, third] = ["second", "third"].map((who) => once.do(() => void ran.push(who)));
  const failed = expect(first).rejects.toThrow("broken");
  failing.reject(new Error("broken"));
  await failed;
  await Promise.all([second, third]);
  expect(ran).toEqual(["first", "second"]);
});

test("a function that throws at once leaves it to the next", () => {
  using once = new Once();
  expect(() =>
    once.do(() => {
      throw new RangeError("at once");
    }),
  ).toThrow(RangeError);
  expect(once.isDone).toBe(false);
  once.do(() => 1);
  expect(once.isDone).toBe(true);
});

test("a signal ends the waiting, not the function", async () => {
  using once = new Once();
  const running = Promise.withResolvers<void>();
  const first = once.do(() => running.promise);
  const controller = new AbortController();
  const waiting = expect(Promise.resolve(once.do(() => 1, { signal: controller.signal }))).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await waiting;
  running.resolve();
  await first;
  expect([once.isDone, waitingAt(the.rt, once)]).toEqual([true, 0]);
});

test("freed while a function runs: the function ends, waiting calls fail", async () => {
  const once = new Once();
  const running = Promise.withResolvers<void>();
  const first = once.do(() => running.promise);
  const waiting = expect(Promise.resolve(once.do(() => 1))).rejects.toMatchObject({ code: "ERR_STALE_HANDLE" });
  once.free();
  await waiting;
  running.resolve();
  await first;
  expect(() => once.do(() => 1)).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
});

test("what is no function is refused", () => {
  using once = new Once();
  expect(() => once.do(1 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
});

test("made and freed by the thousand they leave the arena as it was", () => {
  const round = (count: number): void => {
    for (let k = 0; k < count; k++) {
      using once = new Once();
      once.do(() => k);
    }
  };
  round(100);
  const before = used(the.rt);
  round(5000);
  expect(used(the.rt)).toBe(before);
});
