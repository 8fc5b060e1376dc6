/**
 * What stands for a thread in most scenarios: a loop that runs tasks, empties
 * its inbox and resumes waits, as the processor does, without time slices. It
 * waits for mail by itself, or sleeps on the real doorbell.
 */
import { processor, waiter } from "../../../src/memory/layout.ts";
import type { Arena } from "../../../src/memory/arena.ts";
import { Doorbell, transitionToAwake } from "../../../src/wait/doorbell.ts";
import { hasMail, takeInbox } from "../../../src/wait/inbox.ts";
import type { Scheduler } from "../../../src/wait/wait.ts";
import type { Waiters } from "../../../src/wait/waiter.ts";
import type { Aftermath } from "../../../src/runtime/thread/control.ts";
import type { Thread } from "../machine.ts";
import { blockUntil, breathe, choose } from "../seam.ts";
import { Task } from "../task.ts";

export interface LoopOptions {
  /** How often a wait looks before it parks. */
  readonly spins: number;
  /** Sleeps on the doorbell instead of waiting for mail. */
  readonly sleeps: boolean;
}

export class Loop implements Scheduler {
  readonly arena: Arena;
  readonly tasks: Task[] = [];
  readonly nowMs = 1;
  ticks = 1_000_000;
  tookPermit = false;
  /** Set once. */
  declare waiters: Waiters;
  declare thread: Thread;
  readonly #options: LoopOptions;
  readonly #doorbell: Doorbell;
  readonly #ready: number[] = [];
  #hasBreathed = false;

  constructor(arena: Arena, options: LoopOptions) {
    this.arena = arena;
    this.#options = options;
    this.#doorbell = new Doorbell(arena, () => undefined);
  }

  add(name: string, program: () => unknown, isEvent: boolean): void {
    this.tasks.push(new Task(name, program, isEvent));
  }

  get isFinished(): boolean {
    return this.tasks.every(({ isDone }) => isDone);
  }

  /** Runs until all tasks are over. */
  run(): void {
    for (;;) {
      const job = this.thread.jobs.shift();
      if (job !== undefined) {
        job();
        continue;
      }
      const task = this.tasks.find(({ isRunnable, isEvent, hasBegun }) => isRunnable && (!isEvent || hasBegun));
      if (task !== undefined) {
        task.drive();
        continue;
      }
      if (this.isFinished) return;
      const event = this.tasks.find(({ isEvent, hasBegun }) => isEvent && !hasBegun);
      if (event !== undefined && choose(2) === 0) {
        event.drive();
        continue;
      }
      if (this.#options.sleeps) transitionToAwake(this.arena, this.arena.index);
      if (this.#drain()) continue;
      if (event === undefined) this.#sleep();
      else if (this.#hasBreathed) event.drive();
      else {
        this.#hasBreathed = true;
        breathe();
      }
    }
  }

  /** Resumes the oldest wait that is over; false if there is none. */
  #drain(): boolean {
    this.#collect();
    const slot = this.#ready.shift();
    if (slot === undefined) return false;
    const wait = this.waiters.at(slot);
    if (wait !== undefined) this.waiters.resume(wait);
    return true;
  }

  /** Another thread has died: see ThreadSide.died. */
  died({ thread, undelivered }: Aftermath): void {
    this.#collect();
    this.waiters.recover(undelivered, thread, (slot) => this.#ready.includes(slot));
  }

  #collect(): void {
    const { i32 } = this.arena;
    for (let record = takeInbox(this.arena); record !== 0; record = i32[record + waiter.inboxNext]) this.#ready.push(i32[record + waiter.slot]);
  }

  #sleep(): void {
    const { i32, here } = this.arena;
    const { jobs } = this.thread;
    if (!this.#options.sleeps) blockUntil(() => i32[here + processor.inbox] !== 0 || jobs.length > 0);
    else if (this.#doorbell.fallAsleep(() => hasMail(this.arena))) blockUntil(() => jobs.length > 0);
  }

  tick(): boolean {
    return false;
  }

  hop<T>(): Promise<T> {
    throw new Error("no time slice ends here");
  }

  ready(slot: number): void {
    this.#ready.push(slot);
  }

  parked(): void {
    // The loop goes on when the task has stopped.
  }

  spins(): number {
    return this.#options.spins;
  }

  spun(): void {
    // There is no budget to learn.
  }

  task(): undefined {
    return undefined;
  }
}
