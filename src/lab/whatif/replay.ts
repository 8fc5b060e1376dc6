/**
 * Replays a graph on so many processors: a discrete-event simulation under warren's own
 * rules (src/scheduler/).
 *
 * A processor resumes what is ready, the oldest first; if nothing is, or when its time
 * slice has ended, it starts tasks, one after the other until the slice ends; a task that
 * has to wait lets the next one run. Where tasks are placed and stolen: placement.ts. The
 * main thread runs on a processor of its own, and its pieces cost nothing.
 *
 * Invariants: a processor runs one piece at a time; a task runs on one processor from its
 * first piece on; a piece begins when all pieces before it have ended, not earlier; no
 * piece runs twice. A processor that is idle runs what is ready immediately, without the
 * cost of a hand-over unless `handOff` is given.
 */
import { randomSource } from "../random.ts";
import { at, EDGES, isLast, RUNS_ON, YIELDS, type Graph, type GraphTask } from "./graph.ts";
import { Agenda, Line } from "./agenda.ts";
import { inCounts } from "./path.ts";
import { placeFor, stolenFrom } from "./placement.ts";

/** What it costs until a task goes on that another processor has woken. */
export interface HandOff {
  /** If that processor has been idle so briefly that it still watches. */
  readonly awakeNs: number;
  /** If it sleeps. */
  readonly asleepNs: number;
}

/** Figures of src/scheduler/: the time slice, how long an idle processor watches, and when it looks for tasks to steal again. */
const SLICE_NS = 2e6;
const WATCH_NS = 50_000;
const NAP_NS = 2e6;
/** A processor that computes for so long and starts no task is held up (src/runtime/main/hand-off.ts). */
const HELD_UP_NS = 50e6;

/** The result of a replay. */
export interface Replayed {
  /** From the first piece to the end of the last. */
  readonly ns: number;
  /** What all processors ran. */
  readonly busyNs: number;
  /** Pieces that never began: none, unless the graph has a circle. */
  readonly left: number;
}

/** How to replay. */
export interface ReplayOptions {
  /** Without it, hand-overs cost nothing. */
  readonly handOff?: HandOff | undefined;
  /** Varies what a recording does not fix: the length of each hand-over, by up to half, and the moments at which idle processors look for tasks. */
  readonly seed?: number;
}

/** Replays a graph on `processors`. */
export function replay(graph: Graph, processors: number, options: ReplayOptions = {}): Replayed {
  return new Replay(graph, processors, options).run();
}

const SPAWN = EDGES.indexOf("spawn");
/** Kinds of events: a piece ends, a piece has one thing less to wait for, a processor wakes. */
const ENDS = 0;
const FREED = 1;
const WAKES = 2;

class Processor {
  /** Pieces of tasks that have started, which can go on. */
  readonly ready = new Line();
  /** Pieces that go on as soon as no more tasks start. */
  readonly next = new Line();
  /** Tasks that have not started: any processor can take those of `queue`. */
  readonly queue = new Line();
  readonly closures = new Line();
  /** The piece that it runs, −1 for none, and since when it does, or has been idle. */
  piece = -1;
  sinceNs = 0;
  sliceEndNs = 0;
  isStarting = false;
  /** In this slice tasks must start, once so many of those that were ready have gone on. */
  mustStart = false;
  due = 0;
  /** Of the starter on it: where its last task went, and how many it has placed. */
  last = 0;
  placed = 0;
  hasNap = false;
}

class Replay {
  readonly #graph: Graph;
  readonly #count: number;
  readonly #handOff: HandOff | undefined;
  readonly #vary: () => number;
  readonly #agenda = new Agenda();
  readonly #waits: Int32Array;
  readonly #home: Int32Array;
  readonly #processors: Processor[];
  readonly #loads: { readonly held: Int32Array; readonly queued: Int32Array };
  readonly #free: number[];
  readonly #lines: readonly Line[];
  #nowNs = 0;
  #endNs = 0;
  #busyNs = 0;
  #done = 0;

  constructor(graph: Graph, processors: number, { handOff, seed = 0 }: ReplayOptions) {
    this.#graph = graph;
    this.#count = processors;
    this.#handOff = handOff;
    const source = seed === 0 ? undefined : randomSource(seed, "replay");
    this.#vary = () => (source === undefined ? 1 : 0.5 + source.float());
    this.#waits = inCounts(graph);
    this.#home = new Int32Array(graph.tasks.length).fill(-1);
    this.#processors = Array.from({ length: processors + 1 }, () => new Processor());
    this.#loads = { held: new Int32Array(processors), queued: new Int32Array(processors) };
    this.#free = [...graph.locks];
    this.#lines = graph.locks.map(() => new Line());
  }

  run(): Replayed {
    const { tasks, costNs } = this.#graph;
    for (const [task, { first, count }] of tasks.entries()) if (count > 0 && at(this.#waits, first) === 0) this.#place(task, this.#count);
    for (let processor = 0; processor <= this.#count; processor++) this.#go(processor);
    for (let kind = this.#agenda.pop(); kind >= 0; kind = this.#agenda.pop()) {
      this.#nowNs = this.#agenda.ns;
      if (kind === ENDS) this.#ended(this.#agenda.what);
      else if (kind === FREED) this.#freed(this.#agenda.what, -1);
      else this.#go(this.#agenda.what);
    }
    return { ns: this.#endNs, busyNs: this.#busyNs, left: costNs.length - this.#done };
  }

  #of(processor: number): Processor {
    return this.#processors[processor] as Processor;
  }

  /** A processor that is idle runs the next piece. */
  #go(processor: number): void {
    const self = this.#of(processor);
    if (self.piece >= 0) return;
    let piece = this.#pick(self, processor);
    if (piece < 0 && this.#steal(processor)) piece = this.#pick(self, processor);
    if (piece >= 0) return this.#begin(self, piece);
    if (processor === this.#count || self.hasNap || !this.#canBeTaken(processor)) return;
    self.hasNap = true;
    this.#agenda.push(this.#nowNs + NAP_NS * this.#vary(), WAKES, processor);
  }

  #canBeTaken(processor: number): boolean {
    for (let other = 0; other < this.#count; other++) if (other !== processor && this.#of(other).queue.length > 0) return true;
    return false;
  }

  #begin(self: Processor, piece: number): void {
    self.piece = piece;
    self.sinceNs = this.#nowNs;
    this.#agenda.push(this.#nowNs + at(this.#graph.costNs, piece), ENDS, at(this.#home, at(this.#graph.taskOf, piece)));
  }

  /** What runs next: −1 if there is nothing. */
  #pick(self: Processor, processor: number): number {
    const hasNew = self.queue.length + self.closures.length > 0;
    if (self.isStarting && hasNew && this.#nowNs < self.sliceEndNs) return this.#start(self, processor);
    self.isStarting = false;
    if (self.next.length > 0) return self.next.shift();
    if (this.#nowNs >= self.sliceEndNs) {
      self.sliceEndNs = this.#nowNs + SLICE_NS;
      self.due = self.ready.length;
      self.mustStart = true;
    }
    if (self.ready.length > 0 && (self.due > 0 || !self.mustStart || !hasNew)) {
      self.due--;
      return self.ready.shift();
    }
    if (!hasNew) return -1;
    self.mustStart = false;
    self.isStarting = true;
    return this.#start(self, processor);
  }

  /** Takes the oldest of the tasks that have not started; its first piece. */
  #start(self: Processor, processor: number): number {
    const task = self.closures.length > 0 ? self.closures.shift() : self.queue.shift();
    if (processor < this.#count) {
      this.#loads.queued[processor] = at(this.#loads.queued, processor) - 1;
      this.#loads.held[processor] = at(this.#loads.held, processor) + 1;
    }
    this.#home[task] = processor;
    return (this.#graph.tasks[task] as GraphTask).first;
  }

  #steal(thief: number): boolean {
    if (thief >= this.#count) return false;
    const self = this.#of(thief);
    self.hasNap = false;
    for (let k = 1; k < this.#count; k++) {
      const index = (thief + k) % this.#count;
      const victim = this.#of(index);
      const isHeldUp = victim.piece >= 0 && this.#nowNs - victim.sinceNs >= HELD_UP_NS;
      const taken = stolenFrom(this.#loads, thief, index, victim.queue.length, isHeldUp);
      if (taken === 0) continue;
      for (let one = 0; one < taken; one++) self.queue.push(victim.queue.shift());
      this.#loads.queued[index] = at(this.#loads.queued, index) - taken;
      this.#loads.queued[thief] = at(this.#loads.queued, thief) + taken;
      return true;
    }
    return false;
  }

  /** A task whose first piece can begin goes into the queue of a processor. */
  #place(task: number, by: number): void {
    const { parent, isClosure } = this.#graph.tasks[task] as GraphTask;
    if (task === 0 || (isClosure && parent === 0)) {
      this.#of(this.#count).closures.push(task);
      return this.#go(this.#count);
    }
    const starter = this.#of(by);
    const to = isClosure ? by : placeFor(this.#loads, starter.last, starter.placed);
    starter.placed++;
    if (!isClosure) starter.last = to;
    const target = this.#of(to);
    (isClosure ? target.closures : target.queue).push(task);
    this.#loads.queued[to] = at(this.#loads.queued, to) + 1;
    if (to !== by) this.#ring(to);
    // A processor with more than it can start now gets help from an idle one.
    if (!isClosure && target.piece >= 0 && (to === by || at(this.#loads.queued, to) > 1)) this.#ringIdle(to);
  }

  #ringIdle(except: number): void {
    for (let index = 0; index < this.#count; index++) if (index !== except && this.#of(index).piece < 0) return this.#ring(index);
  }

  /** Wakes a processor, if it is idle. One that runs finds its mail when its task stops. */
  #ring(processor: number): void {
    if (this.#of(processor).piece < 0) this.#agenda.push(this.#nowNs + this.#delayTo(processor), WAKES, processor);
  }

  #delayTo(processor: number): number {
    if (this.#handOff === undefined) return 0;
    const { piece, sinceNs } = this.#of(processor);
    if (piece >= 0) return 0;
    return (this.#nowNs - sinceNs < WATCH_NS ? this.#handOff.awakeNs : this.#handOff.asleepNs) * this.#vary();
  }

  /** The piece that a processor runs has ended. */
  #ended(processor: number): void {
    const { costNs, edgesFrom, edgeTo, edgeNs, edgeKind, takes, takesPermits, gives, givesPermits, ending, taskOf } = this.#graph;
    const self = this.#of(processor);
    const { piece } = self;
    this.#done++;
    if (processor < this.#count) this.#busyNs += at(costNs, piece);
    this.#endNs = this.#nowNs;
    if (at(gives, piece) > 0) this.#give(at(gives, piece) - 1, at(givesPermits, piece), processor);
    for (let edge = at(edgesFrom, piece); edge < at(edgesFrom, piece + 1); edge++) {
      const to = at(edgeTo, edge);
      if (at(edgeNs, edge) > 0) this.#agenda.push(this.#nowNs + at(edgeNs, edge), FREED, to);
      else if (at(edgeKind, edge) === SPAWN) this.#spawned(to, processor);
      else this.#freed(to, processor);
    }
    const isHeld = at(takes, piece) > 0 && !this.#take(at(takes, piece) - 1, at(takesPermits, piece), piece + 1);
    self.piece = -1;
    self.sinceNs = this.#nowNs;
    if (isLast(this.#graph, piece)) {
      if (processor < this.#count) this.#loads.held[processor] = at(this.#loads.held, processor) - 1;
      return this.#go(processor);
    }
    if (!isHeld) this.#waits[piece + 1] = at(this.#waits, piece + 1) - 1;
    if (at(this.#waits, piece + 1) > 0) return this.#go(processor);
    if (at(ending, piece) === RUNS_ON) return this.#begin(self, piece + 1);
    if (at(ending, piece) === YIELDS || (!self.isStarting && this.#nowNs >= self.sliceEndNs && at(taskOf, piece) !== 0)) self.ready.push(piece + 1);
    else if (self.isStarting) self.next.push(piece + 1);
    else return this.#begin(self, piece + 1);
    this.#go(processor);
  }

  #spawned(piece: number, by: number): void {
    this.#waits[piece] = at(this.#waits, piece) - 1;
    if (at(this.#waits, piece) === 0) this.#place(at(this.#graph.taskOf, piece), by);
  }

  /** A piece has one thing less to wait for: the end of a piece on processor `by`, or −1 for a timer. */
  #freed(piece: number, by: number): void {
    this.#waits[piece] = at(this.#waits, piece) - 1;
    if (at(this.#waits, piece) > 0) return;
    const task = at(this.#graph.taskOf, piece);
    const home = at(this.#home, task);
    // Nothing but a spawn starts a task.
    if (home < 0) return this.#place(task, Math.max(0, by));
    const target = this.#of(home);
    const delayNs = by < 0 || by === home ? 0 : this.#delayTo(home);
    if (delayNs > 0) {
      // It could go on, but its processor does not know it yet.
      this.#waits[piece] = 1;
      return this.#agenda.push(this.#nowNs + delayNs, FREED, piece);
    }
    target.ready.push(piece);
    if (target.piece < 0 && by !== home) this.#go(home);
  }

  #take(lock: number, permits: number, piece: number): boolean {
    const line = this.#lines[lock] as Line;
    const wanted = Math.min(permits, at(this.#graph.locks, lock));
    if (line.length === 0 && at(this.#free, lock) >= wanted) {
      this.#free[lock] = at(this.#free, lock) - wanted;
      return true;
    }
    line.push(piece);
    return false;
  }

  /** Gives permits back; the first in line get them. */
  #give(lock: number, permits: number, by: number): void {
    const { takesPermits, locks } = this.#graph;
    const line = this.#lines[lock] as Line;
    this.#free[lock] = at(this.#free, lock) + Math.min(permits, at(locks, lock));
    while (line.length > 0) {
      const wanted = Math.min(at(takesPermits, line.first - 1), at(locks, lock));
      if (at(this.#free, lock) < wanted) return;
      this.#free[lock] = at(this.#free, lock) - wanted;
      this.#freed(line.shift(), by);
    }
  }
}
