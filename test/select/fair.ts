/** Tasks of the fairness tests. */
import { type Chan, type Receiver, select, task, yieldNow } from "../../src/index.ts";

/** Selects in one test. */
export const TRIALS = 10_000;

/** How often each of two channels that are both ready was chosen. */
export const forwardCounts = task(import.meta, async function forwardCounts(a: Receiver<number>, b: Receiver<number>, trials: number) {
  const counts = [0, 0];
  for (let k = 0; k < trials; k++) counts[(await select({ a, b })).case === "a" ? 0 : 1]++;
  return counts;
});

/** Sends whenever the channel looks empty, until it is closed; how many values went. */
export const feedEmpty = task(import.meta, async function feedEmpty(c: Chan<number>) {
  for (let sent = 0; ; ) {
    try {
      if (c.length > 0) await yieldNow();
      else {
        await c.send(sent);
        sent++;
      }
    } catch {
      return sent;
    }
  }
});
