/** What programs must agree on to share a queue: the type of its values and its options. */
import { expect, test } from "vitest";
import { i32, struct, utf8 } from "../../../src/index.ts";
import { thrown } from "../../runtime/until.ts";
import { onBroker } from "../on-broker.ts";

onBroker("agreement", (place) => {
  test("another type is refused, and both are named", async () => {
    const net = await place.node();
    await net.queue("jobs", struct({ n: i32 }));
    const error = await thrown(() => net.queue("jobs", struct({ n: utf8 })));
    expect(error).toMatchObject({ code: "ERR_QUEUE_CONFLICT", details: { here: "struct(n:utf8)", there: "struct(n:i32)" } });
    expect((error as Error).message).toContain("struct(n:utf8)");
    expect((error as Error).message).toContain("struct(n:i32)");
  });

  test("other options are refused, and both sides are named; no options take those that are there", async () => {
    const [net, other] = [await place.node(), await place.node()];
    await net.queue("jobs", i32, { capacity: 5, leaseMs: 500, dedupeMs: 1000 });
    const error = await thrown(() => other.queue("jobs", i32, { capacity: 6, leaseMs: 700 }));
    expect(error).toMatchObject({ code: "ERR_QUEUE_CONFLICT", details: { here: { capacity: 6, leaseMs: 700 }, there: { capacity: 5, leaseMs: 500 } } });
    const same = await other.queue("jobs", i32, { capacity: 5 });
    expect(await same.state()).toMatchObject({ capacity: 5 });
  });

  test("update changes what is given, and nothing else", { tags: ["deep"] }, async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { capacity: 5, leaseMs: 1000, dedupeMs: 1000 });
    await jobs.send(1);
    const changed = await net.queue("jobs", i32, { capacity: 7, update: true });
    expect(await changed.state()).toMatchObject({ capacity: 7 });
    await net.queue("jobs", i32, { capacity: 7, leaseMs: 1000, dedupeMs: 1000 });
    // It knows the lease that is there: otherwise this one would be lost.
    await using inbox = await changed.deliveries({ credit: 1 });
    const delivery = await inbox.recv();
    await place.rt.sleep(2500);
    await delivery?.ack();
    expect(delivery?.signal.aborted).toBe(false);
  });

  test("the lease is changed only while no node takes deliveries", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    const inbox = await jobs.deliveries();
    expect(await thrown(() => net.queue("jobs", i32, { leaseMs: 30_000, update: true }))).toMatchObject({ code: "ERR_QUEUE_CONFLICT", message: expect.stringContaining("takes deliveries") });
    await inbox.stop();
    await net.queue("jobs", i32, { leaseMs: 30_000, update: true });
    await net.queue("jobs", i32, { leaseMs: 30_000 });
  });

  test("a stream of another program is left alone", async () => {
    const net = await place.node();
    const { connect } = await import("@nats-io/transport-node");
    const { jetstreamManager } = await import("@nats-io/jetstream");
    const nc = await connect({ servers: place.broker.url });
    await (await jetstreamManager(nc)).streams.add({ name: `warren=${place.name}=jobs`, subjects: [`foreign.${place.name}`] });
    await nc.close();
    expect(await thrown(() => net.queue("jobs", i32))).toMatchObject({ code: "ERR_QUEUE_CONFLICT", message: expect.stringContaining("not made by warren") });
  });

  test("two nodes that make a queue at the same moment both get it", async () => {
    const nets = await Promise.all(Array.from({ length: 4 }, () => place.node()));
    const queues = await Promise.all(nets.map((net) => net.queue("jobs", i32, { capacity: 9 })));
    await Promise.all(queues.map((jobs, k) => jobs.send(k)));
    expect(await queues[0].state()).toMatchObject({ values: 4, capacity: 9 });
  });

  test("a value of another type that gets into the queue is refused with both types, and blocks nobody", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    const { connect } = await import("@nats-io/transport-node");
    const nc = await connect({ servers: place.broker.url });
    nc.publish(`warren.${place.name}.queue.jobs`, "no value of warren");
    await nc.flush();
    await nc.close();
    await jobs.send(1);
    await using inbox = await jobs.deliveries({ credit: 1 });
    const delivery = await inbox.recv();
    expect(delivery?.value).toBe(1);
    await delivery?.ack();
  });
});
