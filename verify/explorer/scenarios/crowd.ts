/** Unstarted tasks and what the runtime does around their queues (runtime/task/tasks.ts): records made, placed tasks and ends counted. */
import { LEASE_WORDS, RECORD, TASK_WORDS, leaseRecord, taskRecord } from "../../../src/memory/layout.ts";
import { changeHeld } from "../../../src/scheduler/load.ts";
import { popTask, pushTask, stealTasks } from "../../../src/scheduler/task-queue.ts";
import { TO_HELP, TO_RING, countPlaced } from "../../../src/scheduler/task-words.ts";
import { LockGuard } from "../../../src/sync/guard.ts";
import type { LockObject } from "../../../src/sync/lock-object.ts";
import type { World } from "./world.ts";

export class Crowd {
  readonly started: number[] = [];
  placed = 0;
  finished = 0;
  readonly #world: World;
  readonly #records: number[] = [];

  constructor(world: World, tasks: number) {
    this.#world = world;
    // As in a thread that has been at work: its magazine has the blocks.
    for (const arena of world.arenas) {
      const blocks: number[] = [];
      for (let k = 0; k < tasks; k++) blocks.push(arena.alloc(TASK_WORDS));
      for (const block of blocks) arena.free(block);
    }
  }

  place(from: number, to: number, isPinned = false): void {
    const arena = this.#world.arenas[from];
    const { here, id, owner } = arena;
    const placed = arena.compiled.placeTask(here, id, owner, arena.processorAt(to), isPinned ? 1 : 0, 0, 0, this.placed, 0);
    const record = Math.abs(placed) & ~(TO_RING | TO_HELP);
    this.#records.push(record);
    this.placed++;
    if (placed > 0) return;
    pushTask(arena, to, record, isPinned);
    countPlaced(arena.i32, here);
  }

  /** Starts what is first in the queue of thread `index`; false if there is none. */
  start(index: number): boolean {
    const arena = this.#world.arenas[index];
    const record = popTask(arena);
    if (record !== 0) this.started.push(arena.i32[record + taskRecord.id]);
    return record !== 0;
  }

  end(index: number): void {
    changeHeld(this.#world.arenas[index], -1);
    this.finished++;
  }

  /** Starts and ends what thread `index` finds in its queue. */
  work(index: number): void {
    while (this.start(index)) this.end(index);
  }

  steal(index: number): void {
    stealTasks(this.#world.arenas[index]);
  }

  free(): void {
    for (const record of this.#records) this.#world.arenas[0].free(record);
  }
}

/** Starts a task on thread `to` and passes it a guard, as runtime/task/guards.ts does. */
export function passGuard(world: World, from: number, guard: LockGuard, to: number): void {
  const arena = world.arenas[from];
  const { i32 } = arena;
  const record = arena.alloc(TASK_WORDS);
  const lease = arena.alloc(LEASE_WORDS);
  i32[record + taskRecord.record] = RECORD.task;
  i32[record + taskRecord.holder] = arena.id + 1;
  i32[record + taskRecord.leases] = lease;
  i32[lease + leaseRecord.task] = record;
  guard.lend(lease, 1);
  pushTask(arena, to, record, false);
}

/** Takes a task with a guard from the queue of thread `index`: its guard, or none if the task is refused or there is none. */
export function takeGuard(world: World, index: number, lock: LockObject, isRefused: boolean): LockGuard | undefined {
  const arena = world.arenas[index];
  const { i32 } = arena;
  const record = popTask(arena);
  if (record === 0) return undefined;
  const lease = i32[record + taskRecord.leases];
  const amount = i32[lease + leaseRecord.amount];
  if (isRefused) lock.giveBackLease(lease);
  else lock.claim(lease);
  arena.free(lease);
  lock.relinquish();
  arena.free(record);
  changeHeld(arena, -1);
  return isRefused ? undefined : new LockGuard(lock, amount, false);
}
