import { describe, expect, test } from "vitest";
import { i32, start } from "../../src/index.ts";
import { wasHeldUp } from "../../src/runtime/main/hand-off.ts";
import { until } from "../runtime/until.ts";
import { respawn } from "./crowd-tasks.ts";
import { block, compute, takePermit, waitFor, where } from "./reserve-tasks.ts";

describe("threads beyond the cores", () => {
  test.each([
    [2, [0, 1]],
    [9, [0, 1, 2, 3]],
  ])("of four threads, tasks go to those on %i cores", async (cores, expected) => {
    await using rt = await start({ threads: 4, cores });
    const gate = rt.chan(i32);
    const tracing = await rt.trace();
    const tasks = Array.from({ length: 100 }, () => rt.spawn(waitFor, gate));
    const { events } = await tracing.stop();
    gate.close();
    await Promise.all(tasks);
    const places = events.flatMap((event) => (event.kind === "spawn" ? [event.to] : []));
    expect([...new Set(places)].toSorted()).toEqual(expected);
  });

  test("run what the program places on them", async () => {
    await using rt = await start({ threads: 3, cores: 1 });
    const places = await Promise.all([0, 1, 2].map((index) => rt.spawn.on(index)(where)));
    expect(new Set(places).size).toBe(3);
  });

  test.each([
    ["blocks in the system", block],
    ["computes", compute],
  ])("take over while a task %s", async (_what, hold) => {
    await using rt = await start({ threads: 2, cores: 1 });
    using cells = rt.shared.int32(2);
    const holding = rt.spawn(hold, cells);
    await until(() => cells.array[1] === 1);
    const places = await Promise.all(Array.from({ length: 20 }, () => rt.spawn(where)));
    expect(new Set(places).size).toBe(1);
    Atomics.store(cells.array, 0, 1);
    Atomics.notify(cells.array, 0);
    expect(places).not.toContain(await holding);
  });
});

describe("a thread is held up", () => {
  const at = (atMs: number, started: number, cpuMs: number, delayMs: number, wantsCore: boolean) => ({ atMs, started, times: { cpuNs: cpuMs * 1e6, runDelayNs: delayMs * 1e6 }, wantsCore });
  const unknown = (atMs: number, started: number) => ({ atMs, started, times: undefined, wantsCore: false });
  test.each([
    ["that computes for long and starts nothing", at(50, 0, 50, 0, true), true],
    ["that computes", at(10, 0, 10, 0, true), undefined],
    ["that waits in the system and starts nothing", at(10, 0, 0, 0, false), true],
    ["that waits in the system in each task", at(10, 5, 1, 0, false), true],
    ["that starts one", at(50, 1, 49, 1, true), false],
    ["that has lacked a core", at(100, 0, 10, 90, false), undefined],
    ["that lacks a core", at(100, 0, 10, 0, true), undefined],
    ["that starts nothing and mostly lacks a core", at(500, 0, 50, 300, true), true],
    ["that starts nothing, where the system reports no times", unknown(50, 0), true],
    ["that starts one, where the system reports no times", unknown(50, 1), false],
  ])("%s", (_what, after, expected) => {
    expect(wasHeldUp(after.times === undefined ? unknown(0, 0) : at(0, 0, 0, 0, false), after)).toBe(expected);
  });
});

test("a chain of tasks placed on the only thread leaves turns to those that are not placed", async () => {
  await using rt = await start({ threads: 1 });
  using stop = rt.shared.int32(2);
  rt.go(respawn, stop);
  await until(() => stop.array[1] > 10);
  await rt.spawn(where);
  stop.array[0] = 1;
  await until(async () => (await rt.stats()).threads[0].load === 0);
});

describe("a task that has taken a permit goes on before others start", () => {
  test("so each of several takes it alone", async () => {
    await using rt = await start({ threads: 1 });
    const permits = new rt.Semaphore(4);
    const left = await Promise.all(Array.from({ length: 20 }, () => rt.spawn(takePermit, permits)));
    expect(left).toEqual(Array.from({ length: 20 }, () => 3));
  });
});
