/** Tasks that get a ticker from elsewhere. */
import { type Chan, type Receiver, task, ticker } from "../../../src/index.ts";

/** The times of the next ticks. */
export const recvTicks = task(import.meta, async function recvTicks(ticks: Receiver<number>, count: number) {
  const seen: number[] = [];
  for await (const at of ticks) if (seen.push(at) === count) break;
  return seen;
});

/** As `recvTicks`, then closes the channel that stands for the ticker here: the reader's way to say that it has enough. */
export const recvAndClose = task(import.meta, async function recvAndClose(ticks: Receiver<number>, count: number) {
  for (let k = 0; k < count; k++) await ticks.recv();
  (ticks as Chan<number>).close();
});

/** How many ticks came until the ticker was disposed. */
export const countTicks = task(import.meta, async function countTicks(ticks: Receiver<number>) {
  let count = 0;
  for await (const _at of ticks) count++;
  return count;
});

/** Makes a ticker and returns it: it is fed from this thread from then on. */
export const makeTicker = task(import.meta, async function makeTicker(periodMs: number): Promise<Receiver<number>> {
  return ticker(periodMs);
});
