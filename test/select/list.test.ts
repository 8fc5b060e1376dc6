/** Select over an array of cases: the index in the result, everything else as for names. */
import { describe, expect, test } from "vitest";
import { after, array, chan, chanOf, f64, i32, never, select, utf8, value } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { quiet, receiversAt, sendersAt, used, world } from "../channel/tasks/world.ts";
import { fanIn, fanOut, sendAll, takeAll } from "./list-tasks.ts";

const the = world(2);
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, k) => from + k);
const refusal = (code: string, text = "") => expect.objectContaining({ code, message: expect.stringContaining(text) });

describe("the case that is chosen", () => {
  test("is the index of a receive with its value, or of a send", async () => {
    const [a, b] = [chan(i32, 1), chan(utf8, 1)];
    b.trySend("b");
    expect(await select([a, b])).toEqual({ case: 1, value: "b" });
    const sent = await select([a.sending(3), b, undefined]);
    expect([sent.case, sent.value, a.tryRecv()]).toEqual([0, undefined, 3]);
    const waiting = select([undefined, a, never(), b, after(1e9)]);
    b.trySend("later");
    expect(await waiting).toEqual({ case: 3, value: "later" });
    b.close();
    expect(await select([a, b])).toEqual({ case: 1, value: undefined });
    a.close();
  });

  test("can be a timer, and otherwise, and none is left armed", async () => {
    const c = chan(i32);
    expect(await select([c], { otherwise: true })).toEqual({ case: "otherwise" });
    expect(await select([], { otherwise: true })).toEqual({ case: "otherwise" });
    const { case: which, value: atMs } = await select([c, after(1), after(1e9)]);
    expect([which, typeof atMs]).toEqual([1, "number"]);
    expect([the.rt.side.timers.count, receiversAt(the.rt, c)]).toEqual([0, 0]);
    c.close();
  });

  test("is each of those that are ready, in the end", async () => {
    const channels = numbers(20).map(() => chan(i32, 1));
    const seen = new Set<number>();
    for (const c of channels) c.trySend(1);
    while (seen.size < channels.length) {
      const { case: which } = await select(channels);
      seen.add(which);
      channels[which]?.trySend(1);
    }
    for (const c of channels) c.close();
    for (const c of channels) c.tryRecv();
  });

  test("one channel many times, receives and sends of it, one case commits", async () => {
    const c = chan(i32, 1);
    const all = [c, c, c.sending(1), c, c.sending(2)];
    const first = await select(all);
    expect([2, 4]).toContain(first.case);
    const { case: second, value: got } = await select(all);
    expect([[0, 1, 3].includes(second), got]).toEqual([true, first.case === 2 ? 1 : 2]);
    expect(c.length).toBe(0);
    c.close();
  });
});

describe("refused", () => {
  test("no case, what is no case, with its index, and what was encoded before is given back", async () => {
    const [c, texts] = [chan(i32, 1), chan(array(value<unknown>()), 1)];
    texts.trySend([]);
    const before = used(the.rt);
    expect(() => select([])).toThrow(refusal("ERR_SELECT_EMPTY"));
    for (const bad of [5, "c", {}, null, () => undefined]) expect(() => select([texts.sending(["x".repeat(999), { c }]), bad as never])).toThrow(refusal("ERR_INVALID_ARGUMENT", "case 1 must be"));
    expect(() => select([texts.sending(["x".repeat(999), { c }]), texts.sending([() => 1])])).toThrow(refusal("ERR_VALUE_REFUSED", "value[0]"));
    await expect(Promise.try(() => select([texts.sending([{ c }])], { signal: AbortSignal.abort(new Error("enough")) }))).rejects.toThrow("enough");
    const closed = chan(i32, 1);
    closed.close();
    await expect(Promise.try(() => select([never(), closed.sending(1)]))).rejects.toThrow(refusal("ERR_CHANNEL_CLOSED", "case 1"));
    await quiet(the.rt);
    expect([used(the.rt) <= before, sendersAt(the.rt, texts), texts.length]).toEqual([true, 0, 1]);
    for (const each of [c, texts]) each.close();
    texts.tryRecv();
  });

  test("only disabled cases wait for the signal; an array that an operand changes is refused or what it has become", async () => {
    await expect(select([undefined, never(), , undefined] as undefined[], { signal: AbortSignal.timeout(5) })).rejects.toMatchObject({ name: "TimeoutError" });
    const [a, b] = [chan(i32, 1), chan(value<unknown>(), 1)];
    const cases: unknown[] = [];
    const evil = { get x() { cases.length = 0; cases.push(5, 6, 7); return 1; } };
    cases.push(b.sending(evil), a);
    expect(() => select(cases as (typeof a)[])).toThrow(refusal("ERR_INVALID_ARGUMENT", "case 1"));
    expect([a.length, b.length]).toEqual([0, 0]);
    for (const c of [a, b]) c.close();
  });
});

onPlacements((name) => {
  const place = () => PLACEMENTS[name](the.rt);

  test.each([0, 1, 8])("capacity %i: what is merged from any number of inputs arrives once, each in order", async (capacity) => {
    const inputs = numbers(12).map(() => the.rt.chan(i32, capacity));
    const out = the.rt.chan(i32, capacity);
    const { left, right } = place();
    const merging = right(fanIn, inputs, out);
    const seen = left(takeAll, out);
    await Promise.all(inputs.map((c, k) => (k % 2 === 0 ? left : right)(sendAll, c, 1000 * k, 50)));
    expect(await merging).toEqual(inputs.map(() => 50));
    const came = await seen;
    for (const k of inputs.keys()) expect(came.filter((each) => Math.floor(each / 1000) === k)).toEqual(numbers(50, 1000 * k));
  });

  test.each([0, 1, 8])("capacity %i: each send goes to exactly the channel that the index names", async (capacity) => {
    const outputs = numbers(5).map(() => the.rt.chan(i32, capacity));
    const { left, right } = place();
    const received = outputs.map((c, k) => (k % 2 === 0 ? left : right)(takeAll, c));
    const counts = await Promise.all([left(fanOut, outputs, 0, 200), right(fanOut, outputs, 1000, 200)]);
    for (const c of outputs) c.close();
    const came = await Promise.all(received);
    expect(came.map(({ length }) => length)).toEqual(outputs.map((_, k) => (counts[0]?.[k] ?? 0) + (counts[1]?.[k] ?? 0)));
    expect(came.flat().toSorted((x, y) => x - y)).toEqual([...numbers(200), ...numbers(200, 1000)]);
  });
});

test("thousands of cases: the one that becomes ready, and nothing left of the others", async () => {
  const channels = numbers(3000).map(() => chan(i32));
  const controller = new AbortController();
  const before = used(the.rt);
  for (const index of [0, 1234, 2999]) {
    const waiting = select([...channels, ...channels]);
    channels[index]?.trySend(index);
    const got = await waiting;
    expect([got.case % 3000, got.value]).toEqual([index, index]);
  }
  const aborted = select(channels, { signal: controller.signal });
  const { parked } = (await the.rt.dump()).threads.at(-1) ?? { parked: [] };
  expect(parked.find(({ reason }) => reason === "select")?.on).toMatch(/ and 2984 more$/);
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ name: "AbortError" });
  await quiet(the.rt);
  expect(channels.some((c) => receiversAt(the.rt, c) > 0)).toBe(false);
  expect(used(the.rt)).toBeLessThanOrEqual(before + 1024);
  for (const c of channels) c.close();
});

test("more cases than 16 bits can count", { tags: ["deep"] }, async () => {
  const [idle, ready] = [chan(i32), chan(i32)];
  const cases = numbers(70_000).map((k) => (k === 69_000 ? ready : idle));
  const waiting = select(cases);
  expect(ready.trySend(9)).toBe(true);
  expect(await waiting).toEqual({ case: 69_000, value: 9 });
  expect(receiversAt(the.rt, idle)).toBe(0);
  for (const c of [idle, ready]) c.close();
});

test("a timer that is a case and the operand of another has its value when it is chosen", async () => {
  const timer = after(3);
  const c = chan(chanOf(f64), 1);
  c.trySend(never() as never);
  expect(await select({ timer, sent: c.sending(timer as never) })).toEqual({ case: "timer", value: expect.any(Number) });
  c.close();
});
