/**
 * What happens when a thread dies, by `process.exit`, an error outside any task, or
 * `recycle`: the main thread repairs shared memory immediately
 * (repair-shared-memory.ts) and notifies every thread, which ends its waits and joins
 * that depended on the dead thread. Then a new thread replaces the dead one. The dead
 * thread's tasks are lost; their joins reject.
 *
 * If a replacement dies before it is ready, the main thread tries again a few times,
 * with growing pauses. Then the runtime stops, because the machine cannot start
 * threads. Threads that die later are replaced without limit, because the task that
 * killed a thread does not run again by itself.
 *
 * No thread waits for a dead one. The main thread itself may be waiting for a lock
 * that a dead thread holds, or that a living one holds which waits for a dead one, and
 * cannot process the dead thread's exit event then. So while it waits, it checks whether
 * the threads still exist (Linux), and releases the locks of those that do not
 * immediately.
 */
import { existsSync, setImmediate, setTimeout } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { processor } from "../../memory/layout.ts";
import { watchLocks } from "../../memory/spin-lock.ts";
import { balanceSleepers } from "../../wait/doorbell.ts";
import type { Aftermath, DeathNotice } from "../thread/control.ts";
import type { ThreadSide } from "../thread/side.ts";
import type { Death, Pool } from "./pool.ts";
import { releaseLocks, repairAfter } from "./repair-shared-memory.ts";

const MOST_TRIES = 4;
const FIRST_PAUSE_MS = 20;

export class Supervisor {
  readonly #side: ThreadSide;
  readonly #onFault: (error: WarrenError) => void;
  readonly #onUp: (thread: number) => void;
  /** Dead threads whose locks are being released now. */
  readonly #releasing = new Set<number>();
  /** Dead threads whose locks were released, or whose repair has begun, with the records that this has removed from queues. */
  readonly #released = new Map<number, number[]>();
  /** Threads that have died and are not replaced yet. */
  readonly #down = new Set<number>();
  /** Calls of `recycle` that wait for a thread to be replaced. */
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>();
  #pool: Pool | undefined;
  #stopped = false;

  /** @param onFault called when a thread cannot be replaced: the runtime stops; @param onUp called when a replacement is ready */
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

  /** Whether a thread is ready, and not being replaced. */
  isUp(thread: number): boolean {
    return !this.#down.has(thread);
  }

  /** A thread has ended. */
  died(thread: number, { cause, why, isRecycled }: Death): void {
    if (this.#stopped) return;
    this.#down.add(thread);
    const { tasks } = this.#settle(thread, why, cause);
    // The loss of a task that was started with `go` is reported only by this warning.
    if (!isRecycled) warn(thread, why, cause, tasks);
    void this.#replace(thread);
  }

  /** Repairs shared memory, and notifies every thread. */
  #settle(thread: number, why: string, cause: unknown): Aftermath {
    let aftermath: Aftermath;
    try {
      aftermath = repairAfter(this.#side, thread, this.#unqueuedOf(thread));
    } finally {
      this.#released.delete(thread);
    }
    const notice: DeathNotice = { aftermath, why, cause: portable(cause) };
    this.#side.died(aftermath, why, cause);
    void Promise.all(this.#pool?.each((control) => control.died(notice) as Promise<void>) ?? []);
    this.#balance();
    return aftermath;
  }

  /** Notes that the locks of a dead thread are released. */
  #unqueuedOf(thread: number): number[] {
    const unqueued = this.#released.get(thread) ?? [];
    this.#released.set(thread, unqueued);
    return unqueued;
  }

  /** Tries again while another thread is between a mark and its count: that thread may have no core at the moment, or may also be dead without main knowing. */
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
        // It may already have held something.
        this.#settle(thread, why, cause);
        if (tries >= MOST_TRIES) return this.#onFault(new WarrenError("ERR_THREAD_START", `thread ${thread} died and could not be replaced: ${why}`, { thread }, { cause }));
        await new Promise<void>((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** tries));
      }
    }
  }

  /** Ends a thread and waits until it is replaced. @throws ERR_THREAD_STUCK, ERR_RUNTIME_STOPPED */
  async recycle(thread: number): Promise<void> {
    const up = this.#waiting.get(thread) ?? Promise.withResolvers<void>();
    this.#waiting.set(thread, up);
    if (!(await this.#pool?.terminate(thread))) {
      throw new WarrenError("ERR_THREAD_STUCK", `thread ${thread} cannot be ended yet: it is inside a native call. It will be replaced when the call returns`, { thread });
    }
    await up.promise;
    if (this.#stopped) throw new WarrenError("ERR_RUNTIME_STOPPED", `the runtime was stopped before thread ${thread} was replaced`);
  }

  /**
   * The main thread waits for a lock of the thread `holder`: releases the locks of the
   * threads that no longer exist, of which that may be one, or wait for one. Once each: a
   * dead thread takes no more, and while main repairs what it has left, that must not begin
   * anew. Only a lock of its own that main waits for then is released all the same.
   */
  #lookAfter(holder: number): void {
    const { arena } = this.#side;
    for (let thread = 0; thread < arena.threads; thread++) {
      if (this.#releasing.has(thread) || (thread !== holder && this.#released.has(thread))) continue;
      const systemId = arena.i32[arena.processorAt(thread) + processor.systemId];
      if (systemId === 0 || existsSync(`/proc/self/task/${systemId}`)) continue;
      this.#releasing.add(thread);
      try {
        const { unqueued } = releaseLocks(this.#side, thread);
        this.#unqueuedOf(thread).push(...unqueued);
      } finally {
        this.#releasing.delete(thread);
      }
    }
  }
}

function warn(thread: number, why: string, cause: unknown, tasks: number): void {
  const lost = tasks === 0 ? "No task is lost" : tasks === 1 ? "1 task on it is lost" : `${tasks} tasks on it are lost`;
  const detail = cause instanceof Error ? { detail: String(cause.stack) } : {};
  process.emitWarning(`thread ${thread} died: ${why}. ${lost}. The thread will be replaced`, { type: "WarrenWarning", code: "WARREN_THREAD_DIED", ...detail });
}

/** An error whose text survives a structured clone. */
function portable(cause: unknown): unknown {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? Object.assign(new Error(cause.message, cause.cause instanceof Error ? { cause: portable(cause.cause) } : undefined), { stack: cause.stack }) : printValue(cause);
}
