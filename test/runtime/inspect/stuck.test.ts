/** Tasks that wait only for each other, found in running programs: on one thread and on two. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Runtime, type StuckReport, i32, start } from "../../../src/index.ts";
import { client, closureWaits, joinPair, keepPair, leaveClosure, leavePair, lockCycle, lockedLong, sendsChannel, waitsBesideNode, waitsForTimer, waitsForUnstarted, waitsOnResult, waitsWithWayOut } from "./stuck-tasks.ts";
import { until } from "../until.ts";
import { spin } from "../world-tasks.ts";

let rt: Runtime;
beforeEach(async () => {
  rt = await start({ threads: 2 });
});
// Stuck tasks never end: each test has its own runtime.
afterEach(() => rt.stop());

/** The stuck groups, each as "task reason", sorted; once there are so many. */
async function groups(count: number): Promise<string[][]> {
  let stuck: readonly StuckReport[] = [];
  await until(async () => {
    ({ stuck } = await rt.dump());
    return stuck.length === count;
  });
  return stuck.map(({ waits }) => waits.map(({ task, reason }) => `${task} ${reason}`).toSorted()).toSorted();
}

/** The stuck groups once so many operations are parked on the threads. */
async function groupsWithParked(parked: number): Promise<readonly StuckReport[]> {
  await until(async () => (await rt.stats()).threads.reduce((sum, thread) => sum + Object.values(thread.parked).reduce((a, b) => a + b), 0) === parked);
  return (await rt.dump()).stuck;
}

describe("stuck", () => {
  test.each([[0, 0], [0, 1], [1, 1]])("two that wait for each other, on threads %i and %i", async (first, second) => {
    rt.go(leavePair, first, second);
    expect(await groups(1)).toEqual([["lockStep receive", "lockStep receive"]]);
    const [{ waits }] = (await rt.dump()).stuck;
    expect(waits.map(({ thread }) => thread).toSorted()).toEqual([first, second]);
    for (const wait of waits) {
      expect(wait.on).toMatch(/^chan\(i32, 0\) #/);
      expect(wait.site).toContain("stuck-tasks.ts");
    }
    await until(async () => (await rt.dump()).stuck[0].waits.every(({ parkedMs }) => parkedMs > 0));
  });

  test("two pairs are two groups", { tags: ["deep"] }, async () => {
    rt.go(leavePair, 0, 1);
    rt.go(leavePair, 1, 0);
    expect(await groups(2)).toEqual([["lockStep receive", "lockStep receive"], ["lockStep receive", "lockStep receive"]]);
  });

  test("a task that joins them is stuck with them", { tags: ["deep"] }, async () => {
    rt.go(joinPair);
    expect(await groups(1)).toEqual([["joinPair join", "joinPair join", "lockStep receive", "lockStep receive"]]);
  });

  test("a cycle of locks, although another task knows both", { tags: ["deep"] }, async () => {
    rt.go(lockCycle, new rt.Barrier(2));
    expect(await groups(1)).toEqual([["locksBoth lock", "locksBoth lock"]]);
    const [{ waits }] = (await rt.dump()).stuck;
    for (const { on } of waits) expect(on).toMatch(/^Mutex #\S+, held by task #\d+ on thread [01]/);
  });

  test("a closure whose starter has ended", { tags: ["deep"] }, async () => {
    rt.go(leaveClosure);
    expect(await groups(1)).toEqual([["orphan receive"]]);
  });

  test.each([["a message", false], ["a value that is a message", true]])("on a channel that came in %s", { tags: ["deep"] }, async (_where, inValue) => {
    rt.go(sendsChannel, inValue);
    expect(await groups(1)).toEqual([["receivesChannel receive", "sendsChannel receive"]]);
  });

  test("on a channel that came as a result", { tags: ["deep"] }, async () => {
    rt.go(waitsOnResult);
    expect(await groups(1)).toEqual([["waitsOnResult receive"]]);
  });

  test("while another thread computes", { tags: ["deep"] }, async () => {
    rt.go(leavePair, 0, 0);
    await groups(1);
    const flag = rt.shared.int32(1);
    rt.go.on(1)(spin, flag);
    await until(() => flag.array[0] === 1);
    // The task that made the channels may have run on the thread that computes, and left its objects there: then warren cannot be certain.
    const { threads, stuck } = await rt.dump();
    expect(threads[1]).toMatchObject({ thread: 1, unlisted: [{ name: "spin", count: 1 }], computing: { task: "spin" } });
    expect(threads[1].computing?.ms).toBeGreaterThanOrEqual(200);
    expect(threads[0].parked).toHaveLength(2);
    expect(stuck.length).toBeLessThanOrEqual(1);
  });
});

describe("not stuck, because something may still wake them", () => {
  test("a task that knows the channels sleeps", async () => {
    rt.go(keepPair);
    expect(await groupsWithParked(3)).toEqual([]);
  });

  test.each(["timer", "signal"] as const)("a way out: a %s", { tags: ["deep"] }, async (how) => {
    rt.go(waitsWithWayOut, how);
    expect(await groupsWithParked(1)).toEqual([]);
  });

  test("the task that holds the lock sleeps", async () => {
    rt.go(lockedLong);
    await until(async () => (await rt.stats()).parked.lock + (await rt.stats()).parked.sleep === 2);
    expect((await rt.dump()).stuck).toEqual([]);
  });

  test("a timer sends on the channel", { tags: ["deep"] }, async () => {
    rt.go(waitsForTimer);
    expect(await groupsWithParked(1)).toEqual([]);
  });

  test("Node has something under way on the thread", { tags: ["deep"] }, async () => {
    rt.go(waitsBesideNode);
    expect(await groupsWithParked(1)).toEqual([]);
  });

  test("the main thread's code knows the channel", { tags: ["deep"] }, async () => {
    const ch = rt.chan(i32);
    rt.go(async () => {
      await ch.recv();
    });
    await until(async () => (await rt.stats()).main.parked.receive === 1);
    expect((await rt.dump()).stuck).toEqual([]);
    await ch.send(1);
  });

  test("a closure waits on what its starter knows", { tags: ["deep"] }, async () => {
    const gate = rt.shared.int32(1);
    const value = rt.spawn(closureWaits, gate);
    await until(async () => (await rt.stats()).parked.receive === 1);
    for (let k = 0; k < 5; k++) expect((await rt.dump()).stuck).toEqual([]);
    gate.array[0] = 1;
    expect(await value).toBe(7);
  });

  test.each([["the request", false], ["a value", true]])("%s with the reply channel lies in a buffer", { tags: ["deep"] }, async (_what, inValue) => {
    const gate = rt.shared.int32(1);
    const value = rt.spawn.on(0)(client, gate, inValue);
    await until(async () => (await rt.stats()).parked.receive === 1);
    for (let k = 0; k < 5; k++) expect((await rt.dump()).stuck).toEqual([]);
    gate.array[0] = 1;
    expect(await value).toBe(3);
  });

  test("the partner has not started", { tags: ["deep"] }, async () => {
    const flag = rt.shared.int32(1);
    rt.go.on(1)(spin, flag);
    await until(() => flag.array[0] === 1);
    rt.go.on(0)(waitsForUnstarted);
    await until(async () => (await rt.stats()).parked.receive === 1);
    expect((await rt.dump()).stuck).toEqual([]);
  });
});
