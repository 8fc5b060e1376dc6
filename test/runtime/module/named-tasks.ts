/** Tasks whose names are given as texts. */
import { type Receiver, task } from "../../../src/index.ts";

export const waits = task(import.meta, "app.waits", async (from: Receiver<number>) => from.recv());

export const returnsFunction = task(import.meta, "app.returns", async function inner() {
  return () => 1;
});
