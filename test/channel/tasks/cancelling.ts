/** Tasks of the cancel cases. */
import { type Chan, type Receiver, type Sender, sleep, task } from "../../../src/index.ts";

/** A wait with its own signal, ended by a word from a control channel. */
export const abortable = task(import.meta, async function abortable(verb: "send" | "recv" | "sendMany" | "recvMany", c: Chan<number>, value: number, abort: Receiver<number>) {
  const controller = new AbortController();
  const { signal } = controller;
  const wait = { send: () => c.send(value, { signal }), recv: () => c.recv({ signal }), sendMany: () => c.sendMany([value, value + 1], { signal }), recvMany: () => c.recvMany(4, { signal }) }[verb]();
  const aborting = Promise.resolve(abort.recv()).then((word) => word !== undefined && controller.abort(new Error("enough")));
  try {
    return { value: await wait };
  } catch (error) {
    return { error: (error as Error).message };
  } finally {
    if (abort.length === 0 && !signal.aborted) (abort as Chan<number>).close();
    await aborting;
  }
});

/** Sends each value with attempts that time out, sleeping before every fourth. Returns the attempts that timed out. */
export const sendImpatiently = task(import.meta, async function sendImpatiently(c: Sender<number>, count: number) {
  let timeouts = 0;
  for (let k = 0; k < count; k++) {
    if (k % 4 === 0) await sleep(4);
    timeouts += await untilDone(() => c.send(k, { signal: AbortSignal.timeout(1) }));
  }
  return timeouts;
});

export const recvImpatiently = task(import.meta, async function recvImpatiently(c: Receiver<number>, count: number) {
  const seen: number[] = [];
  for (let k = 0; k < count; k++) {
    if (k % 4 === 2) await sleep(4);
    await untilDone(async () => seen.push((await c.recv({ signal: AbortSignal.timeout(1) })) as number));
  }
  return seen;
});

async function untilDone(attempt: () => unknown): Promise<number> {
  for (let timeouts = 0; ; timeouts++) {
    try {
      await attempt();
      return timeouts;
    } catch (error) {
      if ((error as Error).name !== "TimeoutError") throw error;
    }
  }
}

