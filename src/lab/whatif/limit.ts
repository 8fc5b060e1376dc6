/** Why more processors do not gain more: the kind of the limit, and a sentence that names it. */
import { count, printTime } from "../text.ts";
import type { CriticalPath, PathPart } from "./path.ts";

/**
 * What limits the gain. `"processors"`: nothing yet, each further one helps; `"span"`: the
 * longest chain; `"spawner"`: a task on it that starts the others; `"channel"`: a task on
 * it through which all values go; `"lock"`: a lock that is held by one task at a time;
 * `"waiting"`: time that tasks wait for something outside; `"handover"`: waking tasks on
 * other processors; `"pinned"`: tasks that have started stay on their processor.
 */
export type LimitKind = "processors" | "span" | "spawner" | "channel" | "lock" | "waiting" | "handover" | "pinned";

/** A limit. */
export interface Limit {
  /** Its kind. */
  readonly kind: LimitKind;
  /** The fewest processors that give 95 % of the greatest gain. */
  readonly enough: number;
  /** The limit in words. */
  readonly sentence: string;
}

/** What the search for the limit knows. */
export interface LimitFacts {
  readonly path: CriticalPath;
  readonly heldNs: number;
  /** The most processors that were asked about, and the gain on them: expected, without hand-overs, and the most that is possible. */
  readonly processors: number;
  readonly last: number;
  readonly ideal: number;
  readonly bound: number;
  /** The greatest expected gain on any number, and the fewest processors for nearly that. */
  readonly expected: number;
  readonly enough: number;
  readonly handOvers: number;
  readonly tasks: number;
}

/** From this share on, one is as good as the other. */
const CLOSE = 0.8;

/** A task that has so much of the longest chain, and spawns so many tasks or gets so many values there, is named for it. */
const LARGE = 0.4;
const SEVERAL = 4;

function valuesOf({ parts }: CriticalPath, task: string): number {
  return parts.reduce((sum, part) => sum + (part.task === task ? part.values : 0), 0);
}

/** The limit. */
export function limitOf(facts: LimitFacts): Limit {
  const kind = kindOf(facts);
  const { enough, processors, last, expected } = facts;
  const ends = enough < processors && last < CLOSE * expected ? ` On ${processors} cores it gains ${last.toFixed(2)}.` : "";
  const begins = kind === "processors" ? `Up to ${count(processors, "core")}, each one more helps` : enough === 1 ? "A second core buys nothing" : enough < processors ? `More than ${enough} cores buy nothing` : `${processors} cores gain ${last.toFixed(2)}`;
  return { kind, enough, sentence: `${begins}: ${reasonOf(kind, facts)}.${ends}` };
}

function kindOf({ path, heldNs, processors, expected, last, ideal, bound }: LimitFacts): LimitKind {
  if (expected >= CLOSE * processors && bound >= processors * CLOSE) return "processors";
  const waitNs = path.parts.reduce((sum, part) => sum + part.waitNs, 0);
  if (ideal < CLOSE * bound) return "pinned";
  if (last < CLOSE * ideal) return "handover";
  if (heldNs > path.ns) return "lock";
  if (waitNs > path.ns / 2) return "waiting";
  const top = longest(path);
  if (top.ns < path.ns * LARGE) return "span";
  return top.spawns >= SEVERAL ? "spawner" : valuesOf(path, top.task) >= SEVERAL ? "channel" : "span";
}

function reasonOf(kind: LimitKind, { path, heldNs, processors, bound, handOvers, tasks }: LimitFacts): string {
  const top = longest(path);
  const whole = `of the ${printTime(path.ns)} that the longest chain takes`;
  switch (kind) {
    case "processors":
      return `the longest chain takes ${printTime(path.ns)}, and work for ${bound.toFixed(1)} cores is there all the time`;
    case "spawner":
      return `\`${top.task}\` itself runs for ${printTime(top.ns)} to spawn ${count(top.spawns, "task")}`;
    case "channel":
      return `the values go through \`${top.task}\`, which runs for ${printTime(top.ns)} ${whole}`;
    case "lock":
      return `a lock is held for ${printTime(heldNs)} in all, by one task at a time`;
    case "waiting":
      return `${printTime(path.parts.reduce((sum, part) => sum + part.waitNs, 0))} ${whole} is waiting, which no core shortens`;
    case "handover":
      return `${handOvers.toLocaleString("en-US")} times a task waits for another one, and to wake it on another core takes longer than what it then runs`;
    case "pinned":
      return `a task that has started stays on its thread, and ${count(tasks, "task")} of such lengths cannot keep ${processors} busy`;
    default:
      return `\`${top.task}\` itself runs for ${printTime(top.ns)} ${whole}`;
  }
}

/** A task's pieces on the critical path, together. */
export interface PathTask {
  /** The name of the task, or of all tasks with that name. */
  readonly task: string;
  /** How long it runs on the critical path, nanoseconds. */
  readonly ns: number;
  /** How long it waits there for timers and other things outside the program. */
  readonly waitNs: number;
  /** How many tasks it spawns there. */
  readonly spawns: number;
}

/** The task that has most of the path. */
function longest({ parts }: CriticalPath): PathTask {
  return tasksOf(parts, ({ taskIndex }) => taskIndex)[0] ?? { task: "", ns: 0, waitNs: 0, spawns: 0 };
}

/** The parts of a path by task, or by whatever `key` says, the longest first. */
export function tasksOf(parts: readonly PathPart[], key: (part: PathPart) => unknown = ({ task }) => task): PathTask[] {
  return [...Map.groupBy(parts, key).values()]
    .map((same) => ({
      task: (same[0] as PathPart).task,
      ns: same.reduce((sum, { ns }) => sum + ns, 0),
      waitNs: same.reduce((sum, { waitNs }) => sum + waitNs, 0),
      spawns: same.reduce((sum, { spawns }) => sum + spawns, 0),
    }))
    .toSorted((a, b) => b.ns + b.waitNs - a.ns - a.waitNs);
}
