import { describe, expect, test } from "vitest";
import { type MetricsOptions, type Parked, type RuntimeStats, type ThreadStats, formatMetrics, start } from "../../../src/index.ts";
import { add } from "../start-tasks.ts";

const parked: Parked = { send: 1, receive: 2, select: 0, sleep: 0, join: 3, yield: 0, lock: 0, acquire: 0, wait: 0, once: 0, barrier: 0, load: 0 };

function threadStats(index: number, more: Partial<ThreadStats> = {}): ThreadStats {
  return { index, load: 0, ready: 0, parked, started: 0, finished: 0, steals: 0, sends: 0, parks: 0, sleeps: 0, busyMs: 0, cpuNs: 0, runDelayNs: 0, ...more };
}

const STATS: RuntimeStats = {
  tasks: 6,
  ready: 1,
  parked,
  steals: 7,
  sends: 5_000_000_001,
  arena: { limit: 1_073_741_824, used: 4096, reserved: 65_536, largest: 1_000_000 },
  threads: [threadStats(0, { load: 4, ready: 1, started: 10, finished: 6, steals: 7, sends: 5e9, parks: 8, sleeps: 9, cpuNs: 1_500_000_000, runDelayNs: 250_000_000 }), threadStats(1, { load: 2 })],
  main: threadStats(2, { sends: 1, cpuNs: 1 }),
  outside: [],
};

const lines = (stats: RuntimeStats, options?: MetricsOptions): string[] => formatMetrics(stats, options).split("\n");

describe("the counters as text for Prometheus", () => {
  test("each metric has a HELP line, a TYPE line and its samples", () => {
    expect(formatMetrics(STATS)).toBe(`# HELP warren_threads Threads of the runtime, the main thread not counted.
# TYPE warren_threads gauge
warren_threads 2
# HELP warren_tasks Tasks placed on the thread that have not ended.
# TYPE warren_tasks gauge
warren_tasks{thread="0"} 4
warren_tasks{thread="1"} 2
warren_tasks{thread="main"} 0
# HELP warren_ready_tasks Tasks that could run but are not running.
# TYPE warren_ready_tasks gauge
warren_ready_tasks{thread="0"} 1
warren_ready_tasks{thread="1"} 0
warren_ready_tasks{thread="main"} 0
# HELP warren_waiting_operations Waiting operations, by what they wait for.
# TYPE warren_waiting_operations gauge
warren_waiting_operations{reason="send"} 1
warren_waiting_operations{reason="receive"} 2
warren_waiting_operations{reason="select"} 0
warren_waiting_operations{reason="sleep"} 0
warren_waiting_operations{reason="join"} 3
warren_waiting_operations{reason="yield"} 0
warren_waiting_operations{reason="lock"} 0
warren_waiting_operations{reason="acquire"} 0
warren_waiting_operations{reason="wait"} 0
warren_waiting_operations{reason="once"} 0
warren_waiting_operations{reason="barrier"} 0
warren_waiting_operations{reason="load"} 0
# HELP warren_tasks_started_total Tasks that the thread has started.
# TYPE warren_tasks_started_total counter
warren_tasks_started_total{thread="0"} 10
warren_tasks_started_total{thread="1"} 0
warren_tasks_started_total{thread="main"} 0
# HELP warren_tasks_finished_total Tasks that have ended on the thread.
# TYPE warren_tasks_finished_total counter
warren_tasks_finished_total{thread="0"} 6
warren_tasks_finished_total{thread="1"} 0
warren_tasks_finished_total{thread="main"} 0
# HELP warren_tasks_taken_total Tasks that the thread has taken from other threads before they had started.
# TYPE warren_tasks_taken_total counter
warren_tasks_taken_total{thread="0"} 7
warren_tasks_taken_total{thread="1"} 0
warren_tasks_taken_total{thread="main"} 0
# HELP warren_values_sent_total Values that the thread has sent through channels.
# TYPE warren_values_sent_total counter
warren_values_sent_total{thread="0"} 5000000000
warren_values_sent_total{thread="1"} 0
warren_values_sent_total{thread="main"} 1
# HELP warren_waits_total Operations of the thread that had to wait.
# TYPE warren_waits_total counter
warren_waits_total{thread="0"} 8
warren_waits_total{thread="1"} 0
warren_waits_total{thread="main"} 0
# HELP warren_sleeps_total How often the thread has gone to sleep because it had nothing to do.
# TYPE warren_sleeps_total counter
warren_sleeps_total{thread="0"} 9
warren_sleeps_total{thread="1"} 0
warren_sleeps_total{thread="main"} 0
# HELP warren_cpu_seconds_total CPU time of the thread.
# TYPE warren_cpu_seconds_total counter
warren_cpu_seconds_total{thread="0"} 1.5
warren_cpu_seconds_total{thread="1"} 0
warren_cpu_seconds_total{thread="main"} 1e-9
# HELP warren_run_delay_seconds_total Time in which the thread was ready to run but had no core.
# TYPE warren_run_delay_seconds_total counter
warren_run_delay_seconds_total{thread="0"} 0.25
warren_run_delay_seconds_total{thread="1"} 0
warren_run_delay_seconds_total{thread="main"} 0
# HELP warren_memory_limit_bytes Size of the shared memory.
# TYPE warren_memory_limit_bytes gauge
warren_memory_limit_bytes 1073741824
# HELP warren_memory_used_bytes Shared memory in use.
# TYPE warren_memory_used_bytes gauge
warren_memory_used_bytes 4096
# HELP warren_memory_reserved_bytes Shared memory in pages that are assigned to a purpose, including free blocks.
# TYPE warren_memory_reserved_bytes gauge
warren_memory_reserved_bytes 65536
# HELP warren_memory_largest_free_bytes Largest block of shared memory that could be allocated.
# TYPE warren_memory_largest_free_bytes gauge
warren_memory_largest_free_bytes 1000000
`);
  });

  test("what the system does not report is left out, of one thread or of all", () => {
    const unknown = { runDelayNs: undefined };
    const none = { ...STATS, threads: STATS.threads.map((thread) => ({ ...thread, ...unknown })), main: { ...STATS.main, ...unknown } };
    expect(lines(none).filter((line) => line.includes("run_delay"))).toEqual([]);
    expect(lines({ ...STATS, main: { ...STATS.main, ...unknown } }).filter((line) => line.startsWith("warren_run_delay"))).toEqual(['warren_run_delay_seconds_total{thread="0"} 0.25', 'warren_run_delay_seconds_total{thread="1"} 0']);
  });

  test("labels follow warren's own, and their values are escaped", () => {
    const [, , threads, , , tasks] = lines(STATS, { labels: { service: "up\\loads", _at: 'a "b"\nc' } });
    expect(threads).toBe(String.raw`warren_threads{service="up\\loads",_at="a \"b\"\nc"} 2`);
    expect(tasks).toBe(String.raw`warren_tasks{thread="0",service="up\\loads",_at="a \"b\"\nc"} 4`);
  });

  test.each([
    [null, /an object of options, not null/],
    [{ label: {} }, /no option "label"/],
    [{ labels: "a" }, /object of texts, not "a"/],
    [{ labels: { a: 1 } }, /labels\.a must be a text, not 1/],
    [{ labels: { "a-b": "" } }, /"a-b" cannot be the name/],
    [{ labels: { "": "" } }, /"" cannot be the name/],
    [{ labels: { "1a": "" } }, /"1a" cannot be the name/],
    [{ labels: { __a: "" } }, /"__a" cannot be the name/],
    [{ labels: { thread: "5" } }, /labels\.thread: warren gives this label itself/],
  ])("options %j are refused", (options, message) => {
    expect(() => formatMetrics(STATS, options as MetricsOptions)).toThrow(expect.objectContaining({ code: "ERR_INVALID_ARGUMENT", message: expect.stringMatching(message) }));
  });

  test("of a runtime: all names are there, and a task counts", async () => {
    await using rt = await start({ threads: 1 });
    await rt.spawn(add, 1, 2);
    const text = formatMetrics(await rt.stats());
    expect(text).toContain('warren_tasks_started_total{thread="0"} 1\n');
    // Every sample line is one that Prometheus accepts.
    for (const line of text.trimEnd().split("\n")) expect(line).toMatch(/^(# (HELP|TYPE) warren_[a-z_]+ .+|warren_[a-z_]+(\{[a-z]+="\w+"(,[a-z]+="\w+")*\})? [\d.e+-]+)$/);
  });
});
