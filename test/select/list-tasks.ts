/** Tasks that select over arrays of channels. */
import { type Chan, type Receiver, type Sender, select, task, yieldNow } from "../../src/index.ts";

/** Go's fan-in of any number of inputs: forwards until all have ended; how many came from each. */
export const fanIn = task(import.meta, async function fanIn(inputs: Receiver<number>[], out: Sender<number>) {
  const counts = inputs.map(() => 0);
  const open: (Receiver<number> | undefined)[] = [...inputs];
  for (let left = open.length; left > 0; ) {
    const { case: which, value } = await select(open);
    if (value === undefined) {
      open[which] = undefined;
      left--;
    } else {
      counts[which] = (counts[which] as number) + 1;
      await out.send(value);
    }
  }
  out.close();
  return counts;
});

/** Sends `from` … to whichever channel takes it first; how many went to each. */
export const fanOut = task(import.meta, async function fanOut(outputs: Sender<number>[], from: number, count: number) {
  const counts = outputs.map(() => 0);
  for (let k = 0; k < count; k++) {
    const { case: which } = await select(outputs.map((c) => c.sending(from + k)));
    counts[which] = (counts[which] as number) + 1;
  }
  return counts;
});

export const sendAll = task(import.meta, async function sendAll(c: Chan<number>, from: number, count: number) {
  for (let k = 0; k < count; k++) {
    await c.send(from + k);
    if (k % 16 === 0) await yieldNow();
  }
  c.close();
});

export const takeAll = task(import.meta, async function takeAll(c: Receiver<number>) {
  const seen: number[] = [];
  for await (const value of c) seen.push(value);
  return seen;
});
