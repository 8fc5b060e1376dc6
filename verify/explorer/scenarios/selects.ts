/** Selects: one case and no other, on one and on both sides, in every order of their cases. */
import { i32 } from "../../../src/wire/scalars.ts";
import { type Cases, runSelect, type SelectOptions } from "../../../src/select/select.ts";
import type { Scenario } from "../scenario.ts";
import { Signal, type World, codeOf, expect, expectSame } from "./world.ts";

/** What a select of these scenarios returns. */
interface Chosen {
  readonly case: string;
  readonly value?: number;
}

/** A select by a task of thread `index`. */
function select(world: World, index: number, cases: Cases, options?: SelectOptions): Chosen | Promise<Chosen> {
  return runSelect(world.loops[index].waiters, cases, options) as Chosen | Promise<Chosen>;
}

/** Two senders on two channels; a select takes both values, one each time. */
const receives: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `select of two receives cap${capacity}`,
  threads: 3,
  build(world) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const received: Chosen[] = [];
    world.program(0, "sender", () => a.on(0).send(1));
    world.program(1, "sender", () => b.on(1).send(2));
    world.program(2, "select", async () => {
      for (let k = 0; k < 2; k++) received.push(await select(world, 2, { a: a.on(2), b: b.on(2) }));
    });
    world.finally(() => expectSame(received.map((one) => `${one.case}${one.value}`).toSorted(), ["a1", "b2"], "cases"));
  },
}));

/** One sender to both channels, one receiver of both: each value once, of each channel in order. */
const pairs: Scenario<World>[] = [0, 1].flatMap((spins) => [0, 1].map((capacity) => ({
  name: `select against plain operations cap${capacity}${spins > 0 ? " spinning" : ""}`,
  threads: 2,
  spins,
  build(world: World) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const received: Chosen[] = [];
    world.program(0, "sender", async () => {
      await a.on(0).send(1);
      await b.on(0).send(2);
    });
    world.program(1, "select", async () => {
      for (let k = 0; k < 2; k++) received.push(await select(world, 1, { a: a.on(1), b: b.on(1) }));
    });
    world.finally(() => expectSame(received.map((one) => `${one.case}${one.value}`).toSorted(), ["a1", "b2"], "cases"));
  },
})));

/** Both sides select, each sending on the channel on which the other receives: one of the two pairs meets. */
const meet: Scenario<World>[] = [0, 1].map((spins) => ({
  name: `select against select across two channels${spins > 0 ? " spinning" : ""}`,
  threads: 2,
  spins,
  build(world) {
    const [a, b] = [world.channel(i32, 0), world.channel(i32, 0)];
    const chosen: Chosen[] = [];
    world.program(0, "select", async () => {
      chosen[0] = await select(world, 0, { out: a.on(0).sending(1), in: b.on(0) });
    });
    world.program(1, "select", async () => {
      chosen[1] = await select(world, 1, { in: a.on(1), out: b.on(1).sending(2) });
    });
    world.finally(() => {
      const text = chosen.map((one) => `${one.case}${one.value ?? ""}`).join(" ");
      expect(text === "out in1" || text === "in2 out", `the selects chose ${text}`);
    });
  },
}));

/** Two selects on both channels, one value on each: each select gets one. */
const compete: Scenario<World> = {
  name: "two selects for two values cap0",
  threads: 3,
  bound: 1,
  samples: 20_000,
  build(world) {
    const [a, b] = [world.channel(i32, 0), world.channel(i32, 0)];
    const received: Chosen[] = [];
    world.program(0, "sender", async () => {
      await a.on(0).send(1);
      await b.on(0).send(2);
    });
    for (const index of [1, 2]) {
      world.program(index, "select", async () => {
        received[index - 1] = await select(world, index, { a: a.on(index), b: b.on(index) });
      });
    }
    world.finally(() => expectSame(received.map((one) => `${one.case}${one.value}`).toSorted(), ["a1", "b2"], "cases"));
  },
};

/** Without waiting: `otherwise` has taken nothing, and is not chosen where a case was ready all along. */
const otherwise: Scenario<World> = {
  name: "select with otherwise",
  threads: 2,
  build(world) {
    const [ready, a] = [world.channel(i32, 1), world.channel(i32, 0)];
    const chosen: Chosen[] = [];
    ready.on(0).trySend(5);
    world.program(0, "sender", async () => {
      await a.on(0).send(1);
    });
    world.program(1, "select", async () => {
      chosen.push(await select(world, 1, { ready: ready.on(1), a: a.on(1) }, { otherwise: true }));
      chosen.push(await select(world, 1, { a: a.on(1) }, { otherwise: true }));
      if (!chosen.some((one) => one.case === "a")) chosen.push(await select(world, 1, { a: a.on(1) }));
    });
    world.finally(() => {
      expect(chosen[0].case !== "otherwise", "otherwise was chosen where a case was ready");
      expectSame(chosen.filter((one) => one.case === "a").map(({ value }) => value), [1], "values of a");
      expectSame([...chosen.filter((one) => one.case === "ready").map(({ value }) => value), ...world.drain(ready)], [5], "values of ready");
    });
  },
};

/** A channel is closed while a select waits on it and another. */
const closing: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `select while a channel closes cap${capacity}`,
  threads: 3,
  build(world) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const chosen: Chosen[] = [];
    const sent: number[] = [];
    world.program(0, "closer", () => a.on(0).close());
    world.program(1, "sender", async () => {
      await b.on(1).send(2);
      sent.push(2);
    });
    world.program(2, "select", async () => {
      chosen.push(await select(world, 2, { a: a.on(2), b: b.on(2) }));
      if (chosen[0].case === "a") chosen.push(await select(world, 2, { b: b.on(2) }));
    });
    world.finally(() => {
      expectSame(chosen.filter((one) => one.case === "a").map(({ value }) => value ?? "closed"), chosen.length === 2 ? ["closed"] : [], "what a gave");
      expectSame(chosen.filter((one) => one.case === "b").map(({ value }) => value), sent, "what b gave");
    });
  },
}));

/** A signal ends a select while a value comes: it was taken, or it is still there. */
const cancelled: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `cancelled select cap${capacity}`,
  threads: 2,
  build(world) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const signal = new Signal();
    const received: unknown[] = [];
    world.program(0, "sender", () => a.on(0).send(1));
    world.program(1, "select", async () => {
      try {
        received.push((await select(world, 1, { a: a.on(1), out: b.on(1).sending(9), b: b.on(1) }, signal.option)).value ?? "other");
      } catch (error) {
        expect(error === "cancelled", `a select failed with ${codeOf(error)}`);
      }
      if (received[0] !== 1) received.push(await a.on(1).recv());
    });
    world.event(1, "abort", () => signal.abort());
    world.finally(() => expectSame(received.filter((value) => value !== "other"), [1], "values received"));
  },
}));

export const scenarios: readonly Scenario<World>[] = [...receives, ...pairs, ...meet, compete, otherwise, ...closing, ...cancelled];
