/**
 * A thread vanishes at any step and any plain write of what it does; main
 * repairs. Nothing waits for the dead, nothing arrives twice, and of what was
 * sent with success at most what the dead had taken is missing.
 */
import { i32 } from "../../../src/wire/scalars.ts";
import { dead } from "../machine.ts";
import { blockUntil } from "../seam.ts";
import { SharedCounter } from "../../../src/sync/counter.ts";
import type { Scenario } from "../scenario.ts";
import { settled, share } from "./share.ts";
import { type World, closeOnce, expect, expectSame, receiveAll, sendAll } from "./world.ts";

/** `part` is `whole` without some of its values. */
function isWithin(part: readonly number[], whole: readonly number[]): boolean {
  let at = 0;
  for (const value of part) {
    at = whole.indexOf(value, at) + 1;
    if (at === 0) return false;
  }
  return true;
}

/** The sender vanishes: what it sent arrives, in order, and nothing else. */
const sender: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death of a sender cap${capacity}`,
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    const received: number[] = [];
    world.program(0, "sender", async () => {
      await sendAll(channel.on(0), [1, 2], sent);
      channel.on(0).close();
    });
    world.program(1, "receiver", () => receiveAll(channel.on(1), received));
    world.afterDeath(() => closeOnce(channel.on(2)));
    world.finally(() => {
      expect(isWithin(sent, received) && isWithin(received, [1, 2]), `sent ${sent.join()}, received ${received.join()}`);
      if (dead === undefined) expectSame(received, [1, 2], "values received");
    });
  },
}));

/** The receiver vanishes: at most what it had taken is missing, and the sender does not wait for it. */
const receiver: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death of a receiver cap${capacity}`,
  threads: 2,
  bound: 1,
  victims: [1],
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    const received: number[] = [];
    world.program(0, "sender", async () => {
      await sendAll(channel.on(0), [1, 2, 3], sent);
      closeOnce(channel.on(0));
    });
    world.program(1, "receiver", () => receiveAll(channel.on(1), received));
    world.afterDeath(() => closeOnce(channel.on(2)));
    world.finally(() => {
      const all = [...received, ...world.drain(channel)];
      const lost = sent.filter((value) => !all.includes(value));
      expect(isWithin(all, [1, 2, 3]) && lost.length <= (dead === undefined ? 0 : 1), `sent ${sent.join()}, received ${all.join()}`);
    });
  },
}));

/** One of two receivers vanishes: the other gets the rest. */
const oneOfTwo: Scenario<World>[] = [0, 1, 2].map((capacity) => ({
  name: `death of one of two receivers cap${capacity}`,
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [1],
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[] = [];
    const received: number[][] = [[], []];
    world.program(0, "sender", async () => {
      await sendAll(channel.on(0), [1, 2, 3], sent);
      channel.on(0).close();
    });
    world.program(1, "receiver", async () => {
      received[0].push((await channel.on(1).recv()) as number);
    });
    world.program(2, "receiver", () => receiveAll(channel.on(2), received[1]));
    world.afterDeath(() => undefined);
    world.finally(() => {
      const all = received.flat().filter((value) => value !== undefined);
      const lost = sent.filter((value) => !all.includes(value));
      expect(new Set(all).size === all.length && isWithin(all.toSorted(), [1, 2, 3]) && isWithin(received[1], [1, 2, 3]), `received ${all.join()}`);
      expect(sent.length === 3 && lost.length <= (dead === undefined ? 0 : 1), `sent ${sent.join()}, lost ${lost.join()}`);
    });
  },
}));

/** A receiver vanishes where nobody waits: another takes what is there, by the fast path, and nothing that is not. */
const besideTry: Scenario<World> = {
  name: "death of a receiver beside one that tries",
  threads: 3,
  bound: 1,
  victims: [1],
  build(world) {
    const channel = world.channel(i32, 2);
    const tried: number[] = [];
    world.program(0, "sender", () => sendAll(channel.on(0), [1], []));
    world.program(1, "receiver", () => channel.on(1).recv());
    world.program(2, "trier", () => {
      blockUntil(() => dead !== undefined || world.loops[1].isFinished);
      for (let k = 0; k < 2; k++) {
        const value = channel.on(2).tryRecv();
        if (value !== undefined) tried.push(value);
      }
      closeOnce(channel.on(2));
    });
    world.afterDeath(() => undefined);
    world.finally(() => expect(isWithin(tried, [1]), `received ${tried.join()}`));
  },
};

/** One of two senders vanishes: the receiver waits for no other than the living one. */
const oneOfSenders: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death of one of two senders cap${capacity}`,
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [0],
  build(world) {
    const channel = world.channel(i32, capacity);
    const sent: number[][] = [[], []];
    const received: number[] = [];
    world.program(0, "sender", () => sendAll(channel.on(0), [1, 2], sent[0]));
    world.program(1, "sender", () => sendAll(channel.on(1), [3, 4], sent[1]));
    world.program(2, "receiver", async () => {
      while (!received.includes(4)) received.push((await channel.on(2).recv()) as number);
      closeOnce(channel.on(2));
    });
    world.afterDeath(() => undefined);
    world.finally(() => {
      const all = [...received, ...world.drain(channel)];
      expect(isWithin(all.filter((value) => value < 3), [1, 2]) && isWithin(all.filter((value) => value > 2), [3, 4]), `received ${all.join()}`);
      expect(isWithin(sent[1], all.filter((value) => value > 2)) && isWithin(sent[0], all.filter((value) => value < 3)), `sent ${sent.join()}, received ${all.join()}`);
    });
  },
}));

/** Who closes vanishes: the channel is closed, or it is not. */
const closer: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death of a closer cap${capacity}`,
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [0],
  build(world) {
    const channel = world.channel(i32, capacity);
    const received: number[] = [];
    world.program(0, "closer", () => channel.on(0).close());
    for (const index of [1, 2]) world.program(index, "receiver", () => receiveAll(channel.on(index), received));
    world.afterDeath(() => closeOnce(channel.on(3)));
    world.finally(() => expectSame(received, [], "values received"));
  },
}));

/** A thread vanishes just after it has ended a wait, which its owner knows already: the owner's later waits are none of the dead one's. */
const afterwards: Scenario<World> = {
  name: "death after a wait is ended",
  threads: 3,
  bound: 1,
  victims: [1],
  build(world) {
    const [a, b] = [world.channel(i32, 0), world.channel(i32, 0)];
    const received: (number | undefined)[] = [];
    world.program(0, "receiver", async () => {
      received.push(await a.on(0).recv());
      for (let k = 0; k < 2; k++) received.push(await b.on(0).recv());
    });
    world.program(1, "victim", () => sendAll(a.on(1), [1], []));
    world.program(2, "sender", () => sendAll(b.on(2), [2, 3], []));
    world.afterDeath(() => closeOnce(a.on(3)));
    world.finally(() => expect([1, undefined].includes(received[0]) && received[1] === 2 && received[2] === 3, `received ${received.join()}`));
  },
};

/** Of threads that wait for different values of a counter one vanishes, or the one that adds: who lives gets there. */
const waitsForValues: Scenario<World>[] = [0, 2].map((victim) => ({
  name: `death of one that ${victim === 0 ? "waits for" : "adds to"} a counter`,
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [victim],
  build(world) {
    const on = share(world, SharedCounter, SharedCounter.make(world.loops[0].waiters, 0));
    let reached = 0;
    for (const [index, n] of [[0, 2], [0, 3], [1, 1], [1, 4]]) {
      world.program(index, `waiter for ${n}`, async () => {
        await on(index).until(n);
        if (index === 1) reached++;
      });
    }
    world.program(2, "adder", () => {
      on(2).add(2);
      on(2).add(2);
    });
    world.afterDeath(() => {
      if (victim === 2) on(3).add(4);
    });
    world.finally(() => {
      expectSame(reached, 2, "waits that ended");
      settled(on(1));
    });
  },
}));

export const scenarios: readonly Scenario<World>[] = [...sender, ...receiver, ...oneOfTwo, afterwards, besideTry, ...oneOfSenders, ...closer, ...waitsForValues];
