/**
 * What happens when a thread dies, by `process.exit`, an error outside any task,
 * or `recycle`: shared memory is repaired at once (repair.ts), every thread is
 * told and settles what it had to do with the dead one, and a successor starts in
 * its place. The dead thread's tasks are lost; those who joined them hear it.
 *
 * A successor that dies before it is up is tried again, a few times with growing
 * pauses; then the runtime ends, for a machine that cannot start threads will not
 * learn it. Threads that die later are replaced for ever: what kills them is not
 * run again by itself.
 *
 * Nobody waits for the dead: also the main thread may be waiting for a lock that
 * one holds, and cannot hear of its end then. So while it waits it looks itself
 * whether the thread is still there (Linux), and gives the locks back on the spot.
 */
import { existsSync } from "node:fs";
import { WarrenError, printValue } from "../../errors.ts";
import { processor } from "../../memory/layout.ts";
import { watchLocks } from "../../memory/spin-lock.ts";
import { balanceSleepers } from "../../wait/doorbell.ts";
import type { Aftermath, DeathNotice } from "../thread/control.ts";
import type { ThreadSide } from "../thread/side.ts";
import type { Death, Pool } from "./pool.ts";
import { releaseLocks, repairAfter } from "./repair-after-death.ts";

const MOST_TRIES = 4;
const FIRST_PAUSE_MS = 20;

export class Supervisor {
  readonly #side: ThreadSide;
  readonly #onFault: (error: WarrenError) => void;
  readonly #onUp: (thread: number) => void;
  /** Threads whose locks are being given back right now. */
  readonly #releasing = new Set<number>();
  /** Threads that have died and have no successor yet. */
  readonly #down = new Set<number>();
  /** Who waits for a thread to be up again. */
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #pool: Pool | undefined;
  #stopped = false;

  /** @param onFault told when a thread cannot be replaced: the runtime ends; @param onUp told when a successor is up */
  constructor(side: ThreadSide, onFault: (error: WarrenError) => void, onUp: (thread: number) => void) {
    this.#side = side;
    this.#onFault = onFault;
    this.#onUp = onUp;
  }

  open(pool: Pool): void {
    this.#pool = pool;
    watchLocks(this.#side.arena.i32, (owner) => this.#lookAfter(owner - 1));
  }

  close(): void {
    this.#stopped = true;
    for (const waiting of this.#waiting.values()) waiting.resolve();
  }

  /** Whether a thread is there: not while a successor starts. */
  isUp(thread: number): boolean {
    return !this.#down.has(thread);
  }

  /** A thread has ended. */
  died(thread: number, { cause, why, isRecycled }: Death): void {
    if (this.#stopped) return;
    this.#down.add(thread);
    const { tasks } = this.#settle(thread, why, cause);
    // Who started a task with `go` has no other way to hear that it is lost.
    if (!isRecycled) warn(thread, why, cause, tasks);
    void this.#replace(thread);
  }

  /** Repairs, and tells every thread. */
  #settle(thread: number, why: string, cause: unknown): Aftermath {
    const aftermath = repairAfter(this.#side, thread);
    const notice: DeathNotice = { aftermath, why, cause: portable(cause) };
    this.#side.died(aftermath, why, cause);
    void Promise.all(this.#pool?.each((control) => control.died(notice) as Promise<void>) ?? []);
    this.#balance();
    return aftermath;
  }

  /** Not while another thread is between a mark and its count: it may be without a core just then, or be dead as well and not known to be. */
  readonly #balance = (): void => {
    if (!this.#stopped && !balanceSleepers(this.#side.arena)) setImmediate(this.#balance).unref();
  };

  async #replace(thread: number): Promise<void> {
    for (let tries = 1; !this.#stopped; tries++) {
      try {
        await this.#pool?.replace(thread);
        this.#down.delete(thread);
        this.#onUp(thread);
        this.#waiting.get(thread)?.resolve();
        this.#waiting.delete(thread);
        return;
      } catch (cause) {
        if (this.#stopped) return;
        const why = cause instanceof Error ? cause.message : String(cause);
        // It may have got as far as to hold something.
        this.#settle(thread, why, cause);
        if (tries >= MOST_TRIES) return this.#onFault(new WarrenError("ERR_THREAD_START", `thread ${thread} died and could not be replaced: ${why}`, { thread }, { cause }));
        await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** tries));
      }
    }
  }

  /** Ends a thread by force and waits for its successor. @throws ERR_THREAD_STUCK, ERR_RUNTIME_STOPPED */
  async recycle(thread: number): Promise<void> {
    const up = this.#waiting.get(thread) ?? Promise.withResolvers<void>();
    this.#waiting.set(thread, up);
    if (!(await this.#pool?.terminate(thread))) {
      throw new WarrenError("ERR_THREAD_STUCK", `thread ${thread} cannot be ended yet: it is inside a native call. It will be replaced when the call returns`, { thread });
    }
    await up.promise;
    if (this.#stopped) throw new WarrenError("ERR_RUNTIME_STOPPED", `the runtime was stopped before thread ${thread} was replaced`);
  }

  /** The main thread waits for a lock of this processor: is there still somebody to give it back? */
  #lookAfter(thread: number): void {
    const { arena } = this.#side;
    if (thread < 0 || thread >= arena.threads || this.#releasing.has(thread)) return;
    const systemId = arena.i32[arena.processorAt(thread) + processor.systemId];
    if (systemId === 0 || existsSync(`/proc/self/task/${systemId}`)) return;
    this.#releasing.add(thread);
    releaseLocks(this.#side, thread);
    this.#releasing.delete(thread);
  }
}

function warn(thread: number, why: string, cause: unknown, tasks: number): void {
  const lost = tasks === 0 ? "No task is lost" : tasks === 1 ? "1 task on it is lost" : `${tasks} tasks on it are lost`;
  const detail = cause instanceof Error ? { detail: String(cause.stack) } : {};
  process.emitWarning(`thread ${thread} died: ${why}. ${lost}. The thread will be replaced`, { type: "WarrenWarning", code: "WARREN_THREAD_DIED", ...detail });
}

/** An error that a structured clone keeps the text of. */
function portable(cause: unknown): unknown {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? Object.assign(new Error(cause.message, cause.cause instanceof Error ? { cause: portable(cause.cause) } : undefined), { stack: cause.stack }) : printValue(cause);
}
