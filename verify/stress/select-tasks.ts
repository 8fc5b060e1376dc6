/** Tasks of the select loads. */
import { type Chan, select, task } from "../../src/index.ts";

/** Sends its own number on a channel or receives another's from it, whichever goes first; what it received, or −1. */
export const meet = task(import.meta, async function meet(c: Chan<number>, mine: number) {
  const met = await select({ in: c, out: c.sending(mine) });
  return met.case === "out" ? -1 : (met.value as number);
});
