/** Where the words of trace rings and their events lie, and the kinds of events. */
import { LINE } from "../memory/layout.ts";

/** A thread's ring of trace events (trace/ring.ts): these words, then `capacity` events. */
export const traceRing = {
  /** A RING_STATE. Main ends the recording. */
  state: 0,
  capacity: 1,
  /** Events recorded so far, including those that were overwritten (a double: two words). Written by the thread. */
  count: 2,
  /** When the thread began to record: the time of an event of kind 0, which takes the place of the event before the first. */
  began: 4,
  /** 1 while the thread writes an event. Written by the thread. */
  writing: 8,
  /** No event that is begun from now on gets an earlier time, except those told aside (a double). Written by main while somebody follows the trace. */
  floor: 10,
  /** The newest event's time and kind, where an event told aside has taken its slot. Written by the thread. */
  newest: 12,
  events: LINE,
} as const;

/** A `closed` ring accepts only events from before it was closed; a `read` ring accepts none. */
export const RING_STATE = { closed: 0, recording: 1, read: 2 } as const;

/** One trace event: when (a double: nanoseconds of `process.hrtime`), what, the task, and two operands or one double. */
export const traceEvent = { time: 0, kind: 2, task: 3, a: 4, b: 5 } as const;
export const TRACE_EVENT_WORDS = 6;

/** `traceEvent.kind`; their meanings and operands: trace/recorder.ts. */
export const TRACE = { spawn: 1, start: 2, end: 3, park: 4, wake: 5, ready: 6, resume: 7, yield: 8, hop: 9, foreign: 10, steal: 11, turn: 12, idle: 13, gc: 14, died: 15, outside: 16, join: 17, use: 18, choice: 19, due: 20, mark: 21 } as const;
/** In the `kind` of a recorded mark: the factor of the number of its name. */
export const MARK_NAME = 256;
