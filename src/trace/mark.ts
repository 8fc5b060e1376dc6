/**
 * `mark(name, n)`: an event of the program's own in the traces of its thread. While
 * nothing records there is one comparison to pay for, next to the check of the arguments.
 */
import { WarrenError, printValue } from "../errors.ts";
import { FewNames, type Names } from "../memory/names.ts";
import type { Recorder } from "./recorder.ts";

/** Maximum length of a name. */
const MOST_CHARACTERS = 100;
/** Maximum number of names of marks from one thread: they stay in shared memory until the runtime stops. */
const MOST_NAMES = 1000;
/** The name of further marks, and of those for whose name shared memory has no room. */
export const OTHER_MARKS = "(other)";

/** Where marks of this thread are recorded: on the main thread several runtimes can be traced at the same time. */
interface MarkedTrace {
  readonly recorder: Recorder;
  readonly names: FewNames;
}

let traces: readonly MarkedTrace[] = [];

/** Numbers of the names of a thread's marks. */
export function markNames(names: Names): FewNames {
  return new FewNames(names, MOST_NAMES, "");
}

/** From now on this thread's marks are recorded; what it returns ends that. */
export function recordMarks(recorder: Recorder, names: FewNames): () => void {
  const own: MarkedTrace = { recorder, names };
  traces = [...traces, own];
  return () => {
    traces = traces.filter((trace) => trace !== own);
  };
}

/**
 * Adds an event to the trace (`TraceEvent`, kind `mark`), by the running task: that a book
 * is burnt, that a queue is `n` long. It can be called anywhere, also outside tasks and
 * without a runtime, and costs about two nanoseconds while nothing is traced. On the main
 * thread it adds the event to the trace of each runtime that is being traced.
 *
 * A thread can use 1,000 different names. Marks with further names are recorded with the
 * name `"(other)"`. So give what varies as `n`, not as a part of the name.
 * @param name what happened: 1 to 100 characters
 * @param n any finite number, by default 0
 * @throws ERR_INVALID_ARGUMENT, also while nothing is traced
 */
export function mark(name: string, n = 0): void {
  if (typeof name !== "string" || name === "" || name.length > MOST_CHARACTERS || !Number.isFinite(n)) throw refusal(name, n);
  if (traces.length !== 0) record(name, n);
}

function record(name: string, n: number): void {
  for (const { recorder, names } of traces) recorder.noteMark(names.numberOf(name), n);
}

function refusal(name: unknown, n: unknown): WarrenError {
  if (typeof name !== "string" || name === "" || name.length > MOST_CHARACTERS) {
    const what = typeof name === "string" && name !== "" ? `one of ${name.length} characters` : printValue(name);
    return new WarrenError("ERR_INVALID_ARGUMENT", `mark needs a name of 1 to ${MOST_CHARACTERS} characters, not ${what}`);
  }
  return new WarrenError("ERR_INVALID_ARGUMENT", `mark needs a finite number, not ${printValue(n)}`);
}
