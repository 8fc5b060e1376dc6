/** Threads made by hand, in one process, over one arena. */
import { Channel } from "../../src/channel/channel.ts";
import { openChannel } from "../../src/channel/make-channel.ts";
import { typeOfName } from "../../src/channel/type-name.ts";
import { Arena } from "../../src/memory/arena.ts";
import { OUTCOME, RECORD, taskRecord, waiter } from "../../src/memory/layout.ts";
import { CLASS_WORDS } from "../../src/memory/size-classes.ts";
import type { Handles } from "../../src/wire/type.ts";
import { repairAfter } from "../../src/runtime/main/repair-shared-memory.ts";
import type { Aftermath } from "../../src/runtime/thread/control.ts";
import { balanceSleepers } from "../../src/wait/doorbell.ts";
import { takeInbox } from "../../src/wait/inbox.ts";
import { Timers } from "../../src/wait/timers.ts";
import type { Scheduler } from "../../src/wait/wait.ts";
import { Waiters } from "../../src/wait/waiter.ts";
import { outcomeOf } from "../../src/wait/waiter-state.ts";
import { compiledFor } from "../../verify/explorer/stand-ins/compiled.ts";
import { type Life, mortal } from "./mortal-memory.ts";

/** Handles of channels alone, without a watch over them. */
function channelHandles(thread: () => HandMadeThread): Handles {
  const open = (at: number, generation: number, type: string): Channel<unknown> => openChannel(thread().waiters, at, generation, typeOfName(type.slice("chan(".length, -1)));
  return {
    detach(value) {
      if (!(value instanceof Channel)) return undefined;
      value.retain();
      return { header: value.header, generation: value.generation, type: value.handleType };
    },
    adopt: open,
    share(at, generation, type) {
      const channel = open(at, generation, type);
      channel.retain();
      return channel;
    },
    release: (at, generation, type) => open(at, generation, type).relinquish(),
  };
}

/** One thread: its view of the arena, and a turn that resumes at once what is ready. */
export class HandMadeThread {
  readonly arena: Arena;
  readonly waiters: Waiters;
  readonly life: Life = { writesLeft: Infinity };

  constructor(arena: Arena, isMortal: boolean) {
    this.arena = arena;
    if (isMortal) {
      const i32 = mortal(arena.i32, this.life);
      // What is compiled writes on its own: a mortal thread runs the source.
      Object.assign(arena, { i32, f64: mortal(arena.f64, this.life), compiled: compiledFor(undefined, i32) });
    }
    const resume = (slot: number): void => {
      const wait = this.waiters.at(slot);
      if (wait !== undefined) this.waiters.resume(wait);
    };
    const scheduler: Scheduler = { nowMs: 0, ticks: 1e9, tookPermit: false, tick: () => false, hop: (value) => Promise.resolve(value), ready: resume, parked: () => undefined, spins: () => 0, spun: () => undefined, task: () => undefined };
    this.waiters = new Waiters(arena, scheduler, new Timers(() => undefined), channelHandles(() => this));
  }

  /** Runs an operation, and dies before write `death` of it; whether it died. */
  die(death: number, operation: () => unknown): boolean {
    this.life.writesLeft = death;
    try {
      const result = operation();
      if (result instanceof Promise) result.catch(() => undefined);
    } catch (error) {
      // Once dead it may well end with another error, from a clean-up that could not write.
      if (this.life.isOver !== true) throw error;
    } finally {
      this.life.writesLeft = 0;
    }
    return this.life.isOver === true;
  }

  /** What it does in its next turn after another thread has rung. If it is dead, nothing. */
  answer(): void {
    const { life } = this;
    if (life.isOver === true) return;
    const { writesLeft } = life;
    life.writesLeft = Infinity;
    this.arena.answer();
    life.writesLeft = writesLeft;
  }

  /** As the main thread: repairs what thread `dead` left; `survivors` settle what they had to do with it. */
  repairAfter(dead: number, survivors: readonly HandMadeThread[]): Aftermath {
    const { arena, waiters } = this;
    const orphan = (record: number): void => {
      if (arena.i32[record + taskRecord.record] === RECORD.wait) waiters.releaseValue(record);
      arena.free(record);
    };
    const aftermath = repairAfter({ arena, waiters, orphan, adoptContexts: () => undefined }, dead);
    for (const thread of survivors) thread.died(aftermath);
    if (!balanceSleepers(arena)) throw new Error("another thread is between a mark and its count");
    return aftermath;
  }

  /** Another thread has died, and shared memory is in order again: as `ThreadSide.died`. */
  died({ thread, undelivered }: Aftermath): void {
    this.pump();
    this.waiters.recover(undelivered, thread, () => false);
  }

  /** Ends the waits that other threads have ended. */
  pump(): void {
    for (let record = takeInbox(this.arena); record !== 0; ) {
      const current = record;
      record = this.arena.i32[current + waiter.inboxNext];
      const wait = this.waiters.at(this.arena.i32[current + waiter.slot]);
      if (wait !== undefined) this.waiters.resume(wait);
    }
  }

  /** What the supervisor has a thread do after another has died: waits that were granted by the dead and never completed are over. */
  completeGranted(): void {
    for (const wait of this.waiters.list()) if (outcomeOf(this.arena.i32, wait.record) !== OUTCOME.pending) this.waiters.resume(wait);
  }
}

/** Enough for the pages that a death takes, and little to copy. */
const IMAGE_BYTES = 1_572_864;
/** Words of the largest blocks that it has ready. */
const LARGEST_READY = 64;
let image: { readonly memory: WebAssembly.Memory; readonly words: Int32Array; readonly before: Int32Array } | undefined;

/**
 * The memory of a new arena of main and two threads, each with some free blocks of
 * every small class; the same memory at each call, so that only one world may use
 * it at a time. To make it anew takes longer than most of what is done in it.
 */
export function freshMemory(): WebAssembly.Memory {
  if (image === undefined) {
    const { memory } = Arena.create(2, IMAGE_BYTES);
    for (const arena of [0, 1, 2].map((index) => Arena.attach(memory, index))) {
      for (const block of CLASS_WORDS.filter((words) => words <= LARGEST_READY).map((words) => arena.alloc(words))) arena.free(block);
      arena.free(arena.allocHeader(0));
    }
    const words = new Int32Array(memory.buffer);
    image = { memory, words, before: words.slice() };
  }
  image.words.set(image.before);
  return image.memory;
}

/** Main and two threads; the first, index 0, can be mortal, or both: their atomics then need `mortalAtomics`. */
export function handMadeWorld(isMortal = false, areAllMortal = false, memory = Arena.create(2, 4_194_304).memory): { main: HandMadeThread; victim: HandMadeThread; other: HandMadeThread } {
  const threads = [isMortal, areAllMortal, false].map((its, index) => new HandMadeThread(Arena.attach(memory, index), its));
  const [victim, other, main] = threads;
  for (const { arena } of threads) arena.wake = (index) => threads[index].answer();
  return { main, victim, other };
}
