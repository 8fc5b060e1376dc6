/**
 * Partial deadlocks: tasks that wait only for each other while the program continues.
 * A waits-for search over the reports of all threads.
 *
 * A waiting operation can be ended by any task that knows its channel, or by the task
 * that it joins. The stuck tasks are the largest set of waiting tasks in which every
 * operation can be ended only by members of the set. To find it, begin with all
 * waiting tasks and remove a task that something outside the set could wake, until
 * nothing changes. Nodes are tasks, what they know, and handles, so that ten thousand
 * tasks at one channel, or that know the same ten thousand channels, cost ten thousand
 * steps and not their square: an awake task makes what it knows awake, that makes its
 * handles awake, and an awake handle the tasks that wait at it.
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
import { Groups } from "./groups.ts";
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
  /** The node of what it knows. */
  readonly knows: string;
  readonly operations: { readonly view: OperationView; readonly report: ParkedReport }[];
}

/** The handles of an entry of knowledge, and the node of what is also known. */
interface Known {
  readonly handles: readonly number[];
  readonly beyond: string | undefined;
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
  const knowledge = knowledgeOf(views);
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
  for (const node of alwaysAwake(views)) awake.push(node);
  const seen = new Set<number | string>();
  for (let next = awake.pop(); next !== undefined; next = awake.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const task of waitersAt.get(next) ?? []) wake(task);
    const node = typeof next === "number" ? nodes.get(next) : undefined;
    if (node !== undefined) {
      awake.push(node.knows);
      for (const { view } of node.operations) for (const handle of handleNodes(view)) awake.push(handle);
    }
    const known = typeof next === "string" ? knowledge.get(next) : undefined;
    for (const handle of known?.handles ?? []) awake.push(handleNode(handle));
    if (known?.beyond !== undefined) awake.push(known.beyond);
  }
  return suspectsOf(nodes, knowledge, asleep);
}

/** What is always known to something awake, or might be. */
function* alwaysAwake(views: readonly ThreadView[]): Generator<string> {
  for (const { report, fed, objects, isOpen, isMain } of views) {
    if (!isMain) yield knowledgeNode(report.thread, 0);
    for (const handle of fed) yield handleNode(handle);
    if (isOpen) for (const handle of objects.keys()) yield handleNode(handle);
  }
}

function knowledgeOf(views: readonly ThreadView[]): Map<string, Known> {
  const known = new Map<string, Known>();
  for (const { report: { thread }, knowledge } of views) {
    for (const [k, { handles, beyond }] of knowledge.entries()) known.set(knowledgeNode(thread, k), { handles, beyond: beyond < 0 ? undefined : knowledgeNode(thread, beyond) });
  }
  return known;
}

function nodesOf(views: readonly ThreadView[]): Map<number, Node> {
  const nodes = new Map<number, Node>();
  for (const { report, operations, tasks, isOpen, isMain } of views) {
    const own = isMain ? [...tasks, [OUTSIDE, 0] as const] : tasks;
    for (const [task, knowledge] of own) nodes.set(task, { thread: report.thread, knows: knowledgeNode(report.thread, knowledge), operations: [] });
    operations.forEach((view, k) => {
      const partners = isOpen ? undefined : view.partners;
      nodes.get(isMain || view.task !== OUTSIDE ? view.task : 0)?.operations.push({ view: { ...view, partners }, report: report.parked[k] });
    });
  }
  return nodes;
}

/** Splits the stuck tasks into groups that depend on each other: that know, or wait at, the same handle at which one of them waits. */
function suspectsOf(nodes: ReadonlyMap<number, Node>, knowledge: ReadonlyMap<string, Known>, asleep: ReadonlySet<number>): Suspects {
  const groups = new Groups();
  const waitedFor = new Set<number>();
  for (const task of asleep) for (const { view } of (nodes.get(task) as Node).operations) for (const handle of view.partners?.handles ?? []) waitedFor.add(handle);
  const relevant = relevantOf(knowledge, waitedFor);
  const seen = new Set<string>();
  for (const task of asleep) {
    const { knows, operations } = nodes.get(task) as Node;
    let below: number | string = task;
    for (let at: string | undefined = knows; at !== undefined && relevant.has(at); at = knowledge.get(at)?.beyond) {
      groups.join(below, at);
      below = at;
      if (seen.has(at)) break;
      seen.add(at);
      for (const handle of knowledge.get(at)?.handles ?? []) if (waitedFor.has(handle)) groups.join(at, handleNode(handle));
    }
    for (const { view } of operations) {
      // A task knows the handles at which it waits, however it got them.
      for (const handle of handleNodes(view)) groups.join(task, handle);
      for (const joined of view.partners?.tasks ?? []) groups.join(task, joined);
    }
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

/** The knowledge that contains one of the handles, by itself or with what is beyond. */
function relevantOf(knowledge: ReadonlyMap<string, Known>, handles: ReadonlySet<number>): Set<string> {
  const relevant = new Set<string>();
  const seen = new Set<string>();
  for (const first of knowledge.keys()) {
    const chain: string[] = [];
    let at: string | undefined = first;
    for (; at !== undefined && !seen.has(at); at = knowledge.get(at)?.beyond) {
      seen.add(at);
      chain.push(at);
    }
    let isRelevant = at !== undefined && relevant.has(at);
    for (const node of chain.toReversed()) {
      isRelevant ||= (knowledge.get(node) as Known).handles.some((handle) => handles.has(handle));
      if (isRelevant) relevant.add(node);
    }
  }
  return relevant;
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

function handleNodes({ partners }: OperationView): string[] {
  return partners === undefined ? [] : partners.handles.map(handleNode);
}

function knowledgeNode(thread: number, place: number): string {
  return `k${thread} ${place}`;
}

function nameOf(thread: number, { wait, sinceMs }: OperationView): string {
  return `${thread} ${wait} ${sinceMs}`;
}
