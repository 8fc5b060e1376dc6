/** The task that the remote calls of the benchmark run. */
import { task } from "../../src/index.ts";

/** Returns what it gets. */
export const echo = task(import.meta, function echo(value: Uint8Array): Uint8Array {
  return value;
});
