/** The shared objects of src/sync: each admits only the tasks that it may admit, and wakes all that it must wake. */
import { i32 } from "../../../src/wire/scalars.ts";
import { KIND, processor, syncHeader } from "../../../src/memory/layout.ts";
import { SharedBarrier } from "../../../src/sync/barrier.ts";
import { SharedCounter } from "../../../src/sync/counter.ts";
import type { Guard, LockGuard } from "../../../src/sync/guard.ts";
import { SharedMutex } from "../../../src/sync/mutex.ts";
import { SharedOnce } from "../../../src/sync/once.ts";
import { SharedRwLock } from "../../../src/sync/rw-lock.ts";
import { SharedSemaphore } from "../../../src/sync/semaphore.ts";
import { SharedWaitGroup } from "../../../src/sync/wait-group.ts";
import type { Scenario } from "../scenario.ts";
import { blockUntil } from "../seam.ts";
import { passGuard, takeGuard } from "./crowd.ts";
import { Room, isFree, settled, share } from "./share.ts";
import { Signal, type World, codeOf, expect, expectSame, step } from "./world.ts";

const mutex: Scenario<World>[] = [2, 3].flatMap((threads) => (threads === 2 ? [0, 1] : [0]).map((spins) => ({
  name: `mutex with ${threads} threads${spins > 0 ? " spinning" : ""}`,
  threads,
  spins,
  build(world: World) {
    const on = share(world, SharedMutex, SharedMutex.make(world.loops[0].waiters));
    const room = new Room(world);
    for (let index = 0; index < threads; index++) {
      world.program(index, "locker", async () => {
        for (let k = 0; k < (threads === 2 ? 2 : 1); k++) {
          const guard = await on(index).lock();
          room.visit();
          guard.unlock();
        }
      });
    }
    world.finally(() => {
      expectSame(room.most, 1, "most inside at once");
      expectSame(world.arenas[0].i32[on(0).header + syncHeader.holder], 0, "holder");
      settled(on(0));
    });
  },
})));

/** The first in the queue leaves by a signal; the lock goes to the next, or stays with the first. */
const cancelledLock: Scenario<World> = {
  name: "mutex whose first waiter is cancelled",
  threads: 3,
  build(world) {
    const on = share(world, SharedMutex, SharedMutex.make(world.loops[0].waiters));
    const signal = new Signal();
    const locked: string[] = [];
    world.program(0, "holder", async () => {
      (await on(0).lock()).unlock();
      locked.push("holder");
    });
    world.program(1, "cancelled", async () => {
      try {
        (await on(1).lock(signal.option)).unlock();
      } catch (error) {
        expect(error === "cancelled", `lock failed with ${codeOf(error)}`);
      }
    });
    world.event(1, "abort", () => signal.abort());
    world.program(2, "next", async () => {
      (await on(2).lock()).unlock();
      locked.push("next");
    });
    world.finally(() => {
      expectSame(locked.toSorted(), ["holder", "next"], "who had the lock");
      settled(on(0));
    });
  },
};

/** Two of two permits at once, or one and one: never more than two, and nobody is forgotten. */
const semaphore: Scenario<World> = {
  name: "semaphore of two permits",
  threads: 3,
  build(world) {
    const on = share(world, SharedSemaphore, SharedSemaphore.make(world.loops[0].waiters, 2));
    const room = new Room(world);
    for (const [index, n] of [2, 1, 1].entries()) {
      world.program(index, `acquirer of ${n}`, async () => {
        const guard = await on(index).acquire(n);
        room.visit(n);
        guard.unlock();
      });
    }
    world.finally(() => {
      expect(room.most <= 2, `${room.most} permits were out at once`);
      expectSame(on(0).available, 2, "permits at the end");
      settled(on(0));
    });
  },
};

/** Permits given back together let in together: the two meet while they hold one each. */
const together: Scenario<World> = {
  name: "semaphore that lets two in together",
  threads: 3,
  build(world) {
    const on = share(world, SharedSemaphore, SharedSemaphore.make(world.loops[0].waiters, 2));
    const channel = world.channel(i32, 0);
    const both = on(0).tryAcquire(2);
    world.program(0, "holder of both", () => both?.unlock());
    world.program(1, "sender", async () => {
      const guard = await on(1).acquire();
      await channel.on(1).send(1);
      guard.unlock();
    });
    world.program(2, "receiver", async () => {
      const guard = await on(2).acquire();
      await channel.on(2).recv();
      guard.unlock();
    });
    world.finally(() => settled(on(0)));
  },
};

/** A writer alone, readers together. */
const rwLock: Scenario<World> = {
  name: "read-write lock with a writer and two readers",
  threads: 3,
  build(world) {
    const on = share(world, SharedRwLock, SharedRwLock.make(world.loops[0].waiters));
    const room = new Room(world);
    const enter = async (guard: Guard | Promise<Guard>, weight: number): Promise<void> => {
      const held = await guard;
      room.visit(weight);
      held.unlock();
    };
    world.program(0, "writer", () => enter(on(0).writeLock(), 2));
    for (const index of [1, 2]) world.program(index, "reader", () => enter(on(index).readLock(), 1));
    world.finally(() => {
      expect(room.most <= 2, "a writer was not alone");
      settled(on(0));
    });
  },
};

/** A permit goes to a task that another thread starts, or refuses; who waits for it gets it afterwards. */
const passed: Scenario<World>[] = [false, true].map((isRefused) => ({
  name: `permit passed to a task${isRefused ? " that is refused" : ""}`,
  threads: 3,
  bound: 1,
  build(world) {
    const on = share(world, SharedSemaphore, SharedSemaphore.make(world.loops[0].waiters, 2));
    const room = new Room(world);
    const { i32 } = world.arenas[0];
    world.program(0, "sender", async () => passGuard(world, 0, (await on(0).acquire(2)) as LockGuard, 1));
    world.program(1, "receiver", () => {
      blockUntil(() => i32[world.arenas[1].here + processor.queueCount] !== 0);
      const guard = takeGuard(world, 1, on(1), isRefused);
      if (guard !== undefined) room.visit(2);
      guard?.unlock();
    });
    world.program(2, "third", async () => {
      const guard = await on(2).acquire();
      room.visit();
      guard.unlock();
    });
    world.finally(() => {
      expect(room.most <= 2 && isFree(on(0)), `${room.most} permits were out at the same time`);
      expectSame(on(0).available, 2, "permits at the end");
      settled(on(0));
    });
  },
}));

/** `wait` returns after all is done, on two threads. */
const waitGroup: Scenario<World> = {
  name: "wait group with two that wait",
  threads: 3,
  build(world) {
    const on = share(world, SharedWaitGroup, SharedWaitGroup.make(world.loops[0].waiters));
    let done = 0;
    on(0).add(2);
    world.program(0, "worker", () => {
      for (let k = 0; k < 2; k++) {
        done++;
        on(0).done();
      }
    });
    for (const index of [1, 2]) {
      world.program(index, "waiter", async () => {
        await on(index).wait();
        expectSame(done, 2, "done when wait returned");
      });
    }
    world.finally(() => settled(on(0)));
  },
};

/** One runs, the others wait for it; if it throws the next runs its own. */
const once: Scenario<World>[] = [false, true].map((fails) => ({
  name: `once with two threads${fails ? ", the first fails" : ""}`,
  threads: 2,
  build(world) {
    const on = share(world, SharedOnce, SharedOnce.make(world.loops[0].waiters));
    let runs = 0;
    const failed: unknown[] = [];
    for (const index of [0, 1]) {
      world.program(index, "doer", async () => {
        try {
          await on(index).do(() => {
            runs++;
            step(world);
            if (fails && runs === 1) throw new Error("refused");
          });
        } catch (error) {
          failed.push((error as Error).message);
        }
      });
    }
    world.finally(() => {
      expectSame([runs, failed], fails ? [2, ["refused"]] : [1, []], "runs, failures");
      expect(on(0).isDone, "it is done");
      settled(on(0));
    });
  },
}));

const barrier: Scenario<World> = {
  name: "barrier of two, two rounds",
  threads: 2,
  build(world) {
    const on = share(world, SharedBarrier, SharedBarrier.make(world.loops[0].waiters, 2));
    const places: number[][] = [[], []];
    for (const index of [0, 1]) {
      world.program(index, "party", async () => {
        for (let k = 0; k < 2; k++) {
          places[index].push(await on(index).wait());
          expect(places[1 - index].length + 1 >= places[index].length, "a party went on alone");
        }
      });
    }
    world.finally(() => {
      for (const k of [0, 1]) expectSame([places[0][k], places[1][k]].toSorted(), [0, 1], "places");
      settled(on(0));
    });
  },
};

const counter: Scenario<World> = {
  name: "counter with one that waits",
  threads: 3,
  build(world) {
    const on = share(world, SharedCounter, SharedCounter.make(world.loops[0].waiters, 0));
    for (const index of [0, 1]) {
      world.program(index, "adder", () => {
        on(index).add(1);
        on(index).add(1);
      });
    }
    world.program(2, "waiter", async () => {
      await on(2).until(3);
      expect(on(2).value >= 3, "until returned early");
    });
    world.finally(() => {
      expectSame(on(0).value, 4, "value");
      settled(on(0));
    });
  },
};

/** Waits for different values begin in any order, and one of them is cancelled in the middle of the others: each of the rest ends when its value is reached. */
const ordered: Scenario<World> = {
  name: "counter with waits for four values",
  threads: 3,
  bound: 1,
  build(world) {
    const on = share(world, SharedCounter, SharedCounter.make(world.loops[0].waiters, 0));
    const signal = new Signal();
    let reached = 0;
    for (const [index, n] of [[0, 4], [0, 1], [1, 3]]) {
      world.program(index, `waiter for ${n}`, async () => {
        await on(index).until(n);
        expect(on(index).value >= n, `until(${n}) returned early`);
        reached++;
      });
    }
    world.program(1, "cancelled", async () => {
      try {
        await on(1).until(2, signal.option);
      } catch (error) {
        expect(error === "cancelled", `until failed with ${codeOf(error)}`);
      }
    });
    world.event(1, "abort", () => signal.abort());
    world.program(2, "adder", () => {
      on(2).add(2);
      on(2).add(2);
    });
    world.finally(() => {
      expectSame([reached, on(0).value], [3, 4], "waits that ended, value");
      settled(on(0));
    });
  },
};

/** Freed while others wait and use it: they fail with the code that says so, and nobody waits forever. */
const freed: Scenario<World> = {
  name: "mutex freed while another locks",
  threads: 3,
  build(world) {
    const on = share(world, SharedMutex, SharedMutex.make(world.loops[0].waiters));
    const outcomes: string[] = [];
    world.program(0, "owner", async () => {
      await on(0).lock();
      on(0).free();
    });
    for (const index of [1, 2]) {
      world.program(index, "locker", async () => {
        try {
          const guard = await on(index).lock();
          guard.unlock();
          outcomes.push("locked");
        } catch (error) {
          outcomes.push(codeOf(error));
        }
      });
    }
    world.finally(() => {
      expect(outcomes.length === 2 && outcomes.every((outcome) => outcome === "locked" || outcome === "ERR_STALE_HANDLE"), `outcomes: ${outcomes.join(", ")}`);
      expect(world.arenas[0].i32[on(0).header + syncHeader.kind] !== KIND.mutex, "the header is free");
    });
  },
};

export const scenarios: readonly Scenario<World>[] = [...mutex, cancelledLock, semaphore, together, ...passed, rwLock, waitGroup, ...once, barrier, counter, ordered, freed];
