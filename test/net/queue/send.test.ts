import { expect, test } from "vitest";
import { chanOf, i32, struct, utf8 } from "../../../src/index.ts";
import { thrown, until } from "../../runtime/until.ts";
import { onBroker } from "../on-broker.ts";

onBroker("send", (place) => {
  test("a second send with the same id changes nothing", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32);
    await jobs.send(1, { id: "a" });
    await jobs.send(2, { id: "a" });
    await jobs.send(3, { id: "b" });
    expect((await jobs.state()).values).toBe(2);
    await using inbox = await jobs.deliveries();
    const got = [await inbox.recv(), await inbox.recv()];
    expect(got.map((delivery) => delivery?.value)).toEqual([1, 3]);
    await Promise.all(got.map((delivery) => delivery?.ack()));
  });

  test("a full queue refuses, if it is asked to", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { capacity: 2, whenFull: "refuse" });
    await jobs.send(1, { id: "one" });
    await jobs.send(2);
    expect(await thrown(() => jobs.send(3))).toMatchObject({ code: "ERR_QUEUE_FULL" });
    // What is in already is no new value.
    await jobs.send(1, { id: "one" });
    await using inbox = await jobs.deliveries();
    await (await inbox.recv())?.ack();
    await until(async () => (await jobs.state()).values === 1);
    await jobs.send(4);
  });

  test("a full queue makes the sender wait, which the dump says, until there is room", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { capacity: 1, leaseMs: 60_000 });
    await jobs.send(1);
    const waiting = jobs.send(2);
    await until(async () => (await place.rt.stats()).outside.some(({ name, count }) => name === "send to queue jobs" && count === 1));
    await using inbox = await jobs.deliveries({ credit: 1 });
    const first = await inbox.recv();
    await first?.ack();
    await waiting;
    expect((await place.rt.stats()).outside).toEqual([]);
    const second = await inbox.recv();
    expect(second?.value).toBe(2);
    await second?.ack();
  });

  test("a signal and a context end the wait for room", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { capacity: 1 });
    await jobs.send(1);
    const controller = new AbortController();
    const waiting = thrown(() => jobs.send(2, { signal: controller.signal }));
    const ctx = place.rt.context();
    const other = thrown(() => jobs.send(3, { signal: ctx.signal }));
    await until(async () => (await place.rt.stats()).outside.some(({ count }) => count === 2));
    controller.abort(new Error("enough"));
    expect(await waiting).toMatchObject({ message: "enough" });
    ctx.cancel();
    expect(await other).toMatchObject({ code: "ERR_CANCELLED" });
    expect(await thrown(() => jobs.send(4, { signal: controller.signal }))).toMatchObject({ message: "enough" });
    expect((await jobs.state()).values).toBe(1);
  });

  test("a value is checked and copied when it is sent", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", struct({ n: i32 }));
    expect(await thrown(() => jobs.send({ n: 1.5 }))).toMatchObject({ code: "ERR_VALUE_REFUSED", details: { path: ".n" } });
    const value = { n: 1 };
    const sent = jobs.send(value);
    value.n = 2;
    await sent;
    await using inbox = await jobs.deliveries();
    const delivery = await inbox.recv();
    expect(delivery?.value).toEqual({ n: 1 });
    await delivery?.ack();
    expect(await thrown(() => net.queue("channels", chanOf(i32)))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", message: expect.stringContaining("a channel belongs to one machine") });
  });

  test("a value above the server's limit is refused before it is sent", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8);
    expect(await thrown(() => jobs.send("x".repeat(2_000_000)))).toMatchObject({ code: "ERR_TOO_BIG", details: { maximum: 1_048_576 } });
  });

  test("a traceparent travels with a value, its own or that of join", async () => {
    const own = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const given = `00-${"c".repeat(32)}-${"d".repeat(16)}-00`;
    const net = await place.node({ traceparent: () => own });
    const jobs = await net.queue("jobs", i32);
    await jobs.send(1);
    await jobs.send(2, { traceparent: given });
    await using inbox = await jobs.deliveries();
    const got = [await inbox.recv(), await inbox.recv()];
    expect(got.map((delivery) => delivery?.traceparent)).toEqual([own, given]);
    await Promise.all(got.map((delivery) => delivery?.ack()));
    expect(await thrown(() => jobs.send(3, { traceparent: "no" }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });
});
