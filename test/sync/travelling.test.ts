/** Shared objects as values: they travel, are counted, and a stale or foreign one is refused. */
import { describe, expect, test } from "vitest";
import { Barrier, Counter, Mutex, Once, RwLock, Semaphore, WaitGroup, i32, start } from "../../src/index.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { makeThere, sameThere, useThere } from "./tasks/travelling.ts";
import { codeOfLock, freeIt } from "./tasks/locking.ts";
import { addressOf, wordOf } from "./tasks/state.ts";

const the = world(2);

const KINDS = {
  Mutex: () => new Mutex(),
  RwLock: () => new RwLock(),
  Semaphore: () => new Semaphore(3),
  WaitGroup: () => new WaitGroup(),
  Once: () => new Once(),
  Barrier: () => new Barrier(1),
  Counter: () => new Counter(7),
} as const;
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];
const CLASSES = { Mutex, RwLock, Semaphore, WaitGroup, Once, Barrier, Counter };

describe.each(NAMES)("a %s", (name) => {
  test("is an instance of its constructor, whichever runtime's, and of no other", () => {
    using object = KINDS[name]();
    for (const other of NAMES) expect([object instanceof CLASSES[other], object instanceof the.rt[other]]).toEqual([other === name, other === name]);
    expect(CLASSES[name].name).toBe(name);
  });

  test("works on another thread, as an argument, a result and inside a value", async () => {
    using object = KINDS[name]();
    expect(await the.rt.spawn.on(0)(useThere, name, object)).toBe(true);
    expect(await the.rt.spawn.on(1)(useThere, name, object)).toBe(true);
    const { back } = await the.rt.spawn.on(0)(sameThere, { deep: [object] });
    expect(back).toBeInstanceOf(CLASSES[name]);
    expect(addressOf(back)).toBe(addressOf(object));
    expect(await useThere(name, back)).toBe(true);
  });

  test("made on another thread works here", async () => {
    using object = (await the.rt.spawn.on(1)(makeThere, name)) as Mutex;
    expect(await useThere(name, object)).toBe(true);
    expect(await the.rt.spawn.on(0)(useThere, name, object)).toBe(true);
  });

  test("that was freed is refused everywhere, whatever its header is used for now", async () => {
    const stale = KINDS[name]();
    stale.free();
    stale.free();
    for (const other of NAMES) {
      using live = KINDS[other]();
      expect(await useThere(name, stale)).toBe("ERR_STALE_HANDLE");
      expect(await the.rt.spawn(useThere, name, stale)).toBe("ERR_STALE_HANDLE");
      stale.free();
      expect(await useThere(other, live)).toBe(true);
    }
    const channel = the.rt.chan(i32, 1);
    expect(await useThere(name, stale)).toBe("ERR_STALE_HANDLE");
    expect([channel.trySend(1), channel.tryRecv()]).toEqual([true, 1]);
    channel.close();
  });
});

test("a channel's stale handle does a shared object in the same header no harm", () => {
  const channel = the.rt.chan(i32, 2);
  channel.close();
  const mutexes = Array.from({ length: 5 }, () => new Mutex());
  expect(() => channel.trySend(1)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
  expect([channel.tryRecv(), channel.length]).toEqual([undefined, 0]);
  for (const mutex of mutexes) {
    mutex.tryLock()?.unlock();
    mutex.free();
  }
});

test("free ends waits on all threads with ERR_STALE_HANDLE; a guard's unlock says so, its disposal does not", async () => {
  const mutex = new Mutex();
  const guard = await mutex.lock();
  const waits = [the.rt.spawn.on(0)(codeOfLock, mutex), the.rt.spawn.on(1)(codeOfLock, mutex)];
  await until(() => wordOf(the.rt, mutex, "waiting") === 2);
  await the.rt.spawn.on(1)(freeIt, mutex);
  expect(await Promise.all(waits)).toEqual(["ERR_STALE_HANDLE", "ERR_STALE_HANDLE"]);
  guard[Symbol.dispose]();
  const other = new Mutex();
  const held = await other.lock();
  other.free();
  expect(() => held.unlock()).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
});

test("each message is one reference, given back when it is not sent", async () => {
  using mutex = new Mutex();
  expect(() => the.rt.spawn(codeOfLock, [mutex, () => 1] as never)).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
  expect(wordOf(the.rt, mutex, "references")).toBe(1);
  await the.rt.spawn.on(0)(codeOfLock, mutex);
  // The object there took over the message's.
  expect(wordOf(the.rt, mutex, "references")).toBe(2);
});

test("one that nobody refers to any more is freed", () => {
  const mutex = new Mutex();
  const before = used(the.rt);
  (mutex as unknown as { relinquish(): void }).relinquish();
  expect(used(the.rt)).toBeLessThan(before);
  expect(() => mutex.tryLock()).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
});

test("one of another runtime is refused, and belongs to the runtime whose constructor made it", async () => {
  await using other = await start({ threads: 1 });
  expect(() => new Mutex()).toThrow(expect.objectContaining({ code: "ERR_WHICH_RUNTIME" }));
  using mutex = new other.Mutex();
  expect(() => the.rt.spawn(codeOfLock, mutex)).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE", message: expect.stringContaining("another runtime") }));
  expect(await other.spawn(codeOfLock, mutex)).toBe("locked");
});

test("after the runtime has stopped: making one and waiting are refused, waits have ended", async () => {
  const other = await start({ threads: 1 });
  const mutex = new other.Mutex();
  await mutex.lock();
  const waiting = expect(Promise.resolve(mutex.lock())).rejects.toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
  await other.stop();
  await waiting;
  expect(() => new other.Mutex()).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  expect(() => mutex.lock()).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
});

test("a constructor is called with new", () => {
  expect(() => (Mutex as unknown as () => void)()).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: "Mutex is a constructor. Write new Mutex(…)" }));
});
