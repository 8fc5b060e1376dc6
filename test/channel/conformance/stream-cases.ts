/** Streams: nothing lost, doubled, reordered, torn or unseen. */
import { expect, test } from "vitest";
import { bytes, chanOf, i32 } from "../../../src/index.ts";
import type { Setup } from "./suite.ts";
import { answerChannels, checkBlocks, recvAll, recvLooking, sendBlocks, sendChannels, sendLooking, sendMarked, writeThenRecv, writeThenSend } from "../tasks/streams.ts";
import { RECV_VERBS, SEND_VERBS } from "../tasks/verbs.ts";
import { quiet, used } from "../tasks/world.ts";

const EACH = 1000;

/** Both sides in turn. */
function sides<T>(count: number, start: (k: number, isLeft: boolean) => T): T[] {
  return Array.from({ length: count }, (_, k) => start(k, k % 2 === 0));
}

export function streamCases({ capacity, rt, place }: Setup): void {
  test("four senders, four receivers: each value once, and each receiver sees each sender in order", async () => {
    const { left, right } = place();
    const c = rt().chan(i32, capacity);
    const receivers = sides(4, (_, isLeft) => (isLeft ? right : left)(recvAll, c));
    await Promise.all(sides(4, (k, isLeft) => (isLeft ? left : right)(sendMarked, c, k, EACH)));
    c.close();
    const seen = await Promise.all(receivers);
    const times = new Map<number, number>();
    for (const value of seen.flat()) times.set(value, (times.get(value) ?? 0) + 1);
    expect(times.size).toBe(4 * EACH);
    expect([...times.values()].every((n) => n === 1)).toBe(true);
    for (const list of seen) {
      for (let sender = 0; sender < 4; sender++) {
        const own = list.filter((value) => value >> 20 === sender);
        expect(own).toEqual(own.toSorted((a, b) => a - b));
      }
    }
  });

  test("under load the length stays from 0 to the capacity, and is 0 at the end", async () => {
    const c = rt().chan(i32, capacity);
    const received = place().right(recvLooking, c, 2 * EACH);
    for (const [least, most] of [await place().left(sendLooking, c, 2 * EACH), await received]) {
      expect(least).toBeGreaterThanOrEqual(0);
      expect(most).toBeLessThanOrEqual(capacity);
    }
    expect(c.length).toBe(0);
    c.close();
  });

  test("what was written before a send is seen after its receive; before the k-th receive, after the (k+capacity)-th send", async () => {
    using x = rt().shared.int32(2 * EACH);
    using y = rt().shared.int32(2 * EACH);
    const c = rt().chan(i32, capacity);
    const received = place().right(writeThenRecv, c, y, x, 2 * EACH);
    expect(await place().left(writeThenSend, c, x, y, 2 * EACH)).toBe(0);
    expect(await received).toBe(0);
    c.close();
  });

  test("blocks of 64 B to 64 kB from two senders to two receivers are never torn", async () => {
    const { left, right } = place();
    const c = rt().chan(bytes, capacity);
    const receivers = sides(2, (_, isLeft) => (isLeft ? right : left)(checkBlocks, c));
    await Promise.all(sides(2, (k, isLeft) => (isLeft ? left : right)(sendBlocks, c, k * 100, 33)));
    c.close();
    const seen = await Promise.all(receivers);
    expect(seen.reduce(([a, b], [whole, torn]) => [a + whole, b + torn], [0, 0])).toEqual([66, 0]);
  });

  test("every verb, twenty times over, leaves arena use where it was", async () => {
    const { left, right } = place();
    const round = async (): Promise<void> => {
      for (const send of Object.values(SEND_VERBS)) {
        for (const recv of [RECV_VERBS.recv, RECV_VERBS.recvMany, RECV_VERBS.iteration, RECV_VERBS.select]) {
          const c = rt().chan(i32, capacity);
          const received = right(recv, c, 5);
          await left(send, c, 0, 5);
          c.close();
          expect(await received).toEqual([0, 1, 2, 3, 4]);
        }
      }
    };
    for (let k = 0; k < 3; k++) await round();
    await quiet(rt());
    const before = used(rt());
    for (let k = 0; k < 20; k++) await round();
    // The records of waits are kept for the next ones: at most a few more than before, where a leak would be 320 of something.
    expect(used(rt()) - before).toBeLessThanOrEqual(1024);
  });

  test("channels sent through the channel work at the other end", async () => {
    const c = rt().chan(chanOf(i32), capacity);
    const answered = place().right(answerChannels, c);
    await place().left(sendChannels, c, 100);
    expect(await answered).toBe(100);
  });
}
