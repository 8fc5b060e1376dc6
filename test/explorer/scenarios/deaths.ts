/**
 * A thread vanishes at any step and any plain write of what it does; main
 * repairs. Nothing waits for the dead, nothing arrives twice, and of what was
 * sent with success at most what the dead had taken is missing.
 */
import { i32 } from "../../../src/memory/scalars.ts";
import type { Channel } from "../../../src/channel/channel.ts";
import { dead } from "../machine.ts";
import type { Scenario } from "../scenario.ts";
import { type World, codeOf, expect, expectSame } from "./world.ts";

async function sendAll(channel: Channel<number>, values: readonly number[], sent: number[]): Promise<void> {
  try {
    for (const value of values) {
      await channel.send(value);
      sent.push(value);
    }
  } catch (error) {
    expect(codeOf(error) === "ERR_CHANNEL_CLOSED", `a send failed with ${codeOf(error)}`);
  }
}

async function receiveAll(channel: Channel<number>, received: number[]): Promise<void> {
  for (let value = await channel.recv(); value !== undefined; value = await channel.recv()) received.push(value);
}

function closeOnce(channel: Channel<number>): void {
  if (channel.isOpen) channel.close();
}

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

export const scenarios: readonly Scenario<World>[] = [...sender, ...receiver];
