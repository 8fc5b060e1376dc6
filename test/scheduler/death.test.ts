/**
 * The death of a thread before every write of placing, taking and stealing a
 * task, of falling asleep and of waking another: each task is in a queue exactly
 * once or was in the dead thread's hands, and the counts are right.
 */
import { describe, expect, test, vi } from "vitest";
import { Arena } from "../../src/memory/arena.ts";
import { TASK_WORDS, processor, superblock, taskRecord } from "../../src/memory/layout.ts";
import { hasNoTasks, loadOf } from "../../src/scheduler/load.ts";
import { popTask, pushTask, stealTasks } from "../../src/scheduler/task-queue.ts";
import { PINNED, STEALABLE } from "../../src/scheduler/task-words.ts";
import { Doorbell, isAsleep, ring } from "../../src/wait/doorbell.ts";
import { HandMadeThread, handMadeWorld } from "../wait/hand-made.ts";

vi.mock("../../src/memory/atomics.ts", async (original) => (await import("../wait/mortal-memory.ts")).mortalAtomics(await original()));

class Crew {
  readonly main: HandMadeThread;
  readonly victim: HandMadeThread;
  readonly other: HandMadeThread;
  readonly placed: number[] = [];

  constructor() {
    ({ main: this.main, victim: this.victim, other: this.other } = handMadeWorld(true));
  }

  get i32(): Int32Array {
    return this.main.arena.i32;
  }

  task(): number {
    const record = this.main.arena.alloc(TASK_WORDS);
    this.i32[record + taskRecord.holder] = 0;
    return record;
  }

  place(index: number, count: number, isPinned = false): void {
    for (let k = 0; k < count; k++) {
      const record = this.task();
      pushTask(this.main.arena, index, record, isPinned);
      this.placed.push(record);
    }
  }

  list(index: number, list: number): number[] {
    const { i32 } = this;
    const at = this.main.arena.processorAt(index) + list;
    const records: number[] = [];
    for (let record = i32[at]; record !== 0; record = i32[record + taskRecord.next]) records.push(record);
    expect(i32[at + 1]).toBe(records.at(-1) ?? 0);
    for (const record of records) expect(i32[record + taskRecord.holder]).toBe(0);
    return records;
  }

  /** All that is queued, each once; counts, locks and loads agree with it. */
  queued(): number[] {
    const { i32, main } = this;
    const all: number[] = [];
    for (let index = 0; index <= main.arena.threads; index++) {
      const at = main.arena.processorAt(index);
      const [pinned, stealable] = [this.list(index, PINNED), this.list(index, STEALABLE)];
      expect([i32[at + processor.queueLock], i32[at + processor.pinnedCount], i32[at + processor.queueCount], i32[at + processor.stealingCount]]).toEqual([0, pinned.length, pinned.length + stealable.length, 0]);
      expect(loadOf(main.arena, index)).toBe(i32[at + processor.queueCount] + (index === 0 ? 0 : i32[at + processor.held]));
      all.push(...pinned, ...stealable);
    }
    expect(new Set(all).size).toBe(all.length);
    return all;
  }

  /** The successor and the other thread run everything. */
  drain(): number[] {
    const successor = Arena.attach(this.main.arena.memory, 0);
    const ran: number[] = [];
    for (const arena of [this.other.arena, successor]) {
      for (;;) {
        const record = popTask(arena) || (stealTasks(arena) > 0 ? popTask(arena) : 0);
        if (record === 0) break;
        ran.push(record);
        this.i32[arena.here + processor.held]--;
      }
    }
    return ran;
  }
}

const OPERATIONS: readonly [name: string, place: (crew: Crew) => void, run: (crew: Crew) => unknown, mayGain: number, mayLose: number][] = [
  ["placing a task on itself", (c) => c.place(0, 2), (c) => pushTask(c.victim.arena, 0, c.task(), false), 1, 0],
  ["placing the first task on another", () => undefined, (c) => pushTask(c.victim.arena, 1, c.task(), false), 1, 0],
  ["pinning a task to another", (c) => c.place(1, 1, true), (c) => pushTask(c.victim.arena, 1, c.task(), true), 1, 0],
  ["taking the last task", (c) => c.place(0, 1), (c) => popTask(c.victim.arena), 0, 1],
  ["taking one of many", (c) => c.place(0, 3), (c) => popTask(c.victim.arena), 0, 1],
  ["taking a pinned task", (c) => (c.place(0, 2, true), c.place(0, 2)), (c) => popTask(c.victim.arena), 0, 1],
  ["stealing some", (c) => c.place(1, 7), (c) => stealTasks(c.victim.arena), 0, 0],
  ["stealing where some are pinned", (c) => (c.place(1, 5), c.place(1, 2, true)), (c) => stealTasks(c.victim.arena), 0, 0],
  ["stealing to others", (c) => (c.place(0, 1, true), c.place(0, 1), c.place(1, 6)), (c) => stealTasks(c.victim.arena), 0, 0],
  ["stealing all from who computes", (c) => (c.place(1, 1), holdUp(c)), (c) => stealTasks(c.victim.arena), 0, 0],
];

function holdUp({ i32, main }: Crew): void {
  i32[main.arena.processorAt(1) + processor.heldUp] = 1;
}

describe("a thread that dies", () => {
  test.each(OPERATIONS)("in %s", (_name, place, run, mayGain, mayLose) => {
    let isAlive = false;
    for (let death = 0; !isAlive; death++) {
      const crew = new Crew();
      place(crew);
      isAlive = !crew.victim.die(death, () => run(crew));
      const { tasks } = crew.main.repairAfter(0, [crew.main, crew.other]);
      const queued = crew.queued();
      const lost = crew.placed.filter((record) => !queued.includes(record));
      const gained = queued.filter((record) => !crew.placed.includes(record));
      expect(lost.length).toBeLessThanOrEqual(mayLose);
      expect(gained.length).toBeLessThanOrEqual(mayGain);
      expect(tasks, "what it held is lost").toBeGreaterThanOrEqual(lost.length);
      if (isAlive) expect([lost.length, gained.length, tasks]).toEqual([mayLose, mayGain, mayLose]);
      crew.i32[crew.main.arena.processorAt(1) + processor.heldUp] = 0;
      expect(new Set(crew.drain())).toEqual(new Set(queued));
      expect(hasNoTasks(crew.main.arena)).toBe(true);
      expect(death).toBeLessThan(100);
    }
  });

  test("in falling asleep: the count of sleepers is right", async () => {
    for (const isOtherAsleep of [false, true]) {
      let isAlive = false;
      for (let death = 0; !isAlive; death++) {
        const crew = new Crew();
        if (isOtherAsleep) expect(new Doorbell(crew.other.arena, () => undefined).fallAsleep(() => false)).toBe(true);
        const bell = new Doorbell(crew.victim.arena, () => undefined);
        isAlive = !crew.victim.die(death, () => bell.fallAsleep(() => false));
        crew.main.repairAfter(0, [crew.main, crew.other]);
        expect([isAsleep(crew.main.arena, 0), crew.i32[superblock.sleepers]]).toEqual([false, isOtherAsleep ? 1 : 0]);
        ring(crew.main.arena, 1);
        expect(crew.i32[superblock.sleepers]).toBe(0);
      }
    }
  });

  test("in waking another: that one is asleep and can be rung, or awake", () => {
    let isAlive = false;
    for (let death = 0; !isAlive; death++) {
      const crew = new Crew();
      new Doorbell(crew.other.arena, () => undefined).fallAsleep(() => false);
      isAlive = !crew.victim.die(death, () => ring(crew.victim.arena, 1));
      crew.main.repairAfter(0, [crew.main, crew.other]);
      expect(crew.i32[superblock.sleepers]).toBe(isAsleep(crew.main.arena, 1) ? 1 : 0);
      ring(crew.main.arena, 1);
      expect([isAsleep(crew.main.arena, 1), crew.i32[superblock.sleepers]]).toEqual([false, 0]);
    }
  });
});
