/**
 * What one operation costs when a thousand, ten thousand or a hundred thousand of its
 * kind are there: the table in docs/benchmarks.md, "Many at the same time".
 *
 *   node scripts/flat.ts              all rows, as a Markdown table
 *   node scripts/flat.ts timers dump  the rows whose name contains one of the words
 *
 * Each figure is the CPU time of all threads of the process for one operation, over
 * several rounds: other programs disturb it less than the time on the clock. A row is flat
 * if the last figure is at most three times the first.
 */
import { type Context, Mutex, type Runtime, formatDump, i32, start, task } from "../src/index.ts";

/** Prepares `count` and returns what is measured; that may return what is left to clean up. */
type Row = (rt: Runtime, count: number) => Promise<() => unknown>;

/** How many there are at the same time, and in how many rounds. */
const COUNTS = [
  { count: 1000, rounds: 60 },
  { count: 10_000, rounds: 9 },
  { count: 100_000, rounds: 2 },
];
/** Rounds of a thousand before the first that counts: they compile. */
const WARM_UP = 20;

const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));
const settled = (promises: unknown[]): Promise<unknown> => Promise.allSettled(promises);
/** Every index once, in an order that is neither that of the list nor its reverse. */
const scattered = (count: number): number[] => each(count, (k) => (k * 7919) % count);

const nothing = task(import.meta, async function nothing(): Promise<void> {
  // Only its start and its end are measured.
});

/** Watches contexts of another thread until all are cancelled. */
const watchAll = task(import.meta, async function watchAll(contexts: Context[]): Promise<void> {
  await Promise.all(contexts.map(({ signal }) => new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  })));
});

const grants = task(import.meta, async function grants(count: number): Promise<void> {
  using mutex = new Mutex();
  const first = await mutex.lock();
  const waits = each(count, async () => (await mutex.lock()).unlock());
  first.unlock();
  await settled(waits);
});

const ROWS: Record<string, Row> = {
  "waits under one signal: park and abort": async (rt, count) => {
    const ch = rt.chan(i32);
    return async () => {
      const controller = new AbortController();
      const waits = each(count, () => ch.recv({ signal: controller.signal }));
      controller.abort("enough");
      await settled(waits);
    };
  },
  "waits under one signal: begin and end in any order": async (rt, count) => {
    const { signal } = new AbortController();
    const delays = scattered(count);
    return () => settled(delays.map((delay) => rt.sleep(delay / 1000, { signal })));
  },
  "waits under one context: park and cancel": async (rt, count) => {
    const ch = rt.chan(i32);
    return async () => {
      using ctx = rt.context();
      const waits = each(count, () => ch.recv({ signal: ctx.signal }));
      ctx.cancel();
      await settled(waits);
    };
  },
  "contexts below one context: make, and cancel the one": async (rt, count) => () => {
    const above = rt.context();
    const below = each(count, () => rt.context(above));
    above.cancel();
    for (const index of scattered(count)) below[index][Symbol.dispose]();
    above[Symbol.dispose]();
  },
  "contexts below one context: make, and dispose in any order": async (rt, count) => () => {
    using above = rt.context();
    const below = each(count, () => rt.context(above));
    for (const index of scattered(count)) below[index][Symbol.dispose]();
  },
  "timers: arm and disarm in any order": async (rt, count) => {
    const controllers = each(count, () => new AbortController());
    const order = scattered(count);
    return async () => {
      const waits = controllers.map(({ signal }, k) => rt.sleep(1e6 + ((k * 31) % 1000), { signal }));
      for (const index of order) controllers[index].abort("enough");
      await settled(waits);
    };
  },
  "timers: arm and fire": async (rt, count) => {
    const delays = scattered(count);
    return () => settled(delays.map((delay) => rt.sleep(delay / 1000)));
  },
  "contexts with a deadline: make, and dispose in any order": async (rt, count) => () => {
    const contexts = each(count, (k) => rt.context(undefined, { timeout: 1e6 + k }));
    for (const index of scattered(count)) contexts[index][Symbol.dispose]();
  },
  "contexts watched on another thread: send, and cancel in any order": async (rt, count) => async () => {
    const contexts = each(count, () => rt.context());
    const watching = rt.spawn(watchAll, contexts);
    for (const index of scattered(count)) contexts[index].cancel();
    await watching;
    for (const context of contexts) context[Symbol.dispose]();
  },
  "joins: tasks": async (rt, count) => () => settled(each(count, () => rt.spawn(nothing))),
  "joins: closures": async (rt, count) => () => settled(each(count, () => rt.spawn(async () => rt.sleep(0)))),
  "groups: tasks of one": async (rt, count) => async () => {
    await using group = rt.group();
    for (let k = 0; k < count; k++) void group.go(async () => undefined);
    await group.wait();
  },
  "groups: tasks of one that fail, each with an error of its own": async (rt, count) => async () => {
    const group = rt.group();
    const errors = each(count, (k) => new Error(String(k)));
    for (const error of errors) {
      void group.go(async () => {
        await rt.sleep(0);
        throw error;
      });
    }
    await group.wait().catch(() => undefined);
  },
  "groups: tasks that wait for the limit": async (rt, count) => async () => {
    await using group = rt.group({ limit: 10 });
    for (let k = 0; k < count; k++) void group.go(async () => undefined);
    await group.wait();
  },
  "receivers of one channel: park and be served": async (rt, count) => {
    const ch = rt.chan(i32);
    return async () => {
      const waits = each(count, () => ch.recv());
      for (let k = 0; k < count; k++) await ch.send(k);
      await settled(waits);
    };
  },
  "receivers of one channel: leave in any order": async (rt, count) => {
    const ch = rt.chan(i32);
    const controllers = each(count, () => new AbortController());
    const order = scattered(count);
    return async () => {
      const waits = controllers.map(({ signal }) => ch.recv({ signal }));
      for (const index of order) controllers[index].abort("enough");
      await settled(waits);
    };
  },
  "senders of one channel: park until it is closed": async (rt, count) => () => {
    const ch = rt.chan(i32);
    const waits = each(count, (k) => ch.send(k));
    ch.close();
    return settled(waits);
  },
  "next of one iterator, not awaited": async (rt, count) => async () => {
    const ch = rt.chan(i32);
    const iterator = ch[Symbol.asyncIterator]();
    const waits = each(count, () => iterator.next());
    for (let k = 0; k < count; k++) await ch.send(k);
    await settled(waits);
    ch.close();
  },
  "selects over 64 channels, in cases": async (rt, count) => {
    const channels = each(64, () => rt.chan(i32));
    const cases = Object.fromEntries(channels.map((ch, k) => [`c${k}`, ch]));
    return async () => {
      const waits = each(Math.ceil(count / 64), () => rt.select(cases));
      for (let k = 0; k < waits.length; k++) await channels[k % 64].send(k);
      await settled(waits);
    };
  },
  "one select, in cases (32, 320, 3,200)": async (rt, count) => {
    const cases = Object.fromEntries(each(Math.ceil(count / 32), (k) => [`c${k}`, rt.chan(i32)]));
    // As often as makes `count` cases in all.
    return async () => {
      for (let k = 0; k < 32; k++) {
        const controller = new AbortController();
        const wait = rt.select(cases, { signal: controller.signal });
        controller.abort("enough");
        await settled([wait]);
      }
    };
  },
  "a lock: wait and be granted": async (rt, count) => async () => {
    using mutex = new rt.Mutex();
    const first = await mutex.lock();
    const waits = each(count, async () => (await mutex.lock()).unlock());
    first.unlock();
    await settled(waits);
  },
  "a lock: wait and be granted, on a worker thread": async (rt, count) => () => rt.spawn(grants, count),
  "a lock: wait and leave in any order": async (rt, count) => {
    const controllers = each(count, () => new AbortController());
    const order = scattered(count);
    return async () => {
      using mutex = new rt.Mutex();
      using _held = await mutex.lock();
      const waits = controllers.map(({ signal }) => mutex.lock({ signal }));
      for (const index of order) controllers[index].abort("enough");
      await settled(waits);
    };
  },
  "a read-write lock: nine readers and a writer, wait and be granted": async (rt, count) => async () => {
    using lock = new rt.RwLock();
    const first = await lock.writeLock();
    const waits = each(count, async (k) => (await (k % 10 === 0 ? lock.writeLock() : lock.readLock())).unlock());
    first.unlock();
    await settled(waits);
  },
  "a semaphore: wait and be granted": async (rt, count) => async () => {
    using semaphore = new rt.Semaphore(4);
    await settled(each(count, async () => {
      using _permit = await semaphore.acquire();
      await Promise.resolve();
    }));
  },
  "a wait group: wait and be released": async (rt, count) => async () => {
    using group = new rt.WaitGroup();
    group.add();
    const waits = each(count, () => group.wait());
    group.done();
    await settled(waits);
  },
  "a counter: wait for values in any order": async (rt, count) => {
    const order = scattered(count);
    return async () => {
      using counter = new rt.Counter();
      const waits = order.map((value) => counter.until(value + 1));
      for (let k = 0; k < count; k++) counter.add();
      await settled(waits);
    };
  },
  "a counter: waits for values in any order leave in any order": async (rt, count) => {
    const controllers = each(count, () => new AbortController());
    const order = scattered(count);
    return async () => {
      using counter = new rt.Counter();
      const waits = order.map((value) => counter.until(value + 1, { signal: controllers[value].signal }));
      for (let index = 0; index < count; index++) controllers[index].abort("enough");
      await settled(waits);
    };
  },
  "a barrier: arrive": async (rt, count) => async () => {
    using barrier = new rt.Barrier(count);
    await settled(each(count, () => barrier.wait()));
  },
  "a ticker: receivers that leave in any order": async (rt, count) => {
    const controllers = each(count, () => new AbortController());
    const order = scattered(count);
    return async () => {
      using ticker = rt.ticker(1e6);
      const waits = controllers.map(({ signal }) => ticker.recv({ signal }));
      for (const index of order) controllers[index].abort("enough");
      await settled(waits);
    };
  },
  "tickers: make, receive a tick, stop in any order": async (rt, count) => async () => {
    const tickers = each(count, () => rt.ticker(count / 1000));
    await settled(tickers.map((ticker) => ticker.recv()));
    for (const index of scattered(count)) tickers[index][Symbol.dispose]();
  },
  "oneshots: make, receive, send": async (rt, count) => async () => {
    const oneshots = each(count, () => rt.oneshot(i32));
    const waits = oneshots.map((oneshot) => oneshot.recv());
    for (const index of scattered(count)) await oneshots[index].send(index);
    await settled(waits);
  },
  "channels: make, send, receive, close": async (rt, count) => async () => {
    const channels = each(count, () => rt.chan(i32, 1));
    for (const ch of channels) await ch.send(1);
    for (const ch of channels) await ch.recv();
    for (const index of scattered(count)) channels[index].close();
  },
  "dump: of parked tasks (at most 10,000 are listed)": async (rt, count) => {
    const ch = rt.chan(i32);
    const tasks = each(count, () => rt.spawn(async () => ch.recv()));
    await rt.yieldNow();
    return async () => {
      formatDump(await rt.dump(), await rt.stats());
      return async () => {
        ch.close();
        await settled(tasks);
      };
    };
  },
  "dump: of tasks that wait at a channel each": async (rt, count) => {
    const channels = each(count, () => rt.chan(i32));
    const tasks = channels.map((ch) => rt.spawn(async () => ch.recv()));
    await rt.yieldNow();
    return async () => {
      formatDump(await rt.dump(), await rt.stats());
      return async () => {
        for (const ch of channels) ch.close();
        await settled(tasks);
      };
    };
  },
  "dump: of tasks of which each holds a lock and waits for the next": async (rt, count) => {
    const locks = each(count + 1, () => new rt.Mutex());
    const last = await locks[count].lock();
    const tasks = each(count, (k) => rt.spawn(async () => {
      using _own = await locks[k].lock();
      using _next = await locks[k + 1].lock();
    }));
    await rt.yieldNow();
    return async () => {
      formatDump(await rt.dump(), await rt.stats());
      return async () => {
        last.unlock();
        await settled(tasks);
        for (const lock of locks) lock[Symbol.dispose]();
      };
    };
  },
};

/** CPU time of the process until now, in microseconds. */
function cpuUs(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

/** Nanoseconds of CPU time for one of `count` operations, over all rounds. */
async function measured(rt: Runtime, row: Row, count: number, rounds: number): Promise<number> {
  let usedUs = 0;
  for (let round = 0; round < rounds; round++) {
    const run = await row(rt, count);
    globalThis.gc?.();
    const from = cpuUs();
    const cleanUp: unknown = await run();
    usedUs += cpuUs() - from;
    if (typeof cleanUp === "function") await (cleanUp as () => unknown)();
  }
  return (usedUs / rounds / count) * 1000;
}

const shown = (ns: number): string => (ns < 995 ? `${Math.round(ns)} ns` : `${(ns / 1000).toFixed(1)} µs`);

if (import.meta.main) {
  const words = process.argv.slice(2);
  const rows = Object.entries(ROWS).filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
  console.log("| operation | 1,000 | 10,000 | 100,000 | 100,000 / 1,000 |\n|---|--:|--:|--:|--:|");
  for (const [name, row] of rows) {
    await using rt = await start({ threads: 1 });
    await measured(rt, row, COUNTS[0].count, WARM_UP);
    const costs: number[] = [];
    for (const { count, rounds } of COUNTS) costs.push(await measured(rt, row, count, rounds));
    console.log(`| ${name} | ${costs.map(shown).join(" | ")} | ${(costs[2] / costs[0]).toFixed(1)} |`);
  }
}
