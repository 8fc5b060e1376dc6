/** The leak check: quiet when it is, and what it names when it is not. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Runtime, WarrenError, assertQuiet, i32, leftovers, start } from "../../../src/index.ts";
import { add } from "../start-tasks.ts";
import { leavePair } from "./stuck-tasks.ts";
import { thrown, until } from "../until.ts";
import { parkOn, sleepAfter, spin } from "../world-tasks.ts";

let rt: Runtime;
beforeEach(async () => {
  rt = await start({ threads: 2 });
});
afterEach(() => rt.stop());

/** What assertQuiet says is left. */
async function left(...args: Parameters<typeof assertQuiet>): Promise<string> {
  const error = (await thrown(() => assertQuiet(...args))) as WarrenError;
  expect(error).toBeInstanceOf(WarrenError);
  expect(error.code).toBe("ERR_NOT_QUIET");
  return error.message;
}

describe("quiet", () => {
  test("a fresh runtime, and one whose tasks have ended and whose channels are closed", async () => {
    await assertQuiet(rt);
    const ch = rt.chan(i32, 4);
    await Promise.all([rt.spawn(add, 1, 2), rt.spawn(parkOn, "receive", ch), rt.spawn.on(1)(parkOn, "receive", ch), ch.send(1), ch.send(2)]);
    ch.close();
    await rt.sleep(1);
    await assertQuiet(rt);
  });

  test("it waits for an end that is under way", async () => {
    rt.go(parkOn, "sleep", rt.chan(i32));
    const closing = rt.chan(i32);
    rt.go(parkOn, "receive", closing);
    await until(async () => {
      const { parked } = await rt.stats();
      return parked.sleep === 1 && parked.receive === 1;
    });
    const since = await leftovers(rt);
    rt.go(async () => {
      await rt.sleep(20);
    });
    await assertQuiet(rt, { since });
  });

  test("a task that was there may sleep now", async () => {
    const bed = rt.chan(i32);
    rt.go(sleepAfter, bed);
    await until(async () => (await rt.stats()).parked.receive === 1);
    const since = await leftovers(rt);
    await bed.send(1);
    await until(async () => (await rt.stats()).parked.sleep === 1);
    await assertQuiet(rt, { since });
  });

  test("memory is as before after a thousand of everything", { tags: ["deep"] }, async () => {
    const round = async (): Promise<void> => {
      const ch = rt.chan(i32, 1);
      await Promise.all([rt.spawn(parkOn, "receive", ch), rt.spawn.on(1)(parkOn, "receive", ch), ch.send(1), ch.send(2)]);
      ch.close();
    };
    await round();
    const since = await leftovers(rt);
    for (let k = 0; k < 100; k++) await Promise.all(Array.from({ length: 10 }, round));
    await assertQuiet(rt, { since });
  });
});

describe("not quiet: it names", () => {
  test("tasks, and what they wait for; the channel with what is in it", { tags: ["deep"] }, async () => {
    const ch = rt.chan(i32, 3);
    ch.trySend(1);
    rt.go.on(0)(parkOn, "select", rt.chan(i32));
    rt.go.on(1)(parkOn, "await", ch);
    const message = await left(rt);
    expect(message).toMatch(/ {2}task parkOn #\d+ on thread 0: select first: receive from chan\(i32, 0\)/);
    expect(message).toMatch(/ {2}task parkOn #\d+ on thread 1 has not ended/);
    expect(message).toMatch(/ {2}chan\(i32\) #\S+ of capacity 3: 1 values, 0 receivers and 0 senders waiting, 2 references/);
    expect(message).toMatch(/ {2}chan\(i32\) #\S+ of capacity 0: 0 values, 1 receivers/);
  });

  test("an operation and a timer of the main thread", { tags: ["deep"] }, async () => {
    void rt.sleep(1e8).catch(() => undefined);
    const message = await left(rt);
    expect(message).toMatch(/sleep until \d+ ms from now/);
    expect(message).toContain("  1 armed timers");
  });

  test("shared arrays, locks, contexts; nothing of them once freed", { tags: ["deep"] }, async () => {
    const array = rt.shared.int32(10);
    const mutex = new rt.Mutex();
    const context = rt.context();
    const message = await left(rt);
    for (const part of ["sharedArray #", " of 10 elements, not freed", "sync.Mutex #", ", not disposed"]) expect(message).toContain(part);
    array.free();
    mutex.free();
    context[Symbol.dispose]();
    await assertQuiet(rt);
  });

  test("with a baseline, only what is new; memory too", { tags: ["deep"] }, async () => {
    const old = rt.chan(i32, 3);
    rt.go(parkOn, "receive", rt.chan(i32));
    await until(async () => (await rt.stats()).parked.receive === 1);
    const since = await leftovers(rt);
    await assertQuiet(rt, { since });
    const array = rt.shared.int32(1000);
    expect((await left(rt, { since })).split("\n").slice(1)).toEqual([expect.stringContaining("sharedArray #"), expect.stringMatching(/ {2}\d{4,} bytes of shared memory more than before/)]);
    array.free();
    await assertQuiet(rt, { since });
    old.close();
  });

  test("a thread that computes", { tags: ["deep"] }, async () => {
    const flag = rt.shared.int32(1);
    rt.go(spin, flag);
    await until(() => flag.array[0] === 1);
    expect(await left(rt)).toMatch(/ {2}task spin computes on thread [01], which did not answer\n {2}1 more tasks/);
  });

  test("stuck tasks", { tags: ["deep"] }, async () => {
    rt.go(leavePair, 0, 1);
    const message = await left(rt);
    expect(message.match(/task lockStep #\d+ on thread [01]: receive/g)).toHaveLength(2);
  });
});

test("what is no runtime is refused, and one that has stopped too", async () => {
  expect(await thrown(() => assertQuiet({} as Runtime))).toMatchObject({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("an object (Object)") });
  await rt.stop();
  expect(await thrown(() => assertQuiet(rt))).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
});
