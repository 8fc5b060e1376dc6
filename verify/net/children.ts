/** Starts nodes as processes of their own and reads what they print. */
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { ChildOptions } from "./child.ts";

const CHILD = fileURLToPath(new URL("child.ts", import.meta.url));
/** Only ends what hangs. */
const DEADLINE_MS = 60_000;

/** A line that a child has printed, as words. */
export type Words = readonly string[];

export class Child implements AsyncDisposable {
  readonly node: string;
  readonly lines: Words[] = [];
  readonly ended: Promise<void>;
  readonly #process: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #stderr = "";
  #isEnded = false;

  constructor(options: ChildOptions, onLine: (words: Words) => void = () => undefined) {
    this.node = options.node;
    const env = { ...process.env, NODE_OPTIONS: "", NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? join(tmpdir(), "warren-test-compile-cache") };
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "--liftoff-only", CHILD, JSON.stringify(options)], { stdio: ["pipe", "pipe", "pipe"], env });
    this.#process = child;
    child.stdin.on("error", () => undefined);
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    createInterface(child.stdout).on("line", (line) => {
      const words = line.split(" ");
      this.lines.push(words);
      onLine(words);
      for (const watch of this.#watchers) watch();
    });
    // All that it has printed was read then.
    this.ended = new Promise((resolve) => {
      child.on("close", () => {
        this.#isEnded = true;
        for (const watch of this.#watchers) watch();
        resolve();
      });
    });
  }

  get hasEnded(): boolean {
    return this.#isEnded;
  }

  /** Waits until it has printed a line that begins with these words, or `count` of them. */
  async printed(first: string, count = 1): Promise<Words> {
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<Words>((resolve, reject) => {
        const look = (): void => {
          const found = this.lines.filter(([word]) => word === first);
          if (found.length >= count) resolve(found[count - 1] as Words);
          else if (this.#isEnded) reject(new Error(`${this.node} has ended before it printed "${first}": ${this.#stderr}`));
        };
        timer = setTimeout(() => reject(new Error(`${this.node} did not print "${first}": ${this.#stderr}`)), DEADLINE_MS);
        this.#watchers.add(look);
        look();
      });
    } finally {
      clearTimeout(timer);
      this.#watchers.clear();
    }
  }

  /** Tells a consumer that holds its values to acknowledge them. */
  tell(): void {
    this.#process.stdin?.write("go\n");
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async kill(): Promise<void> {
    this.signal("SIGKILL");
    await this.ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
  }
}
