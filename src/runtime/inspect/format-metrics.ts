/**
 * The counters of a runtime in Prometheus's text format, version 0.0.4: for each
 * metric one HELP line, one TYPE line, then its samples.
 *
 * Source: prometheus.io/docs/instrumenting/exposition_formats. Not done: `busyMs`. It
 * includes an estimate for the slice that is in progress, so it can be a millisecond
 * less a moment later, and Prometheus takes a counter that goes down for a restart.
 */
import { WarrenError, printValue } from "../../errors.ts";
import type { RuntimeStats, ThreadStats } from "./stats.ts";

/** Options of `formatMetrics`. */
export interface MetricsOptions {
  /** Labels of each sample, such as `{ service: "uploads" }`. `thread` and `reason` are warren's own. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

type Labels = Readonly<Record<string, string>>;
type Samples = readonly (readonly [Labels, number])[];

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const OWN = new Set(["thread", "reason"]);

/**
 * The counters of a runtime as text for Prometheus, in its format 0.0.4: the answer to
 * `GET /metrics` is `formatMetrics(await rt.stats())`, with the content type
 * `text/plain; version=0.0.4`. The text ends with a new line, so metrics of your own can
 * follow. Samples of a thread have the label `thread`: its index, or `main`. The counters
 * of a thread begin at 0 again when it is replaced.
 *
 * @param stats what `rt.stats()` returns
 * @throws ERR_INVALID_ARGUMENT for a label that Prometheus does not allow
 */
export function formatMetrics(stats: RuntimeStats, options: MetricsOptions = {}): string {
  const labels = resolveLabels(options);
  const { arena, threads, main, parked } = stats;
  const all: [string, ThreadStats][] = [...threads.map((thread): [string, ThreadStats] => [`${thread.index}`, thread]), ["main", main]];
  const perThread = (of: (thread: ThreadStats) => number | undefined): Samples =>
    all.flatMap(([thread, its]) => {
      const value = of(its);
      return value === undefined ? [] : [[{ thread }, value] as const];
    });
  return [
    gauge("warren_threads", "Threads of the runtime, the main thread not counted.", [[{}, threads.length]]),
    gauge("warren_tasks", "Tasks placed on the thread that have not ended.", perThread(({ load }) => load)),
    gauge("warren_ready_tasks", "Tasks that could run but are not running.", perThread(({ ready }) => ready)),
    gauge("warren_waiting_operations", "Waiting operations, by what they wait for.", Object.entries(parked).map(([reason, count]) => [{ reason }, count])),
    counter("warren_tasks_started_total", "Tasks that the thread has started.", perThread(({ started }) => started)),
    counter("warren_tasks_finished_total", "Tasks that have ended on the thread.", perThread(({ finished }) => finished)),
    counter("warren_tasks_taken_total", "Tasks that the thread has taken from other threads before they had started.", perThread(({ steals }) => steals)),
    counter("warren_values_sent_total", "Values that the thread has sent through channels.", perThread(({ sends }) => sends)),
    counter("warren_waits_total", "Operations of the thread that had to wait.", perThread(({ parks }) => parks)),
    counter("warren_sleeps_total", "How often the thread has gone to sleep because it had nothing to do.", perThread(({ sleeps }) => sleeps)),
    counter("warren_cpu_seconds_total", "CPU time of the thread.", perThread(({ cpuNs }) => cpuNs / 1e9)),
    counter("warren_run_delay_seconds_total", "Time in which the thread was ready to run but had no core.", perThread(({ runDelayNs }) => (runDelayNs === undefined ? undefined : runDelayNs / 1e9))),
    gauge("warren_memory_limit_bytes", "Size of the shared memory.", [[{}, arena.limit]]),
    gauge("warren_memory_used_bytes", "Shared memory in use.", [[{}, arena.used]]),
    gauge("warren_memory_reserved_bytes", "Shared memory in pages that are assigned to a purpose, including free blocks.", [[{}, arena.reserved]]),
    gauge("warren_memory_largest_free_bytes", "Largest block of shared memory that could be allocated.", [[{}, arena.largest]]),
  ].join("");

  function gauge(name: string, help: string, samples: Samples): string {
    return metric(name, "gauge", help, samples);
  }

  function counter(name: string, help: string, samples: Samples): string {
    return metric(name, "counter", help, samples);
  }

  /** Nothing if there are no samples: where the system does not report a time. */
  function metric(name: string, type: string, help: string, samples: Samples): string {
    if (samples.length === 0) return "";
    const lines = samples.map(([own, value]) => `${name}${formatLabels({ ...own, ...labels })} ${value}\n`);
    return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
  }
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", String.raw`\\`).replaceAll('"', String.raw`\"`).replaceAll("\n", String.raw`\n`);
}

/** @throws ERR_INVALID_ARGUMENT */
function resolveLabels(options: MetricsOptions): Labels {
  if (typeof options !== "object" || options === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `formatMetrics needs an object of options, not ${printValue(options)}`);
  for (const key of Object.keys(options)) if (key !== "labels") throw new WarrenError("ERR_INVALID_ARGUMENT", `formatMetrics has no option ${JSON.stringify(key)}. Its option is labels`);
  const { labels = {} } = options;
  if (typeof labels !== "object" || labels === null) throw new WarrenError("ERR_INVALID_ARGUMENT", `labels must be an object of texts, not ${printValue(labels)}`);
  for (const [name, value] of Object.entries(labels)) {
    if (OWN.has(name)) throw new WarrenError("ERR_INVALID_ARGUMENT", `labels.${name}: warren gives this label itself. Use another name`);
    if (!LABEL_NAME.test(name) || name.startsWith("__")) throw new WarrenError("ERR_INVALID_ARGUMENT", `${JSON.stringify(name)} cannot be the name of a label. It may have letters, digits and _, and begins with a letter, or with one _`);
    if (typeof value !== "string") throw new WarrenError("ERR_INVALID_ARGUMENT", `labels.${name} must be a text, not ${printValue(value)}`);
  }
  return labels;
}
