/** Threads made by hand, in one process, over one arena. */
import { Arena } from "../../src/memory/arena.ts";
import { OUTCOME, waiter } from "../../src/memory/layout.ts";
import type { Handles } from "../../src/memory/type.ts";
import { takeInbox } from "../../src/sync/inbox.ts";
import { Timers } from "../../src/sync/timers.ts";
import type { Turn } from "../../src/sync/wait.ts";
import { Waiters } from "../../src/sync/waiter.ts";
import { type Life, mortal } from "./mortal-memory.ts";

/** One thread: its view of the arena, and a turn that resumes at once what is ready. */
export class HandMadeThread {
  readonly arena: Arena;
  readonly waiters: Waiters;
  readonly life: Life = { writesLeft: Infinity };

  constructor(arena: Arena, isMortal: boolean) {
    this.arena = arena;
    if (isMortal) Object.assign(arena, { i32: mortal(arena.i32, this.life), f64: mortal(arena.f64, this.life) });
    const resume = (local: number): void => {
      const wait = this.waiters.at(local);
      if (wait !== undefined) this.waiters.resume(wait);
    };
    const turn: Turn = { nowMs: 0, ticks: 1e9, tick: () => false, hop: (value) => Promise.resolve(value), ready: resume, parked: () => undefined, spins: () => 0, spun: () => undefined, task: () => undefined };
    this.waiters = new Waiters(arena, turn, new Timers(() => undefined), {} as Handles);
  }

  /** Ends the waits that other threads have ended. */
  pump(): void {
    for (let record = takeInbox(this.arena); record !== 0; ) {
      const current = record;
      record = this.arena.i32[current + waiter.inboxNext];
      const wait = this.waiters.at(this.arena.i32[current + waiter.local]);
      if (wait !== undefined) this.waiters.resume(wait);
    }
  }

  /** What the supervisor has a thread do after another has died: waits that were granted by the dead and never completed are over. */
  completeGranted(): void {
    for (const wait of this.waiters.list()) if (this.arena.i32[wait.record + waiter.outcome] !== OUTCOME.pending) this.waiters.resume(wait);
  }
}

/** Main and two threads; the first, index 0, can be mortal: its atomics then need `reach`. */
export function handMadeWorld(isMortal = false): { main: HandMadeThread; victim: HandMadeThread; other: HandMadeThread } {
  const arena = Arena.create(2, 4_194_304);
  const main = new HandMadeThread(arena, false);
  return { main, victim: new HandMadeThread(Arena.attach(arena.memory, 0), isMortal), other: new HandMadeThread(Arena.attach(arena.memory, 1), false) };
}
