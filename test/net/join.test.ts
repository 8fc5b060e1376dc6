import { expect, test } from "vitest";
import { formatDump, i32, start } from "../../src/index.ts";
import { join } from "../../src/net/index.ts";
import { thrown, until } from "../runtime/until.ts";
import { double, hold, opened, starts } from "./net-tasks.ts";
import { onBroker } from "./on-broker.ts";
import { untilNodes } from "./with-server.ts";

onBroker("join", (place) => {
  test("two runtimes and two connections in one process are two nodes", async () => {
    const rt = await start({ threads: 1 });
    try {
      const [first, second] = [await place.node(), await place.node({}, rt)];
      await first.serve([double]);
      expect(await second.spawn(double, 4)).toBe(8);
      const jobs = await first.queue("jobs", i32);
      await (await second.queue("jobs", i32)).send(5);
      await using inbox = await jobs.deliveries();
      const delivery = await inbox.recv();
      expect(delivery?.value).toBe(5);
      await delivery?.ack();
      expect((await untilNodes(second, "n0", "n1")).map(({ node, threads }) => [node, threads])).toEqual([["n0", 2], ["n1", 1]]);
    } finally {
      await rt.stop();
    }
  });

  test("stopping the runtime closes its connections", async () => {
    const rt = await start({ threads: 1 });
    const [other, net] = [await place.node(), await place.node({}, rt)];
    const jobs = await net.queue("jobs", i32, { leaseMs: 60_000 });
    await jobs.send(1);
    const inbox = await jobs.deliveries();
    await until(() => inbox.inHand === 1);
    await rt.stop();
    await untilNodes(other, "n0");
    await until(() => !net.isUp);
    expect(await thrown(() => net.nodes())).toMatchObject({ code: "ERR_NET_CLOSED" });
    expect(await thrown(() => join(rt, { name: "x", servers: place.broker.url }))).toMatchObject({ code: "ERR_RUNTIME_STOPPED" });
    // What it held went back.
    await using next = await (await other.queue("jobs", i32)).deliveries();
    const delivery = await next.recv();
    expect(delivery?.value).toBe(1);
    await delivery?.ack();
  });

  test("stats and dumps name what waits for other machines", async () => {
    const net = await place.node();
    await net.serve([hold]);
    const begun = starts().value;
    const called = net.spawn(hold, 1, 1);
    await until(() => starts().value > begun);
    const jobs = await net.queue("jobs", i32);
    const inbox = await jobs.deliveries();
    const received = Promise.resolve(inbox.recv());
    const text = formatDump(await place.rt.dump(), await place.rt.stats());
    expect(text).toContain("remote task hold");
    expect(text).toContain('queue "jobs"');
    opened().add(1);
    await called;
    await net.close();
    expect(await received).toBeUndefined();
  });

  test("what is open when the connection closes is closed, once, and nothing is left", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32);
    for (let k = 0; k < 3; k++) await (await jobs.deliveries()).stop();
    const inbox = await jobs.deliveries();
    await Promise.all([net.close(), net.close(), inbox.stop()]);
    await net.close();
    expect((await place.rt.stats()).outside).toEqual([]);
    expect(await thrown(() => net.close({ drainMs: -1 }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });
});
