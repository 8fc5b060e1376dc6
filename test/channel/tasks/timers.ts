/** Tasks that get a timer from elsewhere. */
import { type Receiver, task } from "../../../src/index.ts";

export const recvNumber = task(import.meta, async function recvNumber(timer: Receiver<number>) {
  return timer.recv();
});

/** Waits on what never comes, for 5 ms; the name of what ended it. */
export const abortNever = task(import.meta, async function abortNever(nothing: Receiver<never>) {
  try {
    await nothing.recv({ signal: AbortSignal.timeout(5) });
    return "a value";
  } catch (error) {
    return (error as Error).name;
  }
});
