/**
 * A hub: subscribers get what is published on their topic. The hub's state belongs to
 * one task. A subscriber whose channel is full misses the message.
 * The Go program is hub.go in this folder; what both print is in hub.txt.
 *
 *     node workers/ports/patterns/hub.ts [messages] [threads]
 */
import { type Chan, type ElementOf, type Receiver, chan, chanOf, go, i32, isMain, oneshot, run, select, spawn, struct, task, utf8 } from "../../../src/index.ts";

const Message = struct({ topic: utf8, n: i32 });
/** A topic and the channel for its messages. */
const Subscription = struct({ topic: utf8, ch: chanOf(i32) });
type Message = ElementOf<typeof Message>;
type Subscription = ElementOf<typeof Subscription>;

/** A hub has a channel for each thing that it can be asked. */
interface Hub {
  readonly subscribe: Chan<Subscription>;
  readonly unsubscribe: Chan<Subscription>;
  readonly publish: Chan<Message>;
  /** Answered with the number of missed messages. */
  readonly quit: Chan<Chan<number>>;
}

export const runHub = task(import.meta, async function runHub({ subscribe, unsubscribe, publish, quit }: Hub) {
  const topics = new Map<string, Set<Chan<number>>>();
  let missed = 0;
  for (;;) {
    const asked = await select({ subscribe, unsubscribe, publish, quit });
    if (asked.value === undefined) throw new Error("a channel of the hub was closed");
    switch (asked.case) {
      case "subscribe": {
        const { topic, ch } = asked.value;
        const subscribers = topics.get(topic) ?? new Set();
        topics.set(topic, subscribers.add(ch));
        break;
      }
      case "unsubscribe":
        topics.get(asked.value.topic)?.delete(asked.value.ch);
        asked.value.ch.close();
        break;
      case "publish":
        for (const ch of topics.get(asked.value.topic) ?? []) if (!ch.trySend(asked.value.n)) missed++;
        break;
      case "quit":
        for (const subscribers of topics.values()) for (const ch of subscribers) ch.close();
        await asked.value.send(missed);
        return;
    }
  }
});

export const listen = task(import.meta, async function listen(name: string, ch: Receiver<number>) {
  let [count, sum] = [0, 0];
  for await (const n of ch) {
    count++;
    sum += n;
  }
  return `${name}: ${count} messages, sum ${sum}`;
});

export const hub = task(import.meta, async function hub(messages: number) {
  const hub: Hub = { subscribe: chan(Subscription), unsubscribe: chan(Subscription), publish: chan(Message), quit: chan(chanOf(i32)) };
  go(runHub, hub);
  const join = async (topic: string, room: number): Promise<Subscription> => {
    const subscription = { topic, ch: chan(i32, room) };
    await hub.subscribe.send(subscription);
    return subscription;
  };
  const [ann, ben, cid] = [await join("news", 2 * messages), await join("sport", 2 * messages), await join("news", 2 * messages)];
  const lazy = await join("news", 10); // is read only after the end
  const lines = [spawn(listen, "ann", ann.ch), spawn(listen, "ben", ben.ch), spawn(listen, "cid", cid.ch)];

  for (let i = 1; i <= messages; i++) {
    await hub.publish.send({ topic: "news", n: i });
    await hub.publish.send({ topic: "sport", n: -i });
    await hub.publish.send({ topic: "weather", n: i });
  }
  await hub.unsubscribe.send(cid);
  for (let i = 1; i <= messages; i++) await hub.publish.send({ topic: "news", n: i });
  const missed = oneshot(i32);
  await hub.quit.send(missed);
  console.log("missed:", await missed.recv());
  lines.push(spawn(listen, "lazy", lazy.ch));

  for (const line of (await Promise.all(lines)).toSorted()) console.log(line);
});

if (isMain(import.meta)) {
  const [messages = "1000", threads = "2"] = process.argv.slice(2);
  await run(hub, { threads: Number(threads), args: [Number(messages)] });
}
