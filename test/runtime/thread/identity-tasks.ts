/** Tasks that hold handles in collections and tell whether the same ones come back. */
import { setFlagsFromString } from "node:v8";
import { type Chan, task } from "../../../src/index.ts";

setFlagsFromString("--expose-gc");

/** Takes `count` channels from a box, keeps them in a Set, and sends each back; then takes them again and counts those that it knows. */
export const keepsAndKnows = task(import.meta, async function keepsAndKnows(box: Chan<Chan<number>>, back: Chan<Chan<number>>, count: number): Promise<number> {
  const known = new Set<Chan<number>>();
  for (let k = 0; k < count; k++) {
    const ch = (await box.recv()) as Chan<number>;
    known.add(ch);
    await back.send(ch);
    if (k % 100 === 0) globalThis.gc?.();
  }
  let again = 0;
  for (let k = 0; k < count; k++) if (known.has((await box.recv()) as Chan<number>)) again++;
  return known.size === count ? again : -known.size;
});

/** Whether what comes as an argument is what came before under the same name. */
const kept = new Map<string, unknown>();
export const isSame = task(import.meta, async function isSame(name: string, handle: unknown): Promise<boolean | undefined> {
  const before = kept.get(name);
  kept.set(name, handle);
  return before === undefined ? undefined : before === handle;
});

export const forgetAll = task(import.meta, async function forgetAll() {
  kept.clear();
});

export const givesBack = task(import.meta, async function givesBack(handle: unknown): Promise<unknown> {
  return handle;
});
