import { expect, test } from "vitest";
import { i32 } from "../../../src/index.ts";
import { thrown, until } from "../../runtime/until.ts";
import { ShopError, deadlineOf, double, echo, giveChannel, heed, hold, opened, refuse, starts, textOf, traceOf, untilCancelled } from "../net-tasks.ts";
import { onBroker } from "../on-broker.ts";

onBroker("remote spawn", (place) => {
  /** `opened` and `starts` only grow. */
  let gate = 0;

  test("a task runs on the node that serves it, and its result comes back", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([double, echo]);
    expect(await caller.spawn(double, 21)).toBe(42);
    const values = { list: [1, "two", null, undefined], when: new Date(0), bytes: new Uint8Array([1, 2]), map: new Map([[1, new Set([2])]]) };
    expect(await caller.spawn(echo, values)).toEqual(values);
    expect(await Promise.all(Array.from({ length: 100 }, (_, k) => caller.spawn(double, k)))).toEqual(Array.from({ length: 100 }, (_, k) => 2 * k));
  });

  test("an error keeps its class and fields, and says on which node it was thrown", async () => {
    const [caller, server] = [await place.node(), await place.node({ node: "the-server" })];
    await server.serve([refuse]);
    const error = await thrown(() => caller.spawn(refuse, 7));
    expect(error).toBeInstanceOf(ShopError);
    expect(error).toMatchObject({ message: "no such order", code: "E_SHOP", order: 7, node: "the-server" });
    expect((error as Error).stack).toContain("on node the-server");
  });

  test("a task that nobody serves did not run", async () => {
    const caller = await place.node();
    const error = await thrown(() => caller.spawn(double, 1));
    expect(error).toMatchObject({ code: "ERR_NO_NODE", details: { mayHaveRun: false } });
    expect((await place.rt.stats()).outside).toEqual([]);
  });

  test("another build is refused, with those that are served; accept allows it", async () => {
    const [caller, server] = [await place.node({ build: "2.3.0" }), await place.node({ build: "2.4.1" })];
    await server.serve([double]);
    const error = await thrown(() => caller.spawn(double, 1));
    expect(error).toMatchObject({ code: "ERR_TASK_VERSION", details: { build: "2.3.0", served: ["2.4.1"], mayHaveRun: false } });
    expect((error as Error).message).toContain("2.3.0");
    expect((error as Error).message).toContain("2.4.1");
    expect(await caller.spawn.with({ accept: "^2" })(double, 1)).toBe(2);
    expect(await thrown(() => caller.spawn.with({ accept: "~2.5" })(double, 1))).toMatchObject({ code: "ERR_TASK_VERSION", details: { build: "~2.5" } });
    expect(await thrown(() => caller.spawn.with({ accept: ">2" })(double, 1))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("accept finds a node that has just begun to serve, and leaves one that has just ended", { tags: ["deep"] }, async () => {
    const [caller, old] = [await place.node({ build: "1.0.0" }), await place.node({ build: "1.1.0" })];
    await old.serve([double]);
    expect(await caller.spawn.with({ accept: "^1" })(double, 1)).toBe(2);
    expect(await thrown(() => caller.spawn.with({ accept: "^1" })(echo, 1))).toMatchObject({ code: "ERR_NO_NODE" });
    const fresh = await place.node({ build: "1.2.0" });
    await fresh.serve([echo, double]);
    expect(await caller.spawn.with({ accept: "^1" })(echo, 1)).toBe(1);
    await old.close();
    expect(await caller.spawn.with({ accept: "^1" })(double, 2)).toBe(4);
  });

  test("arguments are those at the time of the call", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([echo]);
    const value = { n: 1 };
    const called = caller.spawn(echo, value);
    value.n = 2;
    expect(await called).toEqual({ n: 1 });
  });

  test("what belongs to one machine is refused, as argument and as result, with its place", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([echo, giveChannel]);
    expect(await thrown(() => caller.spawn(echo, { deep: [place.rt.chan(i32)] }))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", details: { path: expect.stringContaining("deep") } });
    expect(await thrown(() => caller.spawn(giveChannel))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE", node: "n1" });
    expect(await thrown(() => caller.spawn((() => 1) as never))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("what is too big is refused, as argument and as result", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([textOf, echo]);
    expect(await thrown(() => caller.spawn(echo, "x".repeat(2_000_000)))).toMatchObject({ code: "ERR_TOO_BIG" });
    // Answers of one turn travel together, and each has its own end.
    const lengths = [2_000_000, 1, 700_000, 600_000, 3_000_000, 2];
    const got = await Promise.allSettled(lengths.map((length) => caller.spawn(textOf, length)));
    expect(got.map((end) => (end.status === "fulfilled" ? end.value.length : (end.reason as { code: string }).code))).toEqual(["ERR_TOO_BIG", 1, 700_000, 600_000, "ERR_TOO_BIG", 2]);
  });

  test("a context is cancelled on the other node with that of the caller, and has its deadline", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([untilCancelled, deadlineOf]);
    const ctx = place.rt.context();
    const begun = starts().value;
    const called = caller.spawn(untilCancelled, ctx);
    await until(() => starts().value > begun);
    ctx.cancel();
    expect(await called).toBe("cancelled");
    expect(await caller.spawn(deadlineOf, place.rt.context())).toBe(false);
    expect(await caller.spawn(deadlineOf, place.rt.context(undefined, { timeout: 60_000 }))).toBe(true);
  });

  test("a signal ends the call with its reason and cancels the task", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([untilCancelled]);
    const controller = new AbortController();
    const begun = starts().value;
    const called = thrown(() => caller.spawn.with({ signal: controller.signal })(untilCancelled, place.rt.context()));
    await until(() => starts().value > begun);
    controller.abort(new Error("enough"));
    expect(await called).toMatchObject({ message: "enough" });
    await until(async () => (await server.nodes()).every(({ running }) => running === 0));
  });

  test("a call that takes too long fails, may have run, and is cancelled", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([untilCancelled]);
    const error = await thrown(() => caller.spawn.with({ timeoutMs: 100 })(untilCancelled, place.rt.context()));
    expect(error).toMatchObject({ code: "ERR_REMOTE_TIMEOUT", details: { mayHaveRun: true } });
    await until(async () => (await server.nodes()).every(({ running }) => running === 0));
  });

  test("a traceparent travels with a call: of the context, of the options, of join", async () => {
    const own = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const [caller, server] = [await place.node({ traceparent: () => own }), await place.node()];
    await server.serve([traceOf]);
    const { traceparent } = await import("../../../src/net/index.ts");
    const ctx = place.rt.context();
    expect(await caller.spawn(traceOf, ctx)).toBe(own);
    expect(await caller.spawn(traceOf, place.rt.withValue(ctx, traceparent, own.replace("a", "c")))).toBe(own.replace("a", "c"));
    expect(await caller.spawn.with({ traceparent: own.replace("a", "d") })(traceOf, ctx)).toBe(own.replace("a", "d"));
  });

  test("tries need a key", async () => {
    const caller = await place.node();
    expect(() => caller.spawn.with({ tries: 2 })).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT" }));
  });

  test("a call with a key that comes again is answered again, and its work is not done again", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold, double, refuse]);
    const begun = starts().value;
    const calls = [caller.spawn.with({ key: "order 1" })(hold, ++gate, "done"), caller.spawn.with({ key: "order 1" })(hold, gate, "other")];
    await until(() => starts().value > begun);
    opened().add(1);
    expect(await Promise.all(calls)).toEqual(["done", "done"]);
    expect(starts().value).toBe(begun + 1);
    expect(await caller.spawn.with({ key: "order 1" })(hold, gate, "late")).toBe("done");
    // Another task with the same key is other work.
    expect(await caller.spawn.with({ key: "order 1" })(double, 4)).toBe(8);
  });

  test("a failure is not kept for its key: the work can be tried again", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([refuse]);
    const begun = starts().value;
    expect(await thrown(() => caller.spawn.with({ key: "order 2" })(refuse, 1))).toMatchObject({ order: 1 });
    expect(await thrown(() => caller.spawn.with({ key: "order 2" })(refuse, 2))).toMatchObject({ order: 2 });
    expect(starts().value).toBe(begun + 2);
  });

  test("a try that is late is cancelled, and the next one runs anew", { tags: ["deep"] }, async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([heed]);
    const begun = starts().value;
    const error = await thrown(() => caller.spawn.with({ key: "slow", tries: 2, timeoutMs: 150 })(heed, place.rt.context()));
    expect(error).toMatchObject({ code: "ERR_REMOTE_TIMEOUT" });
    // The caller does not wait until what it has cancelled has started.
    await until(() => starts().value === begun + 2);
  });

  test("one of two callers of the same work does not cancel it for the other", { tags: ["deep"] }, async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([heed, untilCancelled]);
    const begun = starts().value;
    const controller = new AbortController();
    const ctx = place.rt.context();
    const first = thrown(() => caller.spawn.with({ key: "shared", signal: controller.signal })(untilCancelled, ctx));
    await until(() => starts().value > begun);
    const second = caller.spawn.with({ key: "shared" })(untilCancelled, ctx);
    // The second is known there when a later call is answered.
    await thrown(() => caller.spawn.with({ timeoutMs: 100 })(heed, place.rt.context()));
    controller.abort(new Error("enough"));
    expect(await first).toMatchObject({ message: "enough" });
    await thrown(() => caller.spawn.with({ timeoutMs: 100 })(heed, place.rt.context()));
    await until(async () => (await server.nodes()).some(({ running }) => running === 1));
    ctx.cancel();
    expect(await second).toBe("cancelled");
  });

  test("an error after a try that may have run says so", { tags: ["deep"] }, async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold]);
    const begun = starts().value;
    const called = thrown(() => caller.spawn.with({ key: "lost", tries: 2 })(hold, ++gate, 1));
    await until(() => starts().value > begun);
    // It does not answer any more, and nobody else serves the task.
    await server.close();
    expect(await called).toMatchObject({ code: "ERR_NODE_LOST", details: { mayHaveRun: true } });
    opened().add(1);
  });

  test("a main thread that stood still does not take a node for lost", { tags: ["deep"] }, async () => {
    const [caller, server] = [await place.node({ beatMs: 200 }), await place.node({ beatMs: 200 })];
    await server.serve([hold]);
    const begun = starts().value;
    const called = caller.spawn(hold, ++gate, "fine");
    await until(async () => starts().value > begun && (await caller.nodes()).some(({ running }) => running === 1));
    for (let k = 0; k < 2; k++) {
      const endMs = performance.now() + 1200;
      while (performance.now() < endMs);
      await place.rt.sleep(5);
    }
    opened().add(1);
    expect(await called).toBe("fine");
  });

  test("an answer that cannot be read ends the call", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold]);
    const { connect } = await import("@nats-io/transport-node");
    const nc = await connect({ servers: place.broker.url });
    nc.subscribe(`warren.${place.name}.task.>`, { callback: (_error, message) => void message.respond("nonsense") });
    await nc.flush();
    expect(await thrown(() => caller.spawn(hold, ++gate, 1))).toMatchObject({ code: "ERR_NET_MESSAGE" });
    opened().add(1);
    await nc.close();
  });

  test("closing the connection ends calls, which may have run", async () => {
    const [caller, server] = [await place.node(), await place.node()];
    await server.serve([hold]);
    const begun = starts().value;
    const called = thrown(() => caller.spawn(hold, ++gate, 1));
    await until(() => starts().value > begun);
    expect((await place.rt.stats()).outside).toMatchObject([{ name: "remote task hold", count: 1 }]);
    await caller.close();
    expect(await called).toMatchObject({ code: "ERR_NET_CLOSED", details: { mayHaveRun: true } });
    expect(await thrown(() => caller.spawn(hold, 0, 1))).toMatchObject({ code: "ERR_NET_CLOSED" });
    opened().add(1);
  });
});
