/**
 * What a prediction is refused for, and what a reader must know before believing one. A
 * program is replayed, not executed again: so its control flow must not depend on timing,
 * and the recording must contain all that it did.
 */
import { count, printPercent, printTime } from "../text.ts";
import type { Merged } from "./merge.ts";
import type { Recording } from "./read.ts";

/** Above this share of the time outside warren nothing is predicted. */
const MOST_ELSEWHERE = 0.05;

/** Thrown if a program cannot be predicted. The message says what was found and what to do. */
export class NotPredictable extends Error {
  /** The name of the class, for programs that have another copy of it. */
  override name = "NotPredictable";
  /** `"recordings"`: none that is complete; `"lost"`: events are missing; `"shapes"`: no two recordings agree; `"elsewhere"`: too much outside warren; `"unnamed"`: tasks that cannot be told apart; `"open"`: tasks that had not ended; `"order"`: which receive belongs to which send cannot be derived. */
  readonly code: "recordings" | "lost" | "shapes" | "elsewhere" | "unnamed" | "open" | "order";

  constructor(code: NotPredictable["code"], found: string, remedy: string) {
    super(`${found}. ${remedy}`);
    this.code = code;
  }
}

/** The recordings that can be used. @throws NotPredictable if there is none */
export function usable(recordings: readonly Recording[]): readonly Recording[] {
  if (recordings.length === 0) throw new NotPredictable("recordings", "there is no recording", "Record at least one run with rt.trace() on a runtime with one thread");
  const [{ threads }] = recordings as [Recording];
  if (threads !== 1) throw new NotPredictable("recordings", `the recording is of ${threads} threads`, "Record on a runtime with one thread: only there is the order of all operations known");
  const complete = recordings.filter(({ lost }) => lost === 0);
  if (complete.length === 0) throw new NotPredictable("lost", `events were lost: at least ${Math.min(...recordings.map(({ lost }) => lost)).toLocaleString("en-US")} in each recording`, "Keep more events (the option events of rt.trace, --events), or record a shorter run");
  const unnamed = Math.min(...complete.map((each) => each.unnamed));
  if (unnamed > 0) throw new NotPredictable("unnamed", `${unnamed} tasks have no identity of their own, because more than 10,000 lived on one thread at the same time`, "Record a run with fewer tasks");
  const open = Math.min(...complete.map((each) => each.open));
  if (open > 0) throw new NotPredictable("open", `${count(open, "task")} had not ended when the recording stopped`, "Stop the trace when the program's tasks have ended");
  if (complete.every(({ graph }) => graph.tasks.length === 1)) throw new NotPredictable("recordings", "the recording contains no task", "Start the program's work with spawn or go while the trace records");
  return complete;
}

/** Checks what several recordings say together. @throws NotPredictable */
export function checkMerged(recordings: readonly Recording[], { alike, similar }: Merged): void {
  if (recordings.length > 1 && alike.length === 1 && similar === 0) {
    throw new NotPredictable("shapes", `no two of ${recordings.length} recordings did the same: what the program does depends on timing (which task got which value, how large a batch was, or which case a select took)`, "Record a run in which that is fixed, for example with one receiver for each channel and values sent one by one");
  }
  const share = elsewhereOf(alike);
  if (share > MOST_ELSEWHERE) throw new NotPredictable("elsewhere", `tasks spent ${printPercent(share)} of the time outside warren (files, sockets, timers of Node, promises between tasks), where a trace does not show what they do`, "Wait with warren's own sleep, after and channels, or record the part of the program that computes");
}

function elsewhereOf(recordings: readonly Recording[]): number {
  return Math.min(...recordings.map(({ elsewhereNs, wallNs }) => (wallNs === 0 ? 0 : elsewhereNs / wallNs)));
}

/** What a reader must know, a sentence each. */
export function doubtsOf(recordings: readonly Recording[], { alike, graph, similar }: Merged): string[] {
  const most = (figure: (recording: Recording) => number): number => Math.max(...alike.map(figure));
  const doubts: string[] = [];
  if (similar > 0) doubts.push(`In ${recordings.length} recordings the tasks did the same, but which task got which value differed each time: one recording is used, the one with the least work, and an interruption of it counts as work.`);
  else if (alike.length < recordings.length) doubts.push(`${recordings.length - alike.length} of ${recordings.length} recordings did something else and were left out: what the program does depends on timing in part.`);
  if (recordings.length === 1) doubts.push("There is one recording only: an interruption by another program counts as work. Nine recordings or more remove most of them.");
  const choices = most((each) => each.choices);
  if (choices > 0) doubts.push(`${count(choices, "select")} found several cases ready: the replay takes the case that the recording took.`);
  const misses = most((each) => each.misses);
  if (misses > 0) doubts.push(`${misses === 1 ? "1 try" : `${misses} tries`} found nothing (trySend, tryRecv, tryLock, otherwise): on more cores a try may find something.`);
  const chosen = most((each) => each.chosen);
  if (chosen > 0) doubts.push(`${count(chosen, "task")} had a thread chosen by the program (spawn.on): the replay lets warren choose.`);
  const waitNs = graph.edgeNs.reduce((sum, ns) => sum + ns, 0);
  if (waitNs > 0) doubts.push(`Tasks waited for timers and other things outside the program, ${printTime(waitNs)} in all: the replay keeps these times.`);
  const elsewhere = elsewhereOf(alike);
  if (elsewhere > 0.005) doubts.push(`Tasks spent ${printPercent(elsewhere)} of the time outside warren.`);
  doubts.push("Caches and memory are not in the model: work that they limit gains less.");
  return doubts;
}
