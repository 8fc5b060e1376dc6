/** What dump() says of each thread: its live tasks, and what each waits for. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Chan, type Runtime, i32, start } from "../../../src/index.ts";
import { until } from "../until.ts";
import { parkOn } from "../world-tasks.ts";

let rt: Runtime;
beforeAll(async () => {
  rt = await start({ threads: 2 });
});
afterAll(async () => {
  await rt.stop();
});
beforeEach(async () => {
  await until(async () => (await rt.stats()).threads.every(({ load }) => load === 0));
});

/** The one operation that is parked on a thread, once there is one. */
async function parkedOn(of: Runtime, thread: number) {
  await until(async () => (await of.dump()).threads[thread].parked.length === 1);
  return (await of.dump()).threads[thread].parked[0];
}

describe("dump", () => {
  test.each(["receive", "send", "select"] as const)("a task parked on %s: reason, on what, how long, started where", async (how) => {
    const ch: Chan<number> = rt.chan(i32);
    const join = rt.spawn.on(1)(parkOn, how, ch);
    const report = await parkedOn(rt, 1);
    expect(report).toMatchObject({ task: "parkOn", reason: how, on: expect.stringContaining("chan(i32") });
    expect(report.site).toContain("dump.test.ts");
    expect(report.at).toMatch(/^ {4}at parkOn \(.*world-tasks\.ts:\d+:\d+\)$/);
    expect(report.taskId).toBeGreaterThan(0);
    await until(async () => (await parkedOn(rt, 1)).parkedMs > 0);
    // The dump names the task as live, and main's join of it.
    const { threads: [, thread, main] } = await rt.dump();
    expect(thread.tasks).toEqual([{ id: report.taskId, name: "parkOn", site: report.site }]);
    expect(main.parked).toMatchObject([{ task: "main thread", reason: "join", on: "task parkOn" }]);
    if (how === "send") await ch.recv();
    else ch.close();
    await join;
    expect((await rt.dump()).threads[1]).toMatchObject({ tasks: [], parked: [] });
  });

  test("a task that sleeps says for how long still", async () => {
    await using own = await start({ threads: 1 });
    own.go(parkOn, "sleep", own.chan(i32));
    expect(await parkedOn(own, 0)).toMatchObject({ task: "parkOn", reason: "sleep", on: expect.stringMatching(/^until \d+ ms from now$/) });
  });

  test("a task that joins another", async () => {
    const ch = rt.chan(i32);
    const join = rt.spawn(parkOn, "join", ch);
    const onThreads = async () => (await rt.dump()).threads.slice(0, 2).flatMap(({ parked }) => parked);
    await until(async () => (await onThreads()).length === 2);
    const reports = await onThreads();
    expect(reports.map(({ reason }) => reason).toSorted()).toEqual(["join", "receive"]);
    expect(reports.find(({ reason }) => reason === "join")).toMatchObject({ task: "parkOn", on: "task parkOn" });
    expect(reports.find(({ reason }) => reason === "receive")?.site).toContain("world-tasks.ts");
    ch.close();
    await join;
  });

  test("a task that awaits something that is not warren's is live and not parked", async () => {
    await using own = await start({ threads: 1 });
    own.go(parkOn, "await", own.chan(i32));
    await until(async () => (await own.dump()).threads[0].tasks.length === 1);
    const { threads: [thread] } = await own.dump();
    expect(thread).toMatchObject({ thread: 0, parked: [], tasks: [{ name: "parkOn" }] });
    await until(async () => (await own.dump()).threads[0].resources.includes("Timeout"));
  });

  test("the main thread comes last, with what waits there and a signal counted as outside", async () => {
    const controller = new AbortController();
    const ch = rt.chan(i32, 1);
    const received = ch.recv({ signal: controller.signal }) as Promise<number>;
    const { threads: dump } = await rt.dump();
    expect(dump.map(({ thread }) => thread)).toEqual([0, 1, 2]);
    expect(dump[2]).toMatchObject({ outside: 1, parked: [{ task: "main thread", reason: "receive" }] });
    await ch.send(1);
    expect(await received).toBe(1);
  });

  test("ten thousand live tasks are listed, more are counted", { tags: ["deep"] }, async () => {
    const gate = rt.chan(i32);
    const joins = Array.from({ length: 10_010 }, () => rt.spawn.on(0)(parkOn, "receive", gate));
    await until(async () => (await rt.dump()).threads[0].parked.length === 10_010);
    const { threads: [{ tasks, unlisted }] } = await rt.dump();
    expect(tasks).toHaveLength(10_000);
    expect(unlisted).toEqual([{ name: "parkOn", count: 10 }]);
    gate.close();
    await Promise.all(joins);
    expect((await rt.dump()).threads[0]).toMatchObject({ tasks: [], unlisted: [], parked: [] });
  });
});
