/** sendMany and recvMany where a batch does not go as a whole. */
import { expect, test } from "vitest";
import { type Chan, i32, json, struct, utf8 } from "../../src/index.ts";
import { recvEach } from "./tasks/verbs.ts";
import { quiet, sendersAt, until, used, world } from "./tasks/world.ts";

const the = world();

test("a batch that is larger than the channel arrives in order, whole, while others send too", async () => {
  const c = the.rt.chan(i32, 3);
  const received = the.rt.spawn.on(0)(recvEach, c, 0);
  await Promise.all([0, 1000, 2000].map((from) => c.sendMany(Array.from({ length: 500 }, (_, k) => from + k))));
  c.close();
  const seen = await received;
  for (const from of [0, 1000, 2000]) expect(seen.filter((value) => value >= from && value < from + 1000)).toEqual(Array.from({ length: 500 }, (_, k) => from + k));
});

test.each([0, 1, 3, 10])("capacity %i: a refused value ends a batch and says how many went before it, and where it was", async (capacity) => {
  const c = the.rt.chan(i32, capacity);
  const received = the.rt.spawn.on(0)(recvEach, c, 0);
  const batch = Array.from({ length: 20 }, (_, k) => (k === 17 ? 0.5 : k));
  const error = (await (async () => c.sendMany(batch))().catch((thrown: unknown) => thrown)) as { code: string; details: { sent: number; path: string } };
  expect(error.code).toBe("ERR_VALUE_REFUSED");
  c.close();
  const seen = await received;
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, k) => k));
  expect(error.details.sent).toBe(seen.length);
  expect(error.details.path).toBe("[17]");
});

/** Takes five values of a batch, and waits until the rest of it waits. */
async function firstFive(c: Chan<number>): Promise<number[]> {
  const seen: number[] = [];
  while (seen.length < 5) {
    const value = c.tryRecv();
    if (value === undefined) await the.rt.yieldNow();
    else seen.push(value);
  }
  await until(() => sendersAt(the.rt, c) === 1);
  return seen;
}

test.each([0, 1, 3, 10])("capacity %i: a close ends a batch that waits and says how many went before", async (capacity) => {
  const c = the.rt.chan(i32, capacity);
  const sending = (async () => c.sendMany(Array.from({ length: 40 }, (_, k) => k)))().catch((thrown: unknown) => thrown);
  const seen = await firstFive(c);
  c.close();
  for await (const value of c) seen.push(value);
  expect(seen).toEqual(Array.from({ length: seen.length }, (_, k) => k));
  expect(await sending).toMatchObject({ code: "ERR_CHANNEL_CLOSED", details: { sent: seen.length } });
});

test.each([0, 1, 3, 10])("capacity %i: an abort ends a batch that waits, says how many went before, and has the reason as cause", async (capacity) => {
  const reason = new Error("enough");
  const [controller, ctx] = [new AbortController(), the.rt.context()];
  for (const [signal, abort, code] of [[controller.signal, () => controller.abort(reason), "ERR_CANCELLED"], [ctx.signal, () => ctx.cancel(), "ERR_CANCELLED"]] as const) {
    const c = the.rt.chan(i32, capacity);
    const sending = (async () => c.sendMany(Array.from({ length: 40 }, (_, k) => k), { signal }))().catch((thrown: unknown) => thrown);
    const seen = await firstFive(c);
    abort();
    const error = await sending;
    for (let value = c.tryRecv(); value !== undefined; value = c.tryRecv()) seen.push(value);
    expect(error).toMatchObject({ code, cause: signal.reason, details: { sent: seen.length } });
    expect(seen).toEqual(Array.from({ length: seen.length }, (_, k) => k));
    c.close();
  }
  // Before the call nothing has been sent: the reason itself.
  const c = the.rt.chan(i32, capacity);
  expect(() => c.sendMany([1], { signal: controller.signal })).toThrow(reason);
  ctx[Symbol.dispose]();
  c.close();
});

test("a value whose getter throws ends a batch like one that does not fit", async () => {
  const c = the.rt.chan(json<unknown>(), 10);
  const cause = new RangeError("a getter");
  const bad = { get x() { throw cause; } };
  expect(await (async () => c.sendMany([1, 2, bad]))().catch((thrown: unknown) => thrown)).toMatchObject({ code: "ERR_VALUE_REFUSED", details: { sent: c.length } });
  for (const no of [5, null, undefined, {}, { length: -0.5 }]) expect(() => c.sendMany(no as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  c.close();
  while ((await c.recv()) !== undefined);
});

test("an empty batch sends nothing; recvMany takes what is there, at most `max`", async () => {
  const c = the.rt.chan(i32, 10);
  await c.sendMany([]);
  expect(c.length).toBe(0);
  await c.sendMany(Int32Array.of(1, 2, 3, 4, 5));
  expect(await c.recvMany(2)).toEqual([1, 2]);
  expect(await c.recvMany(100)).toEqual([3, 4, 5]);
  for (const max of [0, -1, 1.5, Number.NaN]) expect(() => c.recvMany(max)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  c.close();
  expect(await c.recvMany(1)).toBeUndefined();
});

test("a batch of blocks that is refused, closed or aborted half-way leaves the arena as it was", async () => {
  const type = struct({ key: utf8, value: json<unknown>() });
  const batch = Array.from({ length: 30 }, (_, k) => ({ key: `key ${k}`, value: { list: [k, "x".repeat(500)] } }));
  const attempt = async (): Promise<void> => {
    const c = the.rt.chan(type, 4);
    const refused = [...batch.slice(0, 3), { key: "\ud800", value: 1 }];
    await expect((async () => c.sendMany(refused))()).rejects.toMatchObject({ code: "ERR_VALUE_REFUSED" });
    const controller = new AbortController();
    const aborted = (async () => c.sendMany(batch, { signal: controller.signal }))().catch((error: unknown) => error);
    await until(() => sendersAt(the.rt, c) === 1);
    controller.abort("enough");
    expect(await aborted).toMatchObject({ code: "ERR_CANCELLED", cause: "enough", details: { sent: 4 } });
    const closed = (async () => c.sendMany(batch))().catch((error: unknown) => error);
    await until(() => sendersAt(the.rt, c) === 1);
    c.close();
    expect(await closed).toMatchObject({ code: "ERR_CHANNEL_CLOSED" });
    for await (const { key } of c) expect(key).toMatch(/^key /);
  };
  await attempt();
  await quiet(the.rt);
  const before = used(the.rt);
  await attempt();
  expect(used(the.rt)).toBe(before);
});
