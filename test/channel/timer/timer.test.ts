/** Timers: never early, no value from before a stop or a reset, on one thread and across threads. */
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { performance as clock } from "../../../src/host.ts";
import { type Receiver, after, chan, f64, i32, run, select, start, ticker, timer } from "../../../src/index.ts";
import { onThreads } from "../../on-threads.ts";
import { thrown } from "../../runtime/until.ts";
import { collectGarbage } from "../tasks/garbage.ts";
import { receiversAt, until, used, world } from "../tasks/world.ts";
import { countValues, playHere, playSeries, recvFrom, serveTimer, waitsForArmed, waitsForFired, waitsForStopped } from "./timer-tasks.ts";

const the = world(2);

/** Computes for so long: nothing else runs here during that time. */
function burn(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

const recv = (from: Receiver<number>): Promise<number | undefined> => Promise.try(() => from.recv());
const nowMs = (): number => performance.timeOrigin + performance.now();

describe("a timer", () => {
  test.each([0, 0.3, 1, 20])("of %d ms fires once, never early, with the time at which it was due", async (delayMs) => {
    const beginMs = nowMs();
    using one = timer(delayMs);
    const madeMs = nowMs();
    const at = (await recv(one)) as number;
    // Times since 1970 are rounded to a quarter of a microsecond.
    expect(nowMs()).toBeGreaterThanOrEqual(at - 0.001);
    expect(at).toBeGreaterThanOrEqual(beginMs + delayMs - 0.001);
    expect(at).toBeLessThanOrEqual(madeMs + delayMs + 0.001);
    expect([one.length, one.tryRecv()]).toEqual([0, undefined]);
    // It is not closed: it can be set again.
    expect(await select({ one, quit: after(5) })).toMatchObject({ case: "quit" });
  });

  test("is not armed while nobody waits, and leaves no timer", async () => {
    const { timers } = the.rt.side;
    using one = timer(1e6);
    expect([timers.count, one.length, one.capacity, one.tryRecv()]).toEqual([0, 0, 1, undefined]);
    const value = recv(one);
    expect(timers.count).toBe(1);
    expect(one.reset(1)).toBe(true);
    await value;
    expect(timers.count).toBe(0);
  });

  test("stop: true while it runs or its value was not received, then false; nothing is received after it", async () => {
    using one = timer(1);
    burn(2);
    expect([one.length, one.stop(), one.stop(), one.length, one.tryRecv()]).toEqual([1, true, false, 0, undefined]);
    expect(await select({ one, quit: after(5) })).toMatchObject({ case: "quit" });
    one.reset(1);
    await recv(one);
    expect([one.stop(), the.rt.side.timers.count]).toEqual([false, 0]);
  });

  test("reset: drops the value from before, sets it again after a stop and after it has fired", async () => {
    using one = timer(1);
    burn(2);
    expect([one.reset(1e6), one.length, one.tryRecv()]).toEqual([true, 0, undefined]);
    expect([one.stop(), one.reset(1)]).toEqual([true, false]);
    await recv(one);
    const beginMs = performance.now();
    expect(one.reset(3)).toBe(false);
    await recv(one);
    expect(performance.now() - beginMs).toBeGreaterThanOrEqual(3);
  });

  test("a receive that waits survives stop and reset, and gets the value of the last reset", async () => {
    using one = timer(1e6);
    const waiting = recv(one);
    one.stop();
    expect(the.rt.side.timers.count).toBe(0);
    one.reset(1e6);
    const beginMs = nowMs();
    one.reset(2);
    expect((await waiting) as number).toBeGreaterThanOrEqual(beginMs + 2 - 0.001);
  });

  test("of several waits the first gets the value; in selects the loser takes none", async () => {
    using one = timer(1);
    const order: number[] = [];
    const waits = [0, 1, 2].map((k) => recv(one).then(() => order.push(k)));
    for (let k = 0; k < 3; k++) {
      await until(() => order.length === k + 1);
      expect(one.reset(1)).toBe(false);
    }
    await Promise.all(waits);
    expect(order).toEqual([0, 1, 2]);
    const now = after(0);
    await until(() => now.length === 1);
    expect(await select({ now })).toMatchObject({ case: "now" });
    const [first, second] = [Promise.try(() => select({ one })), recv(one)];
    expect(await first).toMatchObject({ case: "one" });
    one.reset(1);
    expect(await second).toBeTypeOf("number");
  });

  test("a receive that begins when a value is due comes after those that wait", async () => {
    using one = timer(1);
    const [waiting, chosen] = [recv(one), Promise.try(() => select({ one }))];
    // No turn of the event loop, so no timer has called back.
    const endMs = performance.now() + 2;
    while (performance.now() < endMs);
    expect([one.tryRecv(), one.length]).toEqual([undefined, 0]);
    expect(await waiting).toBeTypeOf("number");
    one.reset(0);
    while (one.length === 0);
    const last = recv(one);
    expect(await chosen).toMatchObject({ case: "one" });
    one.reset(0);
    expect(await last).toBeTypeOf("number");
    using ticks = ticker(50);
    const tick = recv(ticks);
    const untilMs = performance.now() + 51;
    while (performance.now() < untilMs);
    expect(ticks.tryRecv()).toBeUndefined();
    expect(await tick).toBeTypeOf("number");
    const once = after(1);
    const [earlier, later] = [recv(once), Promise.try(() => select({ once }))];
    const onceMs = performance.now() + 2;
    while (performance.now() < onceMs);
    // It is closed after its one value.
    expect(await once.recv()).toBeUndefined();
    expect([typeof (await earlier), await later]).toEqual(["number", { case: "once", value: undefined }]);
    expect(the.rt.side.timers.count).toBe(0);
  });

  test.each([0, 1, 2, 3, 4])("a value that becomes due after %d looks at the clock is not for a receive that begins", async (looks) => {
    const { now } = clock;
    for (const make of [() => timer(1e5), () => ticker(1e5), () => after(1e5)]) {
      for (const how of ["tryRecv", "recv", "select"] as const) {
        const source = make();
        const controller = new AbortController();
        const { signal } = controller;
        const waiting = Promise.try(() => source.recv({ signal })).catch(() => "none");
        let count = 0;
        const late = vi.spyOn(clock, "now").mockImplementation(() => now() + (count++ < looks ? 0 : 2e5));
        onTestFinished(() => late.mockRestore());
        const got = how === "tryRecv" ? source.tryRecv() : how === "recv" ? source.recv({ signal }) : select({ source }, { otherwise: true });
        late.mockRestore();
        if (how !== "select") expect(got instanceof Promise ? "waits" : got).toBeOneOf([undefined, "waits"]);
        // `after` is closed when its value has been given, the others never.
        else expect(await got).toBeOneOf([{ case: "otherwise" }, ...("stop" in source ? [] : [{ case: "source", value: undefined }])]);
        controller.abort();
        if (got instanceof Promise) await got.catch(() => undefined);
        // The first look was late enough: then it has come to the one that waits.
        expect(await waiting).toEqual(looks === 0 ? expect.any(Number) : expect.toBeOneOf(["none", expect.any(Number)]));
      }
    }
  });

  test("an aborted wait leaves its place and no timer", async () => {
    using one = timer(1e6);
    const controller = new AbortController();
    const aborted = Promise.try(() => one.recv({ signal: controller.signal })).catch((error: unknown) => error);
    controller.abort("enough");
    expect(await aborted).toBe("enough");
    expect([the.rt.side.timers.count, one.stop()]).toEqual([0, true]);
  });

  test("disposing ends the receives that wait, as a closed channel does; then reset throws", async () => {
    const one = timer(1e6);
    const waiting = [recv(one), Promise.try(() => select({ one }))] as const;
    one[Symbol.dispose]();
    one[Symbol.dispose]();
    expect(await Promise.all(waiting)).toEqual([undefined, { case: "one", value: undefined }]);
    expect([await one.recv(), one.tryRecv(), one.stop(), one.length]).toEqual([undefined, undefined, false, 0]);
    expect(() => one.reset(1)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
  });

  test("a delay that is not a number is refused, one below 0 is 0, Infinity never fires", async () => {
    for (const delay of [Number.NaN, "5", null, undefined, 1n]) {
      expect(() => timer(delay as number)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("timer needs a number") }));
      using one = timer(1e6);
      expect(() => one.reset(delay as number)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
      expect(one.stop()).toBe(true);
    }
    using past = timer(-5);
    expect(past.length).toBe(1);
    using never = timer(Infinity);
    using late = timer(2 ** 31);
    expect(await select({ never, late, quit: after(5) })).toMatchObject({ case: "quit" });
    expect([never.stop(), never.stop(), late.stop()]).toEqual([true, false, true]);
  });

  test("each start ends in one value, or in one stop or reset that returned true", async () => {
    for (let seed = 1; seed <= 5; seed++) {
      using one = timer(0.5);
      const { starts, received, cancelled } = await playSeries(one, 300, seed, true);
      expect([received + cancelled, seed]).toEqual([starts, seed]);
    }
    expect(the.rt.side.timers.count).toBe(0);
  });
});

describe("a timer of another thread", () => {
  test("is a plain receiver there; stop and reset of its maker reach it", async () => {
    using one = timer(1e6);
    const waiting = the.rt.spawn.on(0)(recvFrom, one);
    await until(() => receiversAt(the.rt, (one as unknown as { materialized: object }).materialized ?? one) === 1);
    expect(one.stop()).toBe(true);
    const beginMs = nowMs();
    expect(one.reset(2)).toBe(false);
    expect((await waiting) as number).toBeGreaterThanOrEqual(beginMs + 2 - 0.001);
    expect([one.stop(), one.reset(1)]).toEqual([false, false]);
    expect(await recv(one)).toBeTypeOf("number");
  });

  test.each([0, 1])("each start ends in one value there, or in one true here; receiver on thread %i", async (place) => {
    for (let seed = 1; seed <= 3; seed++) {
      const one = timer(0.5);
      const ready = chan(i32);
      const counting = the.rt.spawn.on(place)(countValues, one, ready);
      await ready.recv();
      const { starts, received, cancelled } = await playSeries(one, 300, seed, false);
      one[Symbol.dispose]();
      expect([(await counting) + received + cancelled, seed]).toEqual([starts, seed]);
      ready.close();
    }
    expect(the.rt.side.timers.count).toBe(0);
  });

  test("made on a thread, received from by others and here", async () => {
    const values = chan(f64, 1);
    the.rt.go(serveTimer, values);
    expect(await values.recv()).toBeTypeOf("number");
    values.close();
    const all = await Promise.all([0, 1].map((place) => the.rt.spawn.on(place)(playHere, 200, place)));
    for (const { starts, received, cancelled } of all) expect(received + cancelled).toBe(starts);
  });

  test("one that nobody on any thread has any more leaves nothing", async () => {
    const { timers } = the.rt.side;
    await collectGarbage(the.rt);
    const before = used(the.rt);
    await (async () => {
      for (let k = 0; k < 100; k++) await the.rt.spawn.on(0)(recvFrom, timer(0.1));
    })();
    await until(async () => {
      await collectGarbage(the.rt);
      return timers.count === 0 && used(the.rt) <= before + 4096;
    });
  });
});

test("after the runtime has stopped, reset and receive are refused, stop and disposal do nothing", async () => {
  const rt = await start({ threads: 1 });
  const [local, sent, waited] = [rt.timer(1e6), rt.timer(1e6), rt.timer(1e6)];
  const there = thrown(() => rt.spawn(recvFrom, sent));
  const here = thrown(() => waited.recv());
  await rt.stop();
  expect([await there, await here]).toMatchObject([{ code: "ERR_RUNTIME_STOPPED" }, { code: "ERR_RUNTIME_STOPPED" }]);
  for (const one of [local, sent, waited]) {
    expect(() => one.reset(1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
    expect(await thrown(() => one.recv())).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    one.stop();
    one[Symbol.dispose]();
  }
  expect(() => rt.timer(1)).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
});

onThreads("a run program on %i threads", (threads) => {
  test("is not taken for a deadlock while a timer is armed, on this thread or for another", async () => {
    expect(await run(waitsForArmed, { threads, args: [700] })).toBe(1);
  });

  test("is one if its timer has fired or was stopped", async () => {
    expect(await thrown(() => run(waitsForFired, { threads }))).toMatchObject({ code: "ERR_DEADLOCK", message: expect.stringContaining("timer(not set)") });
    expect(await thrown(() => run(waitsForStopped, { threads }))).toMatchObject({ code: "ERR_DEADLOCK" });
  });
});
