/** A signal that ends a wait, racing with the hand-over of its value. */
import { i32 } from "../../../src/wire/scalars.ts";
import type { Scenario } from "../scenario.ts";
import { Signal, type World, codeOf, expect, expectSame } from "./world.ts";

/** A cancelled receive has taken nothing; one that was served first has its value. */
const receives: Scenario<World>[] = [0, 1].flatMap((capacity) => [0, 1].map((spins) => ({
  name: `cancelled recv cap${capacity}${spins > 0 ? " spinning" : ""}`,
  threads: 2,
  spins,
  build(world: World) {
    const channel = world.channel(i32, capacity);
    const signal = new Signal();
    const received: (number | undefined)[] = [];
    world.program(0, "sender", () => channel.on(0).send(1));
    world.program(1, "receiver", async () => {
      try {
        received.push(await channel.on(1).recv(signal.option));
      } catch (error) {
        expect(error === "cancelled", `a receive failed with ${codeOf(error)}`);
        received.push(await channel.on(1).recv());
      }
    });
    world.event(1, "abort", () => signal.abort());
    world.finally(() => expectSame(received, [1], "values received"));
  },
})));

/** A cancelled send has left nothing behind. */
const sends: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `cancelled send cap${capacity}`,
  threads: 2,
  build(world: World) {
    const channel = world.channel(i32, capacity);
    const signal = new Signal();
    const sent: number[] = [];
    const received: number[] = [];
    world.program(0, "sender", async () => {
      for (const value of [1, 2]) {
        try {
          await channel.on(0).send(value, signal.option);
          sent.push(value);
        } catch (error) {
          expect(error === "cancelled", `a send failed with ${codeOf(error)}`);
        }
      }
      await channel.on(0).send(3);
      sent.push(3);
    });
    world.event(0, "abort", () => signal.abort());
    world.program(1, "receiver", async () => {
      while (received.at(-1) !== 3) received.push((await channel.on(1).recv()) as number);
    });
    world.finally(() => expectSame(received, sent, "values received"));
  },
}));

/** The first in the queue leaves while a value comes: it goes to the next, or the first has it. */
const passes: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `cancelled recv before another cap${capacity}`,
  threads: 3,
  build(world: World) {
    const channel = world.channel(i32, capacity);
    const signal = new Signal();
    const received: (number | undefined)[][] = [[], []];
    world.program(0, "sender", async () => {
      await channel.on(0).send(1);
      channel.on(0).close();
    });
    world.program(1, "cancelled", async () => {
      try {
        received[0].push(await channel.on(1).recv(signal.option));
      } catch (error) {
        expect(error === "cancelled", `a receive failed with ${codeOf(error)}`);
      }
    });
    world.event(1, "abort", () => signal.abort());
    world.program(2, "receiver", async () => {
      received[1].push(await channel.on(2).recv());
    });
    world.finally(() => {
      const all = [...received.flat(), ...world.drain(channel)].filter((value) => value !== undefined);
      expectSame(all, [1], "values received");
    });
  },
}));

export const scenarios: readonly Scenario<World>[] = [...receives, ...sends, ...passes];
