/** Tasks that read values of contexts, or make contexts with values. */
import { type Context, type Sender, context, contextKey, group, spawn, task, withValue, yieldNow } from "../../src/index.ts";

export interface User {
  readonly id: number;
  readonly roles: ReadonlySet<string>;
  readonly since: Date;
}

// Each thread makes its own keys: they are equal by name.
export const user = contextKey<User>("test.user");
export const requestId = contextKey<string>("test.request-id");
export const depth = contextKey<number>("test.depth");

/** What a thread reads of a context: twice, and in a context below it. */
export const readValues = task(import.meta, async function readValues(ctx: Context) {
  using below = context(ctx);
  const [first, again, inherited] = [ctx.value(user), ctx.value(user), below.value(user)];
  return { user: first, id: ctx.value(requestId), depth: ctx.value(depth), same: first === again && first === inherited, cancelled: ctx.cancelled };
});

/** Reads only once `go` has come: by then the context may be disposed. */
export const readLate = task(import.meta, async function readLate(ctx: Context, ready: Sender<number>) {
  await ready.send(1);
  await ctx.done.recv();
  return ctx.value(requestId);
});

/** Gets the outer context first, the inner one later: the values that they share are decoded once. */
export const readBoth = task(import.meta, async function readBoth(outer: Context, inner: Context) {
  return { same: outer.value(user) === inner.value(user), ids: [outer.value(requestId), inner.value(requestId)] };
});

/** Adds a value here, below a context from elsewhere, and returns what a task on another thread reads. */
export const addHere = task(import.meta, async function addHere(ctx: Context, place: number) {
  using own = withValue(ctx, depth, (ctx.value(depth) ?? 0) + 1);
  return (await spawn.on(place)(readValues, own)) as Awaited<ReturnType<typeof readValues>>;
});

/** Makes a context with a value here and returns it. */
export const makeWithValue = task(import.meta, async function makeWithValue(id: string): Promise<Context> {
  return withValue(undefined, requestId, id);
});

/** The context of a group has the values of the context above it. */
export const readInGroup = task(import.meta, async function readInGroup(ctx: Context) {
  await using tasks = group({ context: ctx });
  const there = await tasks.spawn(readValues, tasks.context);
  return there.id;
});

/** Many contexts with values, made, read and disposed. */
export const churn = task(import.meta, async function churn(parent: Context, count: number) {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    using one = withValue(parent, depth, k);
    using two = withValue(one, requestId, "x".repeat(k % 50));
    sum += (two.value(depth) as number) - k + (two.value(requestId) as string).length - (k % 50);
    if (k % 100 === 0) await yieldNow();
  }
  return sum;
});
