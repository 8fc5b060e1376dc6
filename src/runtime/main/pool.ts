/**
 * The threads. Piscina makes and ends them, and the main thread calls them through
 * Comlink. This is the only file that makes threads and ports.
 *
 * Each thread gets one Piscina task, which starts its processor and returns. From
 * then on Piscina regards the thread as idle and does not keep the process alive for
 * it: the runtime decides that (keep-alive.ts). Piscina makes a new thread if one has
 * ended, or if there is none for the task of a replacement. The balancer gives each
 * thread only one task.
 */
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { type Remote, releaseProxy, wrap } from "comlink";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { ArrayTaskQueue, Piscina } from "piscina";
import { within } from "../../host.ts";
import { WarrenError, printValue } from "../../errors.ts";
import { setStack, withoutOwnFrames } from "../../wire/frames.ts";
import type { Arena } from "../../memory/arena.ts";
import type { WorkerSettings } from "./worker-settings.ts";
import { Printer } from "./printer.ts";
import type { ThreadControl } from "../thread/control.ts";
import type { ThreadData } from "../module/module-ref.ts";
import type { ThreadStart } from "../thread/thread.ts";
import { THREAD_FILE } from "../thread/thread-file.ts";

/** How long the threads may take to close before they are terminated, and how long the pool may take to be destroyed. */
const CLOSE_MS = 1000;
const DESTROY_MS = 5000;
/** How long a terminated thread may take to end; after that it counts as blocked in a native call. */
const TERMINATE_MS = 5000;

export interface PoolOptions {
  readonly arena: Arena;
  readonly cores: number;
  readonly worker: WorkerSettings;
  /** The runtime is that of a `run` program. */
  readonly isClosed: boolean;
}

/** What a pool asks and tells the runtime. */
export interface PoolOwner {
  /** Called when a thread has ended without being asked to, or because of `terminate`. */
  onDeath(thread: number, death: Death): void;
  /** The trace ring of a thread that starts now, or 0. */
  ringOf(thread: number): number;
}

/** Threads that have been started and have not answered. */
interface Starting {
  readonly indexes: readonly number[];
  readonly ports: readonly MessagePort[];
  readonly printed: readonly MessagePort[];
  /** The ids of the threads when all have answered; fewer if one could not start. */
  readonly threadIds: Promise<readonly number[]>;
}

/** How a thread ended. */
export interface Death {
  /** The error that ended it, if there was one. */
  readonly cause?: unknown;
  readonly why: string;
  readonly isRecycled: boolean;
}

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly control: Remote<ThreadControl>;
  /** Resolves when it has ended. */
  readonly ended: Promise<undefined>;
  /** `terminate` has ended it. */
  isRecycled: boolean;
  /** What was thrown outside any task. A list, because the value may be `undefined`. */
  readonly thrown: unknown[];
}

export class Pool {
  /** Prints what the threads write. */
  readonly printer: Printer;
  readonly #piscina: Piscina;
  readonly #options: PoolOptions;
  #owner: PoolOwner | undefined;
  readonly #first: Starting;
  /** By index; `undefined` while a thread that has died is not replaced. */
  readonly #threads: (Thread | undefined)[] = [];
  /** Ids of Piscina's threads that have got their task. */
  readonly #taken = new Set<number>();
  /** Piscina tasks that have no thread yet. */
  readonly #queue = new ArrayTaskQueue();
  #lastReplaced: Promise<void> = Promise.resolve();
  /** Ports of threads that are not ready yet. */
  readonly #opening = new Set<MessagePort>();
  #closing = false;

  /** Starts the threads: they load while the caller goes on. Then call `ready`. @throws if Node refuses an option */
  constructor(options: PoolOptions) {
    this.#options = options;
    this.printer = new Printer(options.arena);
    const { threads } = options.arena;
    // Piscina's own option of that name is another one. In the package it gives Node the name (scripts/bundle/code.ts).
    const { name, ...worker } = options.worker;
    this.#piscina = new Piscina({
      filename: fileURLToPath(THREAD_FILE),
      workerData: { warren: THREAD_FILE, name } satisfies ThreadData,
      ...worker,
      // Piscina makes a thread only for a task: if it made one by itself and that failed, no promise would reject.
      minThreads: 0,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      taskQueue: this.#queue,
      idleTimeout: Infinity,
      atomics: "disabled",
      loadBalancer: (_task, workers) => {
        // One that has ended has the id −1.
        const fresh = workers.find(({ id }) => id > 0 && !this.#taken.has(id));
        if (fresh !== undefined) this.#taken.add(fresh.id);
        return fresh ?? null;
      },
    });
    // Errors are handled where the thread is known: in `watch` and #adopt.
    this.#piscina.on("error", () => undefined);
    this.#first = this.#begin(Array.from({ length: threads }, (_, index) => index));
  }

  /** Waits until each thread has answered. @throws ERR_THREAD_START */
  async ready(owner: PoolOwner): Promise<void> {
    this.#owner = owner;
    try {
      await this.#finish(this.#first);
    } catch (cause) {
      await this.stop();
      const { threads } = this.#options.arena;
      throw new WarrenError("ERR_THREAD_START", `the threads could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { threads }, { cause });
    }
  }

  /** Replaces a thread that has died. Rejects if the new one dies before it has answered. */
  replace(index: number): Promise<void> {
    // One at a time, because after a failure the whole queue of Piscina tasks is emptied.
    const replaced = this.#lastReplaced.then(() => this.#replace(index));
    this.#lastReplaced = replaced.catch(() => undefined);
    return replaced;
  }

  async #replace(index: number): Promise<void> {
    try {
      await this.#finish(this.#begin([index]));
    } catch (error) {
      // Before anything else uses its index or its place in Piscina, however long that takes: it may have got its task.
      await Promise.all(this.#unadopted().map((worker) => worker.terminate()));
      throw error;
    }
  }

  /** Piscina's threads that are not, or not yet, threads of the runtime: those of the attempt that is in progress, or has failed. */
  #unadopted(): Worker[] {
    return (this.#piscina.threads as Worker[]).filter((worker) => !this.#threads.some((thread) => thread?.worker === worker));
  }

  /** Starts threads. What goes wrong rejects `threadIds`. */
  #begin(indexes: readonly number[]): Starting {
    const { arena, cores, isClosed } = this.#options;
    const ports: MessagePort[] = [];
    const printed: MessagePort[] = [];
    const ups: Promise<number>[] = [];
    const ends: Promise<void>[] = [];
    const { promise: stillborn, reject: fail } = Promise.withResolvers<never>();
    try {
      for (const index of indexes) {
        const { port1, port2 } = new MessageChannel();
        const { port1: written, port2: lines } = new MessageChannel();
        const start: ThreadStart = { memory: arena.memory, index, cores, port: port2, lines, isClosed, ring: this.#owner?.ringOf(index) ?? 0 };
        printed[index] = written;
        this.printer.add(written);
        ports[index] = port1;
        this.#opening.add(port1);
        ups.push(new Promise((resolve) => port1.once("message", resolve)));
        ends.push(this.#piscina.run(start, { transferList: [port2, lines] }) as Promise<void>);
      }
      for (const worker of this.#unadopted()) watch(worker, fail);
    } catch (error) {
      fail(error);
    }
    // No task of Piscina ends before "go", but one may fail.
    const threadIds = Promise.race([Promise.all(ups), Promise.all(ends).then(() => []), stillborn]);
    // Whoever awaits them comes later.
    for (const end of [...ends, stillborn, threadIds]) end.catch(() => undefined);
    return { indexes, ports, printed, threadIds };
  }

  /** Waits until the threads have answered, and lets them begin. */
  async #finish({ indexes, ports, printed, threadIds }: Starting): Promise<void> {
    try {
      const ids = await threadIds;
      // From here on its end is a death like any other: it may compute from its first turn, and never finish its Piscina task.
      for (const [k, index] of indexes.entries()) this.#adopt(index, ids[k], ports[index], printed[index]);
      for (const index of indexes) ports[index].postMessage("go");
    } catch (error) {
      while (this.#queue.size > 0) this.#queue.shift();
      for (const index of indexes) ports[index]?.close();
      for (const index of indexes) if (printed[index] !== undefined) this.printer.remove(printed[index]);
      throw error;
    } finally {
      for (const index of indexes) this.#opening.delete(ports[index]);
    }
  }

  /** @throws if the thread has ended already */
  #adopt(index: number, threadId: number | undefined, port: MessagePort, lines: MessagePort): void {
    const worker = this.#piscina.threads.find((candidate: Worker) => candidate.threadId === threadId);
    if (worker === undefined) throw new Error("a thread ended before it was ready");
    const thrown: unknown[] = [];
    worker.on("error", (error) => {
      if (error instanceof Error && typeof error.stack === "string") setStack(error, withoutOwnFrames(error.stack));
      thrown.push(error);
    });
    const ended = new Promise<undefined>((resolve) => {
      worker.once("exit", (code) => {
        resolve(undefined);
        this.#threads[index] = undefined;
        port.close();
        this.printer.remove(lines);
        if (!this.#closing) this.#owner?.onDeath(index, this.#deathOf(thread, code));
      });
    });
    const thread: Thread = { worker, port, control: wrap<ThreadControl>(nodeEndpoint(port)), ended, isRecycled: false, thrown };
    this.#threads[index] = thread;
    // Last, because adding a listener to a port references it.
    port.unref();
  }

  #deathOf({ isRecycled, thrown }: Thread, code: number): Death {
    if (isRecycled) return { why: "it was ended by rt.recycle()", isRecycled };
    if (thrown.length === 0) return { why: `it ended with exit code ${code}`, isRecycled };
    const [cause] = thrown;
    return { cause, why: cause instanceof Error ? cause.message : printValue(cause), isRecycled };
  }

  /** Asks each thread. A thread that computes answers late; the answer of one that has ended, or ends before it answers, is `undefined`. */
  each<T>(ask: (control: Remote<ThreadControl>, index: number) => Promise<T>): Promise<T | undefined>[] {
    return Array.from(this.#threads, (_, index) => this.ask(index, ask));
  }

  /** Asks one thread, like `each`. */
  async ask<T>(index: number, ask: (control: Remote<ThreadControl>, index: number) => Promise<T>): Promise<T | undefined> {
    const thread = this.#threads[index];
    return thread && Promise.race([ask(thread.control, index), thread.ended]);
  }

  /** Terminates a thread. Returns false if it has not ended in time, because it is in a native call. */
  async terminate(index: number): Promise<boolean> {
    const thread = this.#threads[index];
    if (thread === undefined) return true;
    thread.isRecycled = true;
    void thread.worker.terminate();
    return within(thread.ended, TERMINATE_MS);
  }

  /** Ends all threads: closes those that answer, and terminates the others. It always resolves. */
  async stop(): Promise<void> {
    this.#closing = true;
    await within(Promise.all(this.each((control) => control.close())), CLOSE_MS);
    // A port that listens keeps the process alive.
    for (const port of this.#opening) port.close();
    for (const thread of this.#threads) {
      thread?.control[releaseProxy]();
      thread?.port.close();
    }
    await within(this.#piscina.destroy(), DESTROY_MS);
  }
}

/** If a thread ends before it has its task, in what every thread loads, Piscina rejects nothing. */
function watch(worker: Worker, fail: (cause: unknown) => void): void {
  let cause: unknown;
  worker.once("error", (error) => (cause = error));
  worker.once("exit", () => fail(cause ?? new Error("a thread ended before it was ready")));
}
