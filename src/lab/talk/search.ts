/** Search 1.0 to 3.0 as findings. */
import { KINDS, LIMIT, REPLICAS, searches, SLOWEST, VERSIONS, type SearchResult, type Version } from "../../../workers/search.ts";
import { start } from "../../index.ts";
import { about, check, statistic, untilInterrupted, type Condition, type Finding, type ProgramOutcome, type ProgramSettings, type Series } from "./report.ts";
import { mean } from "../figures/statistics.ts";
import { tasksLeft } from "./settled.ts";

/** What the command chooses. */
export interface SearchChoice {
  readonly queries: number;
}

/** What each version does, and the talk's figures. */
const ABOUT: Readonly<Record<Version, { readonly title: string; readonly said: string; readonly likely: string }>> = {
  "1.0": { title: "1.0: one backend after the other", said: "3·99/2; the talk: 150 ms", likely: "" },
  "2.0": { title: "2.0: all backends at the same time", said: "¾·99; the talk: 75 ms", likely: "" },
  "2.1": { title: `2.1: and no longer than ${LIMIT} u`, said: "", likely: "0.8³" },
  "3.0": { title: `3.0: and two replicas of each`, said: "", likely: "(1 − 0.2²)³" },
};

/** Queries of a client, one after the other, at least. */
const QUERIES_OF_CLIENT = 4;
/** Tasks that are started in a second, so that the threads are not what is waited for; and tasks of a query. */
const TASKS_PER_SECOND = 1000;
const TASKS_OF_QUERY: Readonly<Record<Version, number>> = { "1.0": KINDS.length, "2.0": KINDS.length, "2.1": KINDS.length, "3.0": KINDS.length * (1 + REPLICAS) };
/** Timers have a grain of 1 ms: each wait is on the mean up to this late. */
const GRAIN_MS = 1;

/** Searches with every version. */
export async function search({ queries }: SearchChoice, { threads, unitMs, seed, progress, trace, signal }: ProgramSettings): Promise<ProgramOutcome> {
  await using runtime = await start({ threads, cores: threads });
  await using _trace = await trace?.(runtime);
  for (const version of VERSIONS) await runtime.spawn(searches, { version, queries: 100, clients: 10, unitMs: 0.02, seed });
  const findings: Finding[] = [];
  const measured = new Map<Version, SearchResult>();
  for (const version of untilInterrupted(VERSIONS, signal)) {
    progress(`search ${version}`);
    const atOnce = ((TASKS_PER_SECOND / TASKS_OF_QUERY[version]) * searchLaw(version).mean * unitMs) / 1000;
    const clients = Math.max(1, Math.min(Math.ceil(queries / QUERIES_OF_CLIENT), Math.round(atOnce)));
    const result = await runtime.spawn(searches, { version, queries, clients, unitMs, seed });
    measured.set(version, result);
    // serial searches tell how late timers are: three waits and nothing else
    const serial = measured.get("1.0") as SearchResult;
    const lateMs = ((mean([...serial.responses]) - searchLaw("1.0").mean) * unitMs) / KINDS.length;
    findings.push(...versionFindings(version, result, await tasksLeft(runtime), unitMs, lateMs));
  }
  return {
    config: { queries, backends: KINDS.length },
    findings,
    series: [spread(measured)],
    notes: [
      "A backend takes a whole number of units from 0 to 99, each as likely; expected is what follows exactly. ± is 4 standard errors and 1 ms a wait, the resolution of the timers.",
      "2.1 and 3.0 return what they have when the limit is reached; what is still under way is cancelled and joined, so no version leaves a task behind.",
    ],
    conclusion: measured.size === VERSIONS.length ? conclusion(measured) : "",
  };
}

/** Mean and standard deviation of the response in units, and the probability that all backends answer in time. */
interface SearchLaw {
  readonly mean: number;
  readonly deviation: number;
  readonly complete: number;
}

/**
 * The law of a version, exactly: three backends, each a whole number of units
 * from 0 to 99, each number as likely. Nothing but the backends takes time.
 */
export function searchLaw(version: Version): SearchLaw {
  const values = SLOWEST + 1;
  if (version === "1.0") {
    const variance = (values ** 2 - 1) / 12;
    return { mean: (KINDS.length * SLOWEST) / 2, deviation: Math.sqrt(KINDS.length * variance), complete: 1 };
  }
  const replicas = version === "3.0" ? REPLICAS : 1;
  const limit = version === "2.0" ? values : LIMIT;
  /** All backends, the first of each one's replicas, within `units`. */
  const within = (units: number): number => (1 - (1 - (units + 1) / values) ** replicas) ** KINDS.length;
  // E min(T, limit) = Σ P(T > k), and E min(T, limit)² = Σ (2k + 1) P(T > k), over k < limit
  const later = Array.from({ length: limit }, (_, units) => 1 - within(units));
  const average = later.reduce((sum, chance) => sum + chance, 0);
  const square = later.reduce((sum, chance, units) => sum + (2 * units + 1) * chance, 0);
  return { mean: average, deviation: Math.sqrt(square - average ** 2), complete: within(limit - 1) };
}

function versionFindings(version: Version, { responses, complete, results, right }: SearchResult, left: number, unitMs: number, lateMs: number): Finding[] {
  const { title, said, likely } = ABOUT[version];
  const law = searchLaw(version);
  const queries = responses.length;
  const waits = version === "1.0" ? KINDS.length : 1;
  const common = { part: title };
  const condition: Condition = { text: `the machine is quiet: here a serial search took ${lateMs.toFixed(1)} ms a backend longer than asked`, met: lateMs <= GRAIN_MS };
  return [
    check("right results", { ...common, expected: results, measured: right, source: "each kind once, for its query" }),
    ...(law.complete === 1 ? [check("complete searches", { ...common, expected: queries, measured: complete })] : []),
    check("tasks left behind", { ...common, expected: 0, measured: left }),
    statistic("response, mean", { ...common, unit: "u", expected: about(law.mean, { by: (4 * law.deviation) / Math.sqrt(queries) + (waits * GRAIN_MS) / unitMs }), measured: mean([...responses]), source: said, condition }),
    ...(law.complete === 1 ? [] : [statistic("complete within the limit", { ...common, expected: about(law.complete, { by: 4 * Math.sqrt((law.complete * (1 - law.complete)) / queries) }), measured: complete / queries, source: likely, condition })]),
  ];
}

function spread(measured: ReadonlyMap<Version, SearchResult>): Series {
  return {
    title: "response, u",
    columns: ["version", "mean", "median", "p95", "slowest", "complete"],
    rows: [...measured].map(([version, { responses, complete }]) => {
      const sorted = responses.toSorted((a, b) => a - b);
      const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
      return [version, mean(sorted), at(0.5), at(0.95), at(1), `${((100 * complete) / sorted.length).toFixed(1)} %`];
    }),
  };
}

function conclusion(measured: ReadonlyMap<Version, SearchResult>): string {
  const of = (version: Version): string => mean([...(measured.get(version) as SearchResult).responses]).toFixed(0);
  const complete = (version: Version): string => { const { complete: all, responses } = measured.get(version) as SearchResult; return `${((100 * all) / responses.length).toFixed(0)} %`; };
  return `From a slow serial search (${of("1.0")} u) to a fast and replicated one (${of("3.0")} u, ${complete("3.0")} of them complete within ${LIMIT} u, against ${complete("2.1")} without replicas), without locks, condition variables or callbacks.`;
}
