/** Objects under a name: one for the whole runtime, whichever thread asks first; a name stands for one kind. */
import { expect, test } from "vitest";
import { Counter, Mutex, assertQuiet, chan, i32, leftovers, named, shared, start, utf8 } from "../../../src/index.ts";
import { world } from "../../channel/tasks/world.ts";
import { onThreads } from "../../on-threads.ts";
import { KINDS, codeOfOther, countsOfRaces, dieMaking, give, hit, hits, isSame, makeAfterwards, prefill, race } from "./named-tasks.ts";

const the = world(2);
const NAMES = Object.keys(KINDS) as (keyof typeof KINDS)[];

test.each(NAMES)("a %s is the same on all threads and on main, whichever asks first", async (kind) => {
  const [first, second] = kind.length % 2 === 0 ? [0, 1] : [1, 0];
  const made = (await the.rt.spawn.on(first)(give, kind)) as object;
  expect(KINDS[kind]()).toBe(made);
  expect(await the.rt.spawn.on(second)(isSame, kind, KINDS[kind]())).toBe(true);
  expect(await the.rt.spawn.on(first)(isSame, kind, KINDS[kind]())).toBe(true);
  expect(the.rt.named(`kinds.${kind}`, () => KINDS[kind]() as object)()).toBe(made);
});

onThreads("with %i threads", (threads) => {
  test("tasks on all threads and main use one counter", async () => {
    await using rt = await start({ threads });
    // Two runtimes are open: on main its methods decide.
    const onMain = rt.named("hits", () => new Counter());
    await Promise.all([...Array.from({ length: 6 }, () => rt.spawn(hit, 500)), rt.spawn(async () => void onMain().add(7))]);
    expect(onMain().value).toBe(3007);
  });

  test("fifty names that four tasks ask for at the same time: one object for each", async () => {
    await using rt = await start({ threads });
    using together = new rt.Barrier(4);
    await Promise.all(Array.from({ length: 4 }, (_, k) => rt.spawn.on(k % threads)(race, together)));
    expect(await rt.spawn(countsOfRaces)).toEqual(Array(50).fill(4));
    together.free();
    await assertQuiet(rt);
  });

  test("what the loser has made is freed", async () => {
    await using rt = await start({ threads });
    using together = new rt.Barrier(2);
    const before = await leftovers(rt);
    const [a, b] = await Promise.all([rt.spawn.on(0)(prefill, together), rt.spawn.on(threads - 1)(prefill, together)]);
    expect(a).toBe(b);
    expect([a.tryRecv(), a.tryRecv()]).toEqual(["one", undefined]);
    await assertQuiet(rt, { since: before });
  });
});

test("a thread that dies while it makes the object leaves the name to others", async () => {
  await expect(the.rt.spawn.on(1)(dieMaking)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
  expect(await the.rt.spawn.on(0)(makeAfterwards)).toBe(7);
});

test("a name that stands for another kind is refused, on every thread, and details name both kinds", async () => {
  expect(the.rt.named("taken", () => new the.rt.Counter())()).toBeInstanceOf(Counter);
  for (let k = 0; k < 2; k++) {
    expect(() => the.rt.named("taken", () => new the.rt.Mutex())()).toThrow(
      expect.objectContaining({ code: "ERR_NAME_TAKEN", details: { name: "taken", kinds: ["Counter", "Mutex"] }, message: expect.stringMatching(/^the name "taken" stands for a Counter \(declared at .*named\.test\.ts:\d+:\d+\)?\), so it cannot stand for a Mutex \(declared at /) }),
    );
  }
  expect(await the.rt.spawn.on(0)(codeOfOther)).toBe("ERR_NAME_TAKEN");
  expect(await the.rt.spawn.on(1)(codeOfOther)).toBe("ERR_NAME_TAKEN");
  expect(() => the.rt.named("taken", () => shared.int32(1))()).toThrow(expect.objectContaining({ details: { name: "taken", kinds: ["Counter", "shared i32 array"] } }));
  the.rt.named("numbers", () => chan(i32))();
  expect(() => the.rt.named("numbers", () => chan(utf8))()).toThrow(expect.objectContaining({ details: { name: "numbers", kinds: ["chan(i32)", "chan(utf8)"] } }));
});

test("two declarations of one kind mean the same object, and the second makes none that stays", async () => {
  const one = the.rt.named("twice", () => new the.rt.Counter(1));
  const first = one();
  const before = await leftovers(the.rt);
  const two = the.rt.named("twice", () => new the.rt.Counter(2));
  expect([two(), two().value, one()]).toEqual([first, 1, first]);
  await assertQuiet(the.rt, { since: before });
});

test("what make throws is thrown, and the next call makes the object", () => {
  let calls = 0;
  const flaky = the.rt.named("flaky", () => {
    if (++calls === 1) throw new RangeError("not yet");
    return new the.rt.Counter(calls);
  });
  expect(() => flaky()).toThrow(RangeError);
  expect([flaky().value, flaky().value, calls]).toEqual([2, 2, 2]);
});

test.each([
  ["a number", () => 1],
  ["nothing", () => undefined],
  ["a plain object", () => ({ lock: 1 })],
  ["a promise", async () => new Mutex()],
  ["a function", () => () => new Mutex()],
])("a make that returns %s is refused, and the name stays free", (what, make) => {
  expect(() => the.rt.named(`wrong ${what}`, make as () => object)()).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("must return a shared object") }));
  expect(the.rt.named(`wrong ${what}`, () => new the.rt.Mutex())()).toBeInstanceOf(Mutex);
});

test("wrong names and functions are refused where they are declared", () => {
  for (const name of ["", 1, undefined, "\ud800"]) expect(() => named(name as string, () => new Mutex())).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect(() => named("no function", 1 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
});

test("a function that asks for its own object is refused", () => {
  const own: () => object = the.rt.named("own", () => own());
  expect(() => own()).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("asks for that object") }));
  // Two that need each other and do not go round are in order.
  const inner = the.rt.named("inner", () => new the.rt.Counter(1));
  const outer = the.rt.named("outer", () => new the.rt.Counter(inner().value + 1));
  expect(outer().value).toBe(2);
});

test("one that was freed or closed stays what it is: the name makes no other", async () => {
  const jobs = the.rt.named("jobs", () => the.rt.chan(i32, 1));
  jobs().close();
  expect(await jobs().recv()).toBeUndefined();
  expect(await the.rt.named("jobs", () => the.rt.chan(i32, 1))().recv()).toBeUndefined();
  const lock = the.rt.named("freed", () => new the.rt.Mutex());
  lock().free();
  expect(() => lock().tryLock()).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
});

test("an object of another runtime is refused", async () => {
  await using other = await start({ threads: 1 });
  using foreign = new other.Mutex();
  expect(() => the.rt.named("foreign", () => foreign)()).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
});

test("in make the free functions are those of the runtime that asks", async () => {
  await using other = await start({ threads: 1 });
  const here = the.rt.named("where", () => new Counter(1));
  const there = other.named("where", () => new Counter(2));
  expect([here().value, there().value]).toEqual([1, 2]);
  expect(() => hits()).toThrow(expect.objectContaining({ code: "ERR_WHICH_RUNTIME", message: expect.stringContaining('named("hits")') }));
});

test("objects under a name are no leftovers, nor is their memory", async () => {
  const before = await leftovers(the.rt);
  const table = the.rt.named("large table", () => the.rt.shared.float64(100_000));
  table().array[0] = 1;
  const lock = the.rt.named("named lock", () => new the.rt.RwLock());
  await assertQuiet(the.rt, { since: before });
  expect((await leftovers(the.rt)).objects).toEqual(before.objects);
  table().free();
  await assertQuiet(the.rt, { since: before });
  expect(lock()).toBe(lock());
});

test("after the runtime has stopped", async () => {
  const other = await start({ threads: 1 });
  const count = other.named("count", () => new other.Counter());
  const never = other.named("never", () => new other.Counter());
  count().add(1);
  await other.stop();
  for (const use of [count, never]) expect(() => use()).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
});
