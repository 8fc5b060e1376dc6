/**
 * An error group: the first failure cancels the others, and `wait` throws it. A limit,
 * and a start that does not wait.
 * The Go program is errgroup.go in this folder; what both print is in errgroup.txt.
 *
 *     node workers/ports/services/errgroup.ts [tasks] [threads]
 */
import { type Context, Counter, type Receiver, type WarrenError, bool, chan, context, group, isMain, run, task } from "../../../src/index.ts";

export const square = task(import.meta, async function square(n: number) {
  return n * n;
});

async function justResults(n: number): Promise<void> {
  await using g = group({ limit: 4 });
  const squares = await Promise.all(Array.from({ length: n }, (_, i) => g.spawn(square, i)));
  console.log("results:", squares.reduce((a, b) => a + b), true);
}

export const failOrWait = task(import.meta, async function failOrWait(ctx: Context, i: number, failing: number, cancelled: Counter) {
  if (i === failing) throw new Error(`number ${i} has failed`);
  await ctx.done.recv();
  cancelled.add(1);
  throw ctx.reason;
});

async function firstFailureCancels(n: number): Promise<void> {
  const g = group();
  using cancelled = new Counter();
  for (let i = 0; i < n; i++) g.go(failOrWait, g.context, i, Math.floor(n / 2), cancelled);
  console.log("failure:", await g.wait().catch((error: Error) => error.message));
  console.log("cancelled:", cancelled.value, "of", n - 1);
}

export const wait = task(import.meta, async function wait(ctx: Context) {
  await ctx.done.recv();
  throw ctx.reason;
});

async function parentCancels(n: number): Promise<void> {
  using parent = context();
  const g = group({ context: parent });
  for (let i = 0; i < n; i++) g.go(wait, g.context);
  parent.cancel();
  console.log("parent:", await g.wait().catch((error: WarrenError) => error.code === "ERR_CANCELLED"));
}

export const enter = task(import.meta, async function enter(running: Counter) {
  const now = running.add(1);
  running.add(-1);
  return now;
});

async function limited(n: number): Promise<void> {
  await using g = group({ limit: 3 });
  using running = new Counter();
  const seen = await Promise.all(Array.from({ length: n }, () => g.spawn(enter, running)));
  console.log("limit kept:", Math.max(...seen) <= 3, true);
}

export const waitFor = task(import.meta, async function waitFor(goOn: Receiver<boolean>) {
  await goOn.recv();
});

async function tryGo(): Promise<void> {
  const g = group({ limit: 2 });
  const goOn = chan(bool);
  console.log("try:", g.tryGo(waitFor, goOn), g.tryGo(waitFor, goOn), g.tryGo(waitFor, goOn));
  goOn.close();
  console.log("both have ended:", (await g.wait()) === undefined);
}

export const errgroup = task(import.meta, async function errgroup(n: number) {
  await justResults(n);
  await firstFailureCancels(n);
  await parentCancels(n);
  await limited(n);
  await tryGo();
});

if (isMain(import.meta)) {
  const [n = "20", threads = "2"] = process.argv.slice(2);
  await run(errgroup, { threads: Number(threads), args: [Number(n)] });
}
