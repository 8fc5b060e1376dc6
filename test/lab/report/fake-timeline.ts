/**
 * Timelines without threads or time: gophers as lists of steps, dealt out to
 * threads in rotation, each thread first come first served. The same in every run.
 */
import type { HandOff, RestSlice, RunSlice, Timeline } from "../../../src/lab/timeline.ts";

const MS = 1e6;
/** A step; what a gopher runs at most at a stretch; and what even a waiting one needs of a thread. */
const UNIT_NS = 5 * MS;
const TOUCH_NS = 0.06 * MS;
const SHARE: Record<string, number> = { cpu: 1, wait: 0, mixed: 0.5 };
const ROLES = ["loader", "mover", "burner", "returner"];

/** One design, without names: `lanes` of one gopher who does four steps, or of four who do one each. */
export interface FakeRun {
  readonly world: string;
  readonly lanes: number;
  readonly isTeam: boolean;
  readonly threads: number;
  readonly loads: number;
}

interface Gopher {
  readonly task: number;
  readonly thread: number;
  readonly jobs: Job[];
  next: number;
  freeAt: number;
}

interface Job {
  readonly after: readonly (readonly [gopher: Gopher, job: number])[];
  endedAt: number;
}

/** Plays a run. */
export function fakeTimeline({ world, lanes, isTeam, threads, loads }: FakeRun): Timeline {
  const share = SHARE[world] ?? 1;
  const tasks = [{ id: 1, name: "gophers" }];
  const gophers: Gopher[] = [];
  for (let lane = 0; lane < lanes; lane++) {
    const names = isTeam ? ROLES : ["soloist"];
    const crew = names.map((name): Gopher => {
      tasks.push({ id: tasks.length + 1, name });
      const gopher = { task: tasks.length - 1, thread: gophers.length % threads, jobs: [], next: 0, freeAt: 0 };
      gophers.push(gopher);
      return gopher;
    });
    for (let load = 0; load < Math.ceil(loads / lanes); load++) {
      crew.forEach((gopher, place) => {
        const before = place > 0 ? [[crew[place - 1] as Gopher, load] as const] : load >= 4 ? [[crew.at(-1) as Gopher, load - 4] as const] : [];
        if (isTeam) gopher.jobs.push({ after: before, endedAt: Infinity });
        else for (let step = 0; step < 4; step++) gopher.jobs.push({ after: [], endedAt: Infinity });
      });
    }
  }

  const runs: RunSlice[] = [];
  const rests: RestSlice[] = [];
  const handOffs: HandOff[] = [];
  const freeAt = Array.from({ length: threads }, () => TOUCH_NS / 2);
  runs.push([0, 0, 0, TOUCH_NS / 2]);
  const rest = (task: number, from: number, to: number, reason: string): void => {
    if (to > from) rests.push([task, from, to, reason]);
  };
  for (;;) {
    let first: Gopher | null = null;
    let earliest = Infinity;
    for (const gopher of gophers) {
      const job = gopher.jobs[gopher.next];
      if (job === undefined) continue;
      const readyAt = Math.max(gopher.freeAt, ...job.after.map(([other, index]) => other.jobs[index]?.endedAt ?? Infinity));
      if (Math.max(readyAt, freeAt[gopher.thread] as number) < earliest) {
        first = gopher;
        earliest = Math.max(readyAt, freeAt[gopher.thread] as number);
      }
    }
    if (first === null) break;
    const { task, thread, freeAt: since } = first;
    const job = first.jobs[first.next] as Job;
    const readyAt = Math.max(since, ...job.after.map(([other, index]) => other.jobs[index]?.endedAt ?? 0));
    rest(task, since, readyAt, "receive");
    rest(task, readyAt, earliest, "ready");
    const until = earliest + Math.max(TOUCH_NS, share * UNIT_NS);
    runs.push([thread, task, earliest, until]);
    freeAt[thread] = until;
    const at = until + (1 - share) * UNIT_NS;
    rest(task, until, at, "sleep");
    job.endedAt = at;
    first.freeAt = at;
    first.next += 1;
    for (const [other] of job.after) if (readyAt > since) handOffs.push([other.task, task, readyAt, earliest]);
  }

  const durationNs = Math.max(...gophers.map((gopher) => gopher.freeAt));
  for (const gopher of gophers) rest(gopher.task, gopher.freeAt, durationNs, "elsewhere");
  rest(0, TOUCH_NS / 2, durationNs, "join");
  const inOrder = runs.map(([thread, task, from, to]): RunSlice => [thread, task, Math.round(from), Math.round(to)]).toSorted((a, b) => a[2] - b[2]);
  return {
    durationNs: Math.round(durationNs), threads, isCoarse: false, tasks,
    runs: inOrder,
    rests: rests.map(([task, from, to, reason]) => [task, Math.round(from), Math.round(to), reason]),
    handOffs: handOffs.map(([from, to, sentNs, resumedNs]): HandOff => [from, to, Math.round(sentNs), Math.round(resumedNs)]),
    r: averages(inOrder.map(([, , from, to]) => [from, to]), durationNs),
    c: averages(gophers.map((gopher) => [0, gopher.freeAt]), durationNs),
  };
}

/** How many of the intervals cover each of 200 equal steps, on average. */
function averages(intervals: readonly (readonly [number, number])[], durationNs: number): number[] {
  const width = durationNs / 200;
  return Array.from({ length: 200 }, (_, step) => {
    const [from, to] = [step * width, (step + 1) * width];
    return intervals.reduce((sum, [start, end]) => sum + Math.max(0, Math.min(end, to) - Math.max(start, from)), 0) / width;
  });
}
