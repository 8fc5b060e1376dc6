/**
 * What `warren whatif --measure` measures of this machine: a hand-over between two
 * threads, and work that only computes.
 *
 * ```ts
 * import { start } from "../../src/index.ts";
 * import { asks, answers } from "./calibration.ts";
 * ```
 */
import { sleep, task, type Receiver, type Sender } from "../../src/index.ts";

/** Sends back each number. */
export const answers = task(import.meta, async function answers(there: Receiver<number>, back: Sender<number>): Promise<void> {
  for await (const n of there) await back.send(n);
});

/** Sends numbers and awaits each answer; how long a round trip takes, nanoseconds each. Before each it sleeps `pauseMs`, if that is above 0, so that the other thread sleeps, too. */
export const asks = task(import.meta, async function asks(rounds: number, there: Sender<number>, back: Receiver<number>, pauseMs: number): Promise<number[]> {
  const timesNs: number[] = [];
  for (let k = 0; k < rounds; k++) {
    if (pauseMs > 0) await sleep(pauseMs);
    const startMs = performance.now();
    await there.send(k);
    await back.recv();
    timesNs.push((performance.now() - startMs) * 1e6);
  }
  there.close();
  return timesNs;
});

/** Computes: so many steps of a generator of random numbers, which need no memory. */
export const computes = task(import.meta, async function computes(steps: number): Promise<number> {
  let x = 1;
  for (let k = 0; k < steps; k++) x = (Math.imul(x, 1_103_515_245) + 12_345) | 0;
  return x;
});
