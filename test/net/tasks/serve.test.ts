import { expect, test } from "vitest";
import { thrown, until } from "../../runtime/until.ts";
import { double, echo, hold, opened, starts } from "../net-tasks.ts";
import type { NodeReport } from "../../../src/net/index.ts";
import { KIND, encodeMessage } from "../../../src/net/link/message.ts";
import { Names } from "../../../src/net/link/names.ts";
import { portableSpace } from "../../../src/net/link/portable.ts";
import { onBroker } from "../on-broker.ts";
import { untilNodes } from "../with-server.ts";

onBroker("serve", (place) => {
  let gate = 0;

  test("at most `limit` calls run; the others wait", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold], { limit: 2 });
    const begun = starts().value;
    gate++;
    const calls = Array.from({ length: 5 }, (_, k) => caller.spawn(hold, gate, k));
    await until(async () => (await server.nodes()).some(({ running, waiting }) => running === 2 && waiting === 3));
    await until(() => starts().value === begun + 2);
    opened().add(1);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4]);
  });

  test("beyond the waiting ones the node is busy, and the caller tries until there is room", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold], { limit: 1, waiting: 1 });
    gate++;
    const calls = Array.from({ length: 6 }, (_, k) => caller.spawn(hold, gate, k));
    await until(async () => (await server.nodes()).some(({ running, waiting }) => running === 1 && waiting === 1));
    expect((await place.rt.stats()).outside).toMatchObject([{ count: 6 }]);
    opened().add(1);
    expect(await Promise.all(calls)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("a busy caller can be stopped by its signal", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold], { limit: 1, waiting: 0 });
    gate++;
    const first = caller.spawn(hold, gate, 1);
    await until(async () => (await server.nodes()).some(({ running }) => running === 1));
    const controller = new AbortController();
    const second = thrown(() => caller.spawn.with({ signal: controller.signal })(hold, gate, 2));
    controller.abort(new Error("enough"));
    expect(await second).toMatchObject({ message: "enough" });
    opened().add(1);
    await first;
  });

  test("stop takes no more calls, and those that it has taken end, the waiting ones too", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    const serving = await server.serve([hold], { limit: 1 });
    gate++;
    const calls = [caller.spawn(hold, gate, 1), caller.spawn(hold, gate, 2)];
    await until(async () => (await server.nodes()).some(({ running, waiting }) => running === 1 && waiting === 1));
    const stopped = serving.stop();
    await until(async () => (await caller.nodes()).every(({ tasks }) => tasks.length === 0));
    expect(await thrown(() => caller.spawn(hold, gate, 3))).toMatchObject({ code: "ERR_NO_NODE" });
    opened().add(1);
    expect(await Promise.all(calls)).toEqual([1, 2]);
    await stopped;
    await server.serve([hold]);
  });

  test("stop of one does not wait for the tasks of another", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    const mine = await server.serve([double]);
    const other = await server.serve([hold]);
    gate++;
    const called = caller.spawn(hold, gate, 1);
    await until(async () => (await server.nodes()).some(({ running }) => running === 1));
    await mine.stop();
    const stopped = Promise.all([other.stop(), server.serve([double]).then((again) => again.stop())]);
    opened().add(1);
    await stopped;
    expect(await called).toBe(1);
  });

  test("close with drainMs lets calls end", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold]);
    gate++;
    const called = caller.spawn(hold, gate, "done");
    await until(async () => (await server.nodes()).some(({ running }) => running === 1));
    const closed = server.close({ drainMs: 60_000 });
    opened().add(1);
    expect(await called).toBe("done");
    await closed;
  });

  test("calls are shared by the nodes that serve a task", { tags: ["deep"] }, async () => {
    const [caller, ...servers] = [await place.node(), await place.node(), await place.node()];
    await Promise.all(servers.map((net) => net.serve([hold])));
    gate++;
    const calls = Array.from({ length: 32 }, (_, k) => caller.spawn(hold, gate, k));
    let nodes: readonly NodeReport[] = [];
    await until(async () => (nodes = await caller.nodes()).reduce((sum, { running }) => sum + running, 0) === 32);
    expect(nodes.filter(({ running }) => running > 0).length).toBe(2);
    opened().add(1);
    await Promise.all(calls);
  });

  test("a task is served once, and bad lists are refused", async () => {
    const net = await place.node();
    await net.serve([double]);
    expect(await thrown(() => net.serve([double]))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await thrown(() => net.serve([]))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await thrown(() => net.serve([() => 1]))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await thrown(() => net.serve([echo], { limit: 0 }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
    expect(await net.spawn(double, 2)).toBe(4);
  });

  test("a node that has answered is waited for when it is late", async () => {
    const net = await place.node();
    const [report] = await net.nodes();
    const { connect } = await import("@nats-io/transport-node");
    const nc = await connect({ servers: place.broker.url });
    const space = portableSpace(undefined as never, () => false);
    let lateMs = 0;
    nc.subscribe(new Names(place.name).control("who"), {
      callback: (_error, message) => void setTimeout(() => message.respond(encodeMessage(space, KIND.node, [{ ...report, node: "late" }], "a report")), lateMs),
    });
    await nc.flush();
    await untilNodes(net, "late", "n0");
    lateMs = 200;
    expect((await net.nodes()).map(({ node }) => node)).toEqual(["late", "n0"]);
    await nc.close();
  });

  test("nodes tell what they are, and dumps what they do", { tags: ["deep"] }, async () => {
    const [caller, server] = [await place.node({ build: "1.2.3" }), await place.node({ node: "worker" })];
    await server.serve([double]);
    const nodes = await untilNodes(caller, "n0", "worker");
    expect(nodes).toMatchObject([{ node: "n0", build: "1.2.3", tasks: [], pid: process.pid, threads: 2 }, { node: "worker", build: "0", tasks: [{ name: "double", build: "0", id: expect.stringContaining("net-tasks#double") }], isDraining: false }]);
    const dumps = await caller.dumps();
    expect(dumps.map(({ node }) => node)).toEqual(["n0", "worker"]);
    expect(dumps[0].text).toContain("thread");
  });
});
