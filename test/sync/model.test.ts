/**
 * Shared objects against sequential models: random programs of operations, aborts
 * and turns on one thread must come to exactly what the model says, and after
 * each step as many must wait.
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Barrier, Counter, type Guard, Mutex, Once, RwLock, Semaphore, WaitGroup } from "../../src/index.ts";
import { used, world } from "../channel/tasks/world.ts";
import { Count, Meeting, type Model, OneRun, type Outcome, Permits, Sum } from "./model.ts";
import { waitingAt } from "./tasks/state.ts";

const the = world(1);
const RUNS = { numRuns: 300 };

/** What the operations on the real object come to. */
class Real {
  readonly outcomes: Outcome[] = [];
  readonly guards: Guard[] = [];
  readonly waits: Promise<void>[] = [];
  readonly #controllers: AbortController[] = [];

  start(op: number, action: (signal: AbortSignal) => unknown, outcome: (value: unknown) => Outcome = () => "ended"): void {
    const { signal } = (this.#controllers[op] = new AbortController());
    this.outcomes[op] = "pending";
    const settle = async (): Promise<void> => {
      try {
        this.outcomes[op] = outcome(await action(signal));
      } catch (error) {
        this.outcomes[op] = (error as Error).message === "failed" ? "failed" : "aborted";
      }
    };
    this.waits[op] = settle();
  }

  /** Starts an operation that returns a guard. */
  take(op: number, action: (signal: AbortSignal) => unknown): void {
    this.start(op, action, (guard) => {
      this.guards[op] = guard as Guard;
      return "held";
    });
  }

  abort(op: number): void {
    this.#controllers[op]?.abort();
  }

  async settled(): Promise<void> {
    await Promise.all(this.waits);
  }
}

const n = fc.integer({ min: 1, max: 3 });
const op = fc.nat(40);
const SHARED = [
  { weight: 2, arbitrary: fc.record({ do: fc.constant("abort" as const), op }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("turn" as const) }) },
];

/** The step that follows is within a time slice: an operation of a lock that finds its slice used up yields first, which the models do not know. */
function beginSlice(): void {
  the.rt.side.processor.ticks = 64;
}

/** Aborts and turns, the same for all; false for a command of the object's own. */
async function common(command: { readonly do: string; readonly op?: number }, model: Model, real: Real): Promise<boolean> {
  if (command.do === "turn") await the.rt.yieldNow();
  else if (command.do === "abort") {
    model.abort(command.op as number);
    real.abort(command.op as number);
  } else return false;
  return true;
}

/** Locks of any kind are permits, first come first served. */
interface Lock extends Disposable {
  readonly take: (n: number, signal: AbortSignal) => unknown;
  readonly tryTake: (n: number) => Guard | undefined;
  readonly available?: () => number;
  readonly object: object;
}

const ALL = 1000;
const LOCKS: Record<string, { readonly permits: number; readonly weigh: (n: number) => number; readonly make: () => Lock }> = {
  Mutex: {
    permits: 1,
    weigh: () => 1,
    make: () => {
      const mutex = new Mutex();
      return { object: mutex, take: (_, signal) => mutex.lock({ signal }), tryTake: () => mutex.tryLock(), [Symbol.dispose]: () => mutex.free() };
    },
  },
  Semaphore: {
    permits: 4,
    weigh: (count) => count,
    make: () => {
      const semaphore = new Semaphore(4);
      return { object: semaphore, take: (count, signal) => semaphore.acquire(count, { signal }), tryTake: (count) => semaphore.tryAcquire(count), available: () => semaphore.available, [Symbol.dispose]: () => semaphore.free() };
    },
  },
  RwLock: {
    permits: ALL,
    weigh: (count) => (count === 3 ? ALL : 1),
    make: () => {
      const lock = new RwLock();
      return {
        object: lock,
        take: (count, signal) => (count === 3 ? lock.writeLock({ signal }) : lock.readLock({ signal })),
        tryTake: (count) => (count === 3 ? lock.tryWriteLock() : lock.tryReadLock()),
        [Symbol.dispose]: () => lock.free(),
      };
    },
  },
};

test.each(Object.keys(LOCKS))("a %s gives out permits in order", async (name) => {
  const { permits, weigh, make } = LOCKS[name];
  const command = fc.oneof({ weight: 5, arbitrary: fc.record({ do: fc.constant("take" as const), n }) }, { weight: 2, arbitrary: fc.record({ do: fc.constant("try" as const), n }) }, { weight: 5, arbitrary: fc.record({ do: fc.constant("release" as const), op }) }, ...SHARED);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const model = new Permits(permits);
      const real = new Real();
      using lock = make();
      for (const [number, each] of commands.entries()) {
        beginSlice();
        if (each.do === "take") {
          model.acquire(number, weigh(each.n));
          real.take(number, (signal) => lock.take(each.n, signal));
        } else if (each.do === "try") {
          const guard = lock.tryTake(each.n);
          expect(guard !== undefined).toBe(model.tryAcquire(number, weigh(each.n)));
          real.outcomes[number] = guard === undefined ? "refused" : "held";
          if (guard !== undefined) real.guards[number] = guard;
        } else if (each.do === "release") {
          if (!model.isHeld(each.op)) continue;
          await real.waits[each.op];
          model.release(each.op);
          real.guards[each.op].unlock();
        } else await common(each, model, real);
        expect(waitingAt(the.rt, lock.object)).toBe(model.waiting.length);
        if (lock.available) expect(lock.available()).toBe(model.available);
      }
      for (let k = 0; k < commands.length; k++) {
        model.abort(k);
        real.abort(k);
      }
      await real.settled();
      expect(real.outcomes).toEqual(model.outcomes);
    }),
    RUNS,
  );
});

test("a WaitGroup counts", async () => {
  const command = fc.oneof({ weight: 4, arbitrary: fc.record({ do: fc.constant("wait" as const) }) }, { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), n: fc.integer({ min: -3, max: 2 }) }) }, ...SHARED);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), async (commands) => {
      const [model, real] = [new Count(), new Real()];
      using group = new WaitGroup();
      for (const [number, each] of commands.entries()) {
        beginSlice();
        if (each.do === "wait") {
          model.waitFor(number);
          real.start(number, (signal) => group.wait({ signal }));
        } else if (each.do === "add") {
          if (model.add(each.n)) group.add(each.n);
          else expect(() => group.add(each.n)).toThrow(expect.objectContaining({ code: "ERR_NEGATIVE_COUNT" }));
        } else await common(each, model, real);
        expect([group.count, waitingAt(the.rt, group)]).toEqual([model.count, model.waiting.length]);
      }
      model.add(-model.count);
      group.add(-group.count);
      await real.settled();
      expect(real.outcomes).toEqual(model.outcomes);
    }),
    RUNS,
  );
});

test("a Counter is waited for", async () => {
  const command = fc.oneof({ weight: 4, arbitrary: fc.record({ do: fc.constant("until" as const), n: fc.integer({ min: -5, max: 15 }) }) }, { weight: 4, arbitrary: fc.record({ do: fc.constant("add" as const), n: fc.integer({ min: -2, max: 4 }) }) }, ...SHARED);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), fc.constantFrom(0, 2 ** 31, 2 ** 32, -(2 ** 53) + 100), async (commands, base) => {
      const [model, real] = [new Sum(), new Real()];
      using counter = new Counter(base);
      for (const [number, each] of commands.entries()) {
        beginSlice();
        if (each.do === "until") {
          model.until(number, each.n);
          real.start(number, (signal) => counter.until(base + each.n, { signal }));
        } else if (each.do === "add") {
          model.add(each.n);
          expect(counter.add(each.n)).toBe(base + model.value);
        } else await common(each, model, real);
        expect([counter.value, waitingAt(the.rt, counter)]).toEqual([base + model.value, model.waiting.length]);
      }
      model.add(1000);
      counter.add(1000);
      await real.settled();
      expect(real.outcomes).toEqual(model.outcomes);
    }),
    RUNS,
  );
});

test("a Barrier lets all go, each with its place", async () => {
  const command = fc.oneof({ weight: 5, arbitrary: fc.record({ do: fc.constant("arrive" as const) }) }, ...SHARED);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60 }), n, async (commands, parties) => {
      const [model, real] = [new Meeting(parties), new Real()];
      using barrier = new Barrier(parties);
      for (const [number, each] of commands.entries()) {
        beginSlice();
        if (each.do === "arrive") {
          model.arrive(number);
          real.start(number, (signal) => barrier.wait({ signal }), (place) => place as number);
        } else await common(each, model, real);
        expect(waitingAt(the.rt, barrier)).toBe(model.waiting.length);
      }
      for (let k = 0; k < commands.length; k++) {
        model.abort(k);
        real.abort(k);
      }
      await real.settled();
      expect(real.outcomes).toEqual(model.outcomes);
    }),
    RUNS,
  );
});

test("a Once runs one at a time until one succeeds", async () => {
  const command = fc.oneof({ weight: 4, arbitrary: fc.record({ do: fc.constant("do" as const) }) }, { weight: 2, arbitrary: fc.record({ do: fc.constant("end" as const), ok: fc.boolean() }) }, ...SHARED);
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 40 }), async (commands) => {
      const [model, real] = [new OneRun(), new Real()];
      using once = new Once();
      let running: PromiseWithResolvers<void> | undefined;
      const end = async (ok: boolean): Promise<void> => {
        while (running === undefined) await the.rt.yieldNow();
        const ends = running;
        running = undefined;
        const ended = real.waits[model.running as number];
        model.end(ok);
        if (ok) ends.resolve();
        else ends.reject(new Error("failed"));
        await ended;
      };
      for (const [number, each] of commands.entries()) {
        beginSlice();
        if (each.do === "do") {
          model.do(number);
          real.start(number, (signal) => once.do(() => (running = Promise.withResolvers()).promise, { signal }));
        } else if (each.do === "end") {
          if (model.running !== undefined) await end(each.ok);
        } else await common(each, model, real);
        expect([once.isDone, waitingAt(the.rt, once)]).toEqual([model.isDone, model.waiting.length]);
      }
      while (model.running !== undefined) await end(true);
      await real.settled();
      expect(real.outcomes).toEqual(model.outcomes);
    }),
    RUNS,
  );
});

test("none of them leaves anything in the arena", async () => {
  const before = used(the.rt);
  for (const { make } of Object.values(LOCKS)) for (let k = 0; k < 100; k++) make()[Symbol.dispose]();
  expect(used(the.rt)).toBe(before);
});
