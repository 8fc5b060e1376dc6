/** The pages that watch: what each gets, and what becomes of those that do not keep up. */
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { CROWDED_BYTES, MOST_VIEWERS, PING_MS, STUCK_BYTES } from "../../../src/cli/watch/viewers.ts";
import type { Message } from "../../../src/lab/watch/protocol.ts";
import { ask, events, lookOn, opened, state, until, type Onlooker } from "./served.ts";

const MB = "x".repeat(1_000_000);
/** More than any kernel holds for a connection on one machine. */
const MUCH_MB = 60;

function messages({ received }: Onlooker): Message[] {
  return received.map(({ message }) => message);
}

/** A turn of the event loop, in which sockets take what they can. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe("a page", () => {
  test("gets the snapshot and then each message, once, with rising numbers", async () => {
    const sent: Message[] = [];
    const site = await opened({ snapshot: () => [...sent] });
    const send = (message: Message): void => {
      sent.push(message);
      site.server.send(message);
    };
    for (let run = 1; run <= 3; run++) send(events(run));
    const first = lookOn(site);
    await until(() => first.received.length === 3);
    // Others come while messages are sent: each has all of them.
    const others: Onlooker[] = [];
    for (let run = 4; run <= 60; run++) {
      if (run % 10 === 0) others.push(lookOn(site));
      send(events(run));
      await turn();
    }
    await until(() => site.server.viewers === 1 + others.length);
    send(state("last"));
    const runs = (page: Onlooker): unknown[] => messages(page).map((message) => (message.kind === "events" ? message.run : message.kind));
    for (const page of [first, ...others]) {
      await until(() => messages(page).at(-1)?.kind === "state");
      expect(runs(page)).toEqual([...Array.from({ length: 60 }, (_, index) => index + 1), "state"]);
    }
    expect(first.received.map(({ id }) => id)).toEqual([3, 3, 3, ...Array.from({ length: 58 }, (_, index) => index + 4)]);
  });

  test("that connects again begins with the snapshot, whatever it saw last", async () => {
    const site = await opened({ snapshot: () => [state("now")] });
    const gone = lookOn(site);
    await until(() => gone.received.length === 1);
    gone.socket.destroy();
    await until(() => site.server.viewers === 0);
    site.server.send(state("missed"));
    const back = lookOn(site);
    await until(() => site.server.viewers === 1);
    site.server.send(state("next"));
    await until(() => back.received.length === 2);
    expect(messages(back)).toEqual([state("now"), state("next")]);
    expect(back.comments).toEqual(["retry: 1000"]);
  });

  test("gets an event stream that nothing keeps", async () => {
    const site = await opened();
    const page = lookOn(site);
    await until(() => page.head() !== "");
    expect(page.head()).toContain("HTTP/1.1 200 OK");
    for (const line of ["content-type: text/event-stream", "cache-control: no-store", "x-content-type-options: nosniff"]) expect(page.head()).toContain(line);
    expect(page.head()).not.toMatch(/access-control/i);
  });

  test("texts that look like the format are still one message", async () => {
    const site = await opened();
    const page = lookOn(site);
    await until(() => site.server.viewers === 1);
    const odd = state("a\n\nid: 7\ndata: {}\r\u2028\u2029\u0000é😀");
    site.server.send(odd);
    await until(() => page.received.length === 1);
    expect(messages(page)).toEqual([odd]);
  });
});

describe("a page that does not keep up", () => {
  test("loses events, is told how many, and loses nothing else", { tags: ["deep"] }, async () => {
    const site = await opened();
    const page = lookOn(site, true);
    const swift = lookOn(site);
    await until(() => site.server.viewers === 2);
    for (let run = 1; run <= MUCH_MB; run++) {
      site.server.send(events(run, MB.length));
      site.server.send(state(`after ${run}`));
      await until(() => swift.received.length === 2 * run);
    }
    page.socket.resume();
    // What was dropped is told as soon as there is room, without another message.
    await until(() => messages(page).at(-1)?.kind === "dropped");
    const got = messages(page);
    const dropped = got.reduce((sum, message) => sum + (message.kind === "dropped" ? message.messages : 0), 0);
    expect(dropped).toBeGreaterThan(0);
    expect(got.filter(({ kind }) => kind === "events").length + dropped).toBe(MUCH_MB);
    expect(got.filter(({ kind }) => kind === "state")).toEqual(Array.from({ length: MUCH_MB }, (_, index) => state(`after ${index + 1}`)));
    expect(messages(swift).some(({ kind }) => kind === "dropped")).toBe(false);
    site.server.send(events(99));
    await until(() => messages(page).at(-1)?.kind === "events");
  });

  test("costs no more memory than its limit, however much is sent", async () => {
    const site = await opened();
    const page = lookOn(site, true);
    await until(() => site.server.viewers === 1);
    const big = events(1, MB.length);
    for (let sent = 0; sent < 200; sent++) {
      site.server.send(big);
      if (sent % 20 === 0) await turn();
      expect(site.server.outstanding).toBeLessThan(CROWDED_BYTES + 2 * MB.length);
    }
    expect([site.server.viewers, page.ended()]).toEqual([1, false]);
  });

  test("is disconnected if what cannot be dropped is too much; the others are not", async () => {
    const site = await opened();
    const stuck = lookOn(site, true);
    const swift = lookOn(site);
    await until(() => site.server.viewers === 2);
    const big = state(MB);
    let sent = 0;
    for (; site.server.viewers === 2; sent++) {
      expect(sent).toBeLessThan(MUCH_MB);
      site.server.send(big);
      expect(site.server.outstanding).toBeLessThan(STUCK_BYTES + 2 * MB.length);
      await until(() => swift.received.length === sent + 1);
    }
    stuck.socket.resume();
    await until(stuck.ended);
    expect(stuck.received.length).toBeLessThan(sent);
    expect(swift.received).toHaveLength(sent);
  });

  describe("in time", () => {
    afterEach(() => void vi.useRealTimers());

    test("is disconnected if it takes nothing for 30 s; one that has nothing to take gets pings", async () => {
      vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
      const site = await opened();
      const stuck = lookOn(site, true);
      await until(() => site.server.viewers === 1);
      for (let sent = 0; site.server.outstanding === 0 || sent < 20; sent++) {
        site.server.send(events(1, MB.length));
        await turn();
      }
      const calm = lookOn(site);
      await until(() => site.server.viewers === 2);
      vi.advanceTimersByTime(PING_MS);
      await until(() => calm.comments.length === 2);
      vi.advanceTimersByTime(PING_MS);
      await until(() => calm.comments.length === 3);
      expect(calm.comments).toEqual(["retry: 1000", ": ping", ": ping"]);
      expect(site.server.viewers).toBe(2);
      vi.advanceTimersByTime(PING_MS);
      await until(() => site.server.viewers === 1);
      stuck.socket.resume();
      await until(stuck.ended);
      expect(calm.ended()).toBe(false);
    });
  });

  test("may have a snapshot above all limits: it takes it piece by piece", async () => {
    const snapshot = Array.from({ length: 1000 }, (_, index) => state(`${index} ${"x".repeat(30_000)}`));
    const site = await opened({ snapshot: () => snapshot });
    const page = lookOn(site, true);
    await until(() => site.server.viewers === 1);
    site.server.send(state("next"));
    expect(site.server.outstanding).toBeLessThan(CROWDED_BYTES);
    page.socket.resume();
    await until(() => page.received.length === 1001);
    expect(messages(page)).toEqual([...snapshot, state("next")]);
    expect(page.received.map(({ id }) => id)).toEqual([...snapshot.map(() => 0), 1]);
  });
});

describe("many", () => {
  test(`page ${MOST_VIEWERS + 1} is refused with a line, until another one leaves`, async () => {
    const site = await opened();
    const pages = Array.from({ length: MOST_VIEWERS }, () => lookOn(site));
    await until(() => site.server.viewers === MOST_VIEWERS);
    const ten = await Promise.all(Array.from({ length: 10 }, () => ask(site.server.port, { path: "/events", headers: { cookie: site.cookie } })));
    expect(ten.map(({ status, body }) => `${status} ${body}`)).toEqual(Array.from({ length: 10 }, () => "503 32 pages watch already: close one of them\n"));
    pages[0]?.socket.destroy();
    await until(() => site.server.viewers === MOST_VIEWERS - 1);
    lookOn(site);
    await until(() => site.server.viewers === MOST_VIEWERS);
  });

  test("1,000 connections that ask for the stream, or say nothing, or half a request: the first page gets all of its messages", async () => {
    const site = await opened();
    const { port } = site.server;
    const first = lookOn(site);
    await until(() => site.server.viewers === 1);
    const sockets: Socket[] = [];
    onTestFinished(() => sockets.forEach((socket) => void socket.destroy()));
    const whole = `GET /events HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${site.cookie}\r\n\r\n`;
    const told = await Promise.all(Array.from({ length: 1000 }, (_, index) => new Promise<void>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.write(index % 3 === 0 ? whole : index % 3 === 1 ? whole.slice(0, 40) : "");
        resolve();
      });
      sockets.push(socket.on("error", () => resolve()).resume());
      if (index % 100 === 0) site.server.send(events(index));
    })));
    expect(told).toHaveLength(1000);
    site.server.send(state("last"));
    await until(() => messages(first).at(-1)?.kind === "state");
    expect(messages(first).map((message) => (message.kind === "events" ? message.run : message.kind))).toEqual([0, 100, 200, 300, 400, 500, 600, 700, 800, 900, "state"]);
    expect(site.server.viewers).toBeLessThanOrEqual(MOST_VIEWERS);
    expect(site.commands).toEqual([]);
    for (const socket of sockets) socket.destroy();
    await until(() => site.server.viewers === 1);
    expect((await ask(port, { headers: { cookie: site.cookie } })).status).toBe(200);
  });

  test("a request that never ends is ended", { tags: ["deep"] }, async () => {
    const { server } = await opened();
    const slow = connect(server.port, "127.0.0.1").resume();
    let ended = false;
    slow.on("error", () => undefined).on("close", () => (ended = true));
    slow.write(`GET / HTTP/1.1\r\nHost: 127.0.0.1:${server.port}\r\n`);
    // One byte at a time: the connection is never idle.
    for (let sent = 0; !ended; sent++) {
      slow.write(`x-${sent}: 1\r\n`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});

describe("the end", () => {
  test("ends all at once: pages, half requests, idle connections; and what is sent after goes nowhere", async () => {
    const site = await opened();
    const pages = [lookOn(site), lookOn(site, true)];
    await until(() => site.server.viewers === 2);
    const half = connect(site.server.port, "127.0.0.1");
    const idle = connect(site.server.port, "127.0.0.1");
    const ends = [half, idle].map((socket) => new Promise((resolve) => socket.on("error", () => undefined).on("close", resolve).resume()));
    await new Promise<void>((resolve) => half.write("POST /command HTTP/1.1\r\nHost: x\r\n", () => resolve()));
    await site.server.close();
    await Promise.all(ends);
    pages[1]?.socket.resume();
    await until(() => pages.every((page) => page.ended()));
    site.server.send(state("nobody"));
    expect(site.server.viewers).toBe(0);
    expect((await ask(site.server.port)).raw).toBe("");
  });
});
