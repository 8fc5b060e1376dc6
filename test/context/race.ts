/** A sender parked on a full channel, cancelled while another thread receives. */
import { type Chan, type Context, chan, context, i32, task } from "../../src/index.ts";
import type { OpenRuntime } from "../../src/runtime/runtime.ts";

/** Receives in each round when told, at about the moment of the cancellation; all that it received. */
const receiveRounds = task(import.meta, async function receiveRounds(values: Chan<number>, rounds: Chan<number>) {
  const got: number[] = [];
  for await (const round of rounds) {
    // A different moment each time, within a few microseconds.
    for (let k = 0; k < (round * 7919) % 400; k++) Math.sqrt(k);
    for (let value = values.tryRecv(); value !== undefined; value = values.tryRecv()) got.push(value);
  }
  for await (const value of values) got.push(value);
  return got;
});

async function sendOne(values: Chan<number>, value: number, ctx: Context): Promise<boolean> {
  try {
    await values.send(value, { signal: ctx.signal });
    return true;
  } catch (error) {
    if (error !== ctx.reason) throw error;
    return false;
  }
}

/** Counts the rounds whose value was delivered and those that were cancelled; throws if the receiver saw anything else. */
export async function raceSend(rt: OpenRuntime, count: number): Promise<{ delivered: number; cancelled: number }> {
  const [values, rounds] = [chan(i32), chan(i32, 1)];
  const there = rt.spawn.on(0)(receiveRounds, values, rounds);
  const sent: number[] = [];
  for (let k = 0; k < count; k++) {
    using ctx = context();
    const sending = sendOne(values, k, ctx);
    await rounds.send(k);
    for (let spin = 0; spin < (k * 104_729) % 3000; spin++) Math.sqrt(spin);
    ctx.cancel();
    if (await sending) sent.push(k);
  }
  rounds.close();
  values.close();
  const got = await there;
  if (got.join() !== sent.join()) throw new Error(`sent ${sent.length}, received ${got.length}: ${got.filter((value) => !sent.includes(value)).join()} were cancelled and received`);
  return { delivered: sent.length, cancelled: count - sent.length };
}
