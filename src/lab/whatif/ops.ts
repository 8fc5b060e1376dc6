/** What a recorded task did, while a recording is read: its operations, and the objects that they use. */

/** An operation of a task: it ends a piece. */
export interface Op {
  readonly ns: number;
  /** What the piece after it waits for. "nothing", "park" and "deferred" end no piece. */
  kind: "nothing" | "spawn" | "send" | "receive" | "close" | "lock" | "unlock" | "signal" | "await" | "join" | "deferred" | "park" | "wait" | "woken" | "wakes" | "gate" | "yield";
  /** The object, task or record; for "wait" the time. */
  what: number;
  /** Permits of a lock; for "await" how many signals its task had awaited before. */
  room: number;
  /** A wait for something outside warren. */
  isOutside: boolean;
  /** What it waits for holds for the piece after this operation: itself, unless the task did something else in between. */
  gate: Op;
  /** For "woken": who ended the wait. For "await": the signals that count. */
  cause: Op | null;
  signals: readonly Op[];
  /** The numbers of the piece that it ends and of the one after it; −1 for none. */
  piece: number;
  after: number;
}

/** An operation that nothing has happened to yet. */
export function op(kind: Op["kind"], ns: number, what = 0, room = 0): Op {
  const made: Omit<Op, "gate"> & { gate: Op | null } = { ns, kind, what, room, isOutside: false, gate: null, cause: null, signals: [], piece: -1, after: -1 };
  made.gate = made as Op;
  return made as Op;
}

/** A task while its events are read. */
export interface Draft {
  readonly id: number;
  name: string;
  readonly parent: number;
  readonly isClosure: boolean;
  readonly ops: Op[];
  /** Its last join that it may not have awaited yet. */
  ended: Op | null;
  /** Its waits that are not over. */
  open: number;
  /** The number of its hop, if it has yielded and not gone on; otherwise 0. */
  hop: number;
  /** The turn in which it was resumed, if it has done nothing since; otherwise −1. */
  resumedIn: number;
  /** It has just gone on after a select: the operation that stands for the wait. */
  selected: Op | null;
}

/** A task of which nothing is known yet. */
export function draft(id: number, name: string, parent: number, isClosure: boolean): Draft {
  return { id, name, parent, isClosure, ops: [], ended: null, open: 0, hop: 0, resumedIn: -1, selected: null };
}

/** The last operation of a task, joins apart that came while it was waiting. */
export function lastOf({ ops }: Draft): Op | undefined {
  return ops.findLast(({ kind }) => kind !== "deferred");
}

/** A channel or shared object. */
export interface Used {
  capacity: number;
  readonly sends: Op[];
  readonly receives: Op[];
  readonly signals: Op[];
  /** By task: how many of the signals it has awaited. */
  readonly seen: Map<number, number>;
  closed: Op | null;
}

/** The main thread, as a task: with all that its closures do. */
export const MAIN = -1;
