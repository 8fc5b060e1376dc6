/** The oneshot: one value, then closed. */
import { describe, expect, test } from "vitest";
import { i32, select } from "../../src/index.ts";
import { drainClosed, useClosed } from "./tasks/closing.ts";
import { REQUEST, answerOneshots, askOneshots } from "./tasks/oneshots.ts";
import { PLACEMENTS, onPlacements } from "./tasks/placements.ts";
import { RECV_VERBS, recvOne, sendOne, trySendOne } from "./tasks/verbs.ts";
import { receiversAt, sendersAt, until, used, world } from "./tasks/world.ts";

const the = world();
const refused = Array(6).fill("ERR_CHANNEL_CLOSED");

onPlacements((name) => {
  const place = () => PLACEMENTS[name](the.rt);

  test.each(Object.entries(RECV_VERBS))("a value sent first is there for %s, then it is closed forever", async (_verb, recv) => {
    const c = the.rt.oneshot(i32);
    expect([c.capacity, c.length]).toEqual([1, 0]);
    expect(await place().left(sendOne, c, 5)).toBe("sent");
    expect(c.length).toBe(1);
    expect(await place().left(useClosed, c)).toEqual(refused);
    expect(await place().right(recv, c, 1)).toEqual([5]);
    expect(c.length).toBe(0);
    expect((await place().right(drainClosed, c)).values).toEqual([]);
    expect(await place().left(useClosed, c)).toEqual(refused);
  });

  test("of two receivers that wait, the first gets the value and the other sees the end", async () => {
    const c = the.rt.oneshot(i32);
    const first = place().right(recvOne, c);
    await until(() => receiversAt(the.rt, c) === 1);
    const second = place().left(recvOne, c);
    await until(() => receiversAt(the.rt, c) === 2);
    expect(await place().left(trySendOne, c, 6)).toBe(true);
    expect([await first, await second]).toEqual([6, null]);
  });

  test("closed without a value, it gives none", async () => {
    const c = the.rt.oneshot(i32);
    const waiting = place().right(recvOne, c);
    await until(() => receiversAt(the.rt, c) === 1);
    c.close();
    expect(await waiting).toBeNull();
    expect(await place().left(useClosed, c)).toEqual(refused);
  });

  test("of two sends at once exactly one is sent", async () => {
    for (let round = 0; round < 50; round++) {
      const c = the.rt.oneshot(i32);
      const sent = await Promise.all([place().left(sendOne, c, 1), place().right(sendOne, c, 2)]);
      expect(sent.toSorted()).toEqual(["ERR_CHANNEL_CLOSED", "sent"]);
      expect(await place().right(recvOne, c)).toBe(sent[0] === "sent" ? 1 : 2);
    }
  });

  test("fresh oneshots by the thousand, each with one answer, leave the arena as it was", { tags: ["deep"] }, async () => {
    const ask = async (count: number) => {
      const requests = the.rt.chan(REQUEST, 4);
      const answered = place().right(answerOneshots, requests);
      expect(await place().left(askOneshots, requests, count)).toBe(0);
      expect(await answered).toBe(count);
    };
    await ask(100);
    const before = used(the.rt);
    await ask(3000);
    expect(used(the.rt)).toBe(before);
  });
});

describe("on the main thread", () => {
  test("sendMany stops at the second value and says that one was sent", async () => {
    const c = the.rt.oneshot(i32);
    await expect((async () => c.sendMany([1, 2, 3]))()).rejects.toMatchObject({ code: "ERR_CHANNEL_CLOSED", details: { sent: 1 } });
    expect([c.tryRecv(), c.tryRecv(), sendersAt(the.rt, c)]).toEqual([1, undefined, 0]);
  });

  test("a select receives its value, then sees it closed", async () => {
    const c = the.rt.oneshot(i32);
    const waiting = select({ reply: c });
    c.trySend(8);
    expect(await waiting).toEqual({ case: "reply", value: 8 });
    expect(await select({ reply: c })).toEqual({ case: "reply", value: undefined });
  });

  test("a select sends its value, and a second one is refused", async () => {
    const c = the.rt.oneshot(i32);
    expect(await select({ reply: c.sending(9) })).toEqual({ case: "reply" });
    expect(() => select({ reply: c.sending(9) })).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
    expect(c.tryRecv()).toBe(9);
  });
});
