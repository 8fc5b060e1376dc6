/** Dumps as text, for people, and the table of a deadlock. */
import type { ParkedReport, ThreadReport } from "../thread/control.ts";
import type { Dump } from "./dump.ts";
import { firstLine } from "../task/site.ts";
import type { Parked, RuntimeStats } from "./stats.ts";
import type { StuckWait } from "./stuck.ts";

/** Maximum number of lines for one thread, and for one group. */
const MOST_LISTED = 50;

/** A `dump` as text, with the counters above it if `stats` is given: `formatDump(await rt.dump(), await rt.stats())`. */
export function formatDump(dump: Dump, stats?: RuntimeStats): string {
  const { threads } = dump;
  // Not their number: a thread that has died and is not replaced yet has no report.
  const main = threads.at(-1)?.thread ?? -1;
  return [
    ...(stats === undefined ? [] : [formatStats(stats)]),
    ...dump.stuck.flatMap(({ waits }) => formatStuck(waits, main)),
    ...threads.flatMap((thread) => formatThread(thread, main, stats)),
    ...(dump.outside.length === 0 ? [] : ["waits for other machines:", ...dump.outside.map(({ name, count, oldestMs }) => `  ${name}: ${count}, the oldest for ${oldestMs} ms`)]),
  ].join("\n");
}

function formatStuck(waits: readonly StuckWait[], main: number): string[] {
  return ["tasks that wait only for each other:", ...cut(waits.map((wait) => formatWait(wait, main)))];
}

function formatStats({ tasks, ready, parked, sends, steals, arena }: RuntimeStats): string {
  return `${tasks} live tasks, ${ready} ready, parked: ${formatParked(parked)}; ${sends} values sent, ${steals} tasks stolen; shared memory: ${megabytes(arena.used)} of ${megabytes(arena.limit)} MB in use, ${megabytes(arena.reserved)} MB in pages already assigned`;
}

function formatParked(parked: Parked): string {
  const counts = Object.entries(parked).filter(([, count]) => count > 0);
  return counts.length === 0 ? "nothing" : counts.map(([reason, count]) => `${count} ${reason}`).join(", ");
}

function formatThread({ thread, tasks, unlisted, parked, computing }: ThreadReport, main: number, stats: RuntimeStats | undefined): string[] {
  const name = thread === main ? "main thread" : `thread ${thread}`;
  const counters = thread === main ? stats?.main : stats?.threads[thread];
  const time = counters === undefined ? "" : `, busy for ${Math.round(counters.busyMs)} ms, ${Math.round(counters.cpuNs / 1e6)} ms of CPU time`;
  const count = tasks.length + unlisted.reduce((sum, more) => sum + more.count, 0);
  if (computing !== undefined) return [`${name}: ${count} tasks${time}; it does not answer because task ${computing.task} has been computing for ${computing.ms} ms`];
  const waiting = new Set(parked.map(({ taskId }) => taskId));
  const others = tasks.filter(({ id }) => !waiting.has(id)).map(({ id, name: task, site }) => `  task ${task} #${id} runs, or awaits something outside warren, started ${firstLine(site)}`);
  return [`${name}: ${count} tasks${time}`, ...cut([...parked.map((wait) => formatWait({ ...wait, thread }, main)), ...others]), ...formatUnlisted(unlisted)];
}

/** One line for a waiting operation. */
export function formatWait({ thread, task, taskId, reason, on, parkedMs, at, site }: StuckWait | (ParkedReport & { readonly thread: number }), main?: number): string {
  const who = thread === main && taskId === 0 ? "the main thread" : `task ${task} #${taskId} on ${thread === main ? "the main thread" : `thread ${thread}`}`;
  const started = thread === main && taskId === 0 ? "" : `, started ${firstLine(site)}`;
  return `  ${who}: ${reason} ${on} for ${parkedMs} ms${at === undefined ? "" : `, ${firstLine(at)}`}${started}`;
}

/** Tasks that are counted and not listed. */
export function formatUnlisted(unlisted: ThreadReport["unlisted"]): string[] {
  return unlisted.map(({ name, count }) => `  … and ${count} more tasks ${name}`);
}

/** The first lines, and the number of further ones. */
export function cut(lines: readonly string[]): string[] {
  return lines.length <= MOST_LISTED ? [...lines] : [...lines.slice(0, MOST_LISTED), `  … and ${lines.length - MOST_LISTED} more`];
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
