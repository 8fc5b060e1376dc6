// @module-tag deep
/** What a select leaves behind: nothing, however it ends. */
import { describe, expect, test } from "vitest";
import { after, chan, chanOf, i32, json, never, select, utf8 } from "../../src/index.ts";
import { PLACEMENTS, PLACEMENT_NAMES } from "../channel/tasks/placements.ts";
import { quiet, receiversAt, sendersAt, used, world } from "../channel/tasks/world.ts";
import { cancelSelects } from "./race.ts";

const the = world(2);

test.each(PLACEMENT_NAMES)("100 000 cancelled selects leave arena use flat and the queues empty: %s", async (name) => {
  const idle = [the.rt.chan(i32), the.rt.chan(i32)];
  const { left, right } = PLACEMENTS[name](the.rt);
  const cancel = (count: number) => Promise.all([left(cancelSelects, idle, count), right(cancelSelects, idle, count)]);
  await cancel(100);
  await quiet(the.rt);
  const before = used(the.rt);
  expect(await cancel(50_000)).toEqual([50_000, 50_000]);
  expect(used(the.rt)).toBe(before);
  for (const c of idle) {
    expect([receiversAt(the.rt, c), sendersAt(the.rt, c)]).toEqual([0, 0]);
    c.close();
  }
});

test("the same cases object, 10 000 times: no stale registration", async () => {
  const [a, b] = [chan(i32), chan(i32, 1)];
  const cases = { a, b, out: undefined, idle: never() };
  for (let k = 0; k < 10_000; k++) {
    const waiting = select(cases);
    expect((k % 2 === 0 ? a : b).trySend(k)).toBe(true);
    expect(await waiting).toEqual({ case: k % 2 === 0 ? "a" : "b", value: k });
  }
  expect([receiversAt(the.rt, a), receiversAt(the.rt, b)]).toEqual([0, 0]);
  a.close();
  b.close();
});

test("a select on timers leaves none armed once another case was chosen", async () => {
  const c = chan(i32);
  for (let k = 0; k < 1000; k++) {
    const waiting = select({ c, late: after(1e9), later: after(Number.POSITIVE_INFINITY) });
    c.trySend(k);
    expect(await waiting).toEqual({ case: "c", value: k });
  }
  expect(the.rt.side.timers.count).toBe(0);
  c.close();
});

describe("operands", () => {
  test("what a send case carries is freed when another case is chosen, otherwise is, or the channel is closed", async () => {
    const [text, channels, ready] = [chan(utf8, 1), chan(chanOf(i32), 1), chan(i32, 1)];
    const carried = chan(i32, 5);
    text.trySend("full");
    channels.trySend(carried);
    const before = used(the.rt);
    for (let k = 0; k < 100; k++) {
      ready.trySend(k);
      expect(await select({ text: text.sending("t".repeat(5000)), channels: channels.sending(carried), ready })).toEqual({ case: "ready", value: k });
      expect(await select({ text: text.sending("t".repeat(5000)), channels: channels.sending(carried) }, { otherwise: true })).toEqual({ case: "otherwise" });
    }
    expect(used(the.rt)).toBe(before);
    text.close();
    expect(() => select({ text: text.sending("t".repeat(5000)), channels: channels.sending(carried) })).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
    expect(used(the.rt)).toBe(before);
    for (const c of [text, channels, ready]) if (c !== text) c.close();
    expect([text.tryRecv(), (channels.tryRecv() as typeof carried).capacity]).toEqual(["full", 5]);
    carried.close();
  });

  test("the value of a send case is the one it had when the select began", async () => {
    const c = chan(json<{ n: number }>());
    const value = { n: 1 };
    const waiting = select({ out: c.sending(value) });
    value.n = 2;
    expect(await c.recv()).toEqual({ n: 1 });
    expect(await waiting).toEqual({ case: "out" });
    c.close();
  });
});

test("a select whose signal has fired already throws its reason and takes nothing", () => {
  const c = chan(i32, 1);
  c.trySend(1);
  expect(() => select({ c }, { signal: AbortSignal.abort(new Error("too late")) })).toThrow("too late");
  expect(c.tryRecv()).toBe(1);
  c.close();
});

test("a close wakes a select: a receive case with undefined, a send case with ERR_CHANNEL_CLOSED", async () => {
  const [a, b, other] = [chan(i32), chan(i32), chan(i32)];
  const [receiving, sending] = [select({ a, other }), select({ b: b.sending(1), other })];
  a.close();
  b.close();
  expect(await receiving).toEqual({ case: "a", value: undefined });
  await expect(sending).rejects.toMatchObject({ code: "ERR_CHANNEL_CLOSED", message: expect.stringContaining("case b") });
  expect(receiversAt(the.rt, other)).toBe(0);
  other.close();
});
