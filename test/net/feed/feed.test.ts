import { expect, test } from "vitest";
import { chanOf, i32, struct, utf8 } from "../../../src/index.ts";
import { thrown, until } from "../../runtime/until.ts";
import { onBroker, warningsOf } from "../on-broker.ts";

onBroker("feeds", (place) => {
  test("every receiver gets the values that are published from then on, in order", async () => {
    const [source, first, second] = [await place.node(), await place.node(), await place.node()];
    const type = struct({ name: utf8, n: i32 });
    const prices = source.feed("prices", type);
    const early = await first.feed("prices", type).receive();
    prices.publish({ name: "a", n: 1 });
    await until(() => early.length === 1);
    const late = await second.feed("prices", type).receive();
    for (let n = 2; n < 50; n++) prices.publish({ name: "a", n });
    const values: number[] = [];
    for await (const { n } of early) {
      values.push(n);
      if (n === 49) break;
    }
    expect(values).toEqual(Array.from({ length: 49 }, (_, k) => k + 1));
    expect(await late.recv()).toEqual({ name: "a", n: 2 });
    expect([early.missed, late.missed]).toEqual([0, 0]);
  });

  test("a slow receiver keeps the latest and counts what it has missed", async () => {
    const net = await place.node();
    const ticks = net.feed("ticks", i32);
    const slow = await ticks.receive({ credit: 4 });
    for (let n = 0; n < 100; n++) ticks.publish(n);
    await until(() => slow.missed === 96);
    expect(slow.length).toBe(4);
    const rest = [slow.tryRecv(), slow.tryRecv(), slow.tryRecv(), slow.tryRecv(), slow.tryRecv()];
    expect(rest).toEqual([96, 97, 98, 99, undefined]);
  });

  test("values that are lost on the way are counted, for each publisher", async () => {
    const net = await place.node();
    const receiver = await net.feed("ticks", i32).receive();
    const { connect } = await import("@nats-io/transport-node");
    const { encodeMessage, KIND } = await import("../../../src/net/link/message.ts");
    const { digest } = await import("../../../src/net/link/names.ts");
    const { portableSpace } = await import("../../../src/net/link/portable.ts");
    const nc = await connect({ servers: place.broker.url });
    const space = portableSpace(undefined as never, () => false);
    const send = (publisher: string, number: number): void => nc.publish(`warren.${place.name}.feed.ticks`, encodeMessage(space, KIND.value, [digest("i32"), publisher, number, number], "a value"));
    for (const [publisher, number] of [["a", 5], ["a", 6], ["b", 0], ["a", 9], ["b", 4], ["a", 10]] as const) send(publisher, number);
    await nc.flush();
    await until(() => receiver.length === 6);
    expect(receiver.missed).toBe(2 + 3);
    const warnings = await warningsOf(async (texts) => {
      nc.publish(`warren.${place.name}.feed.ticks`, "nonsense");
      nc.publish(`warren.${place.name}.feed.ticks`, encodeMessage(space, KIND.value, [digest("utf8"), "c", 0, "text"], "a value"));
      await until(() => receiver.missed === 7 && texts.length > 0);
    });
    expect(warnings.length).toBe(1);
    await nc.close();
  });

  test("select takes a value; stop closes, and what is there can still be received", async () => {
    const net = await place.node();
    const { rt } = place;
    const ticks = net.feed("ticks", i32);
    const receiver = await ticks.receive();
    const quit = rt.chan(i32, 1);
    const waiting = rt.select({ tick: receiver, quit });
    ticks.publish(7);
    expect(await waiting).toEqual({ case: "tick", value: 7 });
    ticks.publish(8);
    await until(() => receiver.length === 1);
    await receiver.stop();
    ticks.publish(9);
    expect(await receiver.recv()).toBe(8);
    expect(await receiver.recv()).toBeUndefined();
    const waits = (await ticks.receive()).recv();
    await net.close();
    expect(await waits).toBeUndefined();
    expect(await thrown(() => ticks.publish(1))).toMatchObject({ code: "ERR_NET_CLOSED" });
  });

  test("values are checked, and a receiver does not leave its thread", async () => {
    const net = await place.node();
    const ticks = net.feed("ticks", i32);
    expect(() => ticks.publish(1.5)).toThrow(expect.objectContaining({ code: "ERR_VALUE_REFUSED" }));
    expect(() => net.feed("channels", chanOf(i32))).toThrow(expect.objectContaining({ code: "ERR_NOT_TRANSFERABLE" }));
    const { echo } = await import("../net-tasks.ts");
    const receiver = await ticks.receive();
    expect(await thrown(() => place.rt.spawn(echo, receiver))).toMatchObject({ code: "ERR_NOT_TRANSFERABLE" });
    expect(await thrown(() => ticks.receive({ credit: 0 }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });
});
