/** One task of a virtual thread: rewritten code that is driven from wait to wait. */
import { AnyGenerator, VirtualPromise } from "./machine.ts";

export class Task {
  readonly name: string;
  /** Not resumed by a wait of warren but by something foreign (a timer, a socket): at any time. */
  readonly isEvent: boolean;
  isDone = false;
  hasBegun = false;
  readonly #program: () => unknown;
  #body: Iterator<unknown> | undefined;
  #waitsFor: VirtualPromise | undefined;

  constructor(name: string, program: () => unknown, isEvent: boolean) {
    this.name = name;
    this.#program = program;
    this.isEvent = isEvent;
  }

  get isRunnable(): boolean {
    return !this.isDone && this.#waitsFor?.state !== "pending";
  }

  /** Runs the task until it ends or waits. */
  *drive(): Generator<unknown, void, unknown> {
    this.hasBegun = true;
    if (this.#body === undefined) {
      const body = this.#program();
      if (!(body instanceof (AnyGenerator as never))) {
        this.isDone = true;
        return;
      }
      this.#body = body as Iterator<unknown>;
    }
    const body = this.#body as Required<Iterator<unknown>>;
    const over = this.#waitsFor;
    this.#waitsFor = undefined;
    let step = over?.state === "broken" ? body.throw(over.value) : body.next(over?.value);
    for (;;) {
      if (step.done) {
        // What it returns is awaited, too.
        const isOver = !(step.value instanceof VirtualPromise);
        this.isDone = isOver;
        if (!isOver) {
          this.#waitsFor = step.value as VirtualPromise;
          this.#body = settle();
        }
        return;
      }
      const { value } = step;
      if (!(value instanceof VirtualPromise)) {
        // Another thread has its turn.
        step = body.next(yield);
      } else if (value.state === "pending") {
        this.#waitsFor = value;
        return;
      } else {
        step = value.state === "broken" ? body.throw(value.value) : body.next(value.value);
      }
    }
  }
}

/** The rest of a task that has returned a promise. */
function* settle(): Generator<unknown, void> {}
