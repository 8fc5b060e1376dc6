/** A struct and its lock: the fields are the same on every thread, and only the holder of the lock reaches them. */
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { Guarded, Mutex, bool, f64, i32, i64, json, start, u32, utf8 } from "../../src/index.ts";
import { PLACEMENTS, onPlacements } from "../channel/tasks/placements.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { type Account, codeOfUse, deposit, dieWithAccount, makeAccount, readAccount } from "./tasks/accounts.ts";
import { held, waitingAt } from "./tasks/state.ts";

const the = world(2);

const FIELDS = { balance: i64, open: bool, rate: f64, deposits: i32, code: u32 };
const FIRST: Account = { balance: 0n, open: true, rate: 0.5, deposits: 0, code: 4_000_000_000 };
const make = (first: Account = FIRST): Guarded<Account> => new the.rt.Guarded(FIELDS, first);

onPlacements((name) => {
  test("ten tasks that change two fields 500 times each lose no change and never meet", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using account = make();
    const intrusions = await Promise.all(Array.from({ length: 10 }, (_, k) => (k % 2 === 0 ? left : right)(deposit, account, 500)));
    expect(intrusions).toEqual(Array(10).fill(0));
    using state = await account.lock();
    expect(state.copy()).toEqual({ ...FIRST, balance: 5000n, deposits: 5000 });
    expect(waitingAt(the.rt, account)).toBe(0);
  });

  test("each type of field is read elsewhere as it was written", async () => {
    const { left, right } = PLACEMENTS[name](the.rt);
    using account = make();
    for (const values of [
      { balance: -(2n ** 63n), open: false, rate: -0, deposits: -2_147_483_648, code: 0 },
      { balance: 2n ** 63n - 1n, open: true, rate: NaN, deposits: 2_147_483_647, code: 4_294_967_295 },
      { balance: 1n, open: true, rate: Infinity, deposits: 0, code: 1 },
    ]) {
      {
        using state = await account.lock();
        Object.assign(state.fields, values);
      }
      expect(await left(readAccount, account)).toEqual({ ...values, ownerDied: false });
      expect(await right(readAccount, account)).toEqual({ ...values, ownerDied: false });
    }
  });
});

test("the fields work only while the guard holds the lock", async () => {
  using account = make();
  const state = await account.lock();
  const { fields } = state;
  fields.balance += 10n;
  expect(fields.balance).toBe(10n);
  state.unlock();
  const refused = expect.objectContaining({ code: "ERR_NOT_LOCKED", message: expect.stringMatching(/^the fields were used after their guard was unlocked: Guarded #/) });
  expect(() => fields.balance).toThrow(refused);
  expect(() => {
    fields.balance = 1n;
  }).toThrow(refused);
  expect(() => state.copy()).toThrow(refused);
  // Also while another guard holds it.
  using other = await account.lock();
  expect(() => fields.balance).toThrow(refused);
  expect(other.fields.balance).toBe(10n);
  expect(() => state.unlock()).toThrow(expect.objectContaining({ code: "ERR_NOT_LOCKED" }));
});

test.each([
  ["balance", 1, "it is not a bigint"],
  ["balance", 2n ** 63n, "it is not a bigint"],
  ["open", 1, "it is neither true nor false"],
  ["rate", "1", "it is not a number"],
  ["deposits", 0.5, "it is not an integer"],
  ["code", -1, "it is not an integer from 0"],
  ["code", undefined, "it is not an integer from 0"],
] as const)("%s = %s is refused, and changes nothing", async (field, value, why) => {
  using account = make();
  using state = await account.lock();
  const before = state.copy();
  expect(() => {
    (state.fields as unknown as Record<string, unknown>)[field] = value;
  }).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ path: `.${field}`, value }), message: expect.stringContaining(why) }));
  expect(state.copy()).toEqual(before);
  expect(() => make({ ...FIRST, [field]: value })).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ path: `.${field}` }) }));
});

test("first values with a field too few or too many are refused, and so is a field that is not there", async () => {
  const before = used(the.rt);
  const { code: _code, ...few } = FIRST;
  expect(() => make(few as Account)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining("a field is missing") }));
  expect(() => make({ ...FIRST, more: 1 } as Account)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", message: expect.stringContaining("no field \"more\"") }));
  expect(() => make(null as never)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED" }));
  expect(used(the.rt)).toBe(before);
  using account = make();
  using state = await account.lock();
  expect(() => {
    (state.fields as unknown as Record<string, number>).more = 1;
  }).toThrow(TypeError);
});

test("a field whose values have no fixed size is refused", () => {
  for (const type of [utf8, json(), 1, undefined]) {
    expect(() => new Guarded({ name: type } as never, { name: "" } as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringContaining("name") }));
  }
  expect(() => new Guarded(undefined as never, {} as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  expect(() => (Guarded as unknown as () => void)()).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: "Guarded is a constructor. Write new Guarded(…)" }));
});

test("without fields it is a lock", async () => {
  using empty = new Guarded({}, {});
  using state = await empty.lock();
  expect([state.copy(), empty.tryLock()]).toEqual([{}, undefined]);
});

test("tryLock, waits and signals are those of a mutex", async () => {
  using account = make();
  const state = account.tryLock();
  expect([state?.fields.open, account.tryLock()]).toEqual([true, undefined]);
  const controller = new AbortController();
  const waits = [account.lock(), account.lock({ signal: controller.signal }), account.lock()];
  const ended = expect(waits[1]).rejects.toThrow("enough");
  controller.abort(new Error("enough"));
  await ended;
  expect(waitingAt(the.rt, account)).toBe(2);
  state?.unlock();
  (await waits[0]).unlock();
  (await waits[2]).unlock();
  expect(held(the.rt, account)).toBe(0);
});

test("is passed by reference: the same object comes back, and is an instance of its own class only", async () => {
  using account = make();
  const { same } = await the.rt.spawn.on(0)(makeAccount, account);
  expect(same).toBe(account);
  expect([account instanceof Guarded, account instanceof the.rt.Guarded, (account as unknown) instanceof Mutex]).toEqual([true, true, false]);
});

test("prints its fields, and itself", async () => {
  using account = make();
  expect(inspect(account)).toMatch(/^Guarded #\w+\.\d+, held by nobody$/);
  using state = await account.lock();
  expect(inspect(state.fields)).toBe(inspect(FIRST));
});

test("its holder's death shows in ownerDied, once, and the fields are as far as it came", async () => {
  using account = make();
  const begun = the.rt.chan(i32, 1);
  const dead = expect(the.rt.spawn.on(1)(dieWithAccount, account, begun)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
  await begun.recv();
  const waiting = the.rt.spawn.on(0)(readAccount, account);
  await dead;
  expect(await waiting).toEqual({ ...FIRST, balance: 99n, ownerDied: true });
  expect(await the.rt.spawn.on(0)(readAccount, account)).toEqual({ ...FIRST, balance: 99n, ownerDied: false });
  begun.close();
});

test("freed while a task holds it: the guard says so, writes nowhere, and gives the memory back", async () => {
  const scene = async (): Promise<void> => {
    const account = make();
    const state = await account.lock();
    const waiting = the.rt.spawn.on(1)(codeOfUse, account);
    await until(() => waitingAt(the.rt, account) === 1);
    const { fields } = state;
    account.free();
    expect(await waiting).toBe("ERR_STALE_HANDLE");
    using other = make();
    expect(() => {
      fields.balance = 5n;
    }).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
    using theirs = await other.lock();
    expect(theirs.copy()).toEqual(FIRST);
    state[Symbol.dispose]();
    expect(await codeOfUse(account)).toBe("ERR_STALE_HANDLE");
  };
  await scene();
  const before = used(the.rt);
  await scene();
  expect(used(the.rt)).toBe(before);
});

test("ten thousand made, used and freed leave the memory as it was", async () => {
  const round = async (count: number): Promise<void> => {
    for (let k = 0; k < count; k++) {
      using account = make();
      using state = await account.lock();
      state.fields.deposits++;
    }
  };
  await round(100);
  const before = used(the.rt);
  await round(10_000);
  expect(used(the.rt)).toBe(before);
});

test("after the runtime has stopped, lock and fields say so", async () => {
  const other = await start({ threads: 1 });
  const account = new other.Guarded({ n: i32 }, { n: 1 });
  const state = await account.lock();
  await other.stop();
  expect(() => state.fields.n).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
  expect(() => account.lock()).toThrow(expect.objectContaining({ code: "ERR_RUNTIME_STOPPED" }));
});
