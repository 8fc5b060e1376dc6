/**
 * Time-outs and retries with contexts: a deadline for each attempt below a deadline for
 * all, a pause that doubles, and a tree of contexts that carries a value.
 * The Go program is retry.go in this folder; what both print is in retry.txt.
 *
 *     node workers/ports/services/retry.ts [attempts] [threads]
 */
import { type Context, WarrenError, context, contextKey, isMain, registerError, run, sleep, spawn, task, withValue } from "../../../src/index.ts";

class Busy extends Error {
  override readonly name = "Busy";
}
class Gone extends Error {
  override readonly name = "Gone";
}
registerError(Busy);
registerError(Gone);

const requestId = contextKey<string>("retry.request-id");

/** Is busy for its first calls, and answers then; one that hangs never does. */
export const backend = task(import.meta, async function backend(ctx: Context, attempt: number, busy: number, hangs: boolean) {
  if (hangs) {
    await ctx.done.recv();
    throw ctx.reason;
  }
  if (attempt <= busy) throw new Busy("busy");
  return `answer to ${ctx.value(requestId)}`;
});

/** Calls `attempt` until it succeeds, fails for good, or `ctx` is done. */
async function retry(ctx: Context, attempts: number, call: (ctx: Context, attempt: number) => Promise<string>): Promise<string> {
  let pauseMs = 1;
  for (let attempt = 1; ; attempt++) {
    try {
      using one = context(ctx, { timeout: 10 });
      return await call(one, attempt);
    } catch (error) {
      if (error instanceof Gone) throw error;
      if (attempt === attempts) throw new Error(`attempt ${attempt} of ${attempts}: ${(error as Error).message}`, { cause: error });
    }
    await sleep(pauseMs, { signal: ctx.signal });
    pauseMs *= 2;
  }
}

async function show(answer: Promise<string>): Promise<void> {
  try {
    console.log(await answer);
  } catch (error) {
    const { code } = ((error as Error).cause ?? error) as { code?: unknown };
    console.log("error:", code === "ERR_DEADLINE" ? "too late" : code === "ERR_CANCELLED" ? "cancelled" : (error as Error).message);
  }
}

/** What has ended a context. */
function state(ctx: Context): string {
  if (!ctx.cancelled) return "live";
  return ctx.reason instanceof WarrenError && ctx.reason.code === "ERR_DEADLINE" ? "too late" : "cancelled";
}

export const retries = task(import.meta, async function retries(attempts: number) {
  using root = withValue(undefined, requestId, "r-17");
  await show(retry(root, attempts, (ctx, attempt) => spawn(backend, ctx, attempt, attempts - 1, false)));
  await show(retry(root, attempts, (ctx, attempt) => spawn(backend, ctx, attempt, attempts, false)));
  await show(retry(root, attempts, () => Promise.reject(new Gone("gone"))));
  await show(retry(root, attempts, (ctx, attempt) => spawn(backend, ctx, attempt, 0, true)));

  using cancelled = context(root);
  await show(retry(cancelled, attempts, (ctx, attempt) => {
    cancelled.cancel();
    return spawn(backend, ctx, attempt, attempts, false);
  }));

  using all = context(root);
  using left = context(all);
  using right = context(all, { timeout: 3_600_000 });
  left.cancel();
  console.log("left:", state(left), "right:", state(right), "all:", state(all));
  all.cancel();
  console.log("left:", state(left), "right:", state(right), "all:", state(all));
  using late = context(all, { timeout: 3_600_000 });
  console.log("below a cancelled one:", state(late), late.value(requestId));
});

if (isMain(import.meta)) {
  const [attempts = "4", threads = "2"] = process.argv.slice(2);
  await run(retries, { threads: Number(threads), args: [Number(attempts)] });
}
