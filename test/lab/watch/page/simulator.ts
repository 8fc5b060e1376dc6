/**
 * A small simulator of tasks, channels and threads, for messages to draw without a run: tasks
 * are generators; a task stays on its thread and is not interrupted. Deterministic.
 */
import type { EndLine, MarkLine, Message, SliceLine, TaskLine, WaitLine } from "../../../../src/lab/watch/protocol.ts";

/** What a task asks for. */
type Ask = { readonly work: number } | { readonly sleep: number } | { readonly recv: Queue } | { readonly send: Queue; readonly value: number };
/** What a task does; what it is given for an ask is what it received. */
export type Program<T = void> = Generator<Ask, T, number | undefined>;

/** A channel of numbers. Receiving `undefined`: it is closed and empty. */
export class Queue {
  readonly values: number[] = [];
  readonly receivers: Task[] = [];
  readonly senders: { readonly task: Task; readonly value: number }[] = [];
  readonly capacity: number;
  isClosed = false;

  constructor(capacity: number, values: readonly number[] = []) {
    this.capacity = capacity;
    this.values.push(...values);
  }
}

interface Task {
  readonly id: number;
  readonly thread: number;
  readonly program: Program;
  value: number | undefined;
}

/** The time in which a task is resumed, ms. */
const TURN_MS = 0.02;

/** Runs programs on threads, and notes what a trace would. */
export class Simulator {
  readonly #threads: { readonly ready: Task[]; running: Task | null; sinceMs: number }[];
  readonly #timers: { readonly ms: number; readonly order: number; readonly act: () => void }[] = [];
  #order = 0;
  #id = 0;
  #current: Task | null = null;
  readonly tasks: TaskLine[] = [];
  readonly ends: EndLine[] = [];
  readonly marks: MarkLine[] = [];
  readonly slices: SliceLine[] = [];
  readonly waits: WaitLine[] = [];
  ms = 0;

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => ({ ready: [], running: null, sinceMs: 0 }));
  }

  /** Starts a task on a thread, by default in turn. */
  spawn(name: string, program: Program, thread: number = this.#id % this.#threads.length): number {
    this.#id += 1;
    this.tasks.push([this.#id, name, thread, this.ms]);
    const task = { id: this.#id, thread, program, value: undefined };
    this.#wake(task);
    return this.#id;
  }

  /** A mark of the task that runs. */
  mark(name: string, n: number): void {
    const { id, thread } = this.#current as Task;
    this.marks.push([this.ms, id, thread, name, n]);
  }

  close(queue: Queue): void {
    queue.isClosed = true;
    for (const task of queue.receivers.splice(0)) this.#resumeWith(task, undefined);
  }

  /** Until nothing is left to do. Returns the time. */
  run(): number {
    for (;;) {
      this.#timers.sort((a, b) => a.ms - b.ms || a.order - b.order);
      const next = this.#timers.shift();
      if (next === undefined) return this.ms;
      this.ms = next.ms;
      next.act();
    }
  }

  #after(ms: number, act: () => void): void {
    this.#timers.push({ ms: this.ms + ms, order: this.#order++, act });
  }

  #wake(task: Task): void {
    const thread = this.#threads[task.thread]!;
    thread.ready.push(task);
    if (thread.running === null) this.#dispatch(task.thread);
    else this.waits.push([task.id, this.ms, "ready"]);
  }

  #resumeWith(task: Task, value: number | undefined): void {
    task.value = value;
    this.#wake(task);
  }

  #dispatch(index: number): void {
    const thread = this.#threads[index]!;
    const task = thread.ready.shift() ?? null;
    thread.running = task;
    if (task === null) return;
    thread.sinceMs = this.ms;
    this.#after(TURN_MS, () => this.#advance(task));
  }

  #advance(task: Task): void {
    for (;;) {
      this.#current = task;
      const { done, value: ask } = task.program.next(task.value);
      this.#current = null;
      if (done === true) {
        this.#leave(task);
        this.ends.push([task.id, this.ms]);
        return;
      }
      if ("work" in ask) {
        this.#after(ask.work, () => this.#advance(task));
        return;
      }
      if (this.#isAnsweredNow(task, ask)) continue;
      return;
    }
  }

  #isAnsweredNow(task: Task, ask: Exclude<Ask, { work: number }>): boolean {
    if ("sleep" in ask) {
      this.#block(task, "sleep");
      this.#after(ask.sleep, () => this.#resumeWith(task, undefined));
      return false;
    }
    if ("recv" in ask) {
      const { recv } = ask;
      const value = recv.values.shift();
      const sender = recv.senders.shift();
      if (sender !== undefined) {
        recv.values.push(sender.value);
        this.#resumeWith(sender.task, undefined);
      }
      const given = value ?? (sender === undefined ? undefined : recv.values.shift());
      if (given === undefined && !recv.isClosed) {
        recv.receivers.push(task);
        this.#block(task, "recv");
        return false;
      }
      task.value = given;
      return true;
    }
    const { send, value } = ask;
    const receiver = send.receivers.shift();
    task.value = undefined;
    if (receiver !== undefined) this.#resumeWith(receiver, value);
    else if (send.values.length < send.capacity) send.values.push(value);
    else {
      send.senders.push({ task, value });
      this.#block(task, "send");
      return false;
    }
    return true;
  }

  #block(task: Task, reason: string): void {
    this.#leave(task);
    this.waits.push([task.id, this.ms, reason]);
  }

  #leave(task: Task): void {
    const thread = this.#threads[task.thread]!;
    this.slices.push([task.thread, task.id, thread.sinceMs, this.ms]);
    thread.running = null;
    this.#after(0, () => {
      if (thread.running === null) this.#dispatch(task.thread);
    });
  }

  /** All of it as messages of the events of so many milliseconds each. */
  messages(run: number, everyMs: number): Message[] {
    const count = Math.max(1, Math.ceil(this.ms / everyMs));
    return Array.from({ length: count }, (_, k): Message => {
      const [from, until] = [k * everyMs, k === count - 1 ? this.ms : (k + 1) * everyMs];
      const isIn = (ms: number): boolean => ms >= from && (ms < until || k === count - 1);
      return {
        kind: "events", run, untilMs: until, lost: 0,
        tasks: this.tasks.filter(([, , , ms]) => isIn(ms)),
        ends: this.ends.filter(([, ms]) => isIn(ms)),
        marks: this.marks.filter(([ms]) => isIn(ms)),
        slices: this.slices.filter(([, , , to]) => isIn(to)),
        waits: this.waits.filter(([, ms]) => isIn(ms)),
        open: this.slices.filter(([, , start, to]) => start < until && to >= until && k < count - 1).map(([thread, task, start]) => [thread, task, start]),
      };
    });
  }
}
