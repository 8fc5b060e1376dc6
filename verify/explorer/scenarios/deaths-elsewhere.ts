/** As deaths.ts, in selects, shared objects, the task queue, the allocator and the sleep protocol. */
import { i32 } from "../../../src/wire/scalars.ts";
import { PAGE, processor, syncHeader } from "../../../src/memory/layout.ts";
import { makeChannel } from "../../../src/channel/make-channel.ts";
import { Names } from "../../../src/memory/names.ts";
import { runSelect } from "../../../src/select/select.ts";
import { SharedMutex } from "../../../src/sync/mutex.ts";
import { SharedOnce } from "../../../src/sync/once.ts";
import { SharedRwLock } from "../../../src/sync/rw-lock.ts";
import { SharedSemaphore } from "../../../src/sync/semaphore.ts";
import { stealTasks } from "../../../src/scheduler/task-queue.ts";
import type { Guard, LockGuard } from "../../../src/sync/guard.ts";
import { dead } from "../machine.ts";
import { blockUntil } from "../seam.ts";
import { imageFor } from "../image.ts";
import type { Scenario } from "../scenario.ts";
import { Crowd, passGuard, takeGuard } from "./crowd.ts";
import { answering, publish, takeAndFree } from "./memory.ts";
import { Room, isFree, settled, share } from "./share.ts";
import { type World, checkPages, checkSleepers, closeOnce, codeOf, expect, expectSame, sendAll } from "./world.ts";

interface Chosen {
  readonly case: string;
  readonly value?: number;
}

/** A select vanishes while another thread sends to it on two channels: neither send waits for it. */
const selecting: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death in a select cap${capacity}`,
  threads: 2,
  bound: 1,
  victims: [1],
  build(world) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const sent: number[] = [];
    const chosen: Chosen[] = [];
    world.program(0, "sender", async () => {
      await sendAll(a.on(0), [1], sent);
      await sendAll(b.on(0), [2], sent);
    });
    world.program(1, "select", async () => {
      for (let k = 0; k < 2; k++) chosen.push((await runSelect(world.loops[1].waiters, { a: a.on(1), b: b.on(1) }, undefined)) as Chosen);
    });
    world.afterDeath(() => {
      closeOnce(a.on(2));
      closeOnce(b.on(2));
    });
    world.finally(() => {
      const got = [...chosen.map(({ value }) => value), ...world.drain(a), ...world.drain(b)].filter((value) => value !== undefined);
      expect(sent.filter((value) => !got.includes(value)).length <= (dead === undefined ? 0 : 1), `sent ${sent.join()}, got ${got.join()}`);
      expect(new Set(got).size === got.length, `got ${got.join()}`);
    });
  },
}));

/** A sender vanishes that a select waits for: it commits to what arrived, or to the close. */
const selected: Scenario<World>[] = [0, 1].map((capacity) => ({
  name: `death of a sender to a select cap${capacity}`,
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const [a, b] = [world.channel(i32, capacity), world.channel(i32, capacity)];
    const sent: number[] = [];
    const chosen: Chosen[] = [];
    world.program(0, "sender", async () => {
      await sendAll(a.on(0), [1], sent);
      await sendAll(b.on(0), [2], sent);
    });
    world.program(1, "select", async () => {
      for (let k = 0; k < 2; k++) chosen.push((await runSelect(world.loops[1].waiters, { a: a.on(1), b: b.on(1) }, undefined)) as Chosen);
    });
    world.afterDeath(() => {
      closeOnce(a.on(2));
      closeOnce(b.on(2));
    });
    world.finally(() => {
      const got = [...chosen.map(({ value }) => value), ...world.drain(a), ...world.drain(b)].filter((value) => value !== undefined);
      expect(sent.every((value) => got.includes(value)) && new Set(got).size === got.length, `sent ${sent.join()}, got ${got.join()}`);
    });
  },
}));

/** A thread that holds or waits for a lock vanishes: the others get it, one at a time, and with `ownerDied` if the dead one held it. */
const mutex: Scenario<World> = {
  name: "death around a mutex",
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [0],
  build(world) {
    const on = share(world, SharedMutex, SharedMutex.make(world.loops[0].waiters));
    const room = new Room(world);
    const locked: number[] = [];
    for (const index of [0, 1, 2]) {
      world.program(index, "locker", async () => {
        const guard = await on(index).lock();
        if (index > 0) room.visit();
        locked.push(index);
        guard.unlock();
      });
    }
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(room.most === 1 && locked.includes(1) && locked.includes(2), `inside at once: ${room.most}, who had the lock: ${locked.join()}`);
      settled(on(1));
    });
  },
};

/** A thread vanishes while another frees the lock: the memory is free once. */
const freeing: Scenario<World> = {
  name: "death of a thread while another frees a lock",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const on = share(world, SharedSemaphore, SharedSemaphore.make(world.loops[0].waiters, 1));
    world.program(0, "acquirer", async () => {
      try {
        (await on(0).acquire()).unlock();
      } catch (error) {
        expect(codeOf(error) === "ERR_STALE_HANDLE", `acquire failed with ${codeOf(error)}`);
      }
    });
    world.program(1, "owner", () => on(1).free());
    world.afterDeath(() => undefined);
    world.finally(() => expectSame(world.arenas[1].i32[on(1).header + syncHeader.kind], 0, "kind of the freed header"));
  },
};

const semaphore: Scenario<World> = {
  name: "death around a semaphore",
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [0],
  build(world) {
    const on = share(world, SharedSemaphore, SharedSemaphore.make(world.loops[0].waiters, 2));
    const room = new Room(world);
    for (const [index, n] of [1, 2, 1].entries()) {
      world.program(index, `acquirer of ${n}`, async () => {
        const guard = await on(index).acquire(n);
        if (index > 0) room.visit(n);
        guard.unlock();
      });
    }
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(room.most === 2, `${room.most} permits were out at once`);
      expectSame(on(1).available, 2, "permits at the end");
      settled(on(1));
    });
  },
};

const rwLock: Scenario<World>[] = [true, false].map((writes) => ({
  name: `death of a ${writes ? "writer" : "reader"} of a read-write lock`,
  threads: 3,
  bound: 0,
  samples: 20_000,
  victims: [0],
  build(world) {
    const on = share(world, SharedRwLock, SharedRwLock.make(world.loops[0].waiters));
    const room = new Room(world);
    const visit = async (guard: Guard | Promise<Guard>, weight: number): Promise<void> => {
      const held = await guard;
      if (weight > 0) room.visit(weight);
      held.unlock();
    };
    world.program(0, "victim", () => visit(writes ? on(0).writeLock() : on(0).readLock(), 0));
    world.program(1, "writer", () => visit(on(1).writeLock(), 2));
    world.program(2, "reader", () => visit(on(2).readLock(), 1));
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(room.most === 2, "a writer was not alone, or not inside");
      settled(on(1));
    });
  },
}));

/** Who runs the function of a once vanishes: another runs its own. */
const once: Scenario<World> = {
  name: "death around a once",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const on = share(world, SharedOnce, SharedOnce.make(world.loops[0].waiters));
    let runs = 0;
    for (const index of [0, 1]) {
      world.program(index, "doer", () => on(index).do(() => {
        runs++;
      }));
    }
    world.afterDeath(() => undefined);
    world.finally(() => {
      expect(on(1).isDone && (runs === 1 || (dead !== undefined && runs === 2)), `${runs} runs`);
      settled(on(1));
    });
  },
};

/** An owner or a thief vanishes: what it did not hold is started once by others, the thread in its place included. */
const tasks: Scenario<World>[] = ["owner", "thief"].map((who, victim) => ({
  name: `death of the ${who} of unstarted tasks`,
  threads: 2,
  bound: 1,
  victims: [victim],
  build(world) {
    const crowd = new Crowd(world, 3);
    for (let k = 0; k < 3; k++) crowd.place(0, 0, k === 1);
    world.program(0, "owner", () => crowd.work(0));
    world.program(1, "thief", () => {
      crowd.steal(1);
      crowd.work(1);
    });
    world.afterDeath(() => undefined);
    world.finally(() => {
      for (const index of [0, 1]) crowd.work(index);
      const lost = [0, 1, 2].filter((task) => !crowd.started.includes(task));
      expect(new Set(crowd.started).size === crowd.started.length && lost.length <= (dead === undefined ? 0 : 1), `started ${crowd.started.join()}`);
      crowd.free();
    });
  },
}));

/**
 * A permit or a lock goes to a task on another thread, and the sender or that thread
 * vanishes: the task has it, or it is given back once, and who waits for it gets it. A task
 * that is left in the queue is taken by the sender.
 */
const passing: Scenario<World>[] = ["sender", "receiver"].flatMap((who, victim) =>
  [true, false].flatMap((isMutex) =>
    [2, 3].map((threads) => ({
      name: `death of the ${who} of a ${isMutex ? "lock" : "permit"} for a task${threads > 2 ? ", while a third waits" : ""}`,
      threads,
      bound: 1,
      victims: [victim],
      build(world: World) {
        const { waiters } = world.loops[0];
        const on = isMutex ? share(world, SharedMutex, SharedMutex.make(waiters)) : share(world, SharedSemaphore, SharedSemaphore.make(waiters, 1));
        const take = async (index: number): Promise<LockGuard> => {
          const object = on(index);
          return (await (object instanceof SharedMutex ? object.lock() : object.acquire())) as LockGuard;
        };
        const room = new Room(world);
        const { i32 } = world.arenas[0];
        const receiver = world.arenas[1].here;
        i32[receiver + processor.heldUp] = 1;
        let isRepaired = false;
        // One that vanishes inside would stay inside.
        const visit = (index: number, guard: Guard | undefined): void => {
          if (guard === undefined) return;
          if (index !== victim) room.visit();
          guard.unlock();
        };
        world.program(0, "sender", async () => {
          passGuard(world, 0, await take(0), 1);
          blockUntil(() => isRepaired || world.loops[1].isFinished);
          if (!isRepaired) return;
          stealTasks(world.arenas[0]);
          visit(0, takeGuard(world, 0, on(0), false));
        });
        world.program(1, "receiver", () => {
          blockUntil(() => i32[receiver + processor.queueCount] !== 0 || isRepaired || (dead === undefined && world.loops[0].isFinished));
          visit(1, takeGuard(world, 1, on(1), false));
        });
        if (threads > 2) world.program(2, "third", async () => visit(2, await take(2)));
        world.afterDeath(() => {
          isRepaired = true;
        });
        world.finally(() => {
          const object = on(1);
          expect(isFree(object), "the lock is held at the end, or on its way to a task");
          if (!(object instanceof SharedMutex)) expectSame(object.available, 1, "permits at the end");
          expect(room.most <= 1, `${room.most} were inside at once`);
          settled(object);
        });
      },
    })),
  ),
);

/** A thread vanishes while it makes, uses and frees channels: nothing that another gets is in use or free twice. */
const allocating: Scenario<World> = {
  name: "death while channels are made and freed",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    for (const index of [0, 1]) {
      world.program(index, "maker", () => {
        for (const capacity of [1, 0]) {
          const channel = makeChannel(world.loops[index].waiters, i32, capacity, false);
          if (capacity > 0) channel.trySend(1);
          if (capacity > 0) channel.tryRecv();
          channel.close();
        }
      });
    }
    world.afterDeath(() => {
      const channel = makeChannel(world.loops[2].waiters, i32, 1, false);
      channel.trySend(7);
      expectSame(channel.tryRecv(), 7, "the value of a new channel");
      channel.close();
    });
  },
};

const names: Scenario<World> = {
  name: "death while names are interned",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const tables = world.arenas.map((arena) => new Names(arena));
    const ids: number[][] = world.arenas.map(() => []);
    for (const index of [0, 1]) {
      world.program(index, "interner", () => {
        for (const text of ["a", "b"]) ids[index].push(tables[index].intern(text));
      });
    }
    world.afterDeath(() => {
      ids[2] = [tables[2].intern("a"), tables[2].intern("b")];
    });
    world.finally(() => {
      expect(new Set(ids[1]).size === 2, `numbers ${ids[1].join()}`);
      if (dead !== undefined) expectSame(ids[2], ids[1], "numbers on the other thread");
      if (dead === undefined) world.keep(2 * 4);
      for (const [k, text] of ["a", "b"].entries()) expectSame(tables[1].text(ids[1][k]), text, "text");
    });
  },
};

/** A thread vanishes while it publishes objects under names: the name is taken or free, and both others find the same. */
const published: Scenario<World> = {
  name: "death while objects are published under names",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    const got: number[][] = world.arenas.map(() => []);
    for (const index of [0, 1]) {
      world.program(index, "publisher", () => {
        for (const name of [1, 2]) got[index].push(publish(world.arenas[index], name));
      });
    }
    world.afterDeath(() => {
      for (const name of [1, 2]) got[2].push(publish(world.arenas[2], name));
    });
    world.finally(() => {
      for (const other of [got[0], got[2]]) for (const [k, header] of other.entries()) expectSame(header, got[1][k], "the object on another thread");
      if (dead === undefined) world.keep(2 * 8);
    });
  },
};

/** Who rings a sleeper vanishes at any moment of it: the sleeper wakes, or has nothing to wake for. */
const ringing: Scenario<World> = {
  name: "death of a ringer",
  threads: 2,
  sleeps: true,
  bound: 1,
  victims: [0],
  build(world) {
    const [there, back] = [world.channel(i32, 0), world.channel(i32, 0)];
    const received: (number | undefined)[] = [];
    world.program(0, "caller", async () => {
      await sendAll(there.on(0), [1], []);
      received[0] = await back.on(0).recv();
    });
    world.program(1, "answerer", async () => {
      received[1] = await there.on(1).recv();
      await sendAll(back.on(1), [2], []);
    });
    world.afterDeath(() => {
      closeOnce(there.on(2));
      closeOnce(back.on(2));
    });
    world.finally(() => {
      expect((received[0] ?? 2) === 2 && (received[1] ?? 1) === 1, `received ${received.join()}`);
      checkSleepers(world);
    });
  },
};

/** A thread vanishes while it cuts pages or gives them back: no page is left in between, and the other goes on. */
const pages: Scenario<World> = {
  name: "death of a thread that cuts and gives back pages",
  threads: 2,
  bound: 1,
  victims: [0],
  build(world) {
    for (const index of [0, 1]) world.program(index, "worker", () => takeAndFree(world.arenas[index]));
    world.afterDeath(() => undefined);
    world.finally(() => checkPages(world.arenas));
  },
};

/** A thread vanishes while it takes a page from headers: the page is free or holds headers. */
const headers: Scenario<World> = {
  name: "death of a thread that gives back headers",
  threads: 2,
  bound: 0,
  victims: [0],
  build(world) {
    const isOver = answering(world, 1, imageFor(2).freeHeaders * PAGE);
    world.program(0, "reclaimer", () => {
      world.arenas[0].reclaim();
      isOver.now = true;
    });
    world.afterDeath(() => {
      isOver.now = true;
    });
    world.finally(() => checkPages(world.arenas));
  },
};

export const scenarios: readonly Scenario<World>[] = [...selecting, ...selected, mutex, freeing, semaphore, ...rwLock, once, ...tasks, ...passing, allocating, names, published, ringing, pages, headers];
