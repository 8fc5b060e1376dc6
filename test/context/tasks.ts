/** Tasks that get contexts from elsewhere. */
import { type Chan, type Context, type Receiver, type SharedArray, context, select, sleep, spawn, task } from "../../src/index.ts";

/** What a thread sees of a cancelled context. */
export interface Seen {
  readonly name: string;
  readonly code: unknown;
  readonly message: string;
  readonly cause: unknown;
}

export function seen(reason: Error | undefined): Seen {
  const { name, code, message, cause } = reason as Error & { code?: unknown };
  return { name, code, message, cause: cause instanceof Error ? cause.message : cause };
}

/** Computes without a turn of the event loop until the context is cancelled; the reason. */
export const computeUntilCancelled = task(import.meta, function computeUntilCancelled(ctx: Context, started: SharedArray<"i32">) {
  Atomics.add(started.array, 0, 1);
  let rounds = 0;
  while (!ctx.cancelled) rounds++;
  return { rounds, ...seen(ctx.reason) };
});

/** As above, with the read in the condition of a loop over an array: what an optimising compiler would like to take out of it. */
export const sumUntilCancelled = task(import.meta, function sumUntilCancelled(ctx: Context, started: SharedArray<"i32">) {
  const values = Float64Array.from({ length: 1000 }, (_, k) => k);
  let sum = 0;
  Atomics.add(started.array, 0, 1);
  for (;;) for (let k = 0; k < values.length; k++) {
    sum += values[k];
    if (ctx.cancelled) return sum;
  }
});

/** Waits in each of the ways; all must end with the same reason. */
export const waitAll = task(import.meta, async function waitAll(ctx: Context, never: Chan<number>, ready: Chan<number>) {
  const rejected = async (start: () => unknown): Promise<unknown> => {
    try {
      await start();
      return "no error";
    } catch (error) {
      return error;
    }
  };
  const done = Promise.try(() => ctx.done.recv());
  const chosen = Promise.try(() => select({ done: ctx.done, never }));
  const listened = new Promise<unknown>((resolve) => ctx.signal.addEventListener("abort", () => resolve(ctx.signal.reason)));
  const waits = [rejected(() => never.recv({ signal: ctx.signal })), rejected(() => sleep(1e9, { signal: ctx.signal })), rejected(() => select({ never }, { signal: ctx.signal })), listened];
  await ready.send(1);
  const reasons = await Promise.all(waits);
  return { done: (await done) === undefined, chosen: (await chosen).case, same: reasons.every((reason) => reason === ctx.reason), aborted: ctx.signal.aborted, ...seen(ctx.reason) };
});

/** Waits for the cancellation, then says what it sees. */
export const waitDone = task(import.meta, async function waitDone(ctx: Context, ready?: Chan<number>) {
  await ready?.send(1);
  await ctx.done.recv();
  return { cancelled: ctx.cancelled, ...seen(ctx.reason) };
});

/** Receives from a done channel that was sent alone. */
export const waitChannel = task(import.meta, async function waitChannel(done: Receiver<never>) {
  return (await done.recv()) === undefined;
});

/** Cancels with an error that says who it was. */
export const cancelAs = task(import.meta, async function cancelAs(ctx: Context, who: number) {
  return ctx.cancel(Object.assign(new RangeError(`by ${who}`), { code: "E_RACE" }));
});

/** Many tasks of this thread cancel at once, each with an error of its own. */
export const cancelMany = task(import.meta, async function cancelMany(ctx: Context, from: number, count: number) {
  const mine = await Promise.all(Array.from({ length: count }, (_, k) => spawn(() => ctx.cancel(new RangeError(`by ${from + k}`)))));
  return { wins: mine.filter(Boolean).length, ...seen(ctx.reason) };
});

/** Makes a context with a timeout here, below one from elsewhere if given, and returns it: this thread keeps its timer. */
export const makeHere = task(import.meta, async function makeHere(timeoutMs: number, parent?: Context): Promise<Context> {
  return context(parent, { timeout: timeoutMs });
});

/** Makes a tree of children of `parent` here: how many of them are cancelled when the parent is. */
export const makeTree = task(import.meta, async function makeTree(parent: Context, ready: Chan<number>) {
  const children = Array.from({ length: 3 }, () => context(parent));
  const leaves = children.flatMap((child) => [context(child), context(child), context(child)]);
  await ready.send(1);
  await parent.done.recv();
  return [...children, ...leaves].filter((one) => one.cancelled).length;
});

/** When the flag was seen, on the clock that all threads share. */
export const seeAt = task(import.meta, function seeAt(ctx: Context, started: SharedArray<"i32">) {
  Atomics.add(started.array, 0, 1);
  while (!ctx.cancelled);
  return performance.timeOrigin + performance.now();
});

/** When the signal aborted, on the same clock. */
export const hearAt = task(import.meta, async function hearAt(ctx: Context, ready: Chan<number>) {
  const heard = new Promise<number>((resolve) => ctx.signal.addEventListener("abort", () => resolve(performance.timeOrigin + performance.now())));
  await ready.send(1);
  return heard;
});

/** Asks for everything of a context and forgets it. */
export const touch = task(import.meta, async function touch(ctx: Context) {
  return [ctx.cancelled, ctx.signal.aborted, ctx.done.length, ctx.deadlineMs] as const;
});
