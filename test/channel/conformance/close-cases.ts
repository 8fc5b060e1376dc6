/** Closing: buffered values can still be received, all waiters are woken, and no value follows. */
import { expect, test } from "vitest";
import { type Chan, i32 } from "../../../src/index.ts";
import { breakAfter, closeEach, drainClosed, drainEach, fillEach, lengthsOfEach, sendLoosely, useClosed } from "../tasks/closing.ts";
import type { Setup } from "./suite.ts";
import { iterate, recvOne, sendOne } from "../tasks/verbs.ts";
import { receiversAt, sendersAt, until } from "../tasks/world.ts";

const ROUNDS = 100;

export function closeCases({ capacity, rt, place }: Setup): void {
  const make = () => rt().chan(i32, capacity);
  const makeMany = (): Chan<number>[] => Array.from({ length: ROUNDS }, make);
  const fill = (c: Chan<number>) => {
    for (let k = 0; k < capacity; k++) c.trySend(k);
  };

  test("a closed channel gives what is buffered, in order, then closed forever", async () => {
    const c = make();
    fill(c);
    c.close();
    const { values, after } = await place().right(drainClosed, c);
    expect(values).toEqual(Array.from({ length: capacity }, (_, k) => k));
    expect(after).toEqual(Array.from({ length: 2 }, () => [undefined, undefined, undefined, undefined, "in"]).flat());
  });

  test("every send on a closed channel and a second close are refused, drained or not", async () => {
    const c = make();
    fill(c);
    c.close();
    const refused = Array(6).fill("ERR_CHANNEL_CLOSED");
    expect(await place().left(useClosed, c)).toEqual(refused);
    expect(c.length).toBe(capacity);
    expect((await place().right(drainClosed, c)).values).toHaveLength(capacity);
    expect(await place().left(useClosed, c)).toEqual(refused);
  });

  test("close wakes all waiting receivers, on both sides", async () => {
    const c = make();
    const received = Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? place().left : place().right)(recvOne, c));
    await until(() => receiversAt(rt(), c) === 10);
    await place().left(closeEach, [c]);
    expect(await Promise.all(received)).toEqual(Array(10).fill(null));
  });

  test("close refuses all waiting senders, and none of their values appears", async () => {
    const c = make();
    fill(c);
    const sent = Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? place().left : place().right)(sendOne, c, -1));
    await until(() => sendersAt(rt(), c) === 10);
    await place().right(closeEach, [c]);
    expect(await Promise.all(sent)).toEqual(Array(10).fill("ERR_CHANNEL_CLOSED"));
    expect((await place().left(drainClosed, c)).values).toEqual(Array.from({ length: capacity }, (_, k) => k));
  });

  test("a close that lands while receivers take leaves none waiting", async () => {
    const channels = makeMany();
    const counts = [place().left(drainEach, channels), place().right(drainEach, channels)];
    await place().left(fillEach, channels, 5);
    const [a, b] = await Promise.all(counts);
    expect(a.map((count, k) => count + b[k])).toEqual(Array(ROUNDS).fill(5));
  });

  test("of two closes at once exactly one wins", async () => {
    const channels = makeMany();
    const [a, b] = await Promise.all([place().left(closeEach, channels), place().right(closeEach, channels)]);
    expect(a.map((won, k) => won + b[k])).toEqual(Array(ROUNDS).fill(1));
  });

  test("a loop ends at close; one that is left leaves the rest in place", async () => {
    const c = make();
    fill(c);
    if (capacity > 1) expect(await place().right(breakAfter, c, 1)).toEqual([0]);
    const rest = place().right(iterate, c, 0);
    await until(() => receiversAt(rt(), c) === 1);
    c.close();
    expect(await rest).toEqual(Array.from({ length: capacity }, (_, k) => k).slice(capacity > 1 ? 1 : 0));
  });

  test("the length does not change while channels are closed", async () => {
    const channels = makeMany();
    channels.forEach(fill);
    const seen = place().right(lengthsOfEach, channels, 200);
    await place().left(closeEach, channels);
    expect(await seen).toEqual([capacity]);
    expect(await place().right(drainEach, channels)).toEqual(Array(ROUNDS).fill(capacity));
  });

  test("a close that races sends nobody awaits: each was sent and is received, or was refused", async () => {
    const channels = makeMany();
    const counts = place().right(drainEach, channels);
    const sent = place().left(sendLoosely, channels);
    await place().right(closeEach, channels);
    const { done, refused } = await sent;
    expect(done + refused).toBe(3 * ROUNDS);
    expect((await counts).reduce((sum, count) => sum + count, 0)).toBe(done);
  });
}
