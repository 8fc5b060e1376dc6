/** Closing at any time, oneshots, and handles whose channel is gone. */
import { i32 } from "../../../src/wire/scalars.ts";
import { makeChannel, openChannel } from "../../../src/channel/make-channel.ts";
import type { Scenario } from "../scenario.ts";
import { type Conduit, type World, codeOf, expect, expectSame, isRaised, raise, receiveAll, sendAll } from "./world.ts";

/** What was sent with success before the close is received, no more. */
const closes: Scenario<World>[] = [0, 1, 2].map((capacity) => ({
  name: `close at any time cap${capacity}`,
  threads: 3,
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    const received: number[] = [];
    world.program(0, "sender", () => sendAll(channel.on(0), [1, 2], sent));
    world.program(1, "receiver", () => receiveAll(channel.on(1), received));
    world.program(2, "closer", () => channel.on(2).close());
    world.finally(() => expectSame(received, sent, "values received"));
  },
}));

/** Once close has returned, no send succeeds. */
const after: Scenario<World>[] = [1, 2].map((capacity) => ({
  name: `no send after close cap${capacity}`,
  threads: 2,
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    world.program(0, "sender", () => {
      for (const value of [1, 2]) {
        const isClosed = isRaised(world);
        try {
          if (!channel.on(0).trySend(value)) continue;
          sent.push(value);
          expect(!isClosed, "a send succeeded after close");
        } catch (error) {
          expect(codeOf(error) === "ERR_CHANNEL_CLOSED", `a send failed with ${codeOf(error)}`);
        }
      }
    });
    world.program(1, "closer", () => {
      channel.on(1).close();
      raise(world);
    });
    world.finally(() => expectSame(world.drain(channel), sent, "values buffered"));
  },
}));

/** Close wakes all that wait, of either side. */
const wakes: Scenario<World>[] = [0, 1].flatMap((capacity) => [
  {
    name: `close wakes two receivers cap${capacity}`,
    threads: 3,
    build(world: World) {
      const channel = world.channel(i32, capacity);
      const received: number[] = [];
      world.program(0, "closer", () => channel.on(0).close());
      world.program(1, "receiver", () => receiveAll(channel.on(1), received));
      world.program(2, "receiver", () => receiveAll(channel.on(2), received));
      world.finally(() => expectSame(received, [], "values received"));
    },
  },
  {
    name: `close refuses two senders cap${capacity}`,
    threads: 3,
    build(world: World) {
      const channel = world.channel(i32, capacity);
      const sent: number[][] = [[], []];
      world.program(0, "closer", () => channel.on(0).close());
      world.program(1, "sender", () => sendAll(channel.on(1), [1, 2], sent[0]));
      world.program(2, "sender", () => sendAll(channel.on(2), [3, 4], sent[1]));
      world.finally(() => expectSame(world.drain(channel).toSorted(), sent.flat(), "values buffered"));
    },
  },
]);

/** Two threads close a channel: exactly one succeeds. */
const twice: Scenario<World> = {
  name: "close twice cap1",
  threads: 2,
  build(world) {
    const channel = world.channel(i32, 1);
    const outcomes: string[] = [];
    for (const index of [0, 1]) {
      world.program(index, "closer", () => {
        try {
          channel.on(index).close();
          outcomes[index] = "closed";
        } catch (error) {
          outcomes[index] = codeOf(error);
        }
      });
    }
    world.finally(() => expectSame(outcomes.toSorted(), ["ERR_CHANNEL_CLOSED", "closed"], "outcomes"));
  },
};

/** A reply channel: one value, then it is gone; a second send is refused. */
const oneshot: Scenario<World> = {
  name: "oneshot with two senders",
  threads: 3,
  build(world) {
    const channel = world.channel(i32, 1, true);
    const sent: number[][] = [[], []];
    const received: number[] = [];
    world.program(0, "receiver", () => receiveAll(channel.on(0), received));
    world.program(1, "sender", () => sendAll(channel.on(1), [1], sent[0]));
    world.program(2, "sender", () => sendAll(channel.on(2), [2], sent[1]));
    world.finally(() => {
      expectSame(received, sent.flat(), "values received");
      expectSame(received.length, 1, "number of values");
    });
  },
};

/** A handle that outlives its channel, while its header is used again: it behaves as closed and disturbs nobody. */
function stale(capacity: number): Scenario<World> {
  return {
    name: `stale handle while the header is used again cap${capacity}`,
    threads: 2,
    build(world) {
      const old = world.channel(i32, capacity);
      const received: (number | undefined)[] = [];
      const outcomes: unknown[] = [];
      world.program(0, "owner", async () => {
        const { waiters } = world.loops[0];
        old.on(0).close();
        for (let value = old.on(0).tryRecv(); value !== undefined; value = old.on(0).tryRecv()) received.push(value);
        const next = makeChannel(waiters, i32, 1, false);
        await next.send(7);
        received.push(await next.recv());
        next.close();
      });
      world.program(1, "stale", () => {
        const channel = openChannel(world.loops[1].waiters, old.header, old.generation, i32);
        outcomes.push(channel.tryRecv());
        try {
          outcomes.push(channel.trySend(9));
        } catch (error) {
          outcomes.push(codeOf(error));
        }
      });
      world.finally(() => {
        expectSame(received, outcomes[1] === true ? [9, 7] : [7], "values received");
        expectSame(outcomes[0] ?? null, null, "what a stale handle receives");
        expect(outcomes[1] === "ERR_CHANNEL_CLOSED" || outcomes[1] === true || (capacity === 0 && outcomes[1] === false), `a stale handle's send is ${String(outcomes[1])}`);
      });
    },
  };
}

/** Two references given back at once: the last frees the channel, with what is in it. */
const relinquish: Scenario<World> = {
  name: "two references given back",
  threads: 2,
  build(world) {
    const channel: Conduit<number> = world.channel(i32, 1);
    const sent: number[] = [];
    channel.on(1).retain();
    world.program(0, "owner", () => {
      channel.on(0).tryRecv();
      channel.on(0).relinquish();
    });
    world.program(1, "sender", () => {
      if (channel.on(1).trySend(1)) sent.push(1);
      channel.on(1).relinquish();
    });
    world.finally(() => {
      expectSame(sent, [1], "values sent");
      expect(!channel.on(0).isCurrent, "the channel is gone");
    });
  },
};

export const scenarios: readonly Scenario<World>[] = [...closes, ...after, ...wakes, twice, oneshot, stale(0), stale(1), relinquish];
