/** Pools: objects to use again, on one thread. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Pool } from "../../../src/index.ts";
import { world } from "../../channel/tasks/world.ts";
import { buffers, useBuffer } from "./pool-tasks.ts";

const the = world(2);
const invalid = expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" });

test("gives what was put back last, and makes what is not there", () => {
  let made = 0;
  const pool = new Pool(() => ({ number: ++made }));
  const [a, b] = [pool.get(), pool.get()];
  expect([a.number, b.number, pool.size]).toEqual([1, 2, 0]);
  pool.put(a);
  pool.put(b);
  expect(inspect(pool)).toBe("pool of 2 objects, at most 64");
  expect([pool.get(), pool.get(), pool.get().number]).toEqual([b, a, 3]);
});

test("keeps at most max objects, none with max 0, none after clear", () => {
  const pool = new Pool(() => [0], { max: 2 });
  const three = [pool.get(), pool.get(), pool.get()];
  for (const each of three) pool.put(each);
  expect([pool.size, pool.get(), pool.get(), pool.size]).toEqual([2, three[1], three[0], 0]);
  pool.put([1]);
  pool.clear();
  expect([pool.size, pool.get()]).toEqual([0, [0]]);
  const none = new Pool(() => [0], { max: 0 });
  none.put([1]);
  expect([none.size, none.get()]).toEqual([0, [0]]);
});

test("refuses what is no object, and an object that lies in it already; then nothing has changed", () => {
  const pool = new Pool<object>(() => ({}));
  const object = {};
  pool.put(object);
  for (const bad of [object, undefined, null, 5, "text", Symbol("s")]) expect(() => pool.put(bad as object)).toThrow(invalid);
  expect(pool.size).toBe(1);
  pool.put(() => 1);
  expect(pool.size).toBe(2);
  for (const make of [undefined, null, 5, {}]) expect(() => new Pool(make as never)).toThrow(invalid);
  for (const options of [null, 5, "max"]) expect(() => new Pool(() => ({}), options as never)).toThrow(invalid);
  for (const max of [-1, 1.5, Number.NaN, Infinity, "2", null]) expect(() => new Pool(() => ({}), { max: max as never })).toThrow(invalid);
});

test("a make that throws throws from get, and the pool goes on", () => {
  let isBroken = true;
  const pool = new Pool(() => {
    if (isBroken) throw new RangeError("mine");
    return [1];
  });
  expect(() => pool.get()).toThrow(new RangeError("mine"));
  isBroken = false;
  expect(pool.get()).toEqual([1]);
});

test("each thread has its own", async () => {
  const { number } = buffers.get();
  expect(number).toBe(1);
  for (const thread of [0, 1]) {
    for (let k = 0; k < 5; k++) expect(await the.rt.spawn.on(thread)(useBuffer)).toEqual({ number: 1, made: 1, size: 0 });
    await Promise.all(Array.from({ length: 5 }, () => the.rt.spawn.on(thread)(useBuffer)));
    expect(await the.rt.spawn.on(thread)(useBuffer)).toMatchObject({ made: 1 });
  }
});
