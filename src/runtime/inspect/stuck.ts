/**
 * Partial deadlocks: tasks that wait only for each other while the program continues.
 * A waits-for search over the reports of all threads.
 *
 * A waiting operation can be ended by any task that knows its channel, or by the task
 * that it joins. The stuck tasks are the largest set of waiting tasks in which every
 * operation can be ended only by members of the set. To find it, begin with all
 * waiting tasks and remove a task that something outside the set could wake, until
 * nothing changes. Nodes are tasks and handles, so that ten thousand tasks at one
 * channel cost ten thousand steps and not their square: an awake task makes the
 * handles that it knows awake, and an awake handle the tasks that wait at it.
 *
 * If warren is not certain, a handle counts as awake: if it is on its way in a message
 * or in the arguments of a task that has not started (then its header counts more
 * references than the threads have objects); if code outside tasks, a timer or a task
 * without its own identity knows it; or if a thread knows it on which Node has
 * something in progress, or that did not answer.
 *
 * Source: the AND-OR waits-for graph of Knapp, Deadlock detection in distributed
 * databases (1987), reduced by its sinks; Go 1.26's goroutine leak profile asks
 * the garbage collector instead which goroutines know a channel.
 */
import { OUTSIDE, type OperationView, type ParkedReport, type ThreadView } from "../thread/control.ts";

/** A waiting operation of a task in a partial deadlock. */
export interface StuckWait extends ParkedReport {
  /** Index of the thread. */
  readonly thread: number;
}

/** A partial deadlock: tasks that wait only for each other. None of them will ever continue, unless one knows a channel in a way that warren cannot see. */
export interface StuckReport {
  /** Every waiting operation of these tasks. */
  readonly waits: readonly StuckWait[];
}

/** A task that may be stuck, or the main thread's own code. */
interface Node {
  readonly thread: number;
  readonly handles: readonly number[];
  readonly operations: { readonly view: OperationView; readonly report: ParkedReport }[];
}

/** The stuck tasks found so far, and the names of their waits, to recognise them in the next search. */
export interface Suspects {
  readonly groups: readonly StuckReport[];
  readonly waits: ReadonlySet<string>;
}

/**
 * Searches once. @param views the views of the threads that answered, the main thread last
 * @param references how many objects and messages refer to a handle; `undefined` if its header is freed
 * @param among if given, only operations that were found before count as stuck
 */
export function findStuck(views: readonly ThreadView[], references: (handle: number) => number | undefined, among?: Suspects): Suspects {
  const nodes = nodesOf(views);
  const asleep = new Set(nodes.keys());
  const awake: (number | string)[] = [];
  const known = new Map<number, number>();
  const waitersAt = new Map<number | string, number[]>();
  for (const { objects } of views) for (const [handle, count] of objects) known.set(handle, (known.get(handle) ?? 0) + count);
  const wake = (task: number): void => {
    if (asleep.delete(task)) awake.push(task);
  };
  for (const [task, { operations, thread }] of nodes) {
    if (operations.length === 0) wake(task);
    for (const { view } of operations) {
      if (view.partners === undefined || (among !== undefined && !among.waits.has(nameOf(thread, view)))) wake(task);
      for (const handle of view.partners?.handles ?? []) {
        append(waitersAt, handleNode(handle), task);
        const count = references(handle);
        if (count === undefined || count > (known.get(handle) ?? 0)) awake.push(handleNode(handle));
      }
      for (const joined of view.partners?.tasks ?? []) {
        append(waitersAt, joined, task);
        if (!nodes.has(joined)) awake.push(joined);
      }
    }
  }
  for (const handle of alwaysAwake(views)) awake.push(handleNode(handle));
  const seen = new Set<number | string>();
  for (let next = awake.pop(); next !== undefined; next = awake.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const task of waitersAt.get(next) ?? []) wake(task);
    if (typeof next === "number") for (const handle of nodes.get(next)?.handles ?? []) awake.push(handleNode(handle));
  }
  return suspectsOf(nodes, asleep);
}

/** Handles that something awake knows, or might know. */
function alwaysAwake(views: readonly ThreadView[]): number[] {
  return views.flatMap(({ outside, fed, objects, isOpen, isMain }) => [...(isMain ? [] : outside), ...fed, ...(isOpen ? objects.keys() : [])]);
}

function nodesOf(views: readonly ThreadView[]): Map<number, Node> {
  const nodes = new Map<number, Node>();
  for (const { report, operations, tasks, outside, isOpen, isMain } of views) {
    const own = isMain ? [...tasks, [OUTSIDE, outside] as const] : tasks;
    for (const [task, handles] of own) nodes.set(task, { thread: report.thread, handles, operations: [] });
    operations.forEach((view, k) => {
      const partners = isOpen ? undefined : view.partners;
      nodes.get(isMain || view.task !== OUTSIDE ? view.task : 0)?.operations.push({ view: { ...view, partners }, report: report.parked[k] });
    });
  }
  // A task knows the handles at which it waits, however it got them.
  for (const [task, node] of nodes) nodes.set(task, { ...node, handles: [...node.handles, ...node.operations.flatMap(({ view }) => view.partners?.handles ?? [])] });
  return nodes;
}

/** Splits the stuck tasks into groups that depend on each other. */
function suspectsOf(nodes: ReadonlyMap<number, Node>, asleep: ReadonlySet<number>): Suspects {
  const groups = new Groups();
  const waitedFor = new Set<number>();
  for (const task of asleep) for (const { view } of (nodes.get(task) as Node).operations) for (const handle of view.partners?.handles ?? []) waitedFor.add(handle);
  for (const task of asleep) {
    const { handles, operations } = nodes.get(task) as Node;
    for (const handle of handles) if (waitedFor.has(handle)) groups.join(task, handleNode(handle));
    for (const { view } of operations) for (const joined of view.partners?.tasks ?? []) groups.join(task, joined);
  }
  const reports = new Map<number | string, StuckWait[]>();
  const waits = new Set<string>();
  for (const task of asleep) {
    const { thread, operations } = nodes.get(task) as Node;
    for (const { view, report } of operations) {
      append(reports, groups.of(task), { ...report, thread });
      waits.add(nameOf(thread, view));
    }
  }
  return { groups: [...reports.values()].map((group) => ({ waits: group })), waits };
}

/** Sets that grow together (union-find with path halving). */
class Groups {
  readonly #parents = new Map<number | string, number | string>();

  of(node: number | string): number | string {
    let at = node;
    for (;;) {
      const parent = this.#parents.get(at) ?? at;
      if (parent === at) return at;
      const above = this.#parents.get(parent) ?? parent;
      this.#parents.set(at, above);
      at = above;
    }
  }

  join(a: number | string, b: number | string): void {
    this.#parents.set(this.of(a), this.of(b));
  }
}

function append<K, T>(map: Map<K, T[]>, key: K, item: T): void {
  const items = map.get(key);
  if (items === undefined) map.set(key, [item]);
  else items.push(item);
}

/** Handles and tasks are both numbers: a handle's node is a text. */
function handleNode(handle: number): string {
  return `h${handle}`;
}

function nameOf(thread: number, { wait, sinceMs }: OperationView): string {
  return `${thread} ${wait} ${sinceMs}`;
}
