/** Tasks of the stream loads. A value names its sender: `sender · each + number`. */
import { type Chan, type Receiver, type Sender, type SharedArray, task } from "../../src/index.ts";
import { Jitter } from "./jitter.ts";

export const sendNumbered = task(import.meta, async function sendNumbered(c: Sender<number>, sender: number, each: number, seed: number) {
  const jitter = new Jitter(seed, sender);
  for (let k = 0; k < each; k++) {
    const waits = c.send(sender * each + k);
    if (waits !== undefined) await waits;
    const pause = jitter.pause();
    if (pause !== undefined) await pause;
  }
});

/** Counts each value in its cell; how many came after a later one of the same sender. */
export const countNumbered = task(import.meta, async function countNumbered(c: Receiver<number>, cells: SharedArray<"i32">, each: number, seed: number, receiver: number) {
  const jitter = new Jitter(seed, -receiver - 2);
  const last = new Map<number, number>();
  let inversions = 0;
  for (;;) {
    const received = c.recv();
    const value = received instanceof Promise ? await received : received;
    if (value === undefined) return inversions;
    Atomics.add(cells.array, value, 1);
    const sender = Math.floor(value / each);
    if (value < (last.get(sender) ?? 0)) inversions++;
    last.set(sender, value);
    const pause = jitter.pause();
    if (pause !== undefined) await pause;
  }
});

/** Takes values from one channel to another. */
export const forward = task(import.meta, async function forward(from: Receiver<number>, to: Sender<number>) {
  for await (const value of from) await to.send(value);
});

/** Takes a channel `hops` times from one carrier to the other, then sends through it how often it came by. */
export const carry = task(import.meta, async function carry(from: Receiver<Chan<number>>, to: Chan<Chan<number>>, hops: number) {
  let carried = 0;
  for await (const passenger of from) {
    carried++;
    if (carried === hops) {
      await passenger.send(carried);
      to.close();
    } else await to.send(passenger);
  }
  return carried;
});
