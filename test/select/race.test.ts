/** Selects against other threads. */
import { expect, test } from "vitest";
import { bool, i32 } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { iterate, sendEach } from "../channel/tasks/verbs.ts";
import { receiversAt, sendersAt, until, world } from "../channel/tasks/world.ts";
import { PAIR, bothWays, failInBody, merge, neverOtherwise, philosopher, sendLater, spread, takeEachOnce, takeEither } from "./race.ts";

const the = world(2);
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, k) => from + k);

onPlacements((name) => {
  const place = () => PLACEMENTS[name](the.rt);

  const SECONDS = [
    ["send", "otherwise"],
    ["close", "otherwise"],
    ["send", "timer"],
  ] as const;
  test.each(SECONDS)("one of two cases is always ready (the second by %s), so %s is never chosen", { tags: ["deep"] }, async (second, instead) => {
    const { rt } = the;
    const pairs = rt.chan(PAIR, 1);
    const selecting = place().right(neverOtherwise, pairs, instead);
    let wrong = 0;
    for (let k = 0; k < 4000; k++) {
      const [c1, c2, done] = [rt.chan(i32, 1), rt.chan(i32, 1), rt.chan(bool, 1)];
      c1.trySend(1);
      await pairs.send({ c1, c2, done });
      if (second === "send") c2.trySend(1);
      else c2.close();
      c1.tryRecv();
      if (!(await done.recv())) wrong++;
      for (const c of second === "send" ? [c1, c2, done] : [c1, done]) {
        c.close();
        c.tryRecv();
      }
    }
    pairs.close();
    await selecting;
    expect(wrong).toBe(0);
  });

  test.each([0, 1, 10])("capacity %i: what a select merges from two senders arrives once, each in order", async (capacity) => {
    const [a, b, out] = [0, 0, 0].map(() => the.rt.chan(i32, capacity));
    const { left, right } = place();
    const received = left(iterate, out, 0);
    const merging = right(merge, a, b, out);
    await Promise.all([left(sendEach, a, 0, 1000), right(sendEach, b, 10_000, 1000)]);
    a.close();
    b.close();
    await merging;
    out.close();
    const seen = await received;
    expect(seen.filter((value) => value < 10_000)).toEqual(numbers(1000));
    expect(seen.filter((value) => value >= 10_000)).toEqual(numbers(1000, 10_000));
  });

  test.each([0, 1, 10])("capacity %i: a send that a select does not choose delivers nothing", async (capacity) => {
    const channels = [0, 1, 2].map(() => the.rt.chan(i32, capacity));
    const received = channels.map((c, k) => (k % 2 === 0 ? place().left : place().right)(iterate, c, 0));
    const counts = await Promise.all([place().left(spread, channels, 0, 600), place().right(spread, channels, 600, 600)]);
    for (const c of channels) c.close();
    const seen = await Promise.all(received);
    expect(seen.map((list) => list.length)).toEqual([0, 1, 2].map((k) => counts[0][k] + counts[1][k]));
    expect(seen.flat().toSorted((x, y) => x - y)).toEqual(numbers(1200));
  });

  test("two selects wait on the same two channels: each value wakes one of them, none is swallowed", async () => {
    for (let round = 0; round < 50; round++) {
      const [a, b] = [the.rt.chan(i32), the.rt.chan(i32)];
      const taking = [place().left(takeEither, a, b), place().right(takeEither, a, b)];
      await until(() => receiversAt(the.rt, a) === 2 && receiversAt(the.rt, b) === 2);
      await Promise.all([a.send(1), b.send(2)]);
      a.close();
      b.close();
      expect((await Promise.all(taking)).flat().toSorted()).toEqual([-2, 1]);
    }
  });

  test("a select that sends and receives on one unbuffered channel meets another, never itself", async () => {
    const c = the.rt.chan(i32);
    const first = place().left(bothWays, c, 1, 200);
    await until(() => receiversAt(the.rt, c) === 1 && sendersAt(the.rt, c) === 1);
    expect(c.length).toBe(0);
    expect(await place().right(bothWays, c, 2, 200)).toEqual(Array(200).fill(1));
    expect(await first).toEqual(Array(200).fill(2));
    c.close();
  });

  test("ten philosophers all eat", async () => {
    const forks = numbers(10).map(() => the.rt.chan(i32, 1));
    for (const fork of forks) fork.trySend(1);
    const meals = forks.map((fork, k) => (k % 2 === 0 ? place().left : place().right)(philosopher, fork, forks[(k + 1) % 10], 20));
    expect(await Promise.all(meals)).toEqual(Array(10).fill(20));
    for (const fork of forks) {
      expect(fork.tryRecv()).toBe(1);
      fork.close();
    }
  });

  test("a set of 200 channels, each taken out as it fires: each fires once in all", async () => {
    const timers = numbers(200).map(() => the.rt.oneshot(i32));
    const taking = [place().left(takeEachOnce, timers), place().right(takeEachOnce, timers)];
    for (const [k, c] of timers.entries()) {
      if (k % 20 === 0) await the.rt.sleep(1);
      c.trySend(k);
    }
    expect((await Promise.all(taking)).flat().toSorted((x, y) => x - y)).toEqual(numbers(200));
  });

  test("a task that fails in its case's body has received: the partner is served", async () => {
    const c = the.rt.chan(i32);
    const failing = place().right(failInBody, c).catch((error: unknown) => error);
    await c.send(7);
    expect(await failing).toMatchObject({ name: "RangeError", message: "after 7" });
    expect([receiversAt(the.rt, c), sendersAt(the.rt, c)]).toEqual([0, 0]);
    c.close();
  });
});

test("three channels whose other ends are on both threads and the main thread: all fire", async () => {
  const channels = [0, 1, 2].map(() => the.rt.chan(i32));
  const sends = [the.rt.spawn.on(0)(sendLater, channels[0], 0, 3), the.rt.spawn.on(1)(sendLater, channels[1], 1, 1), the.rt.spawn(() => sendLater(channels[2], 2, 2))];
  expect((await takeEachOnce(channels)).toSorted()).toEqual([0, 1, 2]);
  await Promise.all(sends);
  for (const c of channels) c.close();
});
