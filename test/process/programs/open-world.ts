/** A runtime of `start`: what keeps the process alive, and what does not. The command line names the case. */
import { setTimeout as wait } from "node:timers/promises";
import { type Chan, type Context, type Receiver, go, i32, sleep, spawn, start, task } from "../../../src/index.ts";

export const nap = task(import.meta, async function nap(ms: number) {
  await sleep(ms);
  console.log("the task has ended");
});

export const nodeNap = task(import.meta, async function nodeNap(ms: number) {
  await wait(ms);
  console.log("the task has ended");
});

export const nested = task(import.meta, async function nested(ms: number) {
  go.on(1)(nap, ms);
});

/** Ends immediately and leaves a closure on its thread. */
export const leavesClosure = task(import.meta, async function leavesClosure(ms: number) {
  go(async () => {
    await sleep(ms);
    console.log("the task has ended");
  });
});

export const receiver = task(import.meta, async function receiver(ch: Chan<number>) {
  console.log("received", await ch.recv());
});

export const ticks = task(import.meta, async function ticks(from: Receiver<number>, count: number) {
  for (let k = 0; k < count; k++) await from.recv();
  console.log("the task has ended");
});

export const listens = task(import.meta, async function listens(ctx: Context) {
  ctx.signal.addEventListener("abort", () => console.log("never"));
  console.log("the task has ended");
});

export const waitsForEnd = task(import.meta, async function waitsForEnd(ctx: Context) {
  await ctx.done.recv();
  console.log("the task has ended");
});

export const failing = task(import.meta, async function failing() {
  await sleep(10);
  throw Object.assign(new RangeError("nobody handles me"), { code: "E_LOST" });
});

export const returnsSoon = task(import.meta, async function returnsSoon() {
  await sleep(100);
  return "joined";
});

const MS = 300;

const cases: Record<string, () => unknown> = {
  /** Nothing to do: the process must end by itself. */
  idle: async () => void (await start({ threads: 2 })),
  /** Somebody follows a trace in which nothing happens. */
  followed: async () => {
    const rt = await start({ threads: 2 });
    const tracing = await rt.trace();
    void (async () => {
      for await (const { events } of tracing.follow({ everyMs: 5 })) if (events.some(({ kind }) => kind === "mark")) console.log("never");
    })();
  },
  /** Used once, then idle. */
  used: async () => {
    const rt = await start({ threads: 2 });
    console.log(await rt.spawn(returnsSoon));
  },
  "rt.go": async () => (await start({ threads: 2 })).go(nap, MS),
  "rt.go.on": async () => (await start({ threads: 2 })).go.on(1)(nap, MS),
  go: async () => {
    await start({ threads: 2 });
    go(nap, MS);
  },
  "go.on": async () => {
    await start({ threads: 2 });
    go.on(1)(nap, MS);
  },
  "go a Node timer": async () => (await start({ threads: 2 })).go(nodeNap, MS),
  "go nested": async () => (await start({ threads: 2 })).go(nested, MS),
  "go a task that leaves a closure": async () => (await start({ threads: 2 })).go(leavesClosure, MS),
  "go a closure": async () => {
    await start({ threads: 2 });
    go(async () => {
      await spawn(nap, MS);
    });
  },
  spawn: async () => {
    const rt = await start({ threads: 2 });
    void rt.spawn(nap, MS);
  },
  sleep: async () => {
    await start({ threads: 2 });
    await sleep(MS);
    console.log("the task has ended");
  },
  /** Main waits, a thread answers later: nothing else holds the process. */
  receive: async () => {
    const rt = await start({ threads: 2 });
    const ch = rt.chan(i32);
    rt.go(receiver, ch);
    await rt.sleep(MS);
    await ch.send(7);
  },
  /** After the tasks of a first crowd have ended, a second one keeps it alive just as well. */
  twice: async () => {
    const rt = await start({ threads: 2 });
    await Promise.all(Array.from({ length: 100 }, () => rt.spawn(returnsSoon)));
    rt.go(nap, MS);
  },
  /** Main sends to it forever; no code awaits it. */
  "ticker unheard": async () => {
    const rt = await start({ threads: 2 });
    const ticker = rt.ticker(10);
    await rt.spawn(ticks, ticker, 2);
    await rt.spawn(ticks, ticker, 1);
  },
  /** Main feeds a ticker for which a task waits. */
  "ticker heard": async () => {
    const rt = await start({ threads: 2 });
    rt.go(ticks, rt.ticker(20), 5);
  },
  /** A call on main is a timer of Node for the process; a far-off timer that nobody waits for is none. */
  "afterFunc": async () => {
    const rt = await start({ threads: 2 });
    rt.timer(1e9).reset(1e9);
    rt.afterFunc(MS, () => nap(1));
    rt.afterFunc(1e9, () => console.log("never")).stop();
  },
  /** A far-off deadline and a signal with a listener, on main and on a thread. */
  "context unheard": async () => {
    const rt = await start({ threads: 2 });
    const ctx = rt.context(undefined, { timeout: 1e9 });
    ctx.signal.addEventListener("abort", () => console.log("never"));
    await rt.spawn(listens, ctx);
  },
  /** A task waits for a deadline that main has armed. */
  "context heard": async () => {
    const rt = await start({ threads: 2 });
    rt.go(waitsForEnd, rt.context(undefined, { timeout: 200 }));
  },
  "failing go": async () => (await start({ threads: 2 })).go(failing),
  "failing go closure": async () => {
    const rt = await start({ threads: 2 });
    rt.go(async () => {
      throw new RangeError("nobody handles me");
    });
  },
  "failing go, handled": async () => {
    process.on("uncaughtException", (error: Error & { code?: string }) => {
      console.log("heard", error.name, error.code, error.message, error.stack?.includes("started with go"));
    });
    const rt = await start({ threads: 2 });
    rt.go(failing);
    await rt.sleep(1e9).catch((error: { code: string; cause: Error }) => console.log("main", error.code, error.cause.message));
  },
  stopped: async () => {
    const rt = await start({ threads: 2 });
    rt.go(nap, 1e9);
    await rt.stop();
    console.log("stopped");
  },
  /** A runtime that is not stopped, at a process.exit of main. */
  exit: async () => {
    const rt = await start({ threads: 2 });
    rt.go(nap, 1e9);
    await rt.sleep(50);
    process.exit(7);
  },
  signal: async () => {
    const rt = await start({ threads: 2 });
    rt.go(nap, 1e9);
    console.log("ready");
    await rt.sleep(1e9);
  },
};

if (import.meta.main) await cases[process.argv[2]]();
