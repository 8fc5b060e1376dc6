/** Types of tickers, contexts and groups: checked by `tsc`, never run. */
import { type Context, type Group, type Receiver, type Ticker, type TimedCall, type Timer, afterFunc, context, contextKey, group, parallelFor, parallelMap, parallelReduce, select, start, task, ticker, timer, withValue } from "../../src/index.ts";
import { type Equal, expectType } from "./equal.ts";

const add = task(import.meta, async function add(a: number, b: number) {
  return a + b;
});
const work = task(import.meta, async function work(ctx: Context) {
  while (!ctx.cancelled);
});

// A ticker is a receiver of numbers, and a case of a select.
const ticks = ticker(5);
expectType<Equal<typeof ticks, Ticker>>(true);
const receiver: Receiver<number> = ticks;
expectType<Equal<ReturnType<typeof ticks.stop>, boolean>>(true);
ticks.reset();
ticks.reset(5);

// A timer is one, too; its reset needs a delay. A call that starts later has the same two.
const once = timer(5);
expectType<Equal<typeof once, Timer>>(true);
const fired: Receiver<number> = once;
expectType<Equal<ReturnType<typeof once.reset>, boolean>>(true);
// @ts-expect-error no delay
once.reset();
const call = afterFunc(5, async () => fired.length);
expectType<Equal<typeof call, TimedCall>>(true);
// @ts-expect-error the function gets no arguments
afterFunc(5, (n: number) => n);

// A context: nothing is ever received from `done`.
const ctx = context();
expectType<Equal<typeof ctx, Context>>(true);
expectType<Equal<typeof ctx.done, Receiver<never>>>(true);
expectType<Equal<typeof ctx.reason, Error | undefined>>(true);
expectType<Equal<typeof ctx.deadlineMs, number | undefined>>(true);
context(ctx, { timeout: 5 });
context(undefined, { deadline: new Date() });
// @ts-expect-error a signal is no parent
context(new AbortController().signal);
// @ts-expect-error the flag is only read
ctx.cancelled = true;
// Values have the type of their key.
const userId = contextKey<string>("user-id");
const inner = withValue(ctx, userId, "u1");
expectType<Equal<typeof inner, Context>>(true);
const value = inner.value(userId);
expectType<Equal<typeof value, string | undefined>>(true);
// @ts-expect-error a number is no value of this key
withValue(undefined, userId, 5);
const chosen = await select({ tick: ticks, done: ctx.done, from: receiver });
if (chosen.case === "done") expectType<Equal<typeof chosen.value, undefined>>(true);
if (chosen.case === "tick") expectType<Equal<typeof chosen.value, number | undefined>>(true);

// A group's spawn has the results of the tasks, its go has none.
await using g = group({ limit: 3, context: ctx });
expectType<Equal<typeof g, Group>>(true);
const sum = g.spawn(add, 1, 2);
expectType<Equal<typeof sum, Promise<number>>>(true);
const one = g.spawn(() => 1 as const);
expectType<Equal<typeof one, Promise<1>>>(true);
const room = g.go(work, g.context);
expectType<Equal<typeof room, void | Promise<void>>>(true);
// @ts-expect-error the arguments are those of the task
g.spawn(add, "1", 2);
// @ts-expect-error and all of them
g.go(work);

// Parallel calls: results by the function, further arguments checked.
const sums = parallelMap([1, 2], add, { args: [5] });
expectType<Equal<typeof sums, Promise<number[]>>>(true);
const texts = parallelMap(new Float64Array(2), (item: number) => String(item));
expectType<Equal<typeof texts, Promise<string[]>>>(true);
const total = parallelReduce([1, 2], add, (a, b) => a + b, 0);
expectType<Equal<typeof total, Promise<number>>>(true);
const none = parallelFor(3, async (index: number, by: string) => `${index}${by}`, { args: ["x"], grain: 2 });
expectType<Equal<typeof none, Promise<void>>>(true);
// @ts-expect-error the further arguments are those of the function
void parallelFor(3, (index: number, by: string) => `${index}${by}`, { args: [5] });

// The same as methods of a runtime.
const rt = await start();
expectType<Equal<typeof rt.group, typeof group>>(true);
expectType<Equal<typeof rt.context, typeof context>>(true);
expectType<Equal<typeof rt.ticker, typeof ticker>>(true);
