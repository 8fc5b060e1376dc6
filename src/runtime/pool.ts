/**
 * The threads: Piscina owns them, Comlink talks to them. The only file that
 * makes threads and ports.
 *
 * Each thread gets one Piscina task that brings its processor up and returns;
 * the processor then runs beside Piscina, which regards the thread as idle and
 * keeps the process alive for it no longer: that is the runtime's decision.
 */
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort, type Worker } from "node:worker_threads";
import { type Remote, releaseProxy, wrap } from "comlink";
import { Piscina } from "piscina";
import { WarrenError } from "../errors.ts";
import type { Arena } from "../memory/arena.ts";
import type { ThreadControl } from "./control.ts";
import type { ThreadStart } from "./thread.ts";

const PROCESSOR = fileURLToPath(new URL(`../../workers/processor${extname(import.meta.url)}`, import.meta.url));
/** How long a thread may take to end in good order before it is terminated, and the pool to be destroyed. */
const CLOSE_MS = 1000;
const DESTROY_MS = 5000;

export interface PoolOptions {
  readonly arena: Arena;
  readonly cores: number;
  readonly resourceLimits: { readonly maxOldGenerationSizeMb?: number };
  /** A thread has ended by itself, or something on it threw outside any task. */
  readonly onDeath: (thread: number, cause: unknown) => void;
}

interface Thread {
  readonly port: MessagePort;
  readonly control: Remote<ThreadControl>;
  /** It has ended: nobody waits for it. */
  isDead: boolean;
}

export class Pool {
  readonly #piscina: Piscina;
  readonly #threads: Thread[] = [];
  #closing = false;

  private constructor(piscina: Piscina) {
    this.#piscina = piscina;
  }

  /** Starts all threads and waits until each has answered. @throws ERR_THREAD_START */
  static async start({ arena, cores, resourceLimits, onDeath }: PoolOptions): Promise<Pool> {
    const { threads } = arena;
    const piscina = new Piscina({
      filename: PROCESSOR,
      minThreads: threads,
      maxThreads: threads,
      concurrentTasksPerWorker: 1,
      idleTimeout: Infinity,
      atomics: "disabled",
      resourceLimits,
    });
    const pool = new Pool(piscina);
    const errors: unknown[] = [];
    piscina.on("error", (error: unknown) => {
      errors.push(error);
    });
    try {
      await pool.#bringUp(arena, cores, onDeath, errors);
    } catch (cause) {
      await pool.stop();
      throw new WarrenError("ERR_THREAD_START", `the threads could not be started: ${cause instanceof Error ? cause.message : String(cause)}`, { threads }, { cause });
    }
    return pool;
  }

  async #bringUp(arena: Arena, cores: number, onDeath: PoolOptions["onDeath"], errors: unknown[]): Promise<void> {
    const ports: MessagePort[] = [];
    const ups: Promise<void>[] = [];
    const ends: Promise<{ index: number; threadId: number }>[] = [];
    for (let index = 0; index < arena.threads; index++) {
      const { port1, port2 } = new MessageChannel();
      const start: ThreadStart = { memory: arena.memory, index, cores, port: port2 };
      ports.push(port1);
      ups.push(new Promise((resolve) => port1.once("message", () => resolve())));
      ends.push(this.#piscina.run(start, { transferList: [port2] }) as Promise<{ index: number; threadId: number }>);
    }
    await Promise.race([Promise.all(ups), Promise.all(ends)]);
    for (const port of ports) port.postMessage("go");
    for (const { index, threadId } of await Promise.all(ends)) {
      const worker = this.#piscina.threads.find((candidate) => candidate.threadId === threadId) as Worker;
      const port = ports[index];
      this.#threads[index] = { port, control: wrap<ThreadControl>(port as never), isDead: false };
      port.unref();
      worker.on("error", (error) => errors.push(error));
      worker.once("exit", (code) => {
        this.#threads[index].isDead = true;
        if (!this.#closing) onDeath(index, errors.pop() ?? new Error(`it ended with exit code ${code}`));
      });
    }
  }

  /** Asks each thread; one that is computing answers late. */
  each<T>(ask: (control: Remote<ThreadControl>) => Promise<T>): Promise<T>[] {
    return this.#threads.map(({ control }) => ask(control));
  }

  /** Ends all threads: in good order if they answer, else by force. Always resolves. */
  async stop(): Promise<void> {
    this.#closing = true;
    const closed = Promise.all(this.#threads.filter(({ isDead }) => !isDead).map(({ control }) => control.close()));
    await within(closed, CLOSE_MS);
    for (const { control, port } of this.#threads) {
      control[releaseProxy]();
      port.close();
    }
    await within(this.#piscina.destroy(), DESTROY_MS);
  }
}

/** Waits for a promise, at most `ms`; whether it was in time. A rejection counts as an end. */
async function within(promise: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const done = promise.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([done, late]);
  clearTimeout(timer);
  return inTime;
}
