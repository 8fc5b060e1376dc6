/** An iterator that ends gives back what it has not delivered: no value is lost with it. */
import { Readable } from "node:stream";
import { getEventListeners } from "node:events";
import { describe, expect, test } from "vitest";
import { after, chan, i32, sleep, spawn, ticker, type Chan, type Ticker } from "../../src/index.ts";
import { PLACEMENTS, PLACEMENT_NAMES } from "./tasks/placements.ts";
import { sendEach } from "./tasks/verbs.ts";
import { quiet, receiversAt, world } from "./tasks/world.ts";

const the = world(2);

describe.each([0, 1, 3])("capacity %i", (capacity) => {
  test.each(["return", "throw"] as const)("%s withdraws the receive that waits: its next gives the end, the value stays for another", async (how) => {
    const ch = chan(i32, capacity);
    const it = ch[Symbol.asyncIterator]();
    const waiting = it.next();
    expect(receiversAt(the.rt, ch)).toBe(1);
    if (how === "return") expect(await it.return?.()).toEqual({ value: undefined, done: true });
    else await expect(it.throw?.(new Error("enough"))).rejects.toThrow("enough");
    expect(receiversAt(the.rt, ch)).toBe(0);
    expect(await waiting).toEqual({ value: undefined, done: true });
    const sent = ch.send(42);
    expect(await ch.recv()).toBe(42);
    await sent;
    ch.close();
  });

  test("it is over for good, also with values in the channel", async () => {
    const ch = chan(i32, capacity);
    const it = ch[Symbol.asyncIterator]();
    await it.return?.();
    const sent = spawn(async () => ch.send(1));
    expect(await it.next()).toEqual({ value: undefined, done: true });
    expect(await ch.recv()).toBe(1);
    await sent;
    ch.close();
    expect(await it.next()).toEqual({ value: undefined, done: true });
  });

  test("several that wait: all end, and those that got a value keep it", async () => {
    const ch = chan(i32, capacity);
    const it = ch[Symbol.asyncIterator]();
    const waiting = [it.next(), it.next(), it.next()];
    await ch.send(1);
    await it.return?.();
    expect(await Promise.all(waiting)).toEqual([{ value: 1, done: false }, { value: undefined, done: true }, { value: undefined, done: true }]);
    ch.close();
  });

  test("what a value has been claimed for by another thread is not lost: it is received or stays", async () => {
    const rounds = 300;
    let received = 0;
    for (let round = 0; round < rounds; round++) {
      const ch = chan(i32, capacity);
      const sent = spawn.on(0)(sendEach, ch, 7, 1);
      const it = ch[Symbol.asyncIterator]();
      const waiting = it.next();
      if (round % 3 === 0) await sleep(0);
      await it.return?.();
      const { done } = await waiting;
      if (done) expect(await ch.recv()).toBe(7);
      else received++;
      await sent;
      ch.close();
    }
    expect(received).toBeLessThanOrEqual(rounds);
  });
});

describe.each(PLACEMENT_NAMES)("%s", (name) => {
  test("leaving a loop early loses nothing", async () => {
    const { right } = PLACEMENTS[name](the.rt);
    const ch = chan(i32, 4);
    const sent = right(sendEach, ch, 0, 100);
    const seen: number[] = [];
    for (let round = 0; round < 10; round++) {
      for await (const value of ch) {
        seen.push(value);
        if (seen.length % 10 === 0) break;
      }
    }
    await sent;
    expect(seen).toEqual(Array.from({ length: 100 }, (_, k) => k));
    ch.close();
  });
});

describe("what is made from the iterator", () => {
  const checkThatItIsLeftAlone = async (ch: Chan<number>): Promise<void> => {
    await expect.poll(() => receiversAt(the.rt, ch)).toBe(0);
    const sent = spawn(async () => ch.send(5));
    expect(await ch.recv()).toBe(5);
    await sent;
    ch.close();
    await quiet(the.rt);
  };

  test("a Node stream that is destroyed while it waits", async () => {
    const ch = chan(i32);
    const stream = Readable.from(ch as AsyncIterable<number>);
    stream.on("data", () => expect.unreachable());
    await expect.poll(() => receiversAt(the.rt, ch)).toBe(1);
    stream.destroy();
    await checkThatItIsLeftAlone(ch);
  });

  test("a web stream that is cancelled while it waits", async () => {
    const ch = chan(i32);
    const reader = (ReadableStream as unknown as { from(it: AsyncIterable<number>): ReadableStream<number> }).from(ch).getReader();
    const read = reader.read();
    await expect.poll(() => receiversAt(the.rt, ch)).toBe(1);
    await reader.cancel();
    expect(await read).toEqual({ value: undefined, done: true });
    await checkThatItIsLeftAlone(ch);
  });

  test("await using", async () => {
    const ch = chan(i32);
    {
      await using it = ch[Symbol.asyncIterator]() as AsyncIterator<number> & AsyncDisposable;
      void it.next();
    }
    await checkThatItIsLeftAlone(ch);
  });
});

test("receivers of one thread alone end as well: after, ticker", async () => {
  for (const receiver of [after(60_000), ticker(60_000)]) {
    const it = receiver[Symbol.asyncIterator]();
    const waiting = it.next();
    await it.return?.();
    expect(await waiting).toEqual({ value: undefined, done: true });
    if ("stop" in receiver) (receiver as Ticker).stop();
  }
  await quiet(the.rt);
});

test("next gives a promise, as its type says, also when a value is there", () => {
  const ch = chan(i32, 1);
  void ch.send(1);
  expect(ch[Symbol.asyncIterator]().next()).toBeInstanceOf(Promise);
  ch.close();
});

describe("waits that share a signal", () => {
  test("have one listener, which goes with the last of them", async () => {
    const ch = chan(i32);
    const controller = new AbortController();
    const waits = Array.from({ length: 1000 }, () => Promise.resolve(ch.recv({ signal: controller.signal })).catch((error: unknown) => error));
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(1);
    for (let k = 0; k < 500; k++) await ch.send(k);
    controller.abort(new Error("enough"));
    const ended = await Promise.all(waits);
    expect(ended.slice(0, 500)).toEqual(Array.from({ length: 500 }, (_, k) => k));
    expect(ended.slice(500).every((error) => error instanceof Error && error.message === "enough")).toBe(true);
    ch.close();
    await expect.poll(() => getEventListeners(controller.signal, "abort").length).toBe(0);
  });

  test("one after the other use it again; another signal's comes in its place", async () => {
    const ch = chan(i32);
    const [first, second] = [new AbortController(), new AbortController()];
    for (const { signal } of [first, second, first]) {
      for (let k = 0; k < 3; k++) {
        const received = ch.recv({ signal });
        await ch.send(k);
        expect(await received).toBe(k);
        expect(getEventListeners(signal, "abort")).toHaveLength(1);
      }
    }
    expect(getEventListeners(second.signal, "abort")).toHaveLength(0);
    ch.close();
  });
});
