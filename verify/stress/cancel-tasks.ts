/** Senders and receivers whose waits are cancelled at any moment. */
import { type Receiver, type Sender, type SharedArray, select, task, yieldNow } from "../../src/index.ts";
import { Jitter } from "./jitter.ts";

/** Aborts now, in a microtask, in a later turn, in some turns of Node's own loop, or never. */
async function abortSometime(controller: AbortController, jitter: Jitter): Promise<void> {
  const when = jitter.below(8);
  if (when > 3) return;
  for (let turns = jitter.below(3); when === 1 && turns >= 0; turns--) await Promise.resolve();
  for (let turns = jitter.below(3); when === 2 && turns >= 0; turns--) await yieldNow();
  for (let turns = jitter.below(3); when === 3 && turns >= 0; turns--) await new Promise((resolve) => void setImmediate(resolve));
  controller.abort();
}

/** Sends each value once, or is cancelled; `sent` counts those whose send succeeded. */
export const sendOrCancel = task(import.meta, async function sendOrCancel(c: Sender<number>, from: number, count: number, sent: SharedArray<"i32">, seed: number) {
  const jitter = new Jitter(seed, from);
  let cancelled = 0;
  for (let value = from; value < from + count; value++) {
    const controller = new AbortController();
    const { signal } = controller;
    const aborting = Promise.resolve().then(() => abortSometime(controller, jitter));
    try {
      if (value % 2 === 0) await c.send(value, { signal });
      else await select({ out: c.sending(value) }, { signal });
      Atomics.add(sent.array, value, 1);
    } catch (error) {
      if (error !== signal.reason) throw error;
      cancelled++;
    }
    await aborting;
  }
  return cancelled;
});

/** Receives until the channel is closed, with attempts that are cancelled; `got` counts the values. */
export const recvOrCancel = task(import.meta, async function recvOrCancel(c: Receiver<number>, got: SharedArray<"i32">, seed: number, receiver: number) {
  const jitter = new Jitter(seed, -receiver - 2);
  for (let k = 0; ; k++) {
    const controller = new AbortController();
    const { signal } = controller;
    const aborting = Promise.resolve().then(() => abortSometime(controller, jitter));
    try {
      const value = k % 2 === 0 ? await c.recv({ signal }) : (await select({ in: c }, { signal })).value;
      if (value === undefined) return;
      Atomics.add(got.array, value, 1);
    } catch (error) {
      if (error !== signal.reason) throw error;
    } finally {
      await aborting;
    }
  }
});
