/** The connection ends and comes back, or the server is killed and starts again. */
// @module-tag deep
import { expect, test } from "vitest";
import { i32, utf8 } from "../../src/index.ts";
import type { Delivery } from "../../src/net/index.ts";
import { thrown, until } from "../runtime/until.ts";
import { Cable } from "./cable.ts";
import { hold, opened, starts } from "./net-tasks.ts";
import { onBroker } from "./on-broker.ts";

onBroker("outages", (place) => {
  test("what is in hand stays in hand over a short one, and no more than the credit comes", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const [net, source] = [await place.node({ servers: cable.url }), await place.node()];
    const jobs = await net.queue("jobs", i32, { leaseMs: 5000 });
    const from = await source.queue("jobs", i32);
    await using inbox = await jobs.deliveries({ credit: 4 });
    await from.send(0);
    const first = await inbox.recv();
    for (let round = 0; round < 3; round++) {
      cable.cut();
      await until(() => !net.isUp);
      expect(await thrown(() => first?.ack())).toMatchObject({ code: "ERR_NET_DOWN" });
      for (let n = 0; n < 10; n++) await from.send(10 * round + n + 1);
      cable.mend();
      await until(() => net.isUp && inbox.inHand === 4);
    }
    await first?.ack();
    const seen = [0];
    while (seen.length < 31) {
      // One that was lost on its way comes when its lease has ended.
      const delivery = await inbox.recv();
      expect(inbox.inHand).toBeLessThanOrEqual(4);
      seen.push(delivery?.value as number);
      await delivery?.ack();
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 31 }, (_, n) => n));
  });

  test("a lease that ends during one is lost, and the value goes to another node", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const [net, other] = [await place.node({ servers: cable.url }), await place.node()];
    const jobs = await net.queue("jobs", i32, { leaseMs: 1000 });
    const inbox = await jobs.deliveries({ credit: 4 });
    await jobs.send(1);
    const delivery = await inbox.recv();
    const { signal } = delivery as Delivery<number>;
    cable.cut();
    await using there = await (await other.queue("jobs", i32)).deliveries();
    const again = await there.recv();
    expect(again).toMatchObject({ value: 1, attempt: 2, mayBeRepeated: true });
    await until(() => signal.aborted);
    cable.mend();
    await until(() => net.isUp);
    expect(await thrown(() => delivery?.ack())).toMatchObject({ code: "ERR_LEASE_LOST" });
    expect((await jobs.state()).values).toBe(1);
    await again?.ack();
    await until(async () => (await jobs.state()).values === 0);
  });

  test("a call survives a short one, and its answer comes afterwards", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const [caller, server] = [await place.node({ servers: cable.url }), await place.node({ servers: cable.url })];
    await server.serve([hold]);
    const begun = starts().value;
    const called = caller.spawn(hold, opened().value + 1, "answer");
    await until(() => starts().value > begun);
    cable.cut();
    await until(() => !caller.isUp && !server.isUp);
    expect(await thrown(() => caller.spawn(hold, 0, 1))).toMatchObject({ code: "ERR_NET_DOWN" });
    expect(await thrown(() => caller.nodes())).toMatchObject({ code: "ERR_NET_DOWN" });
    // The task ends while nobody can be told.
    opened().add(1);
    await place.rt.sleep(50);
    cable.mend();
    expect(await called).toBe("answer");
    expect(starts().value).toBe(begun + 1);
  });

  test("a send waits for the connection, or says that nothing was sent", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const net = await place.node({ servers: cable.url });
    const jobs = await net.queue("jobs", utf8);
    cable.cut();
    await until(() => !net.isUp);
    expect(await thrown(() => jobs.send("refused", { timeoutMs: 100 }))).toMatchObject({ code: "ERR_NET_DOWN" });
    const controller = new AbortController();
    const stopped = thrown(() => jobs.send("stopped", { signal: controller.signal }));
    const waiting = jobs.send("waits", { timeoutMs: 30_000 });
    controller.abort(new Error("enough"));
    expect(await stopped).toMatchObject({ message: "enough" });
    cable.mend();
    await waiting;
    await using inbox = await jobs.deliveries();
    const delivery = await inbox.recv();
    expect(delivery?.value).toBe("waits");
    await delivery?.ack();
    await until(async () => (await jobs.state()).values === 0);
  });

  test("close does not wait for a connection that is gone, nor for a server that does not answer", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const net = await place.node({ servers: cable.url });
    const inbox = await (await net.queue("jobs", i32)).deliveries();
    cable.cut();
    await until(() => !net.isUp);
    await net.close();
    expect(await inbox.recv()).toBeUndefined();
    const other = await place.node({ timeoutMs: 1500 });
    place.broker.suspend();
    try {
      await other.close();
    } finally {
      place.broker.resume();
    }
  });

  test("a server that was killed is told again what was acknowledged, and forgets no value", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 500 });
    await using inbox = await jobs.deliveries({ credit: 8 });
    const seen: number[] = [];
    const receiving = (async () => {
      for await (const delivery of inbox) {
        seen.push(delivery.value);
        await delivery.ack();
      }
    })();
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 50 }, (_, n) => jobs.send(100 * round + n)));
      await until(() => seen.length === 50 * (round + 1));
      await place.broker.kill();
      await place.broker.begin();
      await until(() => net.isUp);
    }
    await until(async () => (await jobs.state()).values === 0);
    await inbox.stop();
    await receiving;
    expect(seen.length).toBe(150);
  });

  test("two deliveries of one node are two receivers, and a broken connection confuses neither", async () => {
    await using cable = await Cable.lay(place.broker.url);
    const net = await place.node({ servers: cable.url });
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    const inboxes = await Promise.all([jobs.deliveries({ credit: 2 }), jobs.deliveries({ credit: 2 })]);
    for (let round = 0; round < 5; round++) {
      cable.cut();
      cable.mend();
      await until(() => net.isUp);
    }
    for (let n = 0; n < 4; n++) await jobs.send(n);
    await until(() => inboxes.every(({ inHand }) => inHand === 2));
    const values: number[] = [];
    for (const inbox of inboxes) {
      for (let k = 0; k < 2; k++) {
        const delivery = await inbox.recv();
        values.push(delivery?.value as number);
        await delivery?.ack();
      }
    }
    expect(values.toSorted()).toEqual([0, 1, 2, 3]);
  });
});
