/**
 * Blocks as processes, seen from the parent: each block, and the preparation
 * before them, runs in a fresh process, so that no block inherits another's
 * compiled code, heap or habits. However a process ends (done, crashed, killed,
 * hanging, impossible to start) the promise `finished` settles, and no process
 * is left.
 *
 * Each is in a process group of its own: the terminal's Ctrl-C reaches the
 * parent only, which asks the child to stop after its run. If the parent is
 * gone, the child sees its channel closed and ends itself (`child.ts`).
 *
 * Its threads load a hundred modules each. Node keeps their bytecode from one
 * process to the next (NODE_COMPILE_CACHE), which halves that time. What V8
 * optimises is not kept, so each block still starts cold.
 */
import { fork, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findTaskset } from "../../machine/affinity.ts";
import type { BlockRunner, CellCatalogue, Protocol } from "../plan.ts";
import type { BlockTask, FromBlock, ToBlock } from "./child.ts";

/** How the processes are started. */
export interface ProcessOptions {
  /** The module that they run: it calls `serveBlock`. */
  readonly entry: URL;
  /** Cores that they are pinned to, as `--cpus` takes them; absent or `null`: all. */
  readonly cpus?: string | null;
  /** Without a message for this long a process counts as hanging. */
  readonly patienceMs?: number;
}

/** How to start it. */
export interface ChildOptions {
  /** The module that the process runs. */
  readonly entry: URL;
  /** Program and arguments before Node's own, to start it under a mask. */
  readonly prefix: readonly string[];
  /** Without a message for this long it counts as hanging. */
  readonly patienceMs: number;
}

/** The last message of a process, and what it printed. */
export interface ChildEnd {
  readonly last: Extract<FromBlock, { kind: "prepared" | "end" }>;
  readonly printed: string;
}

/** A process that ended before its time. `message` gives the reason in one line. */
export class BlockProcessError extends Error {
  override readonly name = "BlockProcessError";
}

/** Where Node keeps bytecode by default. */
const COMPILE_CACHE = join(tmpdir(), "node-compile-cache");
/** How long a process can take to end after its last message. */
const END_MS = 10_000;
/** Of what a process prints, the end is kept. */
const MOST_PRINTED = 16_384;

const running = new Set<BlockChild>();

/** The processes of blocks that run now: at most one, but for tests. */
export function blockChildren(): readonly BlockChild[] {
  return [...running];
}

process.on("exit", () => {
  // Ctrl-C twice, or an error: without this they would end a moment later.
  for (const child of running) child.kill();
});

/** The process of one block. */
export class BlockChild {
  /** @throws BlockProcessError */
  readonly finished: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  readonly #patienceMs: number;
  readonly #onMessage: (message: FromBlock) => void | Promise<void>;
  readonly #settle = Promise.withResolvers<ChildEnd>();
  #last: ChildEnd["last"] | null = null;
  #printed = "";
  /** Why it was killed by this side. */
  #killedFor: string | null = null;
  #watch: NodeJS.Timeout | undefined;
  #onDump: (text: string) => void = () => undefined;

  /** Starts it. `onMessage` gets every message; if it throws, the process is ended. */
  constructor(task: BlockTask, { entry, prefix, patienceMs }: ChildOptions, onMessage: (message: FromBlock) => void | Promise<void>) {
    const [program = process.execPath, ...before] = [...prefix, process.execPath];
    this.#patienceMs = patienceMs;
    this.#onMessage = onMessage;
    this.finished = this.#settle.promise;
    this.#process = fork(entry, [], {
      env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
      execPath: program, execArgv: [...before, ...process.execArgv], serialization: "advanced", detached: true, stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    running.add(this);
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream?.on("data", (chunk: Buffer) => this.#keep(chunk));
    this.#process.on("error", (error) => this.#failed(`could not be started: ${error.message}`));
    this.#process.on("close", (code, signal) => this.#ended(code, signal));
    this.#process.on("message", (message: FromBlock) => void this.#receive(message));
    this.#wait(patienceMs, `gave no sign for ${Math.round(patienceMs / 1000)} s`);
    this.send({ kind: "task", task });
  }

  /** Sends it a message; does nothing if it has ended. */
  send(message: ToBlock): void {
    // An error here means that the process is gone: `close` gives the reason.
    if (this.#process.connected) this.#process.send(message, () => undefined);
  }

  /** Ends it by force. */
  kill(): void {
    this.#process.kill("SIGKILL");
  }

  /** What its tasks are doing. */
  dump(): Promise<string> {
    return new Promise((resolve) => {
      this.#onDump = resolve;
      this.#process.once("exit", () => resolve("the process has ended"));
      this.send({ kind: "dump" });
    });
  }

  async #receive(message: FromBlock): Promise<void> {
    this.#wait(this.#patienceMs, `gave no sign for ${Math.round(this.#patienceMs / 1000)} s`);
    if (message.kind === "dumped") return this.#onDump(message.text);
    try {
      await this.#onMessage(message);
    } catch (error) {
      this.#failed(error instanceof Error ? error.message : String(error));
      this.kill();
    }
    if (message.kind !== "prepared" && message.kind !== "end") return;
    this.#last = message;
    this.#wait(END_MS, "did not end");
  }

  #keep(chunk: Buffer): void {
    this.#printed = (this.#printed + chunk.toString()).slice(-MOST_PRINTED);
  }

  /** Kills it unless it sends something in time. */
  #wait(ms: number, why: string): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      this.#killedFor = why;
      this.kill();
    }, ms);
  }

  #ended(code: number | null, signal: NodeJS.Signals | null): void {
    clearTimeout(this.#watch);
    running.delete(this);
    if (this.#last !== null) return this.#settle.resolve({ last: this.#last, printed: this.#printed });
    const how = this.#killedFor ?? (signal === null ? `ended with code ${code}` : `was ended by ${signal}`);
    this.#failed(`${how}${reasonIn(this.#printed)}`);
  }

  #failed(how: string): void {
    clearTimeout(this.#watch);
    running.delete(this);
    this.#settle.reject(new BlockProcessError(`the process of the block ${how}`));
  }
}

/** The line that gives the reason, from the output of a failing process: that of the error, or the last. */
function reasonIn(printed: string): string {
  const lines = printed.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const line = lines.find((text) => /^(Uncaught )?\w*(Error|Exception)\b.*:/.test(text)) ?? lines.findLast((text) => !text.startsWith("Node.js v"));
  return line === undefined ? "" : `: ${line}`;
}

/** What a run can take before it counts as hanging: one whose size was found takes a second or two, one whose size was given can take any time. */
const PATIENCE_MS = { found: 60_000, given: 1_800_000 } as const;

/** Blocks in processes of their own. `specs`: `programs` as plain data, in the same order. */
export function inProcesses(
  specs: readonly unknown[],
  programs: readonly CellCatalogue[],
  protocol: Protocol,
  { entry, cpus = null, patienceMs = usualPatienceMs(programs, protocol) }: ProcessOptions,
): BlockRunner {
  const prefix = cpus === null ? [] : maskedBy(cpus);
  const { blocks, runs, budget, traced, warmupMs, minTimeMs, seed } = protocol;
  /** Runs one process to its end; an abort asks it to stop after the current run. */
  const work = async (what: BlockTask["work"], signal: AbortSignal, onMessage: (message: FromBlock, child: BlockChild) => void | Promise<void>): Promise<ChildEnd> => {
    const task = { programs: specs, protocol: { blocks, runs, budget, traced, warmupMs, minTimeMs, seed }, work: what };
    const child: BlockChild = new BlockChild(task, { entry, prefix, patienceMs }, (message) => onMessage(message, child));
    const stop = (): void => child.send({ kind: "stop" });
    signal.addEventListener("abort", stop);
    try {
      return await child.finished;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  };
  return {
    isolation: "process",
    async prepare(onProgress, signal) {
      const { last } = await work(null, signal, (message) => {
        if (message.kind === "progress") onProgress();
      });
      if (last.kind !== "prepared") throw new BlockProcessError("the process of the preparation sent no sizes");
      return last.prepared;
    },
    async run(order, frozen, events, signal) {
      const { last, printed } = await work({ order, frozen }, signal, async (message, child) => {
        if (message.kind === "done") events.done(message.outcome);
        if (message.kind !== "next") return;
        await events.next(message.cell);
        child.send({ kind: "go" });
      });
      if (last.kind !== "end") throw new BlockProcessError("the process of the block sent no result");
      return { ...last.end, notes: [...last.end.notes, ...(printed.trim() === "" ? [] : [`block ${order.block + 1} printed: ${printed.trim()}`])] };
    },
  };
}

/** For all runs of a cell and what goes before them: the process sends nothing during that time. */
function usualPatienceMs(programs: readonly CellCatalogue[], { runs, warmupMs }: Protocol): number {
  const isGiven = programs.some((program) => program.cells.some((cell) => program.sizing(cell).kind === "given"));
  return (runs + 2) * PATIENCE_MS[isGiven ? "given" : "found"] + 2 * programs.length * warmupMs;
}

function maskedBy(cpus: string): string[] {
  const taskset = findTaskset();
  if (taskset === null) throw new BlockProcessError("cannot be pinned to cores: taskset is not installed");
  return [taskset, "-c", cpus];
}
