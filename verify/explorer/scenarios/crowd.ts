/** Unstarted tasks and what the runtime does around their queues (runtime/task/tasks.ts): records made, placed tasks and ends counted. */
import { LEASE_WORDS, RECORD, TASK_WORDS, leaseRecord, processor, taskRecord } from "../../../src/memory/layout.ts";
import { store } from "../../../src/memory/atomics.ts";
import { changeHeld } from "../../../src/scheduler/load.ts";
import { popTask, pushTask, stealTasks } from "../../../src/scheduler/task-queue.ts";
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
    const { i32 } = world.arenas[0];
    for (let k = 0; k < tasks; k++) {
      const record = world.arenas[0].alloc(TASK_WORDS);
      i32[record + taskRecord.record] = RECORD.task;
      i32[record + taskRecord.id] = k;
      this.#records.push(record);
    }
  }

  place(from: number, to: number, isPinned = false): void {
    const arena = this.#world.arenas[from];
    const { i32, here } = arena;
    const record = this.#records[this.placed];
    pushTask(arena, to, record, isPinned);
    this.placed++;
    store(i32, here + processor.placed, i32[here + processor.placed] + 1);
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
