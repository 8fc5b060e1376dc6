/**
 * What the columns of a picture in characters show: one task for each thread, and one
 * state for each task. A column is one stretch of time. Pure.
 *
 * Tasks take turns that are often shorter than a column. So a thread's column shows one
 * of the tasks that ran in it: the one that is owed most of what it ran. What is shown is
 * taken off, so many short turns are shown as turns of all, in proportion. A task that a
 * thread shows is running in that column, and no other of its thread is: there are never
 * more tasks running than threads.
 */
import type { Timeline } from "../../lab/timeline.ts";

/** The task that a thread shows in a column; `isBusy`: the thread ran tasks for half of the column or more. */
export interface Shown {
  readonly task: number;
  readonly isBusy: boolean;
}

/** What a task does in a column; "part": it runs, but its thread is not busy; "none": it does not exist. */
export type TaskState = "running" | "part" | "ready" | "waiting" | "sleeping" | "none";

/** What a thread shows in each column; `null`: it ran nothing. `groupOf`: tasks that are shown alike, of which one is chosen first. */
export function shownOn({ runs, durationNs }: Timeline, thread: number, columns: number, groupOf: (task: number) => number): (Shown | null)[] {
  const columnNs = durationNs / columns;
  const ran = Array.from({ length: columns }, () => new Map<number, number>());
  for (const [its, task, fromNs, toNs] of runs) {
    if (its === thread) spread(fromNs, toNs, columnNs, columns, (column, ns) => add(ran[column] as Map<number, number>, task, ns));
  }
  const owed = { groups: new Map<number, number>(), tasks: new Map<number, number>() };
  return ran.map((shares) => {
    const busyNs = [...shares.values()].reduce((sum, ns) => sum + ns, 0);
    if (busyNs === 0) return null;
    for (const [task, ns] of shares) {
      add(owed.groups, groupOf(task), ns);
      add(owed.tasks, task, ns);
    }
    const group = owedMost(new Set([...shares.keys()].map(groupOf)), owed.groups);
    const task = owedMost([...shares.keys()].filter((its) => groupOf(its) === group), owed.tasks);
    add(owed.groups, group, -busyNs);
    add(owed.tasks, task, -busyNs);
    return { task, isBusy: busyNs >= columnNs / 2 };
  });
}

/** What a task does in each column, or tasks that follow each other. `threads`: what the threads show. */
export function statesOf({ runs, rests, durationNs }: Timeline, tasks: ReadonlySet<number>, columns: number, threads: readonly (readonly (Shown | null)[])[]): TaskState[] {
  const columnNs = durationNs / columns;
  const spent = Array.from({ length: columns }, () => new Map<TaskState, number>());
  for (const [task, fromNs, toNs, reason] of rests) {
    if (tasks.has(task)) spread(fromNs, toNs, columnNs, columns, (column, ns) => add(spent[column] as Map<TaskState, number>, stateOf(reason), ns));
  }
  for (const [, task, fromNs, toNs] of runs) {
    // its thread shows another one
    if (tasks.has(task)) spread(fromNs, toNs, columnNs, columns, (column, ns) => add(spent[column] as Map<TaskState, number>, "ready", ns));
  }
  return spent.map((states, column) => {
    const shown = threads.map((thread) => thread[column]).find((its) => its && tasks.has(its.task));
    if (shown) return shown.isBusy ? "running" : "part";
    return states.size === 0 ? "none" : owedMost(states.keys(), states);
  });
}

/** Tasks in as few rows as they need, so that no two in a row exist at the same time; each row in order. `tasks`: of any number. */
export function inRows({ runs, rests }: Timeline, tasks: readonly number[]): number[][] {
  const lives = new Map(tasks.map((task) => [task, { fromNs: Infinity, toNs: 0 }]));
  const note = (task: number, fromNs: number, toNs: number): void => {
    const life = lives.get(task);
    if (life === undefined) return;
    life.fromNs = Math.min(life.fromNs, fromNs);
    life.toNs = Math.max(life.toNs, toNs);
  };
  for (const [, task, fromNs, toNs] of runs) note(task, fromNs, toNs);
  for (const [task, fromNs, toNs] of rests) note(task, fromNs, toNs);
  const rows: { readonly tasks: number[]; endNs: number }[] = [];
  for (const [task, { fromNs, toNs }] of [...lives].toSorted(([, a], [, b]) => a.fromNs - b.fromNs)) {
    const free = rows.find(({ endNs }) => endNs <= fromNs);
    if (free === undefined) rows.push({ tasks: [task], endNs: toNs });
    else {
      free.tasks.push(task);
      free.endNs = toNs;
    }
  }
  return rows.map((row) => row.tasks);
}

/** The state of a rest of a timeline. */
function stateOf(reason: string): TaskState {
  if (reason === "ready" || reason === "yield") return "ready";
  return reason === "sleep" ? "sleeping" : "waiting";
}

/** Calls `take` with the part of a time that lies in each column. */
function spread(fromNs: number, toNs: number, columnNs: number, columns: number, take: (column: number, ns: number) => void): void {
  for (let column = Math.floor(fromNs / columnNs); column < columns && column * columnNs < toNs; column++) {
    const ns = Math.min(toNs, (column + 1) * columnNs) - Math.max(fromNs, column * columnNs);
    if (ns > 0) take(column, ns);
  }
}

function add<K>(sums: Map<K, number>, key: K, ns: number): void {
  sums.set(key, (sums.get(key) ?? 0) + ns);
}

function owedMost<K>(keys: Iterable<K>, owed: ReadonlyMap<K, number>): K {
  return [...keys].reduce((most, key) => ((owed.get(key) as number) > (owed.get(most) as number) ? key : most));
}
