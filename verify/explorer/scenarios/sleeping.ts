/** The sleep protocol (scheduler/README.md): a thread that has mail wakes, on the real doorbell. */
import { i32 } from "../../../src/wire/scalars.ts";
import type { Scenario } from "../scenario.ts";
import { type World, checkSleepers, expectSame } from "./world.ts";

/** A value each way: both sides sleep and are rung. */
const rounds: Scenario<World> = {
  name: "sleep: a round trip",
  threads: 2,
  sleeps: true,
  build(world) {
    const [there, back] = [world.channel(i32, 0), world.channel(i32, 0)];
    const received: (number | undefined)[] = [];
    world.program(0, "caller", async () => {
      await there.on(0).send(1);
      received.push(await back.on(0).recv());
    });
    world.program(1, "answerer", async () => {
      received.push(await there.on(1).recv());
      await back.on(1).send(2);
    });
    world.finally(() => {
      expectSame(received.toSorted(), [1, 2], "values received");
      checkSleepers(world);
    });
  },
};

/** Two threads ring a third, which has a task waiting for each. */
const ringers: Scenario<World> = {
  name: "sleep: two ringers",
  threads: 3,
  sleeps: true,
  build(world) {
    const channels = [world.channel(i32, 1), world.channel(i32, 1)];
    const received: (number | undefined)[] = [];
    for (const index of [0, 1]) {
      world.program(index, "sender", () => channels[index].on(index).send(index));
      world.program(2, `receiver ${index}`, async () => {
        received[index] = await channels[index].on(2).recv();
      });
    }
    world.finally(() => {
      expectSame(received, [0, 1], "values received");
      checkSleepers(world);
    });
  },
};

/** Something foreign wakes the sleeper while it is rung: the old wait for the bell is kept and used again. */
const foreign: Scenario<World> = {
  name: "sleep: a foreign event beside the bell",
  threads: 2,
  sleeps: true,
  build(world) {
    const [a, b] = [world.channel(i32, 0), world.channel(i32, 0)];
    const received: (number | undefined)[] = [];
    world.program(0, "sender", async () => {
      await a.on(0).send(1);
      received.push(await b.on(0).recv());
    });
    world.program(1, "receiver", async () => {
      received.push(await a.on(1).recv());
    });
    world.event(1, "event", () => b.on(1).send(2));
    world.finally(() => {
      expectSame(received.toSorted(), [1, 2], "values received");
      checkSleepers(world);
    });
  },
};

export const scenarios: readonly Scenario<World>[] = [rounds, ringers, foreign];
