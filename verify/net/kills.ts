/** Rounds of `kill -9`: of a consumer, of a producer, of the broker. No acknowledged id is missing, and duplicates are few and marked. */
import { setTimeout as wait } from "node:timers/promises";
import { utf8 } from "../../src/index.ts";
import { type Delivery, type Net, join } from "../../src/net/index.ts";
import { Broker } from "./broker.ts";
import { Child, type Words } from "./children.ts";
import { Ledger } from "./ledger.ts";
import type { Place, Report } from "./place.ts";

const LEASE_MS = 400;
const CREDIT = 8;
/** Where nobody who has leases is killed, none ends. */
const CALM_LEASE_MS = 20_000;
/** Random kills may meet one value several times. */
const TRIES = 50;
/** Consumers and producers that live at the same time. */
const TOGETHER = 2;
/** A value whose acknowledgement the server has forgotten is acknowledged again when its lease has ended. */
const LEFT_MS = 5 * LEASE_MS;
const whole = new Intl.NumberFormat("en");

/** Kills consumers while this process sends. */
export async function killConsumers({ rt, random }: Place, rounds: number): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "kills", node: "producer", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: LEASE_MS, tries: TRIES });
  const ledger = new Ledger();
  const onLine = ([what, id, mayBeRepeated]: Words): void => {
    if (what === "got") ledger.got(id as string, mayBeRepeated === "true");
  };
  let begun = 0;
  const begin = (): Child => new Child({ role: "consumer", servers: broker.url, name: "kills", node: `c${begun++}`, leaseMs: LEASE_MS, credit: CREDIT, tries: TRIES, handlers: 4 }, onLine);
  const consumers = Array.from({ length: TOGETHER }, begin);
  let isSending = true;
  const sending = (async () => {
    for (let n = 0; isSending; n++) {
      // There is always enough for each to have its hands full.
      while ((await jobs.state()).values > 6 * CREDIT) await wait(2);
      await Promise.all(Array.from({ length: 8 }, async (_, k) => {
        const id = `${n}-${k}`;
        await jobs.send(id, { id });
        ledger.sent.add(id);
      }));
    }
  })();
  try {
    for (let round = 0; round < rounds; round++) {
      const victim = consumers.shift() as Child;
      consumers.push(begin());
      await victim.printed("got", 3);
      await wait(10 * random());
      await victim.kill();
    }
  } finally {
    isSending = false;
    await sending;
  }
  await emptied(net, ledger);
  await Promise.all(consumers.map((child) => child.kill()));
  return report(`kill -9 of a consumer, ${rounds} rounds`, ledger, rounds * CREDIT, `${rounds} kills × credit ${CREDIT}`);
}

/** Kills producers while this process receives. What they had not heard of, the next one sends again with the same ids. */
export async function killProducers({ rt, random }: Place, rounds: number): Promise<Report> {
  await using broker = await Broker.start();
  await using net = await join(rt, { servers: broker.url, name: "kills", node: "consumer", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: CALM_LEASE_MS, tries: TRIES });
  const ledger = new Ledger();
  await using inbox = await jobs.deliveries({ credit: 64 });
  const receiving = (async () => {
    for await (const delivery of inbox) {
      ledger.got(delivery.id, delivery.mayBeRepeated);
      await delivery.ack();
    }
  })();
  const unknown = new Set<string>();
  const onLine = ([what, id]: Words): void => {
    if (what === "sending") unknown.add(id as string);
    if (what !== "sent") return;
    unknown.delete(id as string);
    ledger.sent.add(id as string);
  };
  let begun = 0;
  const begin = (again: readonly string[]): Child => new Child({ role: "producer", servers: broker.url, name: "kills", node: `p${begun++}`, leaseMs: CALM_LEASE_MS, credit: 1, tries: TRIES, again }, onLine);
  let producer = begin([]);
  for (let round = 0; round < rounds; round++) {
    await producer.printed("sent", 20);
    await wait(10 * random());
    await producer.kill();
    if (round + 1 < rounds) producer = begin([...unknown]);
  }
  // The last one's.
  for (const id of unknown) {
    await jobs.send(id, { id });
    ledger.sent.add(id);
  }
  await emptied(net, ledger);
  await inbox.stop();
  await receiving;
  return report(`kill -9 of a producer, ${rounds} rounds`, ledger, 0, "ids are recognised");
}

/** Kills the broker while this process sends and receives. */
export async function killBroker({ rt, random }: Place, rounds: number): Promise<Report> {
  await using broker = await Broker.start({ syncs: true });
  await using net = await join(rt, { servers: broker.url, name: "kills", node: "both", beatMs: 100 });
  const jobs = await net.queue("jobs", utf8, { leaseMs: LEASE_MS, tries: TRIES });
  const ledger = new Ledger();
  await using inbox = await jobs.deliveries({ credit: CREDIT });
  const receiving = Promise.all(Array.from({ length: 4 }, async () => {
    for await (const delivery of inbox) {
      ledger.got(delivery.id, delivery.mayBeRepeated);
      await wait(2 * random());
      await settle(delivery, ledger);
    }
  }));
  let isSending = true;
  let isPaused = false;
  let acknowledged = 0;
  let again = 0;
  const sending = Promise.all(Array.from({ length: 8 }, async (_, k) => {
    for (let n = 0; isSending; n++) {
      const id = `${k}-${n}`;
      for (;;) {
        try {
          await jobs.send(id, { id, timeoutMs: 4000 });
          break;
        } catch (error) {
          const { code } = error as { code?: string };
          if (code !== "ERR_SEND_UNKNOWN" && code !== "ERR_NET_DOWN") throw error;
          again++;
        }
      }
      ledger.sent.add(id);
      acknowledged++;
      while (isPaused) await wait(2);
    }
  }));
  for (let round = 0; round < rounds; round++) {
    const before = acknowledged;
    while (acknowledged < before + 16) await wait(2);
    await wait(20 * random());
    // A queue that is empty is a case of its own: the server keeps nothing of it.
    isPaused = round % 4 === 3;
    for (const endMs = performance.now() + LEFT_MS; isPaused && performance.now() < endMs && (await jobs.state()).values > 0; ) await wait(2);
    await broker.kill();
    await broker.begin();
    isPaused = false;
  }
  isSending = false;
  await sending;
  while (!net.isUp) await wait(2);
  // All that were acknowledged are received; the server may still count some of them.
  for (const endMs = performance.now() + 60_000; ledger.missing > 0 && performance.now() < endMs; ) await wait(20);
  for (const endMs = performance.now() + LEFT_MS; performance.now() < endMs && (await jobs.state()).values > 0; ) await wait(20);
  const { values: left } = await jobs.state();
  await inbox.stop();
  await receiving;
  const { passed, lines } = report(`kill -9 of the broker (${broker.sync}), ${rounds} rounds`, ledger, rounds * CREDIT, `${rounds} kills × credit ${CREDIT}`);
  return { passed, lines: [`${lines[0]}; ${again} sends were told that they must send again; ${left} values that were received and acknowledged are left on the server`, ...lines.slice(1)] };
}

/** Acknowledges as soon as there is a connection, unless the lease is lost: then the value comes again. */
async function settle(delivery: Delivery<string>, { failures }: Ledger): Promise<void> {
  for (;;) {
    try {
      return await delivery.ack();
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "ERR_LEASE_LOST") return;
      if (code !== "ERR_NET_DOWN") return void failures.push(`ack failed: ${String(error)}`);
      await wait(5);
    }
  }
}

/** Waits until nothing is in the queue, then nothing is among the dead letters. */
async function emptied(net: Net, ledger: Ledger): Promise<void> {
  const jobs = await net.queue("jobs", utf8);
  for (const endMs = performance.now() + 60_000; (await jobs.state()).values > 0; await wait(20)) {
    if (performance.now() < endMs) continue;
    ledger.failures.push(`${(await jobs.state()).values} values are left in the queue`);
    break;
  }
  const { values } = await (await net.queue("jobs.dead", utf8)).state();
  if (values > 0) ledger.failures.push(`${values} values became dead letters`);
}

function report(title: string, ledger: Ledger, most: number, why: string): Report {
  const defects = ledger.defects(most);
  const { missing, duplicates, unmarked, sent } = ledger;
  const line = `${title}: ${whole.format(sent.size)} ids acknowledged, ${missing} missing, ${duplicates} duplicates (at most ${most}: ${why}), ${unmarked} of them not marked`;
  return { passed: defects.length === 0, lines: [line, ...defects.map((defect) => `  DEFECT ${defect}`)] };
}
