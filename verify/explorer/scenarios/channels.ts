/** Channels: values sent, received, cancelled and closed by two and three threads. */
import { i32 } from "../../../src/wire/scalars.ts";
import type { Scenario } from "../scenario.ts";
import { expectSame, type World } from "./world.ts";

interface Shape {
  readonly capacity: number;
  readonly senders: number;
  readonly receivers: number;
  /** Values of each sender. */
  readonly each: number;
}

/** Each value sent arrives once; those of one sender in their order at each receiver. */
function stream({ capacity, senders, receivers, each }: Shape): (world: World) => void {
  return (world) => {
    const channel = world.channel(i32, capacity);
    const received: number[][] = Array.from({ length: receivers }, () => []);
    for (let s = 0; s < senders; s++) {
      world.program(s, `sender ${s}`, async () => {
        for (let k = 1; k <= each; k++) await channel.on(s).send(10 * (s + 1) + k);
      });
    }
    for (let r = 0; r < receivers; r++) {
      const count = (senders * each) / receivers;
      world.program(senders + r, `receiver ${r}`, async () => {
        for (let k = 0; k < count; k++) received[r].push((await channel.on(senders + r).recv()) as number);
      });
    }
    world.finally(() => {
      const sent = Array.from({ length: senders }, (_, s) => Array.from({ length: each }, (_, k) => 10 * (s + 1) + k + 1));
      expectSame(received.flat().toSorted(), sent.flat(), "values received");
      for (const list of received) for (const of of sent) expectSame(list.filter((value) => of.includes(value)), list.filter((value) => of.includes(value)).toSorted(), "values of one sender in order");
    });
  };
}

const streams: Scenario<World>[] = [0, 1, 2].flatMap((capacity) =>
  (["1P1C", "2P1C", "1P2C"] as const).map((shape) => {
    const [senders, receivers] = [Number(shape[0]), Number(shape[2])];
    return {
      name: `chan.${capacity === 0 ? "rendezvous" : "array"} ${shape} cap${capacity}`,
      threads: senders + receivers,
      build: stream({ capacity, senders, receivers, each: senders + receivers === 2 ? 3 : senders === 1 ? 2 : 1 }),
    };
  }),
);

/** A receiver that only tries, beside one that waits: what they get was sent, and nothing twice. */
const tryRecv: Scenario<World> = {
  name: "chan.array tryRecv beside recv cap1",
  threads: 3,
  build(world) {
    const channel = world.channel(i32, 1);
    const received: number[] = [];
    world.program(0, "sender", async () => {
      for (const value of [1, 2, 3]) await channel.on(0).send(value);
      channel.on(0).close();
    });
    world.program(1, "receiver", async () => {
      for (let value = await channel.on(1).recv(); value !== undefined; value = await channel.on(1).recv()) received.push(value);
    });
    const tried: number[] = [];
    world.program(2, "trier", () => {
      for (let k = 0; k < 2; k++) {
        const value = channel.on(2).tryRecv();
        if (value !== undefined) tried.push(value);
      }
    });
    world.finally(() => expectSame([...received, ...tried].toSorted(), [1, 2, 3], "values received"));
  },
};

/** A sender that only tries: the results of its attempts are true. */
const trySend: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `chan.${capacity === 0 ? "rendezvous" : "array"} trySend beside send cap${capacity}`,
  threads: 3,
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    const received: number[] = [];
    world.program(0, "sender", () => channel.on(0).send(1));
    world.program(1, "trier", () => {
      for (const value of [2, 3]) if (channel.on(1).trySend(value)) sent.push(value);
    });
    world.program(2, "receiver", async () => {
      while (!received.includes(1)) received.push((await channel.on(2).recv()) as number);
    });
    world.finally(() => expectSame([...received, ...world.drain(channel)].toSorted(), [1, ...sent], "values received"));
  },
}));

/** Batches: one receiver takes what is there, in order. */
const many: Scenario<World>[] = [0, 1, 2].map((capacity) => ({
  name: `chan.${capacity === 0 ? "rendezvous" : "array"} sendMany recvMany cap${capacity}`,
  threads: 2,
  build(world) {
    const channel = world.channel(i32, capacity);
    const received: number[] = [];
    world.program(0, "sender", () => channel.on(0).sendMany([1, 2, 3]));
    world.program(1, "receiver", async () => {
      while (received.length < 3) received.push(...((await channel.on(1).recvMany(2)) as number[]));
    });
    world.finally(() => expectSame(received, [1, 2, 3], "values received"));
  },
}));

/** With spinning: waits look before they park, and a full ring is watched for a moment. */
const spinning: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `chan.${capacity === 0 ? "rendezvous" : "array"} 1P1C cap${capacity} spinning`,
  threads: 2,
  spins: 1,
  build: stream({ capacity, senders: 1, receivers: 1, each: 3 }),
}));

export const scenarios: readonly Scenario<World>[] = [...streams, ...spinning, tryRecv, ...trySend, ...many];
