/** Handles: a stale one behaves as closed, a foreign one is refused, and nothing is counted wrongly. */
import { describe, expect, test } from "vitest";
import { type Chan, chanOf, i32, json, select, start } from "../../src/index.ts";
import { Channel } from "../../src/channel/channel.ts";
import { header } from "../../src/memory/layout.ts";
import { drainClosed, useClosed } from "../channel/tasks/closing.ts";
import { until, used, world } from "../channel/tasks/world.ts";
import { codeOfArray, double, echo, freeArray } from "../wire/payload-tasks.ts";

const the = world(2);
const internals = (c: unknown) => c as Channel<unknown>;
const referencesOf = (c: unknown) => the.rt.arena.i32[internals(c).header + header.references];

describe("a stale handle", () => {
  test.each([0, 1, 7])("behaves as closed, whatever its header is used for now (capacity %i)", async (capacity) => {
    const stale = the.rt.chan(i32, 3);
    const { header: at, generation } = internals(stale);
    stale.close();
    const made: Chan<unknown>[] = [];
    let reused: Chan<unknown> | undefined;
    while (reused === undefined) {
      made.push(the.rt.chan(json(), capacity));
      reused = made.find((c) => internals(c).header === at);
    }
    expect(internals(reused).generation).not.toBe(generation);
    if (capacity > 0) reused.trySend("inside");
    const { values, after } = await drainClosed(stale);
    expect([values, after]).toEqual([[], Array.from({ length: 2 }, () => [undefined, undefined, undefined, undefined, "in"]).flat()]);
    expect(await useClosed(stale)).toEqual(Array(6).fill("ERR_CHANNEL_CLOSED"));
    expect([stale.length, stale.capacity, reused.length]).toEqual([0, 3, capacity > 0 ? 1 : 0]);
    expect(await the.rt.spawn(useClosed, stale)).toEqual(Array(6).fill("ERR_CHANNEL_CLOSED"));
    for (const c of made) {
      c.close();
      c.tryRecv();
    }
  });

  test("and the live channel of the same header stand in one select", async () => {
    const stale = the.rt.chan(i32, 1);
    stale.close();
    const live = the.rt.chan(i32, 1);
    expect(internals(live).header).toBe(internals(stale).header);
    const seen = new Set<string>();
    live.trySend(1);
    for (let k = 0; k < 200; k++) {
      const chosen = await select({ stale, live });
      seen.add(`${chosen.case} ${chosen.value}`);
      if (chosen.case === "live") live.trySend(1);
    }
    expect([...seen].toSorted()).toEqual(["live 1", "stale undefined"]);
    const sends = new Set<string>();
    for (let k = 0; k < 200; k++) {
      live.tryRecv();
      sends.add(await Promise.try(() => select({ stale: stale.sending(1), live: live.sending(2) })).then((chosen) => chosen.case, (error: { code: string }) => error.code));
    }
    expect([...sends].toSorted()).toEqual(["ERR_CHANNEL_CLOSED", "live"]);
    live.close();
    live.tryRecv();
  });

  test("inside a channel that outlives it arrives as closed", async () => {
    const outer = the.rt.chan(chanOf(i32), 1);
    const inner = the.rt.chan(i32, 1);
    await outer.send(inner);
    inner.close();
    const back = (await outer.recv()) as Chan<number>;
    expect(await back.recv()).toBeUndefined();
    expect(() => back.trySend(1)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
    outer.close();
  });
});

describe("references", () => {
  test("each message that carries a channel is one; dropped with the message", async () => {
    const round = async (): Promise<void> => {
      const inner = the.rt.chan(i32, 1);
      const outer = the.rt.chan(chanOf(i32), 10);
      for (let k = 0; k < 10; k++) outer.trySend(inner);
      expect(referencesOf(inner)).toBe(11);
      const controller = new AbortController();
      const waiting = Promise.try(() => outer.send(inner, { signal: controller.signal })).catch(() => "aborted");
      expect(referencesOf(inner)).toBe(12);
      controller.abort();
      expect([await waiting, referencesOf(inner)]).toEqual(["aborted", 11]);
      expect([outer.trySend(inner), referencesOf(inner)]).toEqual([false, 11]);
      // The last reference of the outer one: it is freed with what is in it.
      internals(outer).relinquish();
      expect(referencesOf(inner)).toBe(1);
      expect(outer.tryRecv()).toBeUndefined();
      inner.close();
    };
    await round();
    const before = used(the.rt);
    await round();
    expect(used(the.rt)).toBe(before);
  });

  test("a task's argument is one while it travels", async () => {
    const c = the.rt.chan(i32, 1);
    await the.rt.spawn.on(0)(echo, [c, c, { c }]);
    await until(() => referencesOf(c) <= 3);
    c.close();
  });
});

describe("a handle of another runtime", () => {
  test("is refused by sends, selects and tasks, and does no damage", async () => {
    await using other = await start({ threads: 1 });
    const [foreign, array] = [other.chan(i32, 1), other.shared.float64(4)];
    const before = used(the.rt);
    const stale = expect.objectContaining({ code: "ERR_STALE_HANDLE" });
    const outer = the.rt.chan(chanOf(i32), 1);
    expect(() => outer.trySend(foreign)).toThrow(stale);
    expect(() => the.rt.select({ foreign })).toThrow(stale);
    expect(() => the.rt.select({ out: foreign.sending(1) })).toThrow(stale);
    expect(() => the.rt.spawn(echo, [foreign])).toThrow(stale);
    expect(() => the.rt.spawn(echo, [array])).toThrow(stale);
    expect([foreign.trySend(1), foreign.tryRecv()]).toEqual([true, 1]);
    outer.close();
    expect(used(the.rt)).toBe(before);
  });
});

describe("shared arrays", () => {
  test("are one copy that every thread sees, zeroed, of every kind", async () => {
    for (const array of [the.rt.shared.float64(1000), the.rt.shared.int32(3), the.rt.shared.bytes(5)]) {
      expect(array.array.every((value: number) => value === 0)).toBe(true);
      array.array.fill(3);
      const back = await the.rt.spawn(double, array);
      expect([array.length, array.array[0], back.byteOffset]).toEqual([back.length, 6, array.byteOffset]);
      array.free();
    }
    expect(the.rt.shared.int32(0).array.length).toBe(0);
  });

  test("that are freed are stale on every thread; a second free does nothing", async () => {
    const before = used(the.rt);
    const [array, go] = [the.rt.shared.float64(100_000), the.rt.chan(i32, 1)];
    const looking = the.rt.spawn.on(0)(codeOfArray, array, go);
    await the.rt.spawn.on(1)(freeArray, array);
    await go.send(1);
    expect(await looking).toBe("ERR_STALE_HANDLE");
    expect(() => array.array).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
    array.free();
    expect(() => the.rt.spawn(echo, array)).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
    go.close();
    await until(() => used(the.rt) <= before + 256);
  });

  test("of a header that is a channel now stay stale", () => {
    const array = the.rt.shared.int32(4);
    array.free();
    const channels = Array.from({ length: 3 }, () => the.rt.chan(i32, 1));
    expect(() => array.array).toThrow(expect.objectContaining({ code: "ERR_STALE_HANDLE" }));
    array.free();
    for (const c of channels) expect([c.trySend(1), c.tryRecv()]).toEqual([true, 1]);
    for (const c of channels) c.close();
  });

  test("are zeroed whatever lay there before: in memory used again, fresh, or partly both", () => {
    for (const length of [1, 7, 500, 8192, 9000, 100_000, 1_000_000]) {
      for (let round = 0; round < 3; round++) {
        const dirty = [the.rt.shared.float64(length), the.rt.shared.bytes(length)];
        for (const array of dirty) array.array.fill(255);
        for (const array of dirty) array.free();
        // Another size each time, so that it begins in what was used and may end in what was not.
        using array = the.rt.shared.int32(length + round * 40_000);
        expect(array.array.indexOf(255), `length ${length}`).toBe(-1);
        expect(array.array.every((value) => value === 0)).toBe(true);
      }
    }
  });

  test("give their memory back at the end of a block", () => {
    const before = used(the.rt);
    {
      using array = the.rt.shared.bytes(1_000_000);
      expect(used(the.rt)).toBeGreaterThan(before + array.length - 1);
    }
    expect(used(the.rt)).toBe(before);
  });

  test.each([-1, 1.5, Number.NaN, "8", 1n, undefined])("of length %s are refused", (length) => {
    expect(() => the.rt.shared.int32(length as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("larger than the arena are refused, and the runtime goes on", async () => {
    const before = used(the.rt);
    expect(() => the.rt.shared.float64(1e9)).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL", details: expect.objectContaining({ asked: 8e9 }) }));
    expect(used(the.rt)).toBe(before);
    expect(await the.rt.spawn(echo, 1)).toBe(1);
  });
});
