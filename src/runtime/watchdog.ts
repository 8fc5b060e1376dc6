/**
 * Watches the threads from the main thread: JavaScript cannot be interrupted, so
 * a task that computes without awaiting holds up its thread and everything on
 * it. After 100 ms that is reported, once per task name, as a Node warning
 * (`process.on("warning")`, code WARREN_STUCK_TASK).
 */
import type { Arena } from "../memory/arena.ts";
import { processor } from "../memory/layout.ts";
import { Names } from "../memory/names.ts";
import { ringAny } from "../sync/doorbell.ts";

const LOOK_EVERY_MS = 50;
const STUCK_MS = 100;

export class Watchdog {
  readonly #arena: Arena;
  readonly #names: Names;
  readonly #reported = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(arena: Arena) {
    this.#arena = arena;
    this.#names = new Names(arena);
  }

  open(): void {
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const { i32, threads, clockMs } = this.#arena;
    for (let thread = 0; thread < threads; thread++) {
      const at = this.#arena.processorAt(thread);
      const since = i32[at + processor.sliceStart];
      if (since === 0 || clockMs - since < LOOK_EVERY_MS) continue;
      // Its unstarted tasks wait in vain: somebody who sleeps may take them.
      if (i32[at + processor.queueCount] > 0) ringAny(this.#arena, thread);
      if (clockMs - since < STUCK_MS) continue;
      const [, name = "(a closure)"] = this.#names.text(i32[at + processor.running]).split("\n");
      if (this.#reported.has(name)) continue;
      this.#reported.add(name);
      process.emitWarning(`task ${name} has kept thread ${thread} for ${Math.round(clockMs - since)} ms without awaiting: nothing else runs there meanwhile. Let it await yieldNow() now and then.`, { type: "WarrenWarning", code: "WARREN_STUCK_TASK" });
    }
  }
}
