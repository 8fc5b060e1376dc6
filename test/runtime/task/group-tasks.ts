/** Tasks for groups. */
import { type Chan, type Context, type SharedArray, group, sleep, task } from "../../../src/index.ts";

export const double = task(import.meta, async function double(n: number) {
  await sleep(1);
  return 2 * n;
});

/** Fails as asked, after a while. */
export const fail = task(import.meta, async function fail(message: string, ms = 0) {
  if (ms > 0) await sleep(ms);
  throw Object.assign(new RangeError(message), { code: "E_MINE" });
});

/** Waits until the context is cancelled; throws its reason, as what waits with its signal does. */
export const untilCancelled = task(import.meta, async function untilCancelled(ctx: Context) {
  await sleep(1e9, { signal: ctx.signal });
});

/** Waits likewise and fails with an error of its own. */
export const failsLate = task(import.meta, async function failsLate(ctx: Context, message: string) {
  await ctx.done.recv();
  throw new RangeError(message);
});

/** Waits likewise and ends well. */
export const endsWell = task(import.meta, async function endsWell(ctx: Context) {
  await ctx.done.recv();
  return "ended well";
});

/** Computes until the flag is set. */
export const computes = task(import.meta, function computes(ctx: Context, started: Chan<number>) {
  started.trySend(1);
  while (!ctx.cancelled);
  throw ctx.reason;
});

/** Counts how many of its kind run at a time: word 0 is now, word 1 the most. */
export const crowd = task(import.meta, async function crowd(counts: SharedArray<"i32">, ms: number) {
  const now = Atomics.add(counts.array, 0, 1) + 1;
  for (let most = counts.array[1]; now > most; most = counts.array[1]) Atomics.compareExchange(counts.array, 1, most, now);
  await sleep(ms);
  Atomics.sub(counts.array, 0, 1);
});

/** A group inside a task, on whatever thread: doubles of tasks and closures; if asked, one of them fails. */
export const nestedGroup = task(import.meta, async function nestedGroup(ctx: Context, failing: boolean) {
  await using inner = group({ context: ctx, limit: 2 });
  const doubles = [inner.spawn(double, 1), inner.spawn(async () => 4), inner.spawn(double, 3)];
  if (failing) inner.go(fail, "inside", 1);
  else if (ctx.deadlineMs !== undefined) inner.go(untilCancelled, inner.context);
  await inner.wait();
  return Promise.all(doubles);
});

/** Tries to start so many tasks that wait for each other; how many were started, ran together, and ended. */
export const triesInGroup = task(import.meta, async function triesInGroup(limit: number, tries: number) {
  const g = group({ limit });
  let [now, most, done] = [0, 0, 0];
  const { promise, resolve } = Promise.withResolvers<void>();
  const joins = Array.from({ length: tries }, () =>
    g.trySpawn(async () => {
      most = Math.max(most, ++now);
      await promise;
      done++;
    }),
  );
  await sleep(1);
  resolve();
  await g.wait();
  return { most, started: joins.filter((join) => join !== undefined).length, done };
});
