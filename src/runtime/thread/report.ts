/** The report of one thread about its tasks: for dumps, and for the deadlock report. */
import { performance } from "../../host.ts";
import type { Wait } from "../../wait/wait.ts";
import { isClaimedOrDone } from "../../wait/waiter-state.ts";
import { OUTSIDE, type OperationView, type ParkedReport, type ThreadReport, type ThreadView } from "./control.ts";
import type { Identity } from "../task/identity.ts";
import type { Join } from "../task/joins.ts";
import { type Settles, awaitSites } from "./await-sites.ts";
import type { ThreadSide } from "./side.ts";

/** The active resources of this thread's event loop, by Node's names, without standard streams and warren's own next turn. */
export function activeResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name !== "Immediate" && name !== "TTYWrap" && name !== "PipeWrap");
}

/** Maximum number of operations of one thread whose line is looked up. */
const MOST_LINES = 1000;

interface Operation {
  readonly settles: Settles;
  /** Its line is known later than the rest. */
  readonly report: ParkedReport & { at: string | undefined };
  readonly view: OperationView;
}

export function reportThread(side: ThreadSide, baseline: readonly string[]): ThreadReport {
  return reportOf(side, baseline, operationsOf(side).map(({ report }) => report));
}

/** Like `reportThread`, with the lines that wait, and with what the search for partial deadlocks needs. */
export async function viewThread(side: ThreadSide, baseline: readonly string[]): Promise<ThreadView> {
  const operations = operationsOf(side);
  const view = viewOf(side, baseline, operations);
  const sites = await awaitSites(operations.slice(0, MOST_LINES).map(({ settles }) => settles));
  for (const [k, at] of sites.entries()) operations[k].report.at = at;
  return view;
}

function viewOf(side: ThreadSide, baseline: readonly string[], operations: readonly Operation[]): ThreadView {
  const report = reportOf(side, baseline, operations.map((operation) => operation.report));
  const { identities, holdings, planned } = side.tasks;
  // Sleeping tasks are known by their waits, so warren's own timer is not foreign.
  const foreign = report.resources.length - (side.timers.isReferenced && report.resources.includes("Timeout") ? 1 : 0);
  const { knowledge, places } = holdings.knowledgeOf(identities.live);
  return {
    report,
    operations: operations.map(({ view }) => view),
    knowledge,
    tasks: identities.live.map((task, k) => [task.id, places[k]]),
    // A call that starts later may use what its maker knows.
    fed: [...holdings.fed, ...holdings.handlesOf(planned)],
    objects: side.handles.countObjects(),
    isMain: side.arena.index === side.arena.threads,
    isOpen: foreign > 0 || report.unlisted.length > 0,
  };
}

function reportOf(side: ThreadSide, baseline: readonly string[], parked: ParkedReport[]): ThreadReport {
  const { identities } = side.tasks;
  return {
    thread: side.arena.index,
    tasks: identities.live.map(({ id, name, site }) => ({ id, name, site })),
    unlisted: identities.unlisted,
    parked,
    outside: [...side.waiters.list()].filter(({ abort }) => abort !== undefined && !side.contexts.owns(abort.signal)).length,
    resources: beyond(activeResources(), baseline),
    isQuiet: !side.processor.isBusy,
  };
}

function operationsOf(side: ThreadSide): Operation[] {
  const nowMs = performance.now();
  const { i32 } = side.arena;
  const waits = [...side.waiters.list()].map((wait) => operationOf(wait, i32, nowMs));
  const joins = side.tasks.joins.list().map((join) => joinOf(join, nowMs));
  return [...waits, ...joins];
}

function joinOf(join: Join, nowMs: number): Operation {
  const { task: { id, name, starter }, sinceMs } = join;
  return {
    settles: join,
    report: parkedReport(starter, "join", `task ${name}`, nowMs - sinceMs),
    view: { task: starter?.id ?? OUTSIDE, wait: -id, sinceMs, partners: { handles: [], tasks: [id] } },
  };
}

function operationOf(wait: Wait, i32: Int32Array, nowMs: number): Operation {
  const task = wait.task as Identity | undefined;
  const mayEndOtherwise = wait.abort !== undefined || isClaimedOrDone(i32, wait.record);
  return {
    settles: wait,
    report: parkedReport(task, wait.reason, wait.finisher.describe(wait), nowMs - wait.sinceMs),
    view: { task: task?.id ?? OUTSIDE, wait: wait.record, sinceMs: wait.sinceMs, partners: mayEndOtherwise ? undefined : wait.finisher.partners?.(wait) },
  };
}

function parkedReport(task: Identity | undefined, reason: string, on: string, parkedMs: number): Operation["report"] {
  return { task: task?.name ?? "main thread", taskId: task?.id ?? 0, reason, on, parkedMs: Math.round(parkedMs), at: undefined, site: task?.site };
}

/** `names` without those of `baseline`, each as often as it is in `baseline`. */
function beyond(names: readonly string[], baseline: readonly string[]): string[] {
  const left = [...baseline];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
