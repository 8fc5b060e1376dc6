/** What one thread can say about its tasks: for dumps, and for the deadlock report. */
import type { Wait } from "../sync/wait.ts";
import type { ParkedReport, ThreadReport } from "./control.ts";
import type { Identity } from "./identity.ts";
import type { Local } from "./local.ts";

/** What keeps this thread's event loop busy from outside, by Node's names; standard streams and our own next turn apart. */
export function activeResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => name !== "Immediate" && name !== "TTYWrap" && name !== "PipeWrap");
}

export function reportThread(local: Local, baseline: readonly string[]): ThreadReport {
  const waits = [...local.waiters.list()];
  const { identities } = local.tasks;
  const nowMs = performance.now();
  const joins = local.tasks.joins.list().map((join): ParkedReport => ({
    task: join.by?.name ?? "main thread",
    taskId: join.by?.id ?? 0,
    reason: "join",
    on: `task ${join.name}`,
    parkedMs: Math.round(nowMs - join.sinceMs),
    site: join.by?.site,
  }));
  return {
    thread: local.arena.index,
    tasks: identities.live.map(({ id, name, site }) => ({ id, name, site })),
    unlisted: identities.unlisted,
    parked: [...waits.map((wait) => describeWait(wait, nowMs)), ...joins],
    outside: waits.filter(({ abort }) => abort !== undefined && !local.contexts.owns(abort.signal)).length,
    resources: beyond(activeResources(), baseline),
    isQuiet: !local.processor.isBusy,
  };
}

function describeWait(wait: Wait, nowMs: number): ParkedReport {
  const task = wait.task as Identity | undefined;
  return {
    task: task?.name ?? "main thread",
    taskId: task?.id ?? 0,
    reason: wait.reason,
    on: wait.finisher?.describe(wait) ?? "",
    parkedMs: Math.round(nowMs - wait.sinceMs),
    site: task?.site,
  };
}

/** `names` without those of `baseline`, each as often as there. */
function beyond(names: readonly string[], baseline: readonly string[]): string[] {
  const left = [...baseline];
  return names.filter((name) => {
    const at = left.indexOf(name);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
