/**
 * What one operation costs when a thousand, ten thousand or a hundred thousand of its
 * kind are there: the table in docs/benchmarks.md, "Many at the same time".
 *
 *   node scripts/flat.ts              all rows, as a Markdown table
 *   node scripts/flat.ts timers dump  the rows whose name contains one of the words
 *
 * Each figure is the median of three rounds (one with 100,000), for one of the operations
 * of a round. A row is flat if the last figure is at most three times the first.
 */
import { performance } from "node:perf_hooks";
import { type Runtime, formatDump, i32, start } from "../src/index.ts";

/** Prepares `count` and returns what is timed; that may return what is left to clean up. */
type Row = (rt: Runtime, count: number) => Promise<() => unknown>;

const COUNTS = [1000, 10_000, 100_000];
/** Rounds of a thousand and of ten thousand; of a hundred thousand there is one. */
const ROUNDS = 3;

const each = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, k) => make(k));
const settled = (promises: unknown[]): Promise<unknown> => Promise.allSettled(promises);
/** Every index once, in an order that is neither that of the list nor its reverse. */
const scattered = (count: number): number[] => each(count, (k) => (k * 7919) % count);

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
};

/** Nanoseconds for one of `count` operations: the median of some rounds. */
async function timed(rt: Runtime, row: Row, count: number): Promise<number> {
  const times: number[] = [];
  const rounds = count < 100_000 ? ROUNDS : 1;
  for (let round = 0; round < rounds; round++) {
    const run = await row(rt, count);
    globalThis.gc?.();
    const from = performance.now();
    const cleanUp: unknown = await run();
    times.push(performance.now() - from);
    if (typeof cleanUp === "function") await (cleanUp as () => unknown)();
  }
  return (times.toSorted((a, b) => a - b)[rounds >> 1] / count) * 1e6;
}

const shown = (ns: number): string => (ns < 9950 ? `${Math.round(ns)} ns` : `${(ns / 1000).toFixed(1)} µs`);

if (import.meta.main) {
  const words = process.argv.slice(2);
  const rows = Object.entries(ROWS).filter(([name]) => words.length === 0 || words.some((word) => name.includes(word)));
  console.log("| operation | 1,000 | 10,000 | 100,000 | 100,000 / 1,000 |\n|---|--:|--:|--:|--:|");
  for (const [name, row] of rows) {
    await using rt = await start({ threads: 1 });
    // The first rounds compile.
    for (let round = 0; round < 3; round++) await timed(rt, row, 1000);
    const costs: number[] = [];
    for (const count of COUNTS) costs.push(await timed(rt, row, count));
    console.log(`| ${name} | ${costs.map(shown).join(" | ")} | ${(costs[2] / costs[0]).toFixed(1)} |`);
  }
}
