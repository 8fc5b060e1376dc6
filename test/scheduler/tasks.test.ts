import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Runtime, i32, start } from "../../src/index.ts";
import { until } from "../runtime/until.ts";
import { blockUntilSet, burn, computeFor, hogAndLight, ioUnderLoad, mark, pass, pump, respawn, respawnAnywhere, sink, startCrowd, submitThenCompute } from "./crowd-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});
afterEach(async () => {
  await until(async () => (await rt.stats()).threads.every(({ load, started, finished }) => load === 0 && started === finished), "no task is left");
});

const placed = async (): Promise<number[]> => (await rt.stats()).threads.map(({ load }) => load);
const startedOn = async (): Promise<number[]> => (await rt.stats()).threads.map(({ started }) => started);

describe("every task runs once", () => {
  test("50,000 from inside one task: each once, and every thread ran some", { tags: ["deep"] }, async () => {
    const count = 50_000;
    using cells = rt.shared.int32(count);
    const before = await startedOn();
    await rt.spawn(startCrowd, cells, count);
    await until(() => cells.array.every((times) => times > 0));
    await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
    expect(cells.array.every((times) => times === 1)).toBe(true);
    for (const ran of (await startedOn()).map((started, k) => started - before[k])) expect(ran).toBeGreaterThan(0);
  });

  test("20,000 from the main thread, joined", { tags: ["deep"] }, async () => {
    const count = 20_000;
    using cells = rt.shared.int32(count);
    await Promise.all(Array.from({ length: count }, (_, index) => rt.spawn(mark, cells, index)));
    expect(cells.array.every((times) => times === 1)).toBe(true);
  });
});

describe("stealing", () => {
  test("the owner computes while idle threads take what it has not started", async () => {
    const count = 200;
    using cells = rt.shared.int32(count);
    const owner = await rt.spawn(submitThenCompute, cells, count, 20_000);
    expect(cells.array.includes(0)).toBe(false);
    expect(new Set(cells.array).has(owner)).toBe(false);
  });
});

describe("placement by least load", () => {
  test("four equal tasks on two threads are two and two, every time", async () => {
    for (let round = 0; round < 20; round++) {
      // The loads are hints: one is stale while its thread takes a task. So both threads take none.
      using cells = rt.shared.int32(2);
      const blocked = [0, 1].map((thread) => rt.spawn.on(thread)(blockUntilSet, cells, 2));
      await until(() => Atomics.load(cells.array, 1) === 2);
      const before = await placed();
      const joins = Array.from({ length: 4 }, () => rt.spawn(burn, 0));
      const places = (await placed()).map((load, thread) => load - (before[thread] as number));
      Atomics.store(cells.array, 0, 1);
      Atomics.notify(cells.array, 0);
      await Promise.all([...blocked, ...joins]);
      expect(places, `round ${round}`).toEqual([2, 2]);
    }
  });

  test("a thread with many waiting tasks gets no more while the other has less", async () => {
    const gate = rt.chan(i32);
    // Two more than the others will be: a load that is stale for a moment is one too many.
    const waiting = Array.from({ length: 8 }, () => rt.spawn.on(0)(computeFor, 0, gate));
    const tracing = await rt.trace();
    const others = Array.from({ length: 6 }, () => rt.spawn(computeFor, 0, gate));
    const { events } = await tracing.stop();
    gate.close();
    await Promise.all([...waiting, ...others]);
    expect(events.flatMap((event) => (event.kind === "spawn" ? [event.to] : []))).toEqual([1, 1, 1, 1, 1, 1]);
  });
});

describe("fairness on one thread", () => {
  test("a hog that yields leaves a light pair its share", async () => {
    const { hog, light } = await rt.spawn(hogAndLight, 300, true);
    expect(hog / light).toBeGreaterThanOrEqual(0.5);
    expect(hog / light).toBeLessThanOrEqual(2);
  });

  test("without a yield of its own the light pair still gets turns", async () => {
    const { hog, light } = await rt.spawn(hogAndLight, 300, false);
    expect(Math.min(hog, light)).toBeGreaterThan(0);
  });

  test("TCP and timers have their turn while 100 tasks are always ready", async () => {
    const { echoed, timedOut, turns } = await rt.spawn(ioUnderLoad, 100);
    expect({ echoed, timedOut }).toEqual({ echoed: "gopher", timedOut: "timer" });
    expect(turns).toBeGreaterThan(100);
  });

  test.each([
    ["on its own thread", respawn],
    ["anywhere", respawnAnywhere],
  ])("a chain that starts itself forever, %s, holds nobody up", async (_where, chain) => {
    using stop = rt.shared.int32(2);
    rt.go(chain, stop);
    await until(() => stop.array[1] > 100);
    // Both threads still start tasks and let them finish.
    await rt.spawn.on(0)(burn, 0);
    await rt.spawn.on(1)(burn, 0);
    await rt.spawn(ioUnderLoad, 2);
    stop.array[0] = 1;
    await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
  });
});

describe("channels between threads", () => {
  test("the sleep protocol loses no wake-up: 18,000 hand-offs with pauses of every length", { tags: ["deep"] }, async () => {
    const first = rt.chan(i32);
    const second = rt.chan(i32);
    const third = rt.chan(i32);
    const passing = [rt.spawn.on(0)(pass, first, second), rt.spawn.on(1)(pass, second, third)];
    let seed = 11;
    for (let k = 0; k < 6000; k++) {
      await first.send(k);
      expect(await third.recv()).toBe(k + 2);
      // Let the threads watch, fall asleep, or be caught in between.
      seed = (seed * 48_271) % 2_147_483_647;
      const pause = seed % 100 < 97 ? seed % 3000 : seed % 300_000;
      for (let spun = 0; spun < pause; spun++);
      if (seed % 50 === 0) await rt.sleep(1);
    }
    first.close();
    await Promise.all(passing);
    const { sleeps } = (await rt.stats()).threads[0];
    expect(sleeps).toBeGreaterThan(0);
  });

  test("go on flowing while the main thread is busy", { tags: ["deep"] }, async () => {
    await using own = await start({ threads: 2 });
    const flow = own.chan(i32);
    const seen = own.shared.int32(2);
    own.go.on(0)(pump, flow, seen);
    own.go.on(1)(sink, flow, seen);
    await until(() => seen.array[1] > 0);
    const before = seen.array[1];
    // Busy for as long as it takes; the end of a minute is for the case that nothing flows.
    for (const endMs = performance.now() + 60_000; Atomics.load(seen.array, 1) <= before + 1000 && performance.now() < endMs; );
    expect(seen.array[1] - before).toBeGreaterThan(1000);
  });
});
