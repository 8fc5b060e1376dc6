/**
 * A channel may be passed on at any moment of its life: full, empty, with senders
 * or receivers that wait, in the middle of a select. Nothing of it may be lost.
 */
import { describe, expect, test } from "vitest";
import { type Chan, chanOf, i32, select } from "../../src/index.ts";
import { recvEach, sendEach } from "./tasks/verbs.ts";
import { receiversAt, sendersAt, world } from "./tasks/world.ts";

const the = world(2);
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, k) => from + k);

describe.each([0, 1, 3, 100])("capacity %i", (capacity) => {
  test("with receivers that wait", async () => {
    const c = the.rt.chan(i32, capacity);
    const received = numbers(5).map(() => c.recv());
    const chosen = select({ c });
    expect(receiversAt(the.rt, c)).toBe(6);
    await the.rt.spawn(sendEach, c, 0, 6);
    expect(await Promise.all(received)).toEqual(numbers(5));
    expect(await chosen).toEqual({ case: "c", value: 5 });
    c.close();
  });

  test("full, with senders that wait", async () => {
    const c = the.rt.chan(i32, capacity);
    for (let k = 0; k < capacity; k++) c.trySend(k);
    const sent = numbers(5).map((k) => c.send(capacity + k));
    const chosen = select({ out: c.sending(capacity + 5) });
    expect([c.length, sendersAt(the.rt, c)]).toEqual([capacity, 6]);
    const received = the.rt.spawn(recvEach, c, 0);
    await Promise.all(sent);
    expect(await chosen).toEqual({ case: "out" });
    c.close();
    expect(await received).toEqual(numbers(capacity + 6));
  });

  test("inside another channel, and while a select has cases on it", async () => {
    const [outer, inner] = [the.rt.chan(chanOf(i32), 1), the.rt.chan(i32, capacity)];
    const waiting = select({ inner });
    outer.trySend(inner);
    const again = outer.tryRecv() as Chan<number>;
    expect(again.trySend(7)).toBe(true);
    expect(await waiting).toEqual({ case: "inner", value: 7 });
    for (let k = 0; k < capacity; k++) expect((k % 2 === 0 ? inner : again).trySend(k)).toBe(true);
    expect(inner.trySend(-1)).toBe(false);
    for (let k = 0; k < capacity; k++) expect((k % 2 === 0 ? inner : again).tryRecv()).toBe(k);
    outer.close();
    again.close();
  });

  test("in the middle of a stream on its own thread", async () => {
    const c = the.rt.chan(i32, capacity);
    const seen: number[] = [];
    const here = the.rt.spawn(async () => {
      for await (const value of c) seen.push(value);
    });
    await sendEach(c, 0, 500);
    const there = the.rt.spawn(sendEach, c, 500, 500);
    await there;
    c.close();
    await here;
    expect(seen).toEqual(numbers(1000));
  });
});
