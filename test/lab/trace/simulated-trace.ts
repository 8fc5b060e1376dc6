/**
 * Recordings without a runtime: threads that run tasks as the scheduler does
 * (turns, a line of reactions, starts that run at once), in simulated time, so
 * that it is known what ran when.
 */
import type { Trace, TraceEvent, WaitReason } from "../../../src/index.ts";
import { randomSource, type RandomSource } from "../../../src/lab/random.ts";

/** What really ran. */
export interface TrueSlice {
  readonly thread: number;
  readonly task: number;
  readonly fromNs: number;
  readonly toNs: number;
}

export interface Simulated {
  readonly trace: Trace;
  /** What ran, by thread and time; without what ran for no time. */
  readonly truth: readonly TrueSlice[];
}

export interface Simulation {
  readonly seed: number;
  readonly threads: number;
  readonly tasks: number;
  /** Tasks also stop without telling: what they await is not warren's. */
  readonly withForeign: boolean;
}

interface SimulatedTask {
  readonly id: number;
  readonly thread: number;
  steps: number;
  wait: number;
  isForeign: boolean;
}

interface Arrival {
  readonly ns: number;
  readonly task: SimulatedTask;
  readonly how: "start" | "wait" | "hop" | "foreign";
}

const REASONS: readonly WaitReason[] = ["send", "receive", "select", "sleep", "lock"];
const EPOCH = 7_000_000_000_000;

/** Runs a simulation to its end. */
export function simulateTrace(options: Simulation): Simulated {
  return new Simulator(options).run();
}

class Simulator {
  readonly #options: Simulation;
  readonly #random: RandomSource;
  readonly #events: TraceEvent[] = [];
  readonly #truth: TrueSlice[] = [];
  readonly #clocks: number[];
  readonly #arrivals: Arrival[][];
  readonly #parked: SimulatedTask[] = [];
  #nextId = 1;
  #nextWait = 100;
  #nextHop = 1;

  constructor(options: Simulation) {
    this.#options = options;
    this.#random = randomSource(options.seed, "simulated trace");
    this.#clocks = Array.from({ length: options.threads }, () => 0);
    this.#arrivals = Array.from({ length: options.threads }, () => []);
  }

  run(): Simulated {
    const { threads, tasks } = this.#options;
    for (let k = 0; k < Math.min(3, tasks); k++) this.#spawn(0, threads, this.#random.below(50));
    for (;;) {
      const waiting = this.#arrivals.flatMap((arrivals, thread) => (arrivals.length === 0 ? [] : [{ thread, ns: Math.max(this.#clocks[thread] as number, Math.min(...arrivals.map(({ ns }) => ns))) }]));
      const next = waiting.toSorted((a, b) => a.ns - b.ns)[0];
      if (next === undefined) break;
      this.#turn(next.thread, next.ns);
    }
    const endNs = Math.max(...this.#clocks) + this.#random.below(100);
    const events = this.#events.toSorted((a, b) => a.timeNs - b.timeNs);
    return {
      trace: { threads, startNs: EPOCH, endNs: EPOCH + endNs, events, lost: Array.from({ length: threads + 1 }, () => 0), completeFromNs: EPOCH },
      truth: this.#truth.filter(({ fromNs, toNs }) => toNs > fromNs).toSorted((a, b) => a.thread - b.thread || a.toNs - b.toNs),
    };
  }

  #spawn(parent: number, thread: number, ns: number): void {
    const to = this.#random.below(this.#options.threads);
    const task: SimulatedTask = { id: this.#nextId++, thread: to, steps: 1 + this.#random.below(6), wait: 0, isForeign: false };
    this.#emit({ kind: "spawn", thread, timeNs: ns, task: parent, child: task.id, to, place: "any" });
    this.#arrivals[to]?.push({ ns: ns + 1, task, how: "start" });
  }

  #turn(thread: number, startNs: number): void {
    let ns = startNs;
    this.#emit({ kind: "turn", thread, timeNs: ns });
    ns += 1 + this.#random.below(3);
    const arrivals = this.#arrivals[thread] as Arrival[];
    const here = arrivals.filter((arrival) => arrival.ns <= startNs).toSorted((a, b) => a.ns - b.ns);
    this.#arrivals[thread] = arrivals.filter((arrival) => arrival.ns > startNs);
    const line: SimulatedTask[] = [];
    for (const { task, how } of here) {
      if (how === "start" || how === "foreign") continue;
      if (how === "wait") this.#emit({ kind: "ready", thread, timeNs: ns, wait: task.wait });
      if (how === "wait") this.#emit({ kind: "resume", thread, timeNs: ns, task: task.id, wait: task.wait });
      else this.#emit({ kind: "hop", thread, timeNs: ns, hop: task.wait });
      line.push(task);
      ns += this.#random.below(3);
    }
    for (const { task, how } of here) {
      if (how !== "start") continue;
      ns += this.#random.below(3);
      this.#emit({ kind: "start", thread, timeNs: ns, task: task.id, name: `task${task.id}` });
      ns = this.#segment(task, ns);
    }
    for (const task of line) ns = this.#segment(task, ns);
    for (const { task, how } of here) {
      if (how !== "foreign") continue;
      // it goes on in a callback of its own, after the turn
      task.isForeign = true;
      ns = this.#segment(task, ns + 1);
      this.#emit({ kind: "turn", thread, timeNs: ns });
    }
    if (this.#arrivals[thread]?.length === 0) this.#emit({ kind: "idle", thread, timeNs: ns });
    this.#clocks[thread] = ns;
  }

  /** A task runs until it stops; when that is. */
  #segment(task: SimulatedTask, startNs: number): number {
    let ns = startNs;
    const { thread } = task;
    const random = this.#random;
    if (task.isForeign) this.#emit({ kind: "foreign", thread, timeNs: ns, task: task.id, sinceNs: EPOCH + ns });
    task.isForeign = false;
    ns += 1 + random.below(60);
    if (random.below(3) === 0 && this.#nextId <= this.#options.tasks) {
      this.#spawn(task.id, thread, ns);
      ns += 1 + random.below(9);
    }
    const other = this.#parked.length > 0 && random.below(2) === 0 ? this.#parked.splice(random.below(this.#parked.length), 1)[0] : undefined;
    if (other !== undefined) {
      this.#emit({ kind: "wake", thread, timeNs: ns, task: task.id, wait: other.wait, to: other.thread });
      this.#arrivals[other.thread]?.push({ ns: ns + 1, task: other, how: "wait" });
      ns += 1 + random.below(20);
    }
    this.#truth.push({ thread, task: task.id, fromNs: startNs, toNs: ns });
    this.#stop(task, ns);
    return ns;
  }

  #stop(task: SimulatedTask, ns: number): void {
    const { thread, id } = task;
    const random = this.#random;
    const arrive = (how: Arrival["how"], afterNs: number): unknown => this.#arrivals[thread]?.push({ ns: ns + afterNs, task, how });
    if (task.steps-- === 0) return this.#emit({ kind: "end", thread, timeNs: ns, task: id, failed: random.below(9) === 0 });
    const kind = random.below(this.#options.withForeign ? 4 : 3);
    if (kind === 0) {
      task.wait = this.#nextHop++;
      this.#emit({ kind: "yield", thread, timeNs: ns, task: id, hop: task.wait });
      return void arrive("hop", 1);
    }
    if (kind === 3) return void arrive("foreign", 1 + random.below(200));
    task.wait = this.#nextWait++;
    this.#emit({ kind: "park", thread, timeNs: ns, task: id, reason: REASONS[random.below(REASONS.length)] as WaitReason, wait: task.wait });
    // the last one may not wait for others: nobody would wake it
    if (kind === 1 && this.#arrivals.some((arrivals) => arrivals.length > 0)) return void this.#parked.push(task);
    const afterNs = 1 + random.below(300);
    this.#emit({ kind: "wake", thread, timeNs: ns + afterNs, task: 0, wait: task.wait, to: thread });
    arrive("wait", afterNs);
  }

  #emit(event: TraceEvent): void {
    this.#events.push({ ...event, timeNs: EPOCH + event.timeNs });
  }
}
