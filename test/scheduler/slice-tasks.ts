/** Tasks that compute between two operations on a channel. */
import { type Receiver, chan, i32, spawn, task } from "../../src/index.ts";

/** Longer than a time slice. */
const COMPUTE_MS = 3;

/** Computes for each value. */
export const computeEach = task(import.meta, async function computeEach(values: Receiver<number>) {
  for await (const _ of values) {
    const endMs = performance.now() + COMPUTE_MS;
    while (performance.now() < endMs);
  }
});

/** Sends values to tasks of this thread that compute for each; returns how often the event loop has turned. */
export const sendTo = task(import.meta, async function sendTo(tasks: number, values: number, capacity: number) {
  let turns = 0;
  let immediate: NodeJS.Immediate;
  const turn = (): void => {
    turns++;
    immediate = setImmediate(turn);
  };
  turn();
  const to = chan(i32, capacity);
  const computing = Array.from({ length: tasks }, () => spawn.on("here")(computeEach, to));
  for (let n = 0; n < values; n++) await to.send(n);
  to.close();
  await Promise.all(computing);
  clearImmediate(immediate!);
  return turns;
});
