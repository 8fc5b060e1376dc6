/**
 * A block's process from outside: started with a task, talked to until it has
 * ended. However it ends (done, crashed, killed, hanging, not to be started) the
 * promise of `finished` settles, and no process is left.
 *
 * It is in a process group of its own: the terminal's Ctrl-C reaches this
 * process only, which asks the child to stop after its run. If this process is
 * gone the child sees its channel closed and ends itself (`block-service.ts`).
 *
 * Its threads load a hundred modules each. Node keeps their bytecode from one
 * process to the next (NODE_COMPILE_CACHE), which halves that; what V8 optimises
 * is kept nowhere, so each block still starts cold.
 */
import { fork, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BlockTask, FromBlock, ToBlock } from "./messages.ts";

/** How to start it. */
export interface ChildOptions {
  /** The module that the process runs. */
  readonly entry: URL;
  /** Program and arguments before Node's own, to start it under a mask. */
  readonly prefix: readonly string[];
  /** With nothing heard for this long it counts as hanging. */
  readonly patienceMs: number;
}

/** What it has said last, and what it printed. */
export interface ChildEnd {
  readonly last: Extract<FromBlock, { kind: "prepared" | "end" }>;
  readonly printed: string;
}

/** A process that broke off. `message` says how, in one line. */
export class BlockProcessError extends Error {
  override readonly name = "BlockProcessError";
}

/** Where Node keeps bytecode by default. */
const COMPILE_CACHE = join(tmpdir(), "node-compile-cache");
/** How long a process may take to end when it has said its last. */
const END_MS = 10_000;
/** Of what a process prints, the end is kept. */
const MOST_PRINTED = 16_384;

const running = new Set<BlockChild<unknown>>();

/** The processes of blocks that run now: at most one, but for tests. */
export function blockChildren(): readonly BlockChild<unknown>[] {
  return [...running];
}

process.on("exit", () => {
  // Ctrl-C twice, or an error: they would see it themselves, but a moment later.
  for (const child of running) child.kill();
});

/** The process of one block. */
export class BlockChild<Spec> {
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

  /** Starts it. `onMessage` hears everything that is not an end; what it throws ends the process. */
  constructor(task: BlockTask<Spec>, { entry, prefix, patienceMs }: ChildOptions, onMessage: (message: FromBlock) => void | Promise<void>) {
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
    this.#process.on("message", (message: FromBlock) => void this.#heard(message));
    this.#wait(patienceMs, `gave no sign for ${Math.round(patienceMs / 1000)} s`);
    this.send({ kind: "task", task });
  }

  /** Tells it something; nothing if it has ended. */
  send(message: ToBlock<Spec>): void {
    // An error here is that the process is gone: `close` tells more.
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

  async #heard(message: FromBlock): Promise<void> {
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

  /** Kills it unless it is heard of in time. */
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

/** The line that says why, of what a failing process printed: the error's, or the last. */
function reasonIn(printed: string): string {
  const lines = printed.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const line = lines.find((text) => /^(Uncaught )?\w*(Error|Exception)\b.*:/.test(text)) ?? lines.findLast((text) => !text.startsWith("Node.js v"));
  return line === undefined ? "" : `: ${line}`;
}
