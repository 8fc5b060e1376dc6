/**
 * What may still call JavaScript on this thread, other than another thread of the
 * runtime. Only threads of a `run` program have it: the search for deadlocks asks.
 *
 * A thread that sleeps in its event loop runs JavaScript again only if
 * 1. its loop is alive, in libuv's sense: a referenced handle (a timer, socket, child,
 *    port) is active, or a request is in progress (a file, a name, any job of Node's
 *    thread pool). `uv_loop_alive` says so, also of requests that Node does not list;
 * 2. or an unreferenced handle is active: an unref'd timer, AbortSignal.timeout, an
 *    unref'd child, a port, a BroadcastChannel, a native addon's callback. libuv lists
 *    them all;
 * 3. or a Worker of the program lives, which may post a message;
 * 4. or the engine calls back: `waitAsync`, an asynchronous compilation of
 *    WebAssembly (both are counted while they are pending), a FinalizationRegistry
 *    (after a collection: see `settle`);
 * 5. or other code of the process posts to it: the program listens to `workerMessage`;
 * 6. or another thread wakes it: one of the runtime (the main thread sees that in
 *    shared memory), or one that grants a lock of navigator.locks. Each thread asks for
 *    its own requests: Node does not tell it of those of others.
 *
 * Node's diagnostic report has the first two. What belongs to the thread itself is taken
 * away: the ports that keep it alive are unreferenced for the moment of the report, and
 * handles that were there before any task are known by their address. Timers of V8
 * itself (its memory reducer) are unreferenced and do not run JavaScript: they are ignored.
 *
 * Source: Node ends a process, and libuv a loop, by the same rule (uv_loop_alive).
 * Not done: async_hooks, which cost every program, in every callback.
 */
import type { Worker } from "node:worker_threads";
import { setImmediate, setTimeout } from "../../host.ts";
import { countWaits } from "../../memory/atomics.ts";

/** What a thread's event loop has open. */
export interface Outlook {
  /** Something is in progress that keeps the event loop alive. */
  readonly isAlive: boolean;
  /** What else may call back, in words. */
  readonly sources: readonly string[];
}

/** A handle in libuv's list, and the loop itself as the last entry. */
interface Handle {
  readonly type: string;
  readonly address: string;
  readonly is_active: boolean;
  readonly is_referenced?: boolean;
}

interface Referenced {
  ref(): void;
  unref(): void;
}

const NAMES: Readonly<Record<string, string>> = { async: "a message port or a native addon", timer: "an unreferenced timer", process: "a child process", fs_event: "a file watcher", fs_poll: "a file watcher", tcp: "a socket", pipe: "a pipe", udp: "a UDP socket", tty: "a terminal", signal: "a signal handler" };

export class Sources {
  /** The ports that keep this thread alive without any task. */
  readonly #ports: readonly Referenced[];
  /** Addresses of the handles of a thread without tasks. */
  readonly #own = new Set<string>();
  /** The handle behind all timers of Node. */
  readonly #timers: string;
  /** What is pending in the engine or in Workers, by name. */
  readonly #pending = new Map<string, number>();
  /** At the last `settle` this thread had requested a lock of navigator.locks. */
  #wantsLock = false;

  /** Call it before any task starts. */
  constructor() {
    this.#ports = (process as unknown as { _getActiveHandles(): Referenced[] })._getActiveHandles();
    const handles = listHandles();
    // Node makes them in this order when it starts a thread.
    this.#timers = handles.find((_, k) => ["timer", "check", "idle"].every((type, more) => handles[k + more]?.type === type))?.address ?? "";
    for (const { type, address } of handles) if (type !== "timer") this.#own.add(address);
    const counts = [countWaits((change) => this.#count("waitAsync", change)), ...this.#countCompilations()];
    if (handles.length === 0) this.#count("a handle of the event loop, which this runtime does not list", 1);
    if (counts.includes(false)) this.#count("what --frozen-intrinsics hides: waitAsync, or a compilation of WebAssembly", 1);
    process.on("worker", (worker: Worker) => {
      this.#count("a Worker", 1);
      worker.once("exit", () => this.#count("a Worker", -1));
    });
  }

  /** Must be called from the callback of a message: in that of a timer or an immediate, Node's own handles are not as they are between two turns. */
  look(): Outlook {
    const sources = [...this.#pending].filter(([, count]) => count > 0).map(([name]) => name);
    if (process.listenerCount("workerMessage") > 0) sources.push("a listener of workerMessage");
    if (this.#wantsLock) sources.push("a lock of navigator.locks");
    // A report waits for each Worker of this thread, which may be blocked.
    if (sources.length > 0) return { isAlive: false, sources };
    for (const port of this.#ports) port.unref();
    const handles = listHandles();
    for (const port of this.#ports) port.ref();
    const loop = handles.find(({ type }) => type === "loop");
    const open = handles.filter((handle) => handle !== loop && handle.is_active && this.#isForeign(handle));
    return { isAlive: loop?.is_active !== false, sources: [...new Set(open.map(({ type }) => NAMES[type] ?? type))] };
  }

  #isForeign({ type, address, is_referenced: isReferenced }: Handle): boolean {
    return type === "timer" ? address === this.#timers || isReferenced === true : !this.#own.has(address);
  }

  /**
   * Resolves when everything that has happened is delivered: after a whole turn of the
   * event loop. The timer also ends a wait of the loop for timers that were cleared.
   * @param collect first collects all garbage, after which no FinalizationRegistry has anything to report
   */
  async settle(collect: boolean): Promise<void> {
    if (collect) await collectGarbage();
    // First, so that a lock which is granted meanwhile is delivered in the turn.
    const { pending = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
    this.#wantsLock = pending.length > 0;
    await new Promise<void>((resolve) => setTimeout(resolve, 1));
    await new Promise<void>((resolve) => void setImmediate(resolve));
  }

  #count(name: string, change: number): void {
    this.#pending.set(name, (this.#pending.get(name) ?? 0) + change);
  }

  /** Whether each kind of compilation is counted from now on. */
  #countCompilations(): boolean[] {
    const name = "a compilation of WebAssembly";
    return ["compile", "instantiate", "compileStreaming", "instantiateStreaming"].map((call) => {
      const original = Reflect.get(WebAssembly, call) as (...args: unknown[]) => Promise<unknown>;
      const counted = (...args: unknown[]): Promise<unknown> => {
        this.#count(name, 1);
        return original.apply(WebAssembly, args).finally(() => this.#count(name, -1));
      };
      return Reflect.defineProperty(WebAssembly, call, { value: Object.defineProperty(counted, "name", { value: call }) });
    });
  }
}

/** Empty where JavaScript does not run in Node: Deno has no libuv. */
function listHandles(): readonly Handle[] {
  return (process.report.getReport() as { libuv?: Handle[] }).libuv ?? [];
}

async function collectGarbage(): Promise<void> {
  // Under --permission the inspector needs a permission of its own.
  if (process.features.inspector && process.permission?.has("inspector") !== false) {
    const { Session } = await import("node:inspector/promises");
    const session = new Session();
    session.connect();
    await session.post("HeapProfiler.collectGarbage");
    session.disconnect();
    return;
  }
  const [{ setFlagsFromString }, { runInNewContext }] = await Promise.all([import("node:v8"), import("node:vm")]);
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
}
