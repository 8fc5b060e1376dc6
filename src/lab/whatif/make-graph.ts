/**
 * Makes the graph of a recording from what its tasks did (read.ts): a piece for what a task
 * ran up to each operation that ends one, and an edge for each thing that an operation
 * waited for.
 */
import type { States } from "../trace/states.ts";
import { ALL_PERMITS, GraphBuilder, MAY_WAIT, RUNS_ON, YIELDS, type EdgeKind, type Graph } from "./graph.ts";
import type { Draft, Op, Used } from "./ops.ts";
import { RunClock } from "./run-clock.ts";

/** The tasks of a recording, each after its parent, the main thread first; by their numbers; and what they used. */
export interface ReadTasks {
  readonly order: readonly Draft[];
  readonly tasks: ReadonlyMap<number, Draft>;
  readonly objects: readonly Used[];
  readonly states: States;
}

/** A graph, and what is not in it. */
export interface MadeGraph {
  readonly graph: Graph;
  readonly gcNs: number;
  readonly elsewhereNs: number;
}

/** Operations that end no piece, and those after which the task goes on without an await. */
const NO_END: ReadonlySet<Op["kind"]> = new Set(["nothing", "park", "deferred"]);
const GOES_ON: ReadonlySet<Op["kind"]> = new Set(["spawn", "wakes", "unlock", "signal", "close"]);

/** The graph of a recording. `withYields`: what a task runs up to each yield is a piece. */
export function makeGraph(read: ReadTasks, withYields: boolean): MadeGraph {
  const { order, states } = read;
  const builder = new GraphBuilder();
  const places = new Map<number, number>(order.map(({ id }, place) => [id, place]));
  const slices = new Map(states.tasks.map((life) => [life.id, life.slices]));
  const gcs = states.gcs.map(({ fromNs, toNs }) => ({ fromNs, toNs }));
  /** The first piece of each task. */
  const firsts: number[] = [];
  let gcNs = 0;
  let elsewhereNs = 0;
  for (const [place, task] of order.entries()) {
    if (place > 0) builder.task(task.name, places.get(task.parent) ?? 0, task.isClosure);
    const clock = new RunClock(slices.get(task.id) ?? [], gcs);
    for (const each of task.ops) {
      each.piece = -1;
      each.after = -1;
      if (NO_END.has(each.kind) || (each.kind === "yield" && !withYields)) continue;
      each.piece = builder.piece(place, clock.until(each.ns), GOES_ON.has(each.kind) ? RUNS_ON : each.kind === "yield" ? YIELDS : MAY_WAIT);
      if (firsts.length === place) firsts.push(each.piece);
      if (each.kind !== "wait" || !each.isOutside) continue;
      each.what = Math.max(0, each.ns - clock.stoppedNs);
      elsewhereNs += each.what;
    }
    const rest = task.ended === null ? builder.piece(place, clock.until(Infinity)) : -1;
    if (firsts.length === place) firsts.push(rest);
    gcNs += clock.gcNs;
  }
  connect(read, places, firsts, builder);
  return { graph: builder.graph(), gcNs, elsewhereNs };
}

/** Adds the edges and the locks. */
function connect({ order, tasks, objects }: ReadTasks, places: ReadonlyMap<number, number>, firsts: readonly number[], builder: GraphBuilder): void {
  for (const { ops } of order) {
    let before: Op | null = null;
    for (const each of ops) {
      if (each.piece < 0) continue;
      if (before !== null) before.after = each.piece;
      before = each;
    }
  }
  const edge = (kind: EdgeKind, from: Op | null | undefined, to: Op, ns = 0): void => {
    const target = to.gate.after;
    if (from !== null && from !== undefined && from.piece >= 0 && target >= 0) builder.edge(kind, from.piece, target, ns);
  };
  for (const { ops } of order) {
    const children = joinsInOrder(ops, places);
    for (const each of ops) {
      if (each.kind === "spawn") {
        const first = firsts[places.get(each.what) ?? -1] ?? -1;
        if (first >= 0) builder.edge("spawn", each.piece, first);
      } else if (each.kind === "join" || each.kind === "deferred") edge("join", tasks.get(children.get(each) ?? each.what)?.ended, each);
      else if (each.kind === "wait") edge("wait", each, each, each.what);
      else if (each.kind === "woken") edge("wake", each.cause, each);
      else if (each.kind === "await") {
        for (const signal of each.signals) edge("signal", signal, each);
      }
    }
  }
  addLocks(order.slice(1), builder);
  for (const { capacity, sends, receives, closed } of objects) {
    for (const [k, receive] of receives.entries()) edge("value", sends[k] ?? closed, receive);
    for (const [k, send] of sends.entries()) {
      if (k < capacity) continue;
      edge("room", receives[k - capacity], send);
      if (capacity > 0) edge("room", sends[k - capacity], send);
    }
  }
}

/** A lock that is also taken together (readers) has as many permits as there can be readers; one that is alone takes all. */
function addLocks(order: readonly Draft[], builder: GraphBuilder): void {
  const uses = order.flatMap(({ ops }) => ops.filter(({ kind }) => kind === "lock"));
  const shared = new Set(uses.filter(({ room }) => room === 0).map(({ what }) => what));
  const locks = new Map<number, number>();
  for (const { what, room } of uses) if (!locks.has(what)) locks.set(what, builder.lock(shared.has(what) ? ALL_PERMITS : room));
  for (const { ops } of order) {
    /** What the task holds, the oldest first. */
    const held = new Map<number, number[]>();
    for (const { kind, what, room, piece } of ops) {
      const lock = kind === "lock" || kind === "unlock" ? locks.get(what) : undefined;
      if (lock === undefined) continue;
      const permits = shared.has(what) && room > 0 ? ALL_PERMITS : 1;
      const mine = held.get(what) ?? [];
      held.set(what, mine);
      if (kind === "lock") {
        builder.take(piece, lock, permits);
        mine.push(permits);
      } else builder.give(piece, lock, mine.shift() ?? permits);
    }
  }
}

/**
 * Which task each join is of. Of joins without anything between them, it is not known for
 * which one the task waited: results are mostly awaited in the order in which the tasks
 * were spawned, in a loop or all together. So in that order they count.
 */
function joinsInOrder(ops: readonly Op[], places: ReadonlyMap<number, number>): ReadonlyMap<Op, number> {
  const children = new Map<Op, number>();
  let run: Op[] = [];
  const close = (): void => {
    const inOrder = run.map(({ what }) => what).toSorted((a, b) => (places.get(a) ?? 0) - (places.get(b) ?? 0));
    for (const [k, join] of run.entries()) children.set(join, inOrder[k] as number);
    run = [];
  };
  for (const each of ops) {
    if (each.kind === "join") run.push(each);
    else if (each.kind !== "yield") close();
  }
  close();
  return children;
}
