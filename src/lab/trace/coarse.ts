/**
 * A timeline with fewer slices, for a page or a JSON file: what is too short to
 * be seen is joined with what is around it.
 *
 * Runs: neighbours on a thread that are shorter than a grain, with less than that
 * between them, become one block as long as they were together, at the place of
 * the first: a thread's busy time is kept exactly, and nothing moves by more than
 * two grains. A block belongs to one task, the one that is owed most: what a task
 * ran and what was drawn for it is carried forward, so that many short turns of
 * two tasks are drawn as turns of both, in proportion.
 *
 * Rests: what is between the drawn runs of a task, in pieces of at least a grain
 * with the state that took most of each; so a task's slices still tile its life.
 *
 * The grain is about the smallest with which no more slices are left than asked
 * for. Of more tasks than can be drawn those that ran
 * longest stay, the others become one, whose slices are not disjoint. Hand-offs:
 * every n-th. Equal timelines give equal results.
 */
import { append } from "./census.ts";
import type { HandOff, RestSlice, RunSlice, Timeline, TimelineTask } from "../timeline.ts";

/** Of the slices asked for, so many for each task that is drawn. */
const SLICES_PER_TASK = 6;
const LEAST_TASKS = 4;
/** Grains that are tried between one and its double. */
const GRAINS_PER_DOUBLING = 4;
/** r(t) and c(t) keep four decimals. */
const DIGITS = 1e4;

/** At most `mostSlices` runs and rests, and a third as many hand-offs. */
export function coarse(timeline: Timeline, mostSlices: number): Timeline {
  if (timeline.runs.length + timeline.rests.length <= mostSlices && timeline.handOffs.length <= mostSlices / 3) return timeline;
  const fewer = withFewerTasks(timeline, Math.max(LEAST_TASKS, Math.floor(mostSlices / SLICES_PER_TASK)));
  const drawn = withFewerSlices(fewer, mostSlices);
  const every = Math.ceil(fewer.handOffs.length / Math.max(1, Math.floor(mostSlices / 3)));
  return {
    ...fewer,
    ...drawn,
    isCoarse: true,
    handOffs: fewer.handOffs.filter((_, k) => k % Math.max(1, every) === 0),
    r: fewer.r.map(rounded),
    c: fewer.c.map(rounded),
  };
}

/** The finest drawing that has no more slices than asked for, by bisection over grains from a nanosecond to the whole time. */
function withFewerSlices(timeline: Timeline, mostSlices: number): Pick<Timeline, "runs" | "rests"> {
  let [tooFine, found] = [-1, Math.ceil(GRAINS_PER_DOUBLING * Math.log2(2 * timeline.durationNs))];
  let drawn = joined(timeline, 2 * timeline.durationNs);
  while (found - tooFine > 1) {
    const middle = (found + tooFine) >> 1;
    const finer = joined(timeline, 2 ** (middle / GRAINS_PER_DOUBLING));
    if (finer.runs.length + finer.rests.length > mostSlices) tooFine = middle;
    else [found, drawn] = [middle, finer];
  }
  return drawn;
}

function rounded(value: number): number {
  return Math.round(value * DIGITS) / DIGITS;
}

/** Joins all but the tasks that ran longest into one. */
function withFewerTasks(timeline: Timeline, most: number): Timeline {
  const { tasks, runs, rests, handOffs } = timeline;
  if (tasks.length <= most) return timeline;
  const ranNs = tasks.map(() => 0);
  for (const [, task, fromNs, toNs] of runs) ranNs[task] = (ranNs[task] as number) + toNs - fromNs;
  const kept = tasks.map((_, place) => place).toSorted((a, b) => (ranNs[b] as number) - (ranNs[a] as number) || a - b).slice(0, most - 1).toSorted((a, b) => a - b);
  const places = new Map(kept.map((place, index) => [place, index]));
  const others: TimelineTask = { id: 0, name: `${tasks.length - kept.length} others` };
  const at = (task: number): number => places.get(task) ?? kept.length;
  return {
    ...timeline,
    tasks: [...kept.map((place) => tasks[place] as TimelineTask), others],
    runs: runs.map(([thread, task, fromNs, toNs]): RunSlice => [thread, at(task), fromNs, toNs]),
    rests: rests.flatMap(([task, fromNs, toNs, reason]): RestSlice[] => (places.has(task) ? [[at(task), fromNs, toNs, reason]] : [])),
    handOffs: handOffs.flatMap(([from, to, sentNs, resumedNs]): HandOff[] => (places.has(from) && places.has(to) ? [[at(from), at(to), sentNs, resumedNs]] : [])),
  };
}

function joined({ tasks, runs, rests }: Timeline, grainNs: number): Pick<Timeline, "runs" | "rests"> {
  const byThread = Map.groupBy(runs, ([thread]) => thread);
  const drawn = [...byThread].toSorted(([a], [b]) => a - b).flatMap(([, slices]) => joinedRuns(slices, grainNs));
  const ranBy = Map.groupBy(runs, ([, task]) => task);
  const drawnFor = Map.groupBy(drawn, ([, task]) => task);
  const restsOf = Map.groupBy(rests, ([task]) => task);
  return {
    runs: drawn,
    rests: tasks.flatMap(({ id }, task) => id === 0 ? [] : joinedRests(task, restsOf.get(task) ?? [], ranBy.get(task) ?? [], drawnFor.get(task) ?? [], grainNs)),
  };
}

/** The runs of one thread. */
function joinedRuns(slices: readonly RunSlice[], grainNs: number): RunSlice[] {
  const drawn: RunSlice[] = [];
  const owed = new Map<number, number>();
  const owe = (task: number, ns: number): unknown => owed.set(task, (owed.get(task) ?? 0) + ns);
  let block: RunSlice[] = [];
  const flush = (): void => {
    const [first] = block;
    if (first === undefined) return;
    let lengthNs = 0;
    for (const [, task, fromNs, toNs] of block) {
      owe(task, toNs - fromNs);
      lengthNs += toNs - fromNs;
    }
    const task = block.map(([, its]) => its).reduce((most, its) => ((owed.get(its) as number) > (owed.get(most) as number) ? its : most));
    owe(task, -lengthNs);
    drawn.push([first[0], task, first[2], first[2] + lengthNs]);
    block = [];
  };
  for (const slice of slices) {
    const [first, last] = [block[0], block.at(-1)];
    const isShort = slice[3] - slice[2] < grainNs;
    const joins = first !== undefined && last !== undefined && isShort && slice[2] - last[3] < grainNs && slice[3] - first[2] < 2 * grainNs;
    if (!joins) flush();
    block.push(slice);
    if (!isShort) flush();
  }
  flush();
  return drawn;
}

/** The rests of one task: its whole life without what is drawn as run. */
function joinedRests(task: number, rests: readonly RestSlice[], ran: readonly RunSlice[], drawn: readonly RunSlice[], grainNs: number): RestSlice[] {
  const states = [...rests.map(([, fromNs, toNs, reason]) => ({ fromNs, toNs, reason: reason as string | null })), ...ran.map(([, , fromNs, toNs]) => ({ fromNs, toNs, reason: null }))].toSorted((a, b) => a.fromNs - b.fromNs);
  const [first, last] = [states[0], states.at(-1)];
  if (first === undefined || last === undefined) return [];
  const pieces: RestSlice[] = [];
  const runs = drawn.toSorted((a, b) => a[2] - b[2]);
  let next = 0;
  const fill = (fromNs: number, toNs: number): void => {
    if (toNs <= fromNs) return;
    while (next < states.length && (states[next] as { toNs: number }).toNs <= fromNs) next++;
    let pieceNs = fromNs;
    let shares = new Map<string, number>();
    const cut = (ns: number): void => {
      const [most] = [...shares].reduce((a, b) => (b[1] > a[1] ? b : a), ["ready", 0] as [string, number]);
      append(pieces, [task, pieceNs, ns, most]);
      pieceNs = ns;
      shares = new Map();
    };
    for (let k = next; k < states.length; k++) {
      const state = states[k] as (typeof states)[number];
      if (state.fromNs >= toNs) break;
      const [a, b] = [Math.max(fromNs, state.fromNs), Math.min(toNs, state.toNs)];
      if (state.reason !== null) {
        if (b - a >= grainNs && a - pieceNs >= grainNs) cut(a);
        shares.set(state.reason, (shares.get(state.reason) ?? 0) + b - a);
      }
      if (b - pieceNs >= grainNs && toNs - b >= grainNs) cut(b);
    }
    cut(toNs);
  };
  let atNs = first.fromNs;
  for (const [, , fromNs, toNs] of runs) {
    fill(atNs, fromNs);
    atNs = Math.max(atNs, toNs);
  }
  fill(atNs, last.toNs);
  return pieces;
}
