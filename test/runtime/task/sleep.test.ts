import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, i32, start } from "../../../src/index.ts";
import { alternate, sleepMany, sleepOften, ticksAmidChat, yieldFairly } from "./sleep-tasks.ts";
import { thrown, until } from "../until.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});

describe("sleep", () => {
  test("is never early, on a thread", async () => {
    for (const { asked, slept } of await rt.spawn(sleepMany, [0, 0.1, 0.5, 1, 1.5, 2, 3.7, 5, 10, 20])) expect(slept).toBeGreaterThanOrEqual(asked);
  });

  test("is never early on the main thread", async () => {
    await Promise.all(
      Array.from({ length: 50 }, async (_, k) => {
        const asked = (k % 10) * 0.7;
        const before = performance.now();
        await rt.sleep(asked);
        expect(performance.now() - before).toBeGreaterThanOrEqual(asked);
      }),
    );
  });

  test("of 0, 1, 5, 50 and 100 ms, forty times each, is never early; the latest is printed", async () => {
    const asked = [0, 1, 5, 50, 100];
    const lateMs = (await rt.spawn(sleepMany, [...asked, ...asked, ...asked, ...asked])).map(({ asked: ms, slept }) => slept - ms);
    expect(lateMs).toHaveLength(200);
    expect(Math.min(...lateMs)).toBeGreaterThanOrEqual(0);
    console.log(`sleep: at most ${Math.max(...lateMs).toFixed(1)} ms late`);
  });

  test("a hundred thousand sleeps of 0 ms all end", async () => {
    expect(await rt.spawn(sleepOften, 100_000)).toBe(100_000);
  });

  test("a timer fires while two tasks of its thread send to each other without pause", async () => {
    expect(await rt.spawn(ticksAmidChat, 20)).toBeGreaterThan(0);
  });

  test("in the order of the deadlines, whatever the order of the calls", async () => {
    // A deadline is known up to the time that the call took, which a busy machine can make long.
    const woken: { earliest: number; latest: number }[] = [];
    const delays = [25, 5, 45, 15, 35];
    await Promise.all(delays.map((ms) => {
      const earliest = performance.now() + ms;
      const sleeping = rt.sleep(ms);
      const latest = performance.now() + ms;
      return sleeping.then(() => woken.push({ earliest, latest }));
    }));
    expect(woken).toHaveLength(5);
    for (const [k, { earliest }] of woken.entries()) for (const { latest } of woken.slice(k)) expect(earliest).toBeLessThanOrEqual(latest);
  });

  test("a negative delay is none", async () => {
    await rt.sleep(-5);
    await rt.sleep(-Infinity);
  });

  test.each([[NaN], ["5"], [undefined], [null], [1n]])("%s is refused", async (delay) => {
    expect(await thrown(() => rt.sleep(delay as number))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("a far-off and an infinite sleep end by their signal, and leave no timer", async () => {
    const controller = new AbortController();
    const far = [rt.sleep(2 ** 40, { signal: controller.signal }), rt.sleep(Infinity, { signal: controller.signal })];
    const reason = new Error("enough");
    controller.abort(reason);
    for (const slept of await Promise.allSettled(far)) expect(slept).toEqual({ status: "rejected", reason });
    expect((await rt.dump()).threads[2]).toMatchObject({ parked: [], outside: 0 });
  });

  test("a signal that has aborted already", async () => {
    const reason = new Error("before");
    expect(await thrown(() => rt.sleep(1, { signal: AbortSignal.abort(reason) }))).toBe(reason);
  });

  test("an abort wakes only its own sleeper", async () => {
    const controller = new AbortController();
    const aborted = thrown(() => rt.sleep(1e9, { signal: controller.signal }));
    const neighbour = rt.sleep(30);
    controller.abort();
    expect(await aborted).toMatchObject({ name: "AbortError" });
    await neighbour;
  });
});

describe("yieldNow", () => {
  test("lets two tasks of one thread take turns", async () => {
    const order = await rt.spawn(alternate, 20);
    expect(order.match(/ab|ba/g)?.length).toBeGreaterThanOrEqual(19);
  });

  test("lets Node's timers, immediates and I/O of the thread have a turn", async () => {
    expect(await rt.spawn(yieldFairly)).toEqual({ immediate: true, timer: true, file: true });
  });

  test("on the main thread too", async () => {
    let ticked = false;
    setImmediate(() => {
      ticked = true;
    });
    while (!ticked) await rt.yieldNow();
    expect(ticked).toBe(true);
  });

  test("operations that complete immediately yield by themselves when the slice is used up", async () => {
    const ch = rt.chan(i32, 1);
    let ticked = false;
    setTimeout(() => {
      ticked = true;
    }, 1);
    while (!ticked) {
      await ch.send(1);
      await ch.recv();
    }
    expect(ticked).toBe(true);
    await until(() => ch.length === 0);
  });
});
