import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { type Runtime, i32, start } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { add } from "./start-tasks.ts";
import { thrown, until } from "./until.ts";
import { burn, countForEver, leaveThemBehind, parkOn, spin } from "./world-tasks.ts";

const STOPPED = { code: "ERR_RUNTIME_STOPPED" };

/** Every call of a stopped runtime. */
function callsOf(rt: Runtime): [string, () => unknown][] {
  return [
    ["go", () => rt.go(add, 1, 2)],
    ["spawn", () => rt.spawn(add, 1, 2)],
    ["a closure", () => rt.spawn(async () => 1)],
    ["chan", () => rt.chan(i32)],
    ["oneshot", () => rt.oneshot(i32)],
    ["select", () => rt.select({ a: undefined }, { otherwise: true })],
    ["after", () => rt.after(1)],
    ["never", () => rt.never()],
    ["sleep", () => rt.sleep(1)],
    ["yieldNow", () => rt.yieldNow()],
    ["shared", () => rt.shared.int32(1)],
    ["stats", () => rt.stats()],
    ["dump", () => rt.dump()],
  ];
}

/** Starts a runtime, uses it and stops it; its shared memory. */
async function usedAndStopped(): Promise<WeakRef<object>> {
  const rt = (await start({ threads: 1 })) as OpenRuntime;
  rt.go(add, 1, 2);
  await rt.spawn(add, 1, 2);
  await rt.sleep(2);
  await rt.stop();
  return new WeakRef(rt.arena.memory.buffer);
}

describe("stop", () => {
  test("leaves the shared memory to the garbage collector", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const memories = [await usedAndStopped(), await usedAndStopped(), await usedAndStopped()];
    // The stack may still refer to the last one.
    await until(() => {
      collect();
      return memories.filter((memory) => memory.deref() !== undefined).length <= 1;
    });
  });

  test("rejects what waits on the main thread, of every kind", async () => {
    const rt = await start({ threads: 1 });
    const ch = rt.chan(i32);
    const full = rt.chan(i32, 1);
    await full.send(1);
    const waiting = {
      receive: ch.recv(),
      send: full.send(2),
      select: rt.select({ a: ch, b: full.sending(3) }),
      sleep: rt.sleep(1e9),
      after: rt.after(1e9).recv(),
      never: rt.never().recv(),
      join: rt.spawn(parkOn, "sleep", ch),
      closure: rt.spawn(async () => ch.recv()),
      iteration: ch[Symbol.asyncIterator]().next(),
    };
    const settled = Promise.allSettled(Object.values(waiting));
    await until(async () => (await rt.dump()).threads[1].parked.length === 10);
    await rt.stop();
    for (const [k, result] of (await settled).entries()) {
      expect(result, Object.keys(waiting)[k]).toMatchObject({ status: "rejected", reason: STOPPED });
    }
  });

  test("a wait that no code awaits is not an unhandled rejection", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on("unhandledRejection", note);
    const rt = await start({ threads: 1 });
    void rt.chan(i32).recv();
    void rt.sleep(1e9);
    void rt.spawn(parkOn, "sleep", rt.chan(i32));
    await rt.stop();
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });

  test("twice, and at the same time", async () => {
    const rt = await start({ threads: 1 });
    await Promise.all([rt.stop(), rt.stop()]);
    await rt.stop();
    await rt[Symbol.asyncDispose]();
  });

  test("afterwards every call is refused", async () => {
    const rt = await start({ threads: 1 });
    await rt.stop();
    for (const [name, call] of callsOf(rt)) expect(await thrown(call), name).toMatchObject(STOPPED);
  });

  test("from the moment it is called, every call is refused", async () => {
    const rt = await start({ threads: 1 });
    const stopped = rt.stop();
    for (const [name, call] of callsOf(rt)) expect(await thrown(call), name).toMatchObject(STOPPED);
    await stopped;
  });

  test("operations on a channel that outlived its runtime settle too", async () => {
    const rt = await start({ threads: 1 });
    const ch = rt.chan(i32);
    await rt.stop();
    expect(await thrown(() => ch.recv())).toMatchObject(STOPPED);
    expect(await thrown(() => ch.send(1))).toMatchObject(STOPPED);
  });

  test("while threads are idle, parked, asleep and busy", async () => {
    const rt = await start({ threads: 2 });
    const counter = rt.shared.int32(1);
    const ended = [rt.spawn(countForEver, counter), rt.spawn(countForEver, counter), rt.spawn(parkOn, "receive", rt.chan(i32)), rt.spawn(parkOn, "await", rt.chan(i32))];
    await until(() => counter.array[0] > 100);
    await rt.stop();
    for (const join of await Promise.allSettled(ended)) expect(join).toMatchObject({ status: "rejected", reason: STOPPED });
  });

  test("while a thread computes for longer than it is asked to wait", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 2 });
    const slow = rt.spawn(burn, 2000);
    await rt.stop();
    expect(await thrown(() => slow)).toMatchObject(STOPPED);
  });

  test("while a thread is in an endless loop: it is ended by force", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 2 });
    const flag = rt.shared.int32(1);
    const stuck = rt.spawn(spin, flag);
    await until(() => flag.array[0] === 1);
    await rt.stop();
    expect(await thrown(() => stuck)).toMatchObject(STOPPED);
  });

  test("while it is asked for a report that a busy thread has not given", { tags: ["deep"] }, async () => {
    const rt = await start({ threads: 1 });
    const flag = rt.shared.int32(1);
    void rt.spawn(spin, flag);
    await until(() => flag.array[0] === 1);
    const asked = thrown(() => rt.dump());
    await rt.stop();
    expect(await asked).toMatchObject(STOPPED);
  });

  test("await using stops it", async () => {
    let ch;
    {
      await using rt = await start({ threads: 1 });
      ch = rt.chan(i32, 1);
      expect(await rt.spawn(add, 1, 2)).toBe(3);
    }
    expect(await thrown(() => ch.recv())).toMatchObject(STOPPED);
  });

  test("stopping one of two that start at the same time does not stop the other", { tags: ["deep"] }, async () => {
    const [first, second] = await Promise.all([start({ threads: 1 }), start({ threads: 1 })]);
    await first.stop();
    expect(await second.spawn(add, 1, 2)).toBe(3);
    await second.stop();
  });
});

describe("run is Go's main", () => {
  test("what its children were doing when it returned is cancelled", async () => {
    // In a runtime of `start` the same children continue: the counter distinguishes the two.
    const rt = await start({ threads: 2 });
    const counter = rt.shared.int32(1);
    expect(await rt.spawn(leaveThemBehind, counter)).toBe("main is done");
    const seen = counter.array[0];
    await until(() => counter.array[0] > seen);
    await rt.stop();
  });
});
