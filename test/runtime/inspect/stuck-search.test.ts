/** The search for stuck tasks against its definition: it tries all subsets, on small random programs. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OUTSIDE, type OperationView, type ThreadView } from "../../../src/runtime/thread/control.ts";
import { findStuck } from "../../../src/runtime/inspect/stuck.ts";

const TASKS = 6;
const HANDLES = 4;

/** A program in plain terms: what each task knows and what it waits for; handles 0 … 3, tasks 1 … 6. */
interface Sketch {
  /** `starter`: which task of the list before it also knows what this one knows; −1 for code outside tasks. */
  readonly tasks: readonly { readonly thread: 0 | 1; readonly knows: readonly number[]; readonly starter?: number; readonly waits: readonly Wait[] }[];
  /** Handles that code outside tasks knows on thread 0, that a timer feeds, and that are on their way. */
  readonly outside: readonly number[];
  readonly fed: readonly number[];
  readonly underWay: readonly number[];
}
type Wait = { readonly handles: readonly number[] } | { readonly joins: number } | "something else";

const handle = fc.nat({ max: HANDLES - 1 });
const wait: fc.Arbitrary<Wait> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ handles: fc.uniqueArray(handle, { maxLength: 2 }) }) },
  { weight: 3, arbitrary: fc.record({ joins: fc.integer({ min: 1, max: TASKS + 1 }) }) },
  { weight: 1, arbitrary: fc.constant("something else" as const) },
);
const few = fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: fc.uniqueArray(handle, { maxLength: 2 }) });
const sketch: fc.Arbitrary<Sketch> = fc.record({
  tasks: fc.array(fc.record({ thread: fc.constantFrom(0 as const, 1 as const), knows: fc.uniqueArray(handle, { maxLength: 2 }), starter: fc.option(fc.integer({ min: -1, max: TASKS - 1 }), { nil: undefined }), waits: fc.oneof({ weight: 5, arbitrary: fc.array(wait, { minLength: 1, maxLength: 2 }) }, { weight: 1, arbitrary: fc.constant([]) }) }), { minLength: 1, maxLength: TASKS }),
  outside: few,
  fed: few,
  underWay: few,
});

/** The index of the task of the same thread that started task `k`; −1 for code outside tasks. */
function starterOf(tasks: Sketch["tasks"], k: number): number | undefined {
  const { starter, thread } = tasks[k];
  return starter === undefined || starter < 0 || (starter < k && tasks[starter].thread === thread) ? starter : undefined;
}

/** Whether a task's every wait can be ended only by members: straight from the definition. */
function isClosed({ tasks, outside, fed, underWay }: Sketch, members: ReadonlySet<number>): boolean {
  const knows = (task: number, at: number): boolean => knowsOf({ tasks, outside }, task).has(at);
  return [...members].every((task) => {
    const { waits } = tasks[task - 1];
    return (
      waits.length > 0 &&
      waits.every((its) => {
        if (its === "something else") return false;
        if ("joins" in its) return members.has(its.joins);
        return its.handles.every((at) => ![...outside, ...fed, ...underWay].includes(at) && tasks.every((_, k) => members.has(k + 1) || !knows(k + 1, at)));
      })
    );
  });
}

/** The handles that a task knows: itself, by the tasks that started it, or because it waits at them. */
function knowsOf({ tasks, outside }: Pick<Sketch, "tasks" | "outside">, task: number): Set<number> {
  const known = new Set<number>();
  for (let k: number | undefined = task - 1; k !== undefined; k = starterOf(tasks, k)) {
    if (k < 0) {
      if (tasks[task - 1].thread === 0) for (const at of outside) known.add(at);
      break;
    }
    for (const at of tasks[k].knows) known.add(at);
  }
  for (const its of tasks[task - 1].waits) if (typeof its === "object" && "handles" in its) for (const at of its.handles) known.add(at);
  return known;
}

/** Of some tasks, those that depend on each other, by repeated merging. */
function componentsOf(world: Sketch, members: readonly number[]): string[] {
  const { tasks } = world;
  const waitedFor = new Set(members.flatMap((task) => tasks[task - 1].waits.flatMap((its) => (typeof its === "object" && "handles" in its ? its.handles : []))));
  const depend = (a: number, b: number): boolean =>
    tasks[a - 1].waits.some((its) => typeof its === "object" && "joins" in its && its.joins === b) || [...knowsOf(world, a)].some((at) => waitedFor.has(at) && knowsOf(world, b).has(at));
  let components = members.map((task) => [task]);
  for (const a of members) {
    for (const b of members) {
      if (a === b || !depend(a, b)) continue;
      const merged = components.filter((component) => component.includes(a) || component.includes(b));
      components = [...components.filter((component) => !merged.includes(component)), merged.flat()];
    }
  }
  return components.map((component) => component.toSorted().join()).toSorted();
}

function greatestClosed(world: Sketch): number[] {
  const all = new Set<number>();
  for (let bits = 0; bits < 1 << world.tasks.length; bits++) {
    const members = new Set(world.tasks.map((_, k) => k + 1).filter((task) => (bits >> (task - 1)) & 1));
    // Closed sets are closed under union.
    if (isClosed(world, members)) for (const task of members) all.add(task);
  }
  return [...all].toSorted();
}

const partnersOf = (its: Wait): OperationView["partners"] => (its === "something else" ? undefined : "joins" in its ? { handles: [], tasks: [its.joins] } : { handles: its.handles, tasks: [] });

function viewsOf({ tasks, outside, fed }: Sketch): ThreadView[] {
  const view = (thread: number, more: Partial<ThreadView>): ThreadView => {
    const here = tasks.map((its, k) => ({ ...its, id: k + 1 })).filter((its) => its.thread === thread);
    const operations = here.flatMap(({ id, waits }) => waits.map((its, k): OperationView => ({ task: id, wait: id * 10 + k, sinceMs: 0, partners: partnersOf(its) })));
    return {
      report: { thread, tasks: [], unlisted: [], parked: operations.map(({ task }) => ({ task: `t${task}`, taskId: task, reason: "receive", on: "", parkedMs: 0, at: undefined, site: undefined })), outside: 0, resources: [], isQuiet: true },
      operations,
      knowledge: [{ handles: thread === 0 ? outside : [], beyond: -1 }, ...here.map(({ id, knows }) => {
        const starter = starterOf(tasks, id - 1);
        return { handles: knows, beyond: starter === undefined ? -1 : starter < 0 ? 0 : 1 + here.findIndex((its) => its.id === starter + 1) };
      })],
      tasks: here.map(({ id }, k) => [id, k + 1]),
      fed: [],
      objects: new Map(Array.from({ length: HANDLES }, (_, at) => [at, 1])),
      isMain: false,
      isOpen: false,
      ...more,
    };
  };
  return [view(0, {}), view(1, { fed }), view(2, { isMain: true })];
}

/** Each of three threads has an object of each handle; what is under way counts one more. */
const referencesIn = ({ underWay }: Sketch) => (at: number): number => (underWay.includes(at) ? 4 : 3);
const stuckIn = (views: readonly ThreadView[], references: (at: number) => number | undefined): number[] => findStuck(views, references).groups.flatMap(({ waits }) => waits.map(({ taskId }) => taskId));

describe("the search for stuck tasks", () => {
  test("finds the greatest set that only itself could wake", () => {
    fc.assert(
      fc.property(sketch, (world) => {
        expect([...new Set(stuckIn(viewsOf(world), referencesIn(world)))].toSorted()).toEqual(greatestClosed(world));
      }),
      { numRuns: 3000 },
    );
  });

  test("its groups are disjoint, each is closed by itself, and none could be split", () => {
    fc.assert(
      fc.property(sketch, (world) => {
        const { groups } = findStuck(viewsOf(world), referencesIn(world));
        const members = groups.map(({ waits }) => new Set(waits.map(({ taskId }) => taskId)));
        expect(members.reduce((sum, { size }) => sum + size, 0)).toBe(new Set(members.flatMap((group) => [...group])).size);
        for (const group of members) expect(isClosed(world, group)).toBe(true);
        expect(members.map((group) => [...group].toSorted().join()).toSorted()).toEqual(componentsOf(world, members.flatMap((group) => [...group])));
      }),
      { numRuns: 1000 },
    );
  });

  const pair: Sketch = { tasks: [{ thread: 0, knows: [0, 1], waits: [{ handles: [0] }] }, { thread: 1, knows: [0, 1], waits: [{ handles: [1] }] }], outside: [], fed: [], underWay: [] };

  test("a freed handle will wake its waiters; a thread that did not answer may know what it has an object of", () => {
    expect(stuckIn(viewsOf(pair), referencesIn(pair))).toEqual([1, 2]);
    expect(stuckIn(viewsOf(pair), (at) => (at === 0 ? undefined : 3))).toEqual([]);
    const [first, , main] = viewsOf(pair);
    expect(stuckIn([first, main], referencesIn(pair))).toEqual([]);
  });

  test("a thread on which Node has something under way may wake any of its tasks", () => {
    const [first, second, main] = viewsOf(pair);
    expect(stuckIn([{ ...first, isOpen: true }, second, main], referencesIn(pair))).toEqual([]);
  });

  test("the second time, a later wait of the same task is not the one that was found", () => {
    const views = viewsOf(pair);
    const found = findStuck(views, referencesIn(pair));
    expect(findStuck(views, referencesIn(pair), found).groups).toHaveLength(1);
    const [first, second, main] = views;
    const later = { ...first, operations: first.operations.map((its) => ({ ...its, sinceMs: 1 })) };
    expect(findStuck([later, second, main], referencesIn(pair), found).groups).toEqual([]);
  });

  test("the main thread's code is awake unless it waits itself, for them", () => {
    const [first, second, main] = viewsOf(pair);
    const report = { ...main.report, parked: [{ task: "main thread", taskId: 0, reason: "join", on: "", parkedMs: 0, at: undefined, site: undefined }] };
    const waiting = (task: number): ThreadView => ({ ...main, knowledge: [{ handles: [0], beyond: -1 }], report, operations: [{ task: OUTSIDE, wait: -task, sinceMs: 0, partners: { handles: [], tasks: [task] } }] });
    expect(stuckIn([first, second, { ...main, knowledge: [{ handles: [0], beyond: -1 }] }], referencesIn(pair))).toEqual([]);
    expect(stuckIn([first, second, waiting(1)], referencesIn(pair)).toSorted()).toEqual([0, 1, 2]);
    expect(stuckIn([first, second, waiting(3)], referencesIn(pair))).toEqual([]);
    expect(stuckIn([first, second, { ...waiting(1), isOpen: true }], referencesIn(pair))).toEqual([]);
  });

  test("ten thousand tasks at one channel take no time worth speaking of", () => {
    const tasks = Array.from({ length: 10_000 }, () => ({ thread: 0 as const, knows: [0, 1], waits: [{ handles: [0] }] }));
    expect(stuckIn(viewsOf({ ...pair, tasks }), referencesIn(pair))).toHaveLength(10_000);
  });

  test("code outside tasks may have 150,000 operations", () => {
    const [first, second, main] = viewsOf(pair);
    const count = 150_000;
    const operations = Array.from({ length: count }, (_, k): OperationView => ({ task: OUTSIDE, wait: k, sinceMs: 0, partners: { handles: [k % 2], tasks: [] } }));
    const parked = operations.map(() => ({ task: "main thread", taskId: 0, reason: "receive", on: "", parkedMs: 0, at: undefined, site: undefined }));
    const waiting = { ...main, report: { ...main.report, parked }, operations };
    expect(stuckIn([first, second, waiting], referencesIn(pair))).toHaveLength(count + 2);
    const objects = new Map(Array.from({ length: count }, (_, at) => [at, 1] as const));
    expect(stuckIn([{ ...first, objects, isOpen: true }, second, waiting], () => 3)).toEqual([]);
  });

  test("nor do twenty thousand closures that all know the same twenty thousand channels, and have started each other", () => {
    const count = 20_000;
    const [first, second, main] = viewsOf({ ...pair, tasks: Array.from({ length: count }, (_, k) => ({ thread: 0 as const, knows: [], waits: [{ handles: [k] }] })) });
    const handles = Array.from({ length: count }, (_, at) => at);
    const knowledge = [{ handles: [], beyond: -1 }, { handles, beyond: -1 }, ...first.knowledge.slice(2).map((entry, k) => ({ ...entry, beyond: k + 1 }))];
    const objects = new Map(handles.map((at) => [at, 1]));
    const found = findStuck([{ ...first, knowledge, objects }, second, main], () => 1);
    expect(found.groups.map(({ waits }) => waits.length)).toEqual([count]);
  });
});
