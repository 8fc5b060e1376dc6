import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { type Chan, chan, i32, struct, utf8 } from "../../../src/index.ts";
import type { Deliveries } from "../../../src/net/index.ts";
import { thrown, until } from "../../runtime/until.ts";
import { onBroker, warningsOf } from "../on-broker.ts";

const SECOND = { leaseMs: 1000 };

/** Receives what is there and acknowledges it. */
async function takeAll<T>(inbox: Deliveries<T>, count: number): Promise<T[]> {
  const values: T[] = [];
  for await (const delivery of inbox) {
    values.push(delivery.value);
    await delivery.ack();
    if (values.length === count) break;
  }
  return values;
}

onBroker("deliveries", (place) => {
  test("a value is delivered as its type says, with its id, once, and is gone after ack", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", struct({ n: i32, s: utf8 }), SECOND);
    await jobs.send({ n: 1, s: "é" }, { id: "one" });
    expect(await jobs.state()).toMatchObject({ values: 1, inHand: 0, capacity: 10_000 });
    const inbox = await jobs.deliveries();
    const delivery = await inbox.recv();
    expect(delivery).toMatchObject({ value: { n: 1, s: "é" }, id: "one", attempt: 1, mayBeRepeated: false, dead: undefined, traceparent: undefined });
    expect(inbox.inHand).toBe(1);
    await delivery?.ack();
    expect(inbox.inHand).toBe(0);
    await until(async () => (await jobs.state()).values === 0);
    expect(await thrown(() => delivery?.ack())).toMatchObject({ code: "ERR_SETTLED" });
    expect(await thrown(() => delivery?.retry())).toMatchObject({ code: "ERR_SETTLED" });
    expect(await thrown(() => delivery?.reject("no"))).toMatchObject({ code: "ERR_SETTLED" });
  });

  test("with credit 1 the order is that of the sends", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, SECOND);
    const sent = Array.from({ length: 60 }, (_, n) => n);
    for (const n of sent) await jobs.send(n);
    await using inbox = await jobs.deliveries({ credit: 1 });
    expect(await takeAll(inbox, sent.length)).toEqual(sent);
  });

  test("a node never has more in hand than its credit, and gets more when it settles", async () => {
    const net = await place.node();
    // No lease ends while this process stands still: the server would count what is lost, too.
    const jobs = await net.queue("jobs", i32, { leaseMs: 300_000 });
    await Promise.all(Array.from({ length: 40 }, (_, n) => jobs.send(n)));
    await using inbox = await jobs.deliveries({ credit: 4 });
    await until(() => inbox.inHand === 4);
    for (let n = 0; n < 40; n++) {
      const delivery = await inbox.recv();
      expect(inbox.inHand).toBeLessThanOrEqual(4);
      // The server reads acknowledgements in one thread and requests in another, so its count may run ahead for a moment.
      await until(async () => (await jobs.state()).inHand === inbox.inHand);
      await delivery?.ack();
    }
    expect(inbox.inHand).toBe(0);
  });

  test("two nodes share a queue: each value goes to one of them", async () => {
    const nets = await Promise.all([place.node(), place.node()]);
    const [first, second] = await Promise.all(nets.map((net) => net.queue("jobs", i32, SECOND)));
    const seen: number[] = [];
    const work = async (inbox: Deliveries<number>): Promise<number> => {
      let mine = 0;
      for await (const delivery of inbox) {
        seen.push(delivery.value);
        mine++;
        await delivery.ack();
        if (seen.length === 60) break;
      }
      return mine;
    };
    const inboxes = await Promise.all([first.deliveries({ credit: 2 }), second.deliveries({ credit: 2 })]);
    const working = inboxes.map((inbox) => work(inbox));
    for (let n = 0; n < 60; n++) await first.send(n);
    await Promise.race(working);
    await Promise.all(inboxes.map((inbox) => inbox.stop()));
    const counts = await Promise.all(working);
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 60 }, (_, n) => n));
    expect(Math.min(...counts)).toBeGreaterThan(0);
  });

  test("select takes a delivery exactly, and what loses stays in hand", async () => {
    const net = await place.node();
    const { rt } = place;
    const jobs = await net.queue("jobs", i32, SECOND);
    await using inbox = await jobs.deliveries({ credit: 2 });
    const quit = rt.chan(i32, 1);
    await quit.send(1);
    expect(await rt.select({ job: inbox, quit })).toMatchObject({ case: "quit" });
    const waiting = rt.select({ job: inbox, quit });
    await jobs.send(7);
    const selected = await waiting;
    expect(selected.case).toBe("job");
    expect(inbox.inHand).toBe(1);
    await jobs.send(8);
    await until(() => inbox.length === 1);
    await quit.send(2);
    const both = new Set<string>();
    for (let k = 0; k < 2; k++) {
      const { case: name } = await rt.select({ job: inbox, quit });
      both.add(name);
    }
    expect(both).toEqual(new Set(["job", "quit"]));
    expect(inbox.inHand).toBe(2);
  });

  test("select is given a value that comes again at once, not at the next renewal", async () => {
    const net = await place.node();
    // A renewal every 37 s: the test would not live to see it.
    const jobs = await net.queue("jobs", i32, { leaseMs: 300_000 });
    await jobs.send(1);
    await using inbox = await jobs.deliveries();
    await (await inbox.recv())?.retry();
    await until(() => inbox.inHand === 1);
    const selected = await place.rt.select({ job: inbox, late: place.rt.after(15_000) });
    expect(selected).toMatchObject({ case: "job", value: { attempt: 2, mayBeRepeated: true } });
  });

  test("stop closes the channel, gives back what was not received, and blames nobody", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000, tries: 2 });
    for (let n = 0; n < 8; n++) await jobs.send(n);
    const first = await jobs.deliveries({ credit: 8 });
    await until(() => first.inHand === 8);
    const kept = await first.recv();
    const waiting = (async () => {
      let count = 0;
      for await (const delivery of first) {
        count++;
        await delivery.ack();
      }
      return count;
    })();
    // It takes some, and the rest is given back.
    await first.stop();
    const received = await waiting;
    expect(await first.recv()).toBeUndefined();
    expect(first.tryRecv()).toBeUndefined();
    expect(first.inHand).toBe(1);
    await kept?.ack();
    // Three times: a value that was only held would have no tries left.
    for (let k = 0; k < 3; k++) {
      const next = await jobs.deliveries({ credit: 8 });
      await until(() => next.inHand === 7 - received);
      await next.stop();
    }
    await using last = await jobs.deliveries({ credit: 8 });
    for (let k = 0; k < 7 - received; k++) {
      const delivery = await last.recv();
      expect(delivery).toMatchObject({ attempt: 1, mayBeRepeated: true });
      await delivery?.ack();
    }
  });

  test("values that are on their way while it stops are given back, too", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 300_000 });
    const sent = Array.from({ length: 200 }, (_, n) => n);
    await Promise.all(sent.map((n) => jobs.send(n)));
    for (let k = 0; k < 5; k++) {
      const inbox = await jobs.deliveries({ credit: 200 });
      await inbox.stop();
      expect(inbox.inHand).toBe(0);
    }
    await using last = await jobs.deliveries({ credit: 200 });
    await until(() => last.inHand === 200);
    const received: number[] = [];
    for (let k = 0; k < 200; k++) {
      const delivery = await last.recv();
      expect(delivery?.attempt).toBe(1);
      received.push(delivery?.value as number);
      await delivery?.ack();
    }
    expect(received.toSorted((a, b) => a - b)).toEqual(sent);
  });

  test("it stops although the queue has more than its credit", async () => {
    // So long that a stop which waits for its time to be over would not end.
    const net = await place.node({ timeoutMs: 600_000 });
    const jobs = await net.queue("jobs", i32, { leaseMs: 300_000 });
    for (let n = 0; n < 50; n++) await jobs.send(n);
    for (let n = 0; n < 5; n++) {
      const inbox = await jobs.deliveries({ credit: 1 });
      await (await inbox.recv())?.ack();
      await inbox.stop();
    }
    await using last = await jobs.deliveries({ credit: 50 });
    const rest = await takeAll(last, 45);
    expect(rest.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 45 }, (_, k) => k + 5));
  });

  test("a receive that begins while it stops gets nothing that is given back", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    await jobs.send(1);
    const inbox = await jobs.deliveries();
    await until(() => inbox.inHand === 1);
    const stopping = inbox.stop();
    expect(inbox.tryRecv()).toBeUndefined();
    await stopping;
    await using next = await jobs.deliveries();
    const delivery = await next.recv();
    await delivery?.ack();
  });

  test("a delivery does not leave the main thread", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, SECOND);
    await using inbox = await jobs.deliveries();
    await jobs.send(1);
    const delivery = await inbox.recv();
    const { echo } = await import("../net-tasks.ts");
    expect(await thrown(() => place.rt.spawn(echo, inbox))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("main thread") });
    expect(await thrown(() => place.rt.spawn(echo, delivery))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await place.rt.spawn(echo, delivery?.value)).toBe(1);
  });

  test("a delivery that the program drops comes again, and says why", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    await using inbox = await jobs.deliveries();
    await jobs.send(1);
    await until(() => inbox.length === 1);
    void inbox.tryRecv()?.value;
    const again = inbox.recv();
    let delivery: Awaited<typeof again>;
    void Promise.resolve(again).then((its) => (delivery = its));
    await until(async () => {
      collect();
      await place.rt.sleep(5);
      return delivery !== undefined;
    });
    expect(delivery).toMatchObject({ attempt: 2, mayBeRepeated: true });
    await delivery?.ack();
  });

  test("`await using` gives back what was not settled", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, SECOND);
    await using inbox = await jobs.deliveries();
    await jobs.send(1);
    {
      await using _delivery = await inbox.recv();
    }
    const again = await inbox.recv();
    expect(again?.attempt).toBe(2);
    await again?.ack();
  });

  test("a queue that is deleted on the server says so to receivers and senders", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, SECOND);
    const inbox = await jobs.deliveries();
    const waiting = thrown(() => inbox.recv());
    const { connect } = await import("@nats-io/transport-node");
    const { jetstreamManager } = await import("@nats-io/jetstream");
    const nc = await connect({ servers: place.broker.url });
    await (await jetstreamManager(nc)).streams.delete(`warren=${place.name}=jobs`);
    await nc.close();
    expect(await waiting).toMatchObject({ code: "ERR_QUEUE_GONE" });
    expect(await thrown(() => inbox.recv())).toMatchObject({ code: "ERR_QUEUE_GONE" });
    expect(await thrown(() => jobs.send(1))).toMatchObject({ code: "ERR_QUEUE_GONE" });
    expect(await thrown(() => jobs.state())).toMatchObject({ code: "ERR_QUEUE_GONE" });
  });

  test("values that a node has no memory for go back and come again", { tags: ["deep"] }, async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8, { leaseMs: 60_000 });
    await using inbox = await jobs.deliveries();
    const fillers: Chan<string>[] = [];
    await jobs.send("x".repeat(500_000));
    const first = await inbox.recv();
    await first?.ack();
    const warnings = await warningsOf(async (texts) => {
      for (const size of [1_000_000, 100_000, 10_000]) {
        try {
          for (;;) {
            const ch = chan(utf8, 1);
            fillers.push(ch);
            await ch.send("y".repeat(size));
          }
        } catch (error) {
          expect(error).toMatchObject({ code: "ERR_ARENA_FULL" });
        }
      }
      // The sender has no memory either.
      expect(await thrown(() => jobs.send("z".repeat(300_000)))).toMatchObject({ code: "ERR_ARENA_FULL" });
      const { connect } = await import("@nats-io/transport-node");
      const nc = await connect({ servers: place.broker.url });
      const { encodeMessage, KIND } = await import("../../../src/net/link/message.ts");
      const { digest } = await import("../../../src/net/link/names.ts");
      const { portableSpace } = await import("../../../src/net/link/portable.ts");
      const value = "z".repeat(300_000);
      nc.publish(`warren.${place.name}.queue.jobs`, encodeMessage(portableSpace(undefined as never, () => false), KIND.value, [digest("utf8"), "big", undefined, value, undefined], "a value"));
      await nc.flush();
      await nc.close();
      await until(() => texts.length > 0);
      for (const ch of fillers) {
        ch.tryRecv();
        ch.close();
      }
    });
    const again = await inbox.recv();
    expect(again).toMatchObject({ id: "big", attempt: 1 });
    await again?.ack();
    expect(warnings.join("\n")).toContain("no memory");
  });

  test("closing the connection closes the deliveries and gives back what was not received", async () => {
    const [net, other] = await Promise.all([place.node(), place.node()]);
    const mine = await net.queue("jobs", i32, { leaseMs: 60_000, tries: 1 });
    const theirs = await other.queue("jobs", i32);
    for (let n = 0; n < 3; n++) await mine.send(n);
    const inbox = await mine.deliveries();
    await until(() => inbox.inHand === 3);
    const kept = await inbox.recv();
    const lost = new Promise((resolve) => {
      kept?.signal.addEventListener("abort", () => resolve(kept.signal.reason));
    });
    await net.close();
    expect(await inbox.recv()).toBeUndefined();
    expect(await lost).toMatchObject({ code: "ERR_LEASE_LOST" });
    expect(await thrown(() => kept?.ack())).toMatchObject({ code: "ERR_LEASE_LOST" });
    expect(await thrown(() => mine.send(1))).toMatchObject({ code: "ERR_NET_CLOSED" });
    expect(await thrown(() => net.queue("jobs", i32))).toMatchObject({ code: "ERR_NET_CLOSED" });
    await using next = await theirs.deliveries();
    expect((await takeAll(next, 2)).toSorted()).toEqual([1, 2]);
  });
}, { runtime: { arenaBytes: 16_777_216 } });
