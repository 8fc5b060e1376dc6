/**
 * Elements of any value, arrays, maps and results: on main, from thread to thread, with
 * handles inside. A message that nobody receives gives back the references in it.
 */
import { describe, expect, test } from "vitest";
import { type Chan, type Result, type Type, array, bool, chanOf, context, i32, map, oneshot, optional, result, select, shared, start, struct, utf8, value } from "../../src/index.ts";
import { Channel } from "../../src/channel/channel.ts";
import { header } from "../../src/memory/layout.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";
import { onThreads } from "../on-threads.ts";
import { quiet, until, used, world } from "../channel/tasks/world.ts";
import { type Tools, everything, halve, keep, leaveInside, sendAndDie, sendBack, useTools } from "./any-tasks.ts";
import { unread } from "./exits-on-import.ts";
import { KnownError } from "./payload-tasks.ts";

/** How many objects and messages refer to a channel. */
function references(rt: OpenRuntime, c: unknown): number {
  if (!(c instanceof Channel)) throw new TypeError("no channel");
  return rt.arena.i32[c.header + header.references];
}

onThreads("%i threads", (threads) => {
  const the = world(threads);
  const last = threads - 1;

  test("through a thread and back: what was sent, the same channels", async () => {
    const [there, back] = [the.rt.chan(everything), the.rt.chan(everything)];
    the.rt.go.on(last)(sendBack, there as never, back as never);
    const reply = the.rt.chan(i32, 1);
    const cycle: Record<string, unknown> = { at: new Date(5), big: 2n ** 70n, of: new Map([["s", new Set([1])]]), hole: [1, , 3], nothing: undefined };
    cycle["self"] = cycle;
    const sent = {
      any: cycle,
      lines: [{ text: "a", replies: [reply, reply] }, { text: "", replies: [] }],
      counts: new Map([["one", [1]], ["none", []]]),
      answers: new Map<number, Result<{ reply: Chan<number> } | null>>([[7, { value: { reply } }], [8, { error: new RangeError("no") }], [-9, { value: null }]]),
    };
    const passing = there.send(sent);
    const came = (await back.recv()) as typeof sent;
    await passing;
    expect(came).toEqual(sent);
    expect((came.any["self"] as unknown) === came.any).toBe(true);
    expect([came.lines[0]?.replies[1], came.answers.get(7)?.value?.reply]).toEqual([reply, reply]);
    expect([...came.answers.keys()]).toEqual([7, 8, -9]);
    expect(came.answers.get(8)?.error).toBeInstanceOf(RangeError);
    there.close();
    expect(await back.recv()).toBeUndefined();
    reply.close();
  });

  test("channels, locks, contexts, counters and arrays in a value are the same for the receiver", async () => {
    const to = the.rt.chan(value<Tools>(), 1);
    const ending = the.rt.spawn.on(last)(useTools, to);
    const reply = the.rt.chan(i32, 2);
    using ctx = context();
    using cells = shared.int32(1);
    using lock = new the.rt.Mutex();
    using hits = new the.rt.Counter();
    await to.send({ reply, again: reply, lock, ctx, hits, cells, map: new Map([[reply, "reply"]]) });
    expect([await reply.recv(), await reply.recv(), hits.value, cells.array[0]]).toEqual([0, 1, 1, 1]);
    to.close();
    await ending;
    reply.close();
  });

  test("a result is a value or an error, with class, code and cause", async () => {
    const [numbers, halves] = [the.rt.chan(i32), the.rt.chan(result(i32), 1)];
    the.rt.go.on(last)(halve, numbers, halves);
    const sending = numbers.sendMany([4, 5, -6]);
    const got: Result<number>[] = [];
    for (let k = 0; k < 3; k++) got.push((await halves.recv()) as Result<number>);
    await sending;
    const [first, second, third] = got;
    expect([first?.value, third?.value, Object.keys(first ?? {}), Object.keys(second ?? {})]).toEqual([2, -3, ["value"], ["error"]]);
    expect(second?.error).toBeInstanceOf(KnownError);
    expect(second?.error).toMatchObject({ message: "5 is odd", code: "E_ODD", extra: { n: 5 } });
    numbers.close();
    expect(await halves.recv()).toBeUndefined();
  });

  test("messages that a task leaves in a closed channel, or decodes and forgets, keep no channel", async () => {
    const reply = the.rt.chan(i32, 1);
    await the.rt.spawn.on(last)(leaveInside, reply, 20);
    await until(() => references(the.rt, reply) <= 2);
    reply.close();
  });

  test("a message outlives the thread that sent it", { tags: ["deep"] }, async () => {
    const reply = the.rt.chan(i32, 1);
    for (const type of [value<unknown>(), array(struct({ reply: chanOf(i32), text: utf8 }))] as Type<unknown>[]) {
      const to = the.rt.chan(type, 1);
      await expect(the.rt.spawn.on(last)(sendAndDie, to, reply)).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
      const [first, second] = (await to.recv()) as { reply: Chan<number>; text: string }[];
      expect([first?.text.length, second?.text, first?.reply === reply]).toEqual([10_000, "b", true]);
      second?.reply.trySend(3);
      expect(reply.tryRecv()).toBe(3);
      to.close();
    }
    reply.close();
  });

  test("arguments that a thread had not read when it died give back their channels", { tags: ["deep"] }, async () => {
    const reply = the.rt.chan(i32, 1);
    const lost = the.rt.spawn.on(last)(unread, { reply, more: [reply] });
    expect(references(the.rt, reply)).toBeGreaterThan(1);
    await expect(lost).rejects.toMatchObject({ code: "ERR_THREAD_DIED" });
    expect(references(the.rt, reply)).toBe(1);
    reply.close();
  });
});

describe("nothing is left", () => {
  const the = world(1);
  const inside = (reply: Chan<number>): [Type<unknown>, unknown][] => [
    [value() as Type<unknown>, { deep: [new Map([["k", { reply }]]), reply], text: "t".repeat(3000) }],
    [value() as Type<unknown>, Object.assign(new Error("with a channel"), { reply })],
    [array(chanOf(i32)) as Type<unknown>, [reply, reply, reply]],
    [array(optional(value())) as Type<unknown>, [{ reply }, null, [reply]]],
    [map(value()) as Type<unknown>, new Map([["a", { reply }], ["b".repeat(400), { reply }]])],
    [map(chanOf(i32), utf8) as Type<unknown>, new Map([[reply, "long ".repeat(200)]])],
    [result(chanOf(i32)) as Type<unknown>, { value: reply }],
    [result(bool) as Type<unknown>, { error: Object.assign(new RangeError("e"), { reply }) }],
    [struct({ a: array(array(value())), b: map(array(chanOf(i32))) }) as Type<unknown>, { a: [[{ reply }], []], b: new Map([["k", [reply]]]) }],
  ];
  const NAMES = ["value", "value of an error", "array", "array of values", "map", "map with channels as keys", "result", "result with an error", "nested"];

  describe.each(NAMES.map((name, k) => [name, k] as const))("%s", (_name, k) => {
    const begin = async (): Promise<{ reply: Chan<number>; type: Type<unknown>; sent: unknown; before: number; refs: number }> => {
      const reply = the.rt.chan(i32, 1);
      const [type, sent] = inside(reply)[k] as [Type<unknown>, unknown];
      // The first message of a channel makes it known on this thread.
      const known = the.rt.chan(type, 1);
      known.trySend(sent);
      known.tryRecv();
      known.close();
      await quiet(the.rt);
      return { reply, type, sent, before: used(the.rt), refs: references(the.rt, reply) };
    };

    test("in a channel that is freed with messages in it", async () => {
      const { reply, type, sent, before, refs } = await begin();
      const c = the.rt.chan(type, 3);
      for (let n = 0; n < 3; n++) c.trySend(sent);
      expect(references(the.rt, reply)).toBeGreaterThan(refs);
      (c as unknown as { relinquish(): void }).relinquish();
      expect([references(the.rt, reply), used(the.rt)]).toEqual([refs, before]);
      reply.close();
    });

    test("when a send is refused, cancelled, or closed while it waits, and a batch is cut off", async () => {
      const { reply, type, sent } = await begin();
      const attempt = async (): Promise<void> => {
        const c = the.rt.chan(type, 0);
        expect(c.trySend(sent)).toBe(false);
        expect((await select({ c: c.sending(sent) }, { otherwise: true })).case).toBe("otherwise");
        const controller = new AbortController();
        const cancelled = Promise.try(() => c.send(sent, { signal: controller.signal })).catch(() => "cancelled");
        const chosen = select([c.sending(sent), c.sending(sent)], { signal: controller.signal }) as Promise<unknown>;
        const choosing = chosen.catch(() => "cancelled");
        controller.abort();
        expect([await cancelled, await choosing]).toEqual(["cancelled", "cancelled"]);
        const closed = Promise.try(() => c.sendMany([sent, sent])).catch((error: { code: string }) => error.code);
        c.close();
        expect(await closed).toBe("ERR_CHANNEL_CLOSED");
        expect(() => c.trySend(sent)).toThrow(expect.objectContaining({ code: "ERR_CHANNEL_CLOSED" }));
      };
      // The first time, records of waits are made that stay for the next ones.
      await attempt();
      await quiet(the.rt);
      const before = [references(the.rt, reply), used(the.rt)];
      await attempt();
      await quiet(the.rt);
      expect([references(the.rt, reply), used(the.rt)]).toEqual(before);
      reply.close();
    });

    test("when a part behind it does not fit", async () => {
      const { reply, type, sent, before, refs } = await begin();
      const pairs = the.rt.chan(struct({ first: array(type), last: i32 }), 1);
      const withHeader = used(the.rt);
      expect(() => pairs.trySend({ first: [sent, sent], last: 0.5 })).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ path: ".last" }) }));
      expect(() => pairs.trySend({ first: [sent, sent, undefined], last: 1 })).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED", details: expect.objectContaining({ path: expect.stringMatching(/^\.first\[2\]/) }) }));
      expect([references(the.rt, reply), used(the.rt)]).toEqual([refs, withHeader]);
      pairs.close();
      expect(used(the.rt)).toBe(before);
      reply.close();
    });

    test("a oneshot, a full buffer that is drained after close", async () => {
      const { reply, type, sent, before, refs } = await begin();
      const [one, two] = [the.rt.oneshot(type), the.rt.chan(type, 2)];
      await one.send(sent);
      await two.sendMany([sent, sent]);
      two.close();
      expect(await one.recv()).toEqual(sent);
      expect(await two.recvMany(5)).toEqual([sent, sent]);
      await quiet(the.rt);
      expect([references(the.rt, reply), used(the.rt)]).toEqual([refs, before]);
      reply.close();
    });
  });

  test("in a full arena: the send fails, and what was taken is given back", async () => {
    await using small = (await start({ threads: 1, arenaBytes: 8_388_608 })) as OpenRuntime;
    const c = small.chan(array(value()), 2);
    const reply = small.chan(i32, 1);
    c.trySend([{ reply }]);
    c.tryRecv();
    const refs = references(small, reply);
    const before = used(small);
    const big = "x".repeat(600_000);
    const fill = small.chan(utf8, 64);
    const filled = (): void => {
      for (let sent = 0; sent < 64; sent++) fill.trySend(big);
    };
    expect(filled).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    const full = used(small);
    expect(() => c.trySend([{ reply }, { reply, big }, 1])).toThrow(expect.objectContaining({ code: "ERR_ARENA_FULL" }));
    expect([references(small, reply), used(small)]).toEqual([refs, full]);
    fill.close();
    while (fill.tryRecv() !== undefined);
    expect(used(small)).toBeLessThanOrEqual(before);
    c.close();
    reply.close();
  });
});

describe("what arrives", () => {
  const the = world(1);
  const pass = <T>(type: Type<T>, sent: T): T => {
    const c = the.rt.chan(type, 1);
    c.trySend(sent);
    const came = c.tryRecv() as T;
    c.close();
    return came;
  };

  test("undefined inside a value, a sparse array, a Buffer, an empty list, a subclass as its base", () => {
    class List extends Array<number> {}
    class Names extends Map<string, number> {}
    expect(pass(value<unknown>(), { a: undefined, list: [, 1] })).toEqual({ a: undefined, list: [, 1] });
    expect(Buffer.isBuffer(pass(value<Buffer>(), Buffer.from("b")))).toBe(true);
    expect([pass(array(i32), []), pass(map(i32), new Map())]).toEqual([[], new Map()]);
    expect(pass(array(i32), List.from([1, 2])).constructor).toBe(Array);
    expect(pass(map(i32), new Names([["a", 1]])).constructor).toBe(Map);
  });

  test("only the elements of an array, only the entries of a map", () => {
    const list = Object.assign([1, 2], { extra: 3 });
    expect(Object.keys(pass(array(i32), list))).toEqual(["0", "1"]);
    expect(Object.keys(pass(map(i32), Object.assign(new Map([["a", 1]]), { extra: 3 })))).toEqual([]);
  });

  test("a map keeps its order, and its keys find their values", () => {
    const [a, b] = [the.rt.chan(bool), the.rt.chan(bool)];
    const came = pass(map(chanOf(bool), i32), new Map([[b, 2], [a, 1]]));
    expect([came.get(a), came.get(b), [...came.values()]]).toEqual([1, 2, [2, 1]]);
    expect([...pass(map(value<number>(), utf8), new Map([[Number.NaN, "nan"], [0, "zero"]]))]).toEqual([[Number.NaN, "nan"], [0, "zero"]]);
    a.close();
    b.close();
  });

  test("a copy: later changes of what was sent are not seen", () => {
    const sent = { list: [new Map([["k", [1]]])] };
    const c = the.rt.chan(value<typeof sent>(), 1);
    c.trySend(sent);
    sent.list[0]?.get("k")?.push(2);
    expect(c.tryRecv()).toEqual({ list: [new Map([["k", [1]]])] });
    c.close();
  });

  test("a channel that comes in a value has its type, whatever it is", async () => {
    for (const type of [value(), array(value()), map(array(i32)), map(i32, result(value())), result(map(utf8, bool)), array(chanOf(array(chanOf(value()))))] as Type<unknown>[]) {
      const c = the.rt.chan(type, 1);
      const holder = await the.rt.spawn(keep, c);
      expect(holder).toBe(c);
      c.close();
    }
    const reply = oneshot(array(map(value())));
    const came = pass(value<{ reply: typeof reply }>(), { reply });
    came.reply.trySend([new Map([["k", 1n]])]);
    expect(reply.tryRecv()).toEqual([new Map([["k", 1n]])]);
  });
});
