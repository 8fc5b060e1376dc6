/** Tasks that plan calls for the cancellation of a context, or that cancel contexts and die. */
import { type Chan, type Context, type Counter, context, sleep, task, yieldNow } from "../../src/index.ts";

/** Plans calls on this thread: counts them, and says how they saw the context. */
export const planCalls = task(import.meta, async function planCalls(ctx: Context, calls: number, started: Counter, ready: Chan<number>) {
  const seen: (string | undefined)[] = [];
  for (let k = 0; k < calls; k++) {
    ctx.afterFunc(async () => {
      await yieldNow();
      seen.push(ctx.reason?.message);
      started.add(1);
    });
  }
  const dropped = ctx.afterFunc(() => started.add(1_000_000));
  const wasExpected = dropped();
  await ready.send(1);
  await ctx.done.recv();
  while (seen.length < calls) await sleep(1);
  // One that comes too late for the cancellation starts soon.
  await new Promise<void>((resolve) => void ctx.afterFunc(() => resolve()));
  return { seen, dropped: [wasExpected, dropped()] };
});

/** Cancels one context after the other, and ends its thread somewhere among them. */
export const cancelAndDie = task(import.meta, async function cancelAndDie(all: readonly Context[], last: number) {
  for (const [k, ctx] of all.entries()) {
    ctx.cancel(new Error("by the dead"));
    if (k === last) process.exit(0);
    if (k % 5 === 0) await yieldNow();
  }
});

/** For `run`: a context that nobody can cancel has a call, and the task waits for it. */
export const waitsForNobody = task(import.meta, async function waitsForNobody() {
  const ctx = context();
  ctx.afterFunc(() => undefined);
  await ctx.done.recv();
});

/** For `run`: the deadline's call is all that wakes the task. */
export const wokenByDeadline = task(import.meta, async function wokenByDeadline(timeout: number) {
  const ctx = context(undefined, { timeout });
  return new Promise<string>((resolve) => void ctx.afterFunc(() => resolve(String((ctx.reason as { code?: string } | undefined)?.code))));
});

export const failsAfter = task(import.meta, async function failsAfter() {
  const ctx = context(undefined, { timeout: 1 });
  ctx.afterFunc(async () => {
    throw new RangeError("in the call");
  });
  await sleep(1e6);
});
