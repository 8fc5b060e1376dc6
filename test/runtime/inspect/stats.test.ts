/** What the counters of stats() say, also of a thread that computes. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Chan, type Runtime, type RuntimeStats, i32, start } from "../../../src/index.ts";
import { send } from "./stats-tasks.ts";
import { add, tree } from "../start-tasks.ts";
import { until } from "../until.ts";
import { burn, burnCpu, parkOn, spin } from "../world-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});
beforeEach(async () => {
  await until(async () => (await rt.stats()).tasks === 0);
});

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);

/** The reasons for which something is parked. */
const reasons = ({ parked }: Pick<RuntimeStats, "parked">): Record<string, number> => Object.fromEntries(Object.entries(parked).filter(([, count]) => count !== 0));

describe("tasks and memory", () => {
  test("started and finished count each task once, on the thread that ran it", async () => {
    const before = (await rt.stats()).threads;
    await rt.spawn.on(0)(add, 1, 2);
    await rt.spawn.on(0)(add, 1, 2);
    await rt.spawn.on(1)(add, 1, 2);
    const after = (await rt.stats()).threads;
    expect(after.map(({ started }, k) => started - before[k].started)).toEqual([2, 1]);
    expect(after.map(({ finished }, k) => finished - before[k].finished)).toEqual([2, 1]);
    await rt.spawn(tree, 4);
    const { threads } = await rt.stats();
    expect(sum(threads.map(({ finished }) => finished)) - sum(after.map(({ finished }) => finished))).toBe(31);
  });

  test("the load is what is placed and not finished", async () => {
    const gate = rt.chan(i32);
    const waiting = [0, 0, 0, 1].map((index) => rt.spawn.on(index)(parkOn, "receive", gate));
    await until(async () => (await rt.stats()).parked.receive === 4);
    expect((await rt.stats()).threads.map(({ load }) => load)).toEqual([3, 1]);
    gate.close();
    await Promise.all(waiting);
    expect((await rt.stats()).threads.map(({ load }) => load)).toEqual([0, 0]);
  });

  test("the arena's use goes up with what is allocated, and back", async () => {
    const before = (await rt.stats()).arena;
    const array = rt.shared.bytes(10_000_000);
    const during = (await rt.stats()).arena;
    expect(during.used - before.used).toBeGreaterThanOrEqual(10_000_000);
    array.free();
    expect((await rt.stats()).arena.used).toBe(before.used);
    expect(during.limit).toBe(1_073_741_824);
    expect(during.reserved).toBeGreaterThanOrEqual(during.used);
  });
});

describe("parked, by reason", () => {
  test.each([0, 1])("of tasks on thread %i and of the main thread, up and down again", async (thread) => {
    expect(reasons(await rt.stats())).toEqual({});
    const ch: Chan<number> = rt.chan(i32);
    const full = rt.chan(i32, 1);
    full.trySend(1);
    const joins = (["receive", "receive", "select"] as const).map((how) => rt.spawn.on(thread)(parkOn, how, ch));
    joins.push(rt.spawn.on(thread)(parkOn, "send", full));
    const received = rt.spawn(async () => ch.recv());
    await until(async () => (await rt.stats()).threads[thread].parked.send === 1 && (await rt.stats()).main.parked.receive === 1);
    await until(async () => (await rt.stats()).threads[thread].parked.receive === 2 && (await rt.stats()).parked.select === 1);
    const stats = await rt.stats();
    expect(reasons(stats)).toEqual({ receive: 3, select: 1, send: 1, join: 5 });
    expect(reasons(stats.threads[1 - thread])).toEqual({});
    expect(reasons(stats.main)).toEqual({ receive: 1, join: 5 });
    expect(stats.tasks).toBe(5);
    await full.recv();
    ch.close();
    await Promise.all([...joins, received]);
    expect(reasons(await rt.stats())).toEqual({});
  });

  test("an operation that a signal ends is not parked any more", async () => {
    const controller = new AbortController();
    const received = rt.chan(i32).recv({ signal: controller.signal }) as Promise<number>;
    expect((await rt.stats()).main.parked.receive).toBe(1);
    controller.abort();
    await expect(received).rejects.toThrow("aborted");
    expect((await rt.stats()).main.parked.receive).toBe(0);
  });

  test("one that another task of the thread has ended is ready, not parked", async () => {
    const ch = rt.chan(i32);
    const received = ch.recv();
    ch.trySend(1);
    const asked = rt.stats();
    expect((await asked).main).toMatchObject({ ready: 1, parked: { receive: 0 } });
    expect(await received).toBe(1);
    expect((await rt.stats()).main.ready).toBe(0);
  });
});

describe("sends", () => {
  const CASES = [["one by one", 7], ["without waiting", 1], ["a batch", 100], ["by select", 1], ["by a select with a disabled case", 1], ["none", 0]] as const;

  test.each([0, 1, 8].flatMap((capacity) => CASES.map(([how, sent]) => [how, capacity, sent] as const)))("%s, capacity %i: %i", async (how, capacity, sent) => {
    const ch = rt.chan(i32, capacity);
    const before = await rt.stats();
    const sending = rt.spawn.on(1)(send, ch, how);
    const values = [];
    for await (const value of ch) values.push(value);
    await sending;
    const after = await rt.stats();
    expect(after.threads[1].sends - before.threads[1].sends).toBe(sent);
    expect(after.sends - before.sends).toBe(sent);
    expect(values).toHaveLength(sent);
  });
});

describe("a thread that computes", () => {
  test("is counted without being asked, and its time in the slice goes on", { tags: ["deep"] }, async () => {
    const own = await start({ threads: 2 });
    const flag = own.shared.int32(1);
    own.go.on(0)(spin, flag);
    await until(() => flag.array[0] === 1);
    own.go.on(0)(burn, 1);
    await until(async () => (await own.stats()).threads[0].busyMs > 50);
    const { tasks, ready, threads } = await own.stats();
    expect({ tasks, ready }).toEqual({ tasks: 2, ready: 1 });
    expect(threads[1].busyMs).toBeLessThan(threads[0].busyMs);
    const { cpuNs } = threads[0];
    await until(async () => (await own.stats()).threads[0].cpuNs > cpuNs);
    await own.stop();
  });

  test("has the CPU time and the time in slices; what is waited counts as neither", async () => {
    const before = (await rt.stats()).threads;
    await rt.spawn.on(0)(burnCpu, 150);
    const after = (await rt.stats()).threads;
    const [busyNs, idleNs] = after.map(({ cpuNs }, k) => cpuNs - before[k].cpuNs);
    expect(busyNs).toBeGreaterThan(100e6);
    expect(idleNs).toBeLessThan(busyNs / 2);
    const [busyMs, idleMs] = after.map(({ busyMs: ms }, k) => ms - before[k].busyMs);
    expect(busyMs).toBeGreaterThanOrEqual(99);
    expect(idleMs).toBeLessThan(busyMs);
    // Idle: the time in slices stands still while the clock goes on.
    await until(async () => {
      const first = (await rt.stats()).threads[0].busyMs;
      await new Promise((resolve) => setTimeout(resolve, 20));
      return (await rt.stats()).threads[0].busyMs === first;
    });
  });
});
