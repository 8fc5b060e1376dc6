/** Tasks that drop channels, and collect the garbage of their thread. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type Receiver, sleep, task } from "../../../src/index.ts";

setFlagsFromString("--expose-gc");
const gc = runInNewContext("gc") as () => void;

/** Collects, and lets the finalizers run. */
export const collect = task(import.meta, async function collect() {
  gc();
  await sleep(1);
});

/** Looks at each channel, and forgets it. */
export const keepAndDrop = task(import.meta, async function keepAndDrop(channels: Receiver<number>[]) {
  return channels.reduce((sum, c) => sum + c.length, 0);
});
