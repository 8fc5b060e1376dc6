/** How often a value is started, and what becomes of one that fails. */
import { expect, test } from "vitest";
import { i32, json, utf8 } from "../../../src/index.ts";
import type { Delivery, Net } from "../../../src/net/index.ts";
import { thrown, until } from "../../runtime/until.ts";
import { onBroker } from "../on-broker.ts";

/** The dead letters of a queue of texts. */
async function lettersOf(net: Net, queue: string, count: number): Promise<Delivery<string>[]> {
  await using inbox = await (await net.queue(queue, utf8)).deliveries();
  const letters: Delivery<string>[] = [];
  while (letters.length < count) {
    const letter = (await inbox.recv()) as Delivery<string>;
    letters.push(letter);
    await letter.ack();
  }
  return letters;
}

onBroker("tries", (place) => {
  test("a value that fails is tried as often as was asked, then it is a dead letter with the last reason", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8, { tries: 3, leaseMs: 60_000 });
    await jobs.send("bad", { id: "b" });
    await using inbox = await jobs.deliveries();
    for (const attempt of [1, 2, 3]) {
      const delivery = await inbox.recv();
      expect(delivery).toMatchObject({ value: "bad", id: "b", attempt, mayBeRepeated: attempt > 1 });
      await delivery?.retry(0, new RangeError(`number ${attempt}`));
    }
    const [letter] = await lettersOf(net, "jobs.dead", 1);
    expect(letter).toMatchObject({ value: "bad", id: "b", dead: { queue: "jobs", attempts: 3, why: expect.stringContaining("RangeError: number 3") } });
    await until(async () => (await jobs.state()).values === 0);
  });

  test("a value that is rejected is a dead letter immediately", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8);
    await jobs.send("bad");
    await using inbox = await jobs.deliveries();
    await (await inbox.recv())?.reject("it is bad");
    expect(await lettersOf(net, "jobs.dead", 1)).toMatchObject([{ value: "bad", dead: { queue: "jobs", attempts: 1, why: "it is bad" } }]);
  });

  test("the queue of dead letters has the name that it is given, or there is none", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8, { dead: "graves" });
    const lost = await net.queue("lost", utf8, { dead: false, tries: 1 });
    await jobs.send("bad");
    await lost.send("worse");
    await using inbox = await jobs.deliveries();
    await using other = await lost.deliveries();
    await (await inbox.recv())?.reject("no");
    await (await other.recv())?.retry();
    expect(await lettersOf(net, "graves", 1)).toMatchObject([{ value: "bad" }]);
    await until(async () => (await lost.state()).values === 0);
    expect(await thrown(() => net.queue("self", utf8, { dead: "self" }))).toMatchObject({ code: "ERR_INVALID_ARGUMENT" });
  });

  test("if the queue of dead letters is full, the value stays in hand, and the handler is told", async () => {
    const net = await place.node();
    const graves = await net.queue("graves", utf8, { capacity: 1 });
    await graves.send("first");
    const jobs = await net.queue("jobs", utf8, { dead: "graves" });
    await jobs.send("bad");
    await using inbox = await jobs.deliveries();
    const delivery = await inbox.recv();
    expect(await thrown(() => delivery?.reject("no"))).toMatchObject({ code: "ERR_QUEUE_FULL" });
    await lettersOf(net, "graves", 1);
    await until(async () => (await graves.state()).values === 0);
    await delivery?.reject("no");
    expect(await lettersOf(net, "graves", 1)).toMatchObject([{ value: "bad" }]);
  });

  test("a retry with a delay comes, and others come before", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", utf8, { leaseMs: 60_000 });
    await jobs.send("late");
    await jobs.send("soon");
    await using inbox = await jobs.deliveries({ credit: 1 });
    const values: string[] = [];
    await (await inbox.recv())?.retry(300);
    for (let k = 0; k < 2; k++) {
      const delivery = await inbox.recv();
      values.push(delivery?.value as string);
      await delivery?.ack();
    }
    expect(values).toEqual(["soon", "late"]);
  });

  test("a value that comes again is not kept waiting by new ones", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", i32, { leaseMs: 300_000 });
    await using inbox = await jobs.deliveries({ credit: 4 });
    let next = 0;
    await jobs.send(next++);
    await (await inbox.recv())?.retry();
    // There is always a new one.
    let isBack = false;
    for (let k = 0; k < 200 && !isBack; k++) {
      await jobs.send(next++);
      await until(() => inbox.inHand > 1);
      const delivery = await inbox.recv();
      isBack = delivery?.value === 0;
      await delivery?.ack();
    }
    expect(isBack).toBe(true);
  });

  test("with one try a value that was held and not started is not blamed", async () => {
    const [net, other] = [await place.node(), await place.node()];
    const jobs = await net.queue("jobs", utf8, { tries: 1, leaseMs: 60_000 });
    for (const value of ["a", "b", "c"]) await jobs.send(value);
    const inbox = await jobs.deliveries({ credit: 3 });
    await until(() => inbox.inHand === 3);
    const started = await inbox.recv();
    await inbox.stop();
    await started?.reject("no");
    await using next = await (await other.queue("jobs", utf8, { tries: 1 })).deliveries({ credit: 3 });
    const rest: string[] = [];
    for (let k = 0; k < 2; k++) {
      const delivery = await next.recv();
      rest.push(delivery?.value as string);
      await delivery?.ack();
    }
    expect([...rest, started?.value].toSorted()).toEqual(["a", "b", "c"]);
    expect(await lettersOf(net, "jobs.dead", 1)).toMatchObject([{ value: started?.value, dead: { attempts: 1 } }]);
  });

  test("a value of undefined is a value", async () => {
    const net = await place.node();
    const jobs = await net.queue("jobs", json<unknown>());
    await jobs.send(null);
    await using inbox = await jobs.deliveries();
    const delivery = await inbox.recv();
    expect(delivery?.value).toBe(null);
    await delivery?.ack();
  });
});
