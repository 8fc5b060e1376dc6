/** A task that sends in each of the ways that stats() counts. */
import { type Chan, select, task } from "../../../src/index.ts";

type How = "one by one" | "without waiting" | "a batch" | "by select" | "by a select with a disabled case" | "none";

/** Sends in one way, then closes. */
export const send = task(import.meta, async function send(ch: Chan<number>, how: How) {
  if (how === "one by one") for (let k = 0; k < 7; k++) await ch.send(k);
  else if (how === "a batch") await ch.sendMany(Array.from({ length: 100 }, (_, k) => k));
  else if (how === "without waiting") while (!ch.trySend(1)) await new Promise((resolve) => setImmediate(resolve));
  else if (how === "by select") await select({ out: ch.sending(1) });
  else if (how === "by a select with a disabled case") await select({ out: ch.sending(1), never: undefined });
  ch.close();
});
