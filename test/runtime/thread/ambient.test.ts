import { afterEach, describe, expect, test } from "vitest";
import { Counter, Guarded, type Runtime, after, chan, go, i32, named, never, oneshot, select, shared, sleep, spawn, start, yieldNow } from "../../../src/index.ts";
import { add, sendSum, whereAmI } from "../start-tasks.ts";
import { startNested, runNested } from "./nested-tasks.ts";
import { thrown } from "../until.ts";

const open: Runtime[] = [];
async function opened(): Promise<Runtime> {
  const rt = await start({ threads: 1 });
  open.push(rt);
  return rt;
}
afterEach(async () => {
  await Promise.all(open.splice(0).map((rt) => rt.stop()));
});

const calls: [string, () => unknown][] = [
  ["go", () => go(add, 1, 2)],
  ["go.on", () => go.on("here")(add, 1, 2)],
  ["spawn", () => spawn(add, 1, 2)],
  ["spawn.on", () => spawn.on(0)(add, 1, 2)],
  ["chan", () => chan(i32)],
  ["oneshot", () => oneshot(i32)],
  ["select", () => select({ a: undefined }, { otherwise: true })],
  ["after", () => after(1)],
  ["never", () => never()],
  ["sleep", () => sleep(0)],
  ["yieldNow", () => yieldNow()],
  ["shared.float64", () => shared.float64(1)],
  ["shared.int32", () => shared.int32(1)],
  ["shared.bytes", () => shared.bytes(1)],
  ["named", () => named("count", () => new Counter())()],
  ["new Guarded", () => new Guarded({ n: i32 }, { n: 1 })],
];

describe("the free functions on the main thread", () => {
  test.each(calls)("%s without a runtime: ERR_NO_RUNTIME, by name", async (name, call) => {
    expect(await thrown(call)).toMatchObject({ code: "ERR_NO_RUNTIME", message: expect.stringContaining(name.replace(".on", "")) });
  });

  test("with one open they are its own", async () => {
    await opened();
    for (const [, call] of calls) await call();
    expect(await spawn(add, 1, 2)).toBe(3);
  });

  test("with two open: ERR_WHICH_RUNTIME, and the methods of each work", async () => {
    const first = await opened();
    const second = await opened();
    for (const [name, call] of calls) {
      expect(await thrown(call), name).toMatchObject({ code: "ERR_WHICH_RUNTIME", details: { open: 2 } });
    }
    const threads = [];
    for (const rt of [first, second]) {
      expect(await rt.spawn(add, 1, 2)).toBe(3);
      threads.push(await rt.spawn.on(0)(whereAmI));
      const out = rt.chan(i32, 1);
      rt.go(sendSum, out, 2, 2);
      expect(await rt.select({ out, quit: rt.never() })).toEqual({ case: "out", value: 4 });
      await rt.sleep(1);
      await rt.yieldNow();
      expect(await rt.after(1).recv()).toBeGreaterThan(0);
      expect(rt.shared.bytes(3).array).toHaveLength(3);
      expect(rt.oneshot(i32).trySend(1)).toBe(true);
    }
    expect(threads[0]).not.toBe(threads[1]);
  });

  test("when the second has stopped, it is clear again; when both have, there is none", { tags: ["deep"] }, async () => {
    const first = await opened();
    const second = await opened();
    await second.stop();
    expect(await spawn(add, 1, 2)).toBe(3);
    await first.stop();
    expect(await thrown(() => spawn(add, 1, 2))).toMatchObject({ code: "ERR_NO_RUNTIME" });
  });

  test("a select cannot mix channels of two runtimes", { tags: ["deep"] }, async () => {
    const first = await opened();
    const second = await opened();
    expect(await thrown(() => first.select({ mine: first.chan(i32), other: second.chan(i32) }))).toMatchObject({ code: "ERR_STALE_HANDLE" });
  });
});

describe("run() and start() on a thread of a runtime", () => {
  test("ERR_NESTED_RUN, which says what to do", async () => {
    const rt = await opened();
    for (const nested of [startNested, runNested] as (() => Promise<unknown>)[]) {
      expect(await thrown(() => rt.spawn(nested))).toMatchObject({ code: "ERR_NESTED_RUN", message: expect.stringContaining("isMain(import.meta)") });
    }
    expect(await rt.spawn(add, 1, 2)).toBe(3);
  });
});
