/**
 * warren: goroutines, channels and select for Node, across real threads.
 *
 * The public entry: re-exports, nothing else.
 */
export type { Chan, Receiver, Sender, Sending } from "./channel/chan.ts";
export { chanOf } from "./channel/chan-of.ts";
export type { Ticker } from "./channel/time/ticker.ts";
export type { Timer } from "./channel/time/timer.ts";
export type { Context, ContextOptions } from "./context/context.ts";
export { type ContextKey, contextKey } from "./context/key.ts";
export { ERROR_CODES, type ErrorCode, WarrenError } from "./errors.ts";
export { LIMITS } from "./limits.ts";
export type { ArenaUse } from "./memory/arena.ts";
export { bytes, json, utf8 } from "./wire/blobs.ts";
export { optional, struct } from "./wire/composites.ts";
export { array, map } from "./wire/lists.ts";
export { type Result, result, value } from "./wire/value.ts";
export { registerError } from "./wire/error-class.ts";
export { bool, f64, i32, i64, u32 } from "./wire/scalars.ts";
export type { SharedArray } from "./memory/shared-array.ts";
export type { ElementOf, Type } from "./wire/type.ts";
export type { DotOptions } from "./parallel/dot.ts";
export type { DotKernel } from "./parallel/kernel.ts";
export type { ParallelOptions } from "./parallel/runs.ts";
export { after, afterFunc, chan, context, dot, go, group, named, never, oneshot, parallelFor, parallelMap, parallelReduce, select, shared, sleep, spawn, ticker, timer, withValue, yieldNow } from "./runtime/api.ts";
export { Barrier, Counter, Guarded, Mutex, Once, RwLock, Semaphore, SharedMap, WaitGroup } from "./runtime/api.ts";
export { type QuietOptions, assertQuiet } from "./runtime/assert-quiet.ts";
export type { Calls, Go, SharedArrays, Spawn } from "./runtime/calls.ts";
export type { ParkedReport, TaskReport, ThreadReport } from "./runtime/thread/control.ts";
export type { Dump } from "./runtime/inspect/dump.ts";
export type { OutsideWait } from "./runtime/inspect/outside.ts";
export type { Group, GroupOptions } from "./runtime/task/group.ts";
export type { TimedCall } from "./runtime/task/planned.ts";
export { Pool, type PoolOptions } from "./runtime/task/pool.ts";
export { formatDump } from "./runtime/inspect/format-dump.ts";
export { type MetricsOptions, formatMetrics } from "./runtime/inspect/format-metrics.ts";
export { type LeftObject, type Leftovers, leftovers } from "./runtime/leftovers.ts";
export type { RuntimeOptions, StopOptions } from "./runtime/options.ts";
export type { ThreadLimits, ThreadOptions } from "./runtime/main/worker-settings.ts";
export { type RunOptions, run } from "./runtime/run.ts";
export { runtimes, start } from "./runtime/open.ts";
export type { Runtime } from "./runtime/runtime.ts";
export type { Parked, RuntimeStats, ThreadStats } from "./runtime/inspect/stats.ts";
export type { StuckReport, StuckWait } from "./runtime/inspect/stuck.ts";
export type { GuardedConstructor, SharedMapConstructor, SyncConstructor, SyncConstructors } from "./runtime/sync-constructors.ts";
export { isMain, type ModuleRef } from "./runtime/module/module-ref.ts";
export { task } from "./runtime/module/task-function.ts";
export type { FollowOptions, Trace, TraceBatch, TraceEvent, TraceOptions, Tracing } from "./trace/events.ts";
export { mark } from "./trace/mark.ts";
export type { Place } from "./runtime/task/tasks.ts";
export type { Cases, SelectOptions, Selected } from "./select/select.ts";
export type { SharedMapOptions } from "./shared-map/shared-map.ts";
export type { Guard } from "./sync/guard.ts";
export type { PlainFields } from "./sync/guarded.ts";
export type { FieldsGuard } from "./sync/objects.ts";
export type { WaitOptions } from "./wait/wait.ts";
export type { WaitReason } from "./wait/wait-reason.ts";
