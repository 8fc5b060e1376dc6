/** Programs with given costs, run on one virtual thread: they make the trace that warren would record, to the nanosecond. */
import type { Trace, TraceEvent } from "../../../src/index.ts";

/** What a task does next. */
type Step =
  | { readonly run: number }
  | { readonly spawn: Program; readonly name: string }
  | { readonly send: Channel }
  | { readonly receive: Channel }
  | { readonly close: Channel }
  | { readonly lock: Lock }
  | { readonly unlock: Lock }
  | { readonly sleep: number }
  | { readonly done: Group }
  | { readonly wait: Group }
  | { readonly wakeOf: Bell }
  | { readonly wake: Bell }
  | { readonly join: true };

export type Program = () => Generator<Step, void>;

export interface Channel {
  readonly id: number;
  readonly capacity: number;
  values: number;
  isClosed: boolean;
  readonly senders: Task[];
  readonly receivers: Task[];
}
export interface Lock {
  readonly id: number;
  readonly permits: number;
  held: number;
  readonly waiting: Task[];
}
export interface Group {
  readonly id: number;
  left: number;
  readonly waiting: Task[];
}
/** A wait that no use belongs to, as of a context. */
export interface Bell {
  rung: boolean;
  readonly waiting: Task[];
}

let ids = 1;
export const channel = (capacity: number): Channel => ({ id: ids++, capacity, values: 0, isClosed: false, senders: [], receivers: [] });
export const lock = (permits = 1): Lock => ({ id: ids++, permits, held: 0, waiting: [] });
export const group = (left: number): Group => ({ id: ids++, left, waiting: [] });
export const bell = (): Bell => ({ rung: false, waiting: [] });

interface Task {
  readonly id: number;
  readonly name: string;
  readonly parent: Task | null;
  readonly steps: Generator<Step, void>;
  /** Children that have not ended. */
  children: number;
  joins: boolean;
  wait: number;
}

/** Runs a program on one thread; its trace. */
export function traceOf(program: Program, name = "root"): Trace {
  const events: TraceEvent[] = [];
  const ready: { task: Task; wait: number }[] = [];
  const fresh: Task[] = [];
  const sleepers: { task: Task; atNs: number }[] = [];
  let now = 0;
  let tasks = 0;
  let waits = 1000;
  const add = (event: object, thread = 0): unknown => events.push({ timeNs: now, thread, ...event } as TraceEvent);
  const spawn = (parent: Task | null, steps: Generator<Step, void>, its: string): void => {
    const task: Task = { id: ++tasks, name: its, parent, steps, children: 0, joins: false, wait: 0 };
    add({ kind: "spawn", task: parent?.id ?? 0, child: task.id, to: 0, place: "any" }, parent === null ? 1 : 0);
    if (parent !== null) parent.children++;
    fresh.push(task);
  };
  const use = (task: Task, what: string, of: number, room = 0): unknown => add({ kind: "use", task: task.id, use: what, of, room });
  const park = (task: Task, reason: string, queue: Task[]): true => {
    task.wait = ++waits;
    add({ kind: "park", task: task.id, reason, wait: task.wait });
    queue.push(task);
    return true;
  };
  const wake = (by: number, task: Task): void => {
    add({ kind: "wake", task: by, wait: task.wait, to: 0 });
    add({ kind: "ready", wait: task.wait });
    ready.push({ task, wait: task.wait });
  };
  /** One step of a task; true if it stops. */
  const step = (task: Task, doing: Step): boolean => {
    if ("run" in doing) now += doing.run;
    else if ("spawn" in doing) spawn(task, doing.spawn(), doing.name);
    else if ("send" in doing) {
      const { send: ch } = doing;
      use(task, "send", ch.id, ch.capacity);
      const receiver = ch.receivers.shift();
      if (receiver !== undefined) wake(task.id, receiver);
      else if (ch.values < ch.capacity) ch.values++;
      else return park(task, "send", ch.senders);
    } else if ("receive" in doing) {
      const { receive: ch } = doing;
      use(task, "receive", ch.id);
      const sender = ch.senders.shift();
      if (sender !== undefined) wake(task.id, sender);
      else if (ch.values > 0) ch.values--;
      else if (!ch.isClosed) return park(task, "receive", ch.receivers);
    } else if ("close" in doing) {
      use(task, "close", doing.close.id);
      doing.close.isClosed = true;
      for (const receiver of doing.close.receivers.splice(0)) wake(task.id, receiver);
    } else if ("lock" in doing) {
      use(task, "lock", doing.lock.id, doing.lock.permits);
      if (doing.lock.held === doing.lock.permits) return park(task, "lock", doing.lock.waiting);
      doing.lock.held++;
    } else if ("unlock" in doing) {
      use(task, "unlock", doing.unlock.id, doing.unlock.permits);
      const next = doing.unlock.waiting.shift();
      if (next === undefined) doing.unlock.held--;
      else wake(task.id, next);
    } else if ("done" in doing) {
      use(task, "signal", doing.done.id);
      if (--doing.done.left === 0) for (const other of doing.done.waiting.splice(0)) wake(task.id, other);
    } else if ("wait" in doing) {
      use(task, "await", doing.wait.id);
      if (doing.wait.left > 0) return park(task, "wait", doing.wait.waiting);
    } else if ("wakeOf" in doing) {
      if (!doing.wakeOf.rung) return park(task, "context", doing.wakeOf.waiting);
    } else if ("wake" in doing) {
      doing.wake.rung = true;
      for (const other of doing.wake.waiting.splice(0)) wake(task.id, other);
    } else if ("sleep" in doing) {
      sleepers.push({ task, atNs: now + doing.sleep });
      return park(task, "sleep", []);
    } else {
      task.joins = task.children > 0;
      return task.joins;
    }
    return false;
  };
  const run = (task: Task): void => {
    for (let next = task.steps.next(); ; next = task.steps.next()) {
      if (next.done !== true) {
        if (step(task, next.value)) return;
        continue;
      }
      add({ kind: "end", task: task.id, failed: false });
      const { parent } = task;
      add({ kind: "join", task: parent?.id ?? 0, child: task.id }, parent === null ? 1 : 0);
      if (parent !== null && --parent.children === 0 && parent.joins) {
        parent.joins = false;
        run(parent);
      }
      return;
    }
  };
  spawn(null, program(), name);
  for (;;) {
    add({ kind: "turn" });
    if (ready.length === 0 && fresh.length === 0 && sleepers.length > 0) now = Math.max(now, Math.min(...sleepers.map(({ atNs }) => atNs)));
    // A loop calls all timers that are due.
    for (const due of sleepers.filter(({ atNs }) => atNs <= now)) {
      sleepers.splice(sleepers.indexOf(due), 1);
      wake(0, due.task);
    }
    const resumed = ready.shift();
    const started = resumed === undefined ? fresh.shift() : undefined;
    if (resumed !== undefined) {
      add({ kind: "resume", task: resumed.task.id, wait: resumed.wait });
      run(resumed.task);
    } else if (started !== undefined) {
      add({ kind: "start", task: started.id, name: started.name });
      run(started);
    } else if (sleepers.length === 0) break;
  }
  return { threads: 1, startNs: 0, endNs: now + 1, events, lost: [0, 0], completeFromNs: 0 };
}
