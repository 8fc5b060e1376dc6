/** When an operation waits, when it does not, and what it leaves behind. */
import { expect, test } from "vitest";
import { i32 } from "../../../src/index.ts";
import type { Setup } from "./suite.ts";
import { recvOne, sendOne, tryRecvOne, trySendOne } from "../tasks/verbs.ts";
import { receiversAt, sendersAt, until } from "../tasks/world.ts";

export function blockingCases({ capacity, rt, place }: Setup): void {
  const make = () => rt().chan(i32, capacity);

  test("receivers of an empty channel wait; two sends free both", async () => {
    const c = make();
    let back = 0;
    const received = [place().left(recvOne, c), place().right(recvOne, c)].map((each) => each.finally(() => back++));
    await until(() => receiversAt(rt(), c) === 2);
    expect(back).toBe(0);
    expect(await Promise.all([place().left(sendOne, c, 1), place().right(sendOne, c, 2)])).toEqual(["sent", "sent"]);
    expect((await Promise.all(received)).toSorted()).toEqual([1, 2]);
    expect([c.length, receiversAt(rt(), c), sendersAt(rt(), c)]).toEqual([0, 0, 0]);
    c.close();
  });

  test("a sender to a full channel waits; one receive completes it, and the oldest value comes first", async () => {
    const c = make();
    for (let k = 0; k < capacity; k++) expect(c.trySend(k)).toBe(true);
    let back = false;
    const sent = place().left(sendOne, c, capacity).finally(() => (back = true));
    await until(() => sendersAt(rt(), c) === 1);
    expect([back, c.length]).toEqual([false, capacity]);
    expect(await place().right(recvOne, c)).toBe(0);
    expect(await sent).toBe("sent");
    expect([c.length, sendersAt(rt(), c)]).toEqual([capacity, 0]);
    for (let k = 1; k <= capacity; k++) expect(c.tryRecv()).toBe(k);
    c.close();
  });

  test("trySend and tryRecv never wait and leave nothing in a queue", async () => {
    const c = make();
    const { left, right } = place();
    const queues = () => [receiversAt(rt(), c), sendersAt(rt(), c)];
    expect(await right(tryRecvOne, c)).toBeNull();
    for (let k = 0; k < capacity; k++) expect(k === 0 ? await left(trySendOne, c, k) : c.trySend(k)).toBe(true);
    expect(await left(trySendOne, c, -1)).toBe(false);
    expect([c.length, ...queues()]).toEqual([capacity, 0, 0]);
    for (let k = 0; k < capacity; k++) expect(k === 0 ? await right(tryRecvOne, c) : c.tryRecv()).toBe(k);
    expect(await right(tryRecvOne, c)).toBeNull();
    expect(queues()).toEqual([0, 0]);
    c.close();
  });

  test("trySend succeeds with a waiting receiver, tryRecv with a waiting sender", async () => {
    const c = make();
    const { left, right } = place();
    const received = right(recvOne, c);
    await until(() => receiversAt(rt(), c) === 1);
    expect(await left(trySendOne, c, 7)).toBe(true);
    expect(await received).toBe(7);
    for (let k = 0; k < capacity; k++) c.trySend(k);
    const sent = left(sendOne, c, capacity);
    await until(() => sendersAt(rt(), c) === 1);
    expect(await right(tryRecvOne, c)).toBe(0);
    expect(await sent).toBe("sent");
    for (let k = 1; k <= capacity; k++) expect(c.tryRecv()).toBe(k);
    c.close();
  });

  test("length and capacity are exact at each step", async () => {
    const c = make();
    const { left, right } = place();
    expect([c.capacity, c.length]).toEqual([capacity, 0]);
    for (let k = 0; k < capacity; k++) {
      if (k < 3) await left(sendOne, c, k);
      else void c.send(k);
      expect(c.length).toBe(k + 1);
    }
    expect(c.trySend(0)).toBe(false);
    expect(c.length).toBe(capacity);
    for (let k = 0; k < capacity; k++) {
      expect(k < 3 ? await right(recvOne, c) : c.tryRecv()).toBe(k);
      expect(c.length).toBe(capacity - k - 1);
    }
    expect(c.tryRecv()).toBeUndefined();
    c.close();
    expect([c.capacity, c.length]).toEqual([capacity, 0]);
  });

  test("waiters are served first come, first served", async () => {
    const c = make();
    const received: Promise<number | null>[] = [];
    for (let k = 0; k < 6; k++) {
      received.push((k % 2 === 0 ? place().left : place().right)(recvOne, c));
      await until(() => receiversAt(rt(), c) === k + 1);
    }
    for (let k = 0; k < 6; k++) expect(c.trySend(k)).toBe(true);
    expect(await Promise.all(received)).toEqual([0, 1, 2, 3, 4, 5]);
    for (let k = 0; k < capacity; k++) c.trySend(-1);
    const sent: Promise<string>[] = [];
    for (let k = 0; k < 6; k++) {
      sent.push((k % 2 === 0 ? place().left : place().right)(sendOne, c, k));
      await until(() => sendersAt(rt(), c) === k + 1);
    }
    for (let k = 0; k < capacity; k++) expect(c.tryRecv()).toBe(-1);
    for (let k = 0; k < 6; k++) expect(c.tryRecv()).toBe(k);
    expect(await Promise.all(sent)).toEqual(Array(6).fill("sent"));
    c.close();
  });
}
